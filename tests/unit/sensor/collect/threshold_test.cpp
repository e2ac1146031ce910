// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/threshold.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace weir;
using rules::Rule;
using rules::Threshold;

namespace {

RecordHead hit(Time seconds, std::string_view source = "10.0.0.1", std::string_view destination = "10.0.0.2", std::uint64_t flow = 1) {
    RecordHead head;
    head.type = RecordType::alert;
    head.rule = 0;
    head.key.clock = seconds * second;
    head.source = *IpAddress::parse(source);
    head.destination = *IpAddress::parse(destination);
    head.flow_id = flow;
    return head;
}

Rule rule_with(Threshold::Type type, std::uint32_t count, std::uint32_t seconds, Threshold::Track track = Threshold::Track::by_src) {
    Rule rule;
    (type == Threshold::Type::detection_filter ? rule.detection_filter : rule.threshold) = Threshold{type, track, count, seconds, 10};
    return rule;
}

/// Which of the hits, one a second, pass: `x`, others `.`.
std::string passed(const Rule& rule, int hits) {
    Thresholds thresholds;
    std::string out;
    for (int i = 0; i < hits; ++i) out += thresholds.pass(rule, hit(i)) ? 'x' : '.';
    return out;
}

}  // namespace

TEST_CASE("threshold: each type on one hit a second") {
    CHECK(passed(rule_with(Threshold::Type::limit, 2, 5), 14) == "xx....xx....xx");            // a window holds 0 to 5 seconds
    CHECK(passed(rule_with(Threshold::Type::threshold, 3, 60), 9) == "..x..x..x");
    CHECK(passed(rule_with(Threshold::Type::both, 3, 5), 14) == "..x.....x.....");
    CHECK(passed(rule_with(Threshold::Type::detection_filter, 3, 60), 6) == "...xxx");
    CHECK(passed(rule_with(Threshold::Type::backoff, 1, 1), 101) == "x........x" + std::string(89, '.') + "x.");
    CHECK(passed(Rule{}, 3) == "xxx");
}

TEST_CASE("threshold: what is tracked") {
    const auto pass = [](Threshold::Track track, const RecordHead& other) {
        Thresholds thresholds;
        const Rule rule = rule_with(Threshold::Type::limit, 1, 60, track);
        CHECK(thresholds.pass(rule, hit(0)));
        return thresholds.pass(rule, other);
    };
    CHECK(!pass(Threshold::Track::by_src, hit(1, "10.0.0.1", "10.0.0.9", 2)));
    CHECK(pass(Threshold::Track::by_src, hit(1, "10.0.0.3")));
    CHECK(!pass(Threshold::Track::by_dst, hit(1, "10.0.0.9", "10.0.0.2", 2)));
    CHECK(pass(Threshold::Track::by_dst, hit(1, "10.0.0.1", "10.0.0.3")));
    CHECK(pass(Threshold::Track::by_both, hit(1, "10.0.0.1", "10.0.0.3")));
    CHECK(!pass(Threshold::Track::by_both, hit(1, "10.0.0.1", "10.0.0.2", 2)));
    CHECK(!pass(Threshold::Track::by_rule, hit(1, "10.9.9.9", "10.8.8.8", 2)));
    CHECK(pass(Threshold::Track::by_flow, hit(1, "10.0.0.1", "10.0.0.2", 2)));
    CHECK(!pass(Threshold::Track::by_flow, hit(1)));
}

TEST_CASE("threshold: a filter first, then how often it is told") {
    Rule rule = rule_with(Threshold::Type::detection_filter, 2, 60);
    rule.threshold = Threshold{Threshold::Type::limit, Threshold::Track::by_src, 1, 60, 10};
    CHECK(passed(rule, 6) == "..x...");
}

TEST_CASE("threshold: rules do not share entries") {
    Thresholds thresholds;
    const Rule rule = rule_with(Threshold::Type::limit, 1, 60);
    RecordHead other = hit(0);
    other.rule = 1;
    CHECK(thresholds.pass(rule, hit(0)));
    CHECK(thresholds.pass(rule, other));
}

TEST_CASE("threshold: a full table forgets what was used least recently") {
    Thresholds thresholds{3};
    const Rule rule = rule_with(Threshold::Type::limit, 1, 600);
    CHECK(thresholds.pass(rule, hit(0, "10.0.0.1")));
    CHECK(thresholds.pass(rule, hit(1, "10.0.0.2")));
    CHECK(thresholds.pass(rule, hit(2, "10.0.0.3")));
    CHECK(!thresholds.pass(rule, hit(3, "10.0.0.1")));
    CHECK(thresholds.pass(rule, hit(4, "10.0.0.4")));   // 10.0.0.2 goes
    CHECK(!thresholds.pass(rule, hit(5, "10.0.0.1")));
    CHECK(thresholds.pass(rule, hit(6, "10.0.0.2")));
    CHECK(thresholds.size() == 3);
    CHECK(thresholds.evicted() == 2);
}
