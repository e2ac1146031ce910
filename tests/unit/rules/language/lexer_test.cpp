// SPDX-License-Identifier: Apache-2.0
#include "rules/language/lexer.hpp"

#include "tests/support/catch.hpp"

using namespace weir::rules::language;

namespace {

std::vector<std::string> rules_of(std::string_view file) {
    std::vector<std::string> out;
    RuleReader reader(file);
    RuleLine line;
    while (reader.next(line)) out.push_back(std::to_string(line.line()) + ":" + std::string(line.text()));
    return out;
}

}  // namespace

TEST_CASE("comments and blank lines are left out") {
    CHECK(rules_of("# one\n\n  \t\nrule a\n  # two\n   rule b") == std::vector<std::string>{"4:rule a", "6:rule b"});
    CHECK(rules_of("").empty());
    CHECK(rules_of("\n\n").empty());
}

TEST_CASE("CRLF and a byte order mark") {
    CHECK(rules_of("\xef\xbb\xbfrule a\r\n\r\nrule b\r\n") == std::vector<std::string>{"1:rule a", "3:rule b"});
}

TEST_CASE("a backslash at the line's end continues a rule, and places survive it") {
    RuleReader reader("x\n  ab\\\r\n  cd\\\n\nnext\n");
    RuleLine line;
    REQUIRE(reader.next(line));
    REQUIRE(reader.next(line));
    CHECK(line.text() == "ab  cd");
    CHECK(line.line() == 2);
    const auto place = [&](std::size_t offset) { return std::pair(line.position(offset).line, line.position(offset).column); };
    CHECK(place(0) == std::pair(2u, 3u));
    CHECK(place(1) == std::pair(2u, 4u));
    CHECK(place(4) == std::pair(3u, 3u));
    REQUIRE(reader.next(line));
    CHECK(line.text() == "next");
    CHECK(line.line() == 5);
    CHECK_FALSE(reader.next(line));
}

TEST_CASE("a continuation at the end of the file") { CHECK(rules_of("a\\\nb\\") == std::vector<std::string>{"1:ab"}); }

TEST_CASE("very long rules are cut and marked") {
    for (const std::string& file : {std::string(longest_rule + 1, 'a') + "\nb", std::string(longest_rule - 1, 'a') + "\\\naa\nb"}) {
        RuleReader reader(file);
        RuleLine line;
        REQUIRE(reader.next(line));
        CHECK(line.too_long());
        CHECK(line.text().size() <= longest_rule);
        REQUIRE(reader.next(line));
        CHECK(line.text() == "b");
        CHECK_FALSE(line.too_long());
    }
}
