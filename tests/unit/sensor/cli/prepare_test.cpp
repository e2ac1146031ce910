// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/prepare.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;
using cli::ReplayOptions;

namespace {

/// Options for one small capture, with a rule cache of the test's own.
struct Case {
    TemporaryFolder folder;
    ReplayOptions options;
    Case() {
        options.captures = {std::string{WEIR_SOURCE_DIR "/pcaps/demo/demo.pcap"}};
        options.settings = {"detect.cache-dir=" + (folder / "cache").string()};
        options.output = (folder / "out").string();
        options.no_rules = true;
    }
    [[nodiscard]] std::string write(const std::string& name, std::string_view text) const {
        std::ofstream{folder / name} << text;
        return (folder / name).string();
    }
    [[nodiscard]] std::string error() const {
        const auto plan = cli::prepare(options);
        return plan ? "none" : plan.error();
    }
};

}  // namespace

TEST_CASE("prepare: options become a plan, and nothing is written yet") {
    Case s;
    s.options.policy = WEIR_SOURCE_DIR "/pcaps/demo/policy.yaml";
    s.options.threads = 3;
    s.options.fail_on = "medium";
    const auto plan = cli::prepare(s.options);
    REQUIRE(plan.has_value());
    CHECK(plan->captures == s.options.captures);
    CHECK(plan->pipeline.workers == 3);
    CHECK(plan->pipeline.collector.fail_on == 2);
    CHECK(plan->pipeline.collector.directory == s.options.output);
    REQUIRE(plan->shared.names->equipment.size() == 5);
    CHECK(plan->shared.names->equipment[0].name == "gnb-0117");
    CHECK(plan->shared.names->origins[0].file == s.options.captures[0]);
    CHECK(plan->warnings.empty());
    CHECK_FALSE(std::filesystem::exists(s.options.output));
}

TEST_CASE("prepare: a setting on the command line is stronger than the file, a later one stronger than an earlier one") {
    Case s;
    s.options.config = s.write("weir.yaml", "flow: {max-sessions: 100, update-interval: 7}\noutputs: {evidence: {enabled: no}}\n");
    s.options.settings.emplace_back("flow.max-sessions=200");
    s.options.settings.emplace_back("flow.max-sessions=300");
    const auto plan = cli::prepare(s.options);
    REQUIRE(plan.has_value());
    CHECK(plan->config.max_sessions == 300);
    CHECK(plan->config.flow_update == 7);
    CHECK(plan->pipeline.collector.evidence.session_bytes == 0);
}

TEST_CASE("prepare: event types") {
    Case s;
    s.options.settings.emplace_back("outputs.eve.types=flow,dns");
    const auto plan = cli::prepare(s.options);
    REQUIRE(plan.has_value());
    CHECK(plan->shared.eve.types[event_type::flow]);
    CHECK_FALSE(plan->shared.eve.types[event_type::stats]);
    CHECK_FALSE(plan->pipeline.collector.alert_lines);
    for (const char* const wrong : {"flow,", "", ",", "flow,,dns"}) {
        s.options.settings.back() = std::string{"outputs.eve.types="} + wrong;
        CHECK(s.error().find("outputs.eve.types: `` is no event type") == 0);
    }
    s.options.settings.back() = "outputs.eve.types=flow,nonsense,dns";
    CHECK(s.error().find("outputs.eve.types: `nonsense` is no event type") == 0);
}

TEST_CASE("prepare: severities that fail a run, by name and by number") {
    Case s;
    const std::vector<std::pair<const char*, int>> all{{"", 0},  {"critical", 1}, {"high", 1}, {"1", 1},    {"medium", 2},
                                                       {"2", 2}, {"low", 3},      {"3", 3},    {"info", 4}, {"4", 4}};
    for (const auto& [text, severity] : all) {
        s.options.fail_on = text;
        CHECK(cli::prepare(s.options).value().pipeline.collector.fail_on == severity);
    }
    for (const char* const wrong : {"0", "5", "High", "high ", "-1"}) {
        s.options.fail_on = wrong;
        CHECK(s.error() == std::string{"--fail-on "} + wrong + ": expected critical, high, medium, low, info or 1 to 4");
    }
}

TEST_CASE("prepare: a rule that is refused costs itself only, and each is a warning") {
    Case s;
    s.options.no_rules = false;
    s.options.rules = {s.write("own.rules",
                               "alert tcp any any -> any any (msg:\"good\"; content:\"x\"; sid:1;)\nalert nonsense\n"
                               "alert tcp any any -> any any (msg:\"open\"; content:\"y\"; pcre:\"/(unclosed/\"; sid:2;)\n")};
    const auto plan = cli::prepare(s.options);
    REQUIRE(plan.has_value());
    CHECK(plan->rules->rules.size() == 2);  // the text of what compiling refused stays, its plan does not
    CHECK(plan->refused_rules == 2);
    REQUIRE(plan->warnings.size() == 2);
    CHECK(plan->warnings[0].find("rule refused: " + s.options.rules[0] + ":2: ") == 0);
    CHECK(plan->warnings[1].find("rule refused: " + s.options.rules[0] + ":3: ") == 0);
}

TEST_CASE("prepare: a rule cache that cannot be used is one warning") {
    Case s;
    s.options.no_rules = false;
    s.options.settings = {"detect.cache-dir=" + s.write("taken", "a file")};
    const auto plan = cli::prepare(s.options);
    REQUIRE(plan.has_value());
    REQUIRE(plan->warnings.size() == 1);
    CHECK(plan->warnings[0].find("compiled rules are not kept for the next start: ") == 0);
    CHECK(plan->refused_rules == 0);
}

TEST_CASE("prepare: rules that hold sessions together run in one worker, and that is said") {
    Case s;
    s.options.no_rules = false;
    s.options.threads = 3;
    const auto workers = [&](std::string_view options) {
        s.options.rules = {s.write("a.rules", "alert tcp any any -> any any (msg:\"m\"; " + std::string{options} + " sid:1;)\n")};
        const auto plan = cli::prepare(s.options);
        REQUIRE(plan.has_value());
        CHECK(plan->refused_rules == 0);
        CHECK(plan->warnings.size() == (plan->pipeline.workers == 1 ? 1 : 0));
        return plan->pipeline.workers;
    };
    CHECK(workers("content:\"x\";") == 3);
    CHECK(workers("content:\"x\"; flowbits:set,a;") == 3);
    CHECK(workers("content:\"x\"; xbits:set,a,track ip_src,expire 60;") == 1);
    CHECK(workers("http.uri; dataset:set,seen,type string;") == 1);
}
