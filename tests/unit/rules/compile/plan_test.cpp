// SPDX-License-Identifier: Apache-2.0
// When a rule is judged, and what backtracking may leave out.
#include "rules/compile/plan.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

namespace {

RulePlan plan_of(std::string_view head, std::string_view options) {
    static std::vector<RuleText> kept;  // plans point to their rules
    kept.push_back(rules_from(std::string{head} + " any any -> any any (msg:\"m\"; " + std::string{options} + " sid:1;)"));
    RegexPool regexes;
    auto plan = make_plan(kept.back().rules.front(), regexes);
    REQUIRE(plan);
    return std::move(plan).value();
}
std::pair<int, int> hooks(std::string_view head, std::string_view options) {
    const RulePlan plan = plan_of(head, options);
    return {plan.hooks.tcp, plan.hooks.other};
}

constexpr int packet = Hooks::packet, stream = Hooks::stream, transaction = Hooks::transaction, app_known = Hooks::app_known,
              address = Hooks::address;

}  // namespace

TEST_CASE("occasions: Suricata's rule types") {
    using Pair = std::pair<int, int>;
    CHECK(hooks("alert tcp", "content:\"abc\";") == Pair{stream, packet});
    CHECK(hooks("alert tcp", "content:\"abc\"; depth:9;") == Pair{stream | packet, packet});
    CHECK(hooks("alert tcp", "content:\"abc\"; startswith;") == Pair{stream | packet, packet});
    CHECK(hooks("alert tcp-pkt", "content:\"abc\";") == Pair{packet, packet});
    CHECK(hooks("alert tcp-stream", "content:\"abc\"; depth:9;") == Pair{stream, packet});
    CHECK(hooks("alert tcp", "content:\"abc\"; dsize:3;") == Pair{packet, packet});
    CHECK(hooks("alert tcp", "content:\"abc\"; flags:A;") == Pair{packet, packet});
    CHECK(hooks("alert tcp", "content:\"abc\"; flow:no_stream;") == Pair{packet, packet});
    CHECK(hooks("alert tcp", "flags:S;") == Pair{packet, packet});
    CHECK(hooks("alert ip", "") == Pair{address, address});
    CHECK(hooks("alert ip", "flow:to_server;") == Pair{packet, packet});
    CHECK(hooks("alert ntp", "") == Pair{app_known, app_known});
    CHECK(hooks("alert ntp", "flow:established;") == Pair{packet, packet});
    CHECK(hooks("alert ip", "app-layer-protocol:ntp;") == Pair{app_known, app_known});
    CHECK(hooks("alert ntp", "ntp.version:4;") == Pair{transaction, transaction});
    CHECK(hooks("alert ntp", "content:\"abc\"; ntp.version:4;") == Pair{transaction, transaction});
}

TEST_CASE("actions first, then setters of flowbits before askers") {
    const RuleText text = rules_from(
        udp_rule("content:\"a\";", 1) + udp_rule("flowbits:isset,x; content:\"a\";", 2) +
        udp_rule("flowbits:isset,x; flowbits:set,y; content:\"a\";", 3) + udp_rule("flowbits:set,x; content:\"a\";", 4) +
        "drop udp any any -> any any (msg:\"m\"; content:\"a\"; sid:5;)\npass udp any any -> any any (msg:\"m\"; content:\"a\"; sid:6;)\n");
    const auto compiled = compiled_from(text);
    std::vector<unsigned> order;
    for (const RulePlan& plan : compiled->plans()) order.push_back(plan.rule->sid);
    CHECK(order == std::vector<unsigned>{6, 5, 4, 3, 2, 1});
}

TEST_CASE("steps know on which others they depend") {
    const RulePlan plan = plan_of(
        "alert udp",
        R"(content:"a"; content:"b"; distance:0; content:"c"; offset:3; content:"d"; within:5; byte_extract:1,0,n,relative; content:"e"; offset:n;)");
    const std::vector<Step>& steps = plan.groups.front().steps;
    REQUIRE(steps.size() == 6);
    const std::vector<bool> retry{true, false, true, true, false, false}, independent{true, false, true, false, false, false};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CAPTURE(i);
        CHECK(steps[i].retry == retry[i]);
        CHECK(steps[i].independent == independent[i]);
    }
    CHECK(steps[1].forward);
    CHECK_FALSE(steps[3].forward);
}

TEST_CASE("too much is refused with a sentence") {
    Rule rule;
    rule.groups.resize(max_parts + 1);
    RegexPool regexes;
    CHECK_FALSE(make_plan(rule, regexes).has_value());
    rule.groups.resize(1);
    rule.groups[0].checks.assign(max_steps + 1, Content{});
    CHECK_FALSE(make_plan(rule, regexes).has_value());
}
