// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/regex.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("Hyperscan is asked only for what it means as PCRE does") {
    Pcre pcre;
    pcre.pattern = "a$";
    CHECK(hyperscan_expression(pcre).has_value());
    pcre.dollar_end_only = true;
    CHECK_FALSE(hyperscan_expression(pcre).has_value());
    pcre = {};
    pcre.pattern = "(a)";
    pcre.captures.emplace_back("x", false);
    CHECK_FALSE(hyperscan_expression(pcre).has_value());
    pcre = {};
    pcre.pattern = "a";
    pcre.anchored = true;
    REQUIRE(hyperscan_expression(pcre).has_value());
    CHECK(hyperscan_expression(pcre)->text == "\\A(?:a)");
}

TEST_CASE("which patterns look at the subject's start") {
    const auto looks = [](std::string pattern) {
        Pcre pcre;
        pcre.pattern = std::move(pattern);
        return looks_at_start(pcre);
    };
    CHECK(looks("^a"));
    CHECK(looks("(?:^|x)a"));
    CHECK(looks("\\Aa"));
    CHECK(looks("\\[^a"));
    CHECK_FALSE(looks("[^a]b"));
    CHECK_FALSE(looks("a\\^b"));
    CHECK_FALSE(looks("a\\\\Ab"));
}

TEST_CASE("a pattern that PCRE2 refuses has a reason") {
    Pcre pcre;
    pcre.pattern = "(unclosed";
    const auto code = PcreCode::compile(pcre);
    REQUIRE_FALSE(code);
    CHECK(code.error().find("offset") != std::string::npos);
    pcre.pattern = "closed";
    const auto good = PcreCode::compile(pcre);
    REQUIRE(good);
    CHECK(good->memory() > 0);
}
