// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/fast_pattern.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

namespace {

std::string literal_of(std::string_view options) {
    const RuleText text = rules_from("alert ip any any -> any any (msg:\"m\"; " + std::string{options} + " sid:1;)");
    const auto chosen = choose_fast_pattern(text.rules.front(), [](const BufferGroup&) { return true; });
    return chosen ? chosen->literal : "";
}

}  // namespace

TEST_CASE("strength: the manual's count") {
    CHECK(strength_of("") == 0);
    CHECK(strength_of("a") == 3);
    CHECK(strength_of("aa") == 4);
    CHECK(strength_of("1") == 4);
    CHECK(strength_of(std::string_view{"\0", 1}) == 4);
    CHECK(strength_of("\x02") == 6);
    CHECK(strength_of("a1\x02") == 13);
}

TEST_CASE("the marked content, else a field's, the longest, the strongest, the first") {
    CHECK(literal_of(R"(content:"abc"; content:"abcd"; content:"ab";)") == "abcd");
    CHECK(literal_of(R"(content:"abc"; fast_pattern; content:"abcd";)") == "abc");
    CHECK(literal_of(R"(content:"aaaa"; content:"abcd";)") == "abcd");
    CHECK(literal_of(R"(content:"abcd"; content:"dcba";)") == "abcd");
    CHECK(literal_of(R"(content:!"abcdef"; content:"abc";)") == "abc");
    CHECK(literal_of(R"(content:!"abcdef";)").empty());
    CHECK(literal_of(R"(content:"abcdef"; ntp.reference_id; content:"GPS";)") == "GPS");
    CHECK(literal_of(R"(content:"abcdefgh"; fast_pattern:2,3;)") == "cde");
}

TEST_CASE("a long content is represented by its strongest piece") {
    const std::string dull(40, 'a'), sharp = "0123456789abcdefghijklmnopqrstuv";
    CHECK(literal_of("content:\"" + dull + sharp + dull + "\";") == sharp);
}
