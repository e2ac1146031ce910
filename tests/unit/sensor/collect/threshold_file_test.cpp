// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/threshold_file.hpp"

#include "sensor/collect/threshold.hpp"
#include "tests/support/catch.hpp"

using namespace weir;
using rules::Rule;
using rules::Threshold;

namespace {

ThresholdFile file(std::string_view text) {
    ThresholdFile out;
    const auto errors = load_thresholds("threshold.config", text, rules::Variables::defaults(), out);
    for (const FileError& error : errors) CHECK(error.text() == "");
    return out;
}

RecordHead hit(Time seconds, std::string_view source = "10.0.0.1", std::string_view destination = "192.0.2.1") {
    RecordHead head;
    head.type = RecordType::alert;
    head.rule = 0;
    head.key.clock = seconds * second;
    head.source = *IpAddress::parse(source);
    head.destination = *IpAddress::parse(destination);
    return head;
}

Rule rule(std::uint32_t sid, std::uint32_t gid = 1) {
    Rule out;
    out.sid = sid;
    out.gid = gid;
    return out;
}

/// Which of the hits, one a second, pass: `x`, others `.`.
std::string passed(std::string_view text, const Rule& rule, int hits) {
    Thresholds thresholds(1024, file(text));
    std::string out;
    for (int i = 0; i < hits; ++i) out += thresholds.pass(rule, hit(i)) ? 'x' : '.';
    return out;
}

}  // namespace

TEST_CASE("suppress") {
    Thresholds thresholds(64, file("# none of these\n"
                                   "suppress gen_id 1, sig_id 1\n"
                                   "suppress gen_id 1, sig_id 2, track by_src, ip 10.0.0.0/8\n"
                                   "suppress gen_id 1, sig_id 3, track by_dst, ip [10.0.0.0/8, !10.0.0.1]\n"
                                   "suppress gen_id 1, sig_id 4, \\\n  track by_either, ip $HOME_NET\n"
                                   "suppress gen_id 7, sig_id 0\n"));
    CHECK_FALSE(thresholds.pass(rule(1), hit(0)));
    CHECK_FALSE(thresholds.pass(rule(2), hit(0)));
    CHECK(thresholds.pass(rule(2), hit(0, "192.0.2.1", "10.0.0.1")));
    CHECK(thresholds.pass(rule(3), hit(0)));
    CHECK_FALSE(thresholds.pass(rule(3), hit(0, "192.0.2.1", "10.0.0.2")));
    CHECK(thresholds.pass(rule(3), hit(0, "192.0.2.1", "10.0.0.1")));
    CHECK_FALSE(thresholds.pass(rule(4), hit(0)));
    CHECK_FALSE(thresholds.pass(rule(4), hit(0, "192.0.2.1", "10.0.0.1")));
    CHECK(thresholds.pass(rule(4), hit(0, "192.0.2.1", "192.0.2.2")));
    CHECK(thresholds.pass(rule(5), hit(0)));
    CHECK_FALSE(thresholds.pass(rule(5, 7), hit(0)));
}

TEST_CASE("event_filter: for one rule it replaces the rule's own, for all it stands where a rule has none") {
    Rule own = rule(1);
    own.threshold = Threshold{Threshold::Type::limit, Threshold::Track::by_src, 1, 60, 10};
    CHECK(passed("event_filter gen_id 1, sig_id 1, type threshold, track by_src, count 3, seconds 60\n", own, 6) == "..x..x");
    CHECK(passed("threshold gen_id 1, sig_id 1, type both, track by_rule, count 2, seconds 60\n", rule(1), 5) == ".x...");
    CHECK(passed("threshold gen_id 0, sig_id 0, type limit, track by_src, count 2, seconds 60\n", rule(1), 4) == "xx..");
    CHECK(passed("threshold gen_id 0, sig_id 0, type limit, track by_src, count 2, seconds 60\n", own, 4) == "x...");
    CHECK(passed("threshold gen_id 1, sig_id 2, type limit, track by_src, count 2, seconds 60\n", rule(1), 4) == "xxxx");
    Rule filtered = rule(1);
    filtered.detection_filter = Threshold{Threshold::Type::detection_filter, Threshold::Track::by_src, 2, 60, 10};
    CHECK(passed("", filtered, 4) == "..xx");
    CHECK(passed("threshold gen_id 1, sig_id 1, type limit, track by_src, count 1, seconds 60\n", filtered, 4) == "x...");
}

TEST_CASE("rate_filter: behind the count the action is another, for a while") {
    constexpr std::string_view pass = "rate_filter gen_id 1, sig_id 1, track by_src, count 2, seconds 60, new_action pass, timeout 3\n";
    CHECK(passed(pass, rule(1), 6) == "xx....");
    CHECK(passed("rate_filter gen_id 1, sig_id 1, track by_src, count 2, seconds 3, new_action pass, timeout 1\n", rule(1), 8) == "xx..xx..");
    CHECK(passed("rate_filter gen_id 1, sig_id 1, track by_rule, count 1, seconds 60, new_action drop, timeout 9\n", rule(1), 3) == "xxx");
}

TEST_CASE("lines that are none") {
    ThresholdFile out;
    const auto errors = load_thresholds("t", "nothing gen_id 1\n"
                                             "suppress gen_id 1\n"
                                             "suppress gen_id 1, sig_id x\n"
                                             "suppress gen_id 1, sig_id 1, track by_src\n"
                                             "suppress gen_id 1, sig_id 1, track by_src, ip $NOBODY\n"
                                             "threshold gen_id 1, sig_id 1, type often, track by_src, count 1, seconds 1\n"
                                             "suppress gen_id 1, sig_id 1, color red\n"
                                             "suppress gen_id 1, gen_id 1, sig_id 1\n",
                                        rules::Variables::defaults(), out);
    REQUIRE(errors.size() == 8);
    CHECK(errors[0].text() == "t:1: unknown word \"nothing\": expected suppress, threshold, event_filter or rate_filter");
    CHECK(errors[1].reason == "sig_id is missing");
    CHECK(errors[2].reason == "\"x\" is not a number: expected 0 to 4294967295");
    CHECK(errors[3].reason == "ip is missing");
    CHECK(errors[5].reason == "unknown word \"often\": expected one of limit, threshold, both");
    CHECK(errors[6].reason == "unknown word \"color\"");
    CHECK(errors[7].reason == "gen_id stands twice");
    CHECK(out.suppressions.empty());
}
