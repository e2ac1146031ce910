// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/compiled.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

TEST_CASE("explain says where a rule stands") {
    const auto compiled = compiled_from(rules_from(udp_rule("content:\"abc\"; content:\"Longest\"; nocase;", 1) +
                                                   "alert ntp any any -> any any (msg:\"m\"; ntp.reference_id; content:\"GPS\"; sid:2;)\n" +
                                                   "alert tcp any any -> any 22 (msg:\"m\"; flags:S; sid:3;)\n" +
                                                   tcp_rule("flow:to_server; content:\"abc\"; depth:9;", 4)));
    const auto first = compiled->explain(1);
    REQUIRE(first);
    CHECK(first->literal == "Longest");
    CHECK(first->nocase);
    CHECK(first->buffer == "payload");
    CHECK(first->groups == std::vector<std::string>{"packet udp to_server", "packet udp to_client"});
    CHECK(first->neighbours == 1);
    CHECK(compiled->explain(2)->buffer == "ntp.reference_id");
    CHECK(compiled->explain(2)->groups == std::vector<std::string>{"transaction ntp.reference_id"});
    CHECK(compiled->explain(3)->condition == "tcp flags");
    CHECK(compiled->explain(4)->groups == std::vector<std::string>{"packet tcp to_server", "stream tcp to_server"});
    CHECK_FALSE(compiled->explain(5).has_value());
    CHECK(compiled->sizes().rules == 4);
    CHECK(compiled->sizes().database_bytes > 0);
}

TEST_CASE("a rule whose expression nobody understands is named; the others are in force") {
    RuleText text = rules_from(udp_rule("content:\"abc\";", 1));
    for (const bool captured : {false, true}) {
        Rule bad = text.rules.front();
        bad.sid = captured ? 3 : 2;
        bad.line = captured ? 8 : 7;
        Pcre pcre;
        pcre.pattern = "(unclosed";
        if (captured) pcre.captures.emplace_back("x", false);
        bad.groups[0].checks.emplace_back(pcre);
        text.rules.push_back(bad);
    }
    const auto compiled = compile(std::move(text));
    REQUIRE(compiled);
    REQUIRE((*compiled)->rejected().size() == 2);
    CHECK((*compiled)->rejected()[0].text() == "test.rules:7: pcre: missing closing parenthesis at offset 9");
    CHECK((*compiled)->rejected()[1].text() == "test.rules:8: pcre: missing closing parenthesis at offset 9");
    for (const RulePlan& plan : (*compiled)->plans()) CHECK((plan.guard.directions != 0) == (plan.rule->sid == 1));
}
