// SPDX-License-Identifier: Apache-2.0
#include "rules/match/pcre_runner.hpp"

#include "rules/compile/regex.hpp"
#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;
using Outcome = PcreRunner::Outcome;

namespace {

PcreCode code_of(std::string pattern) {
    Pcre pcre;
    pcre.pattern = std::move(pattern);
    auto code = PcreCode::compile(pcre);
    REQUIRE(code);
    return std::move(code).value();
}

}  // namespace

TEST_CASE("where a pattern matches") {
    PcreRunner runner;
    PcreRunner::Match match;
    const PcreCode code = code_of("b+");
    CHECK(runner.run(code.get(), as_bytes("abbcb"), 0, true, match) == Outcome::match);
    CHECK((match.first == 1 && match.last == 3));
    CHECK(runner.run(code.get(), as_bytes("abbcb"), 3, true, match) == Outcome::match);
    CHECK(match.first == 4);
    CHECK(runner.run(code.get(), as_bytes("abbcb"), 5, true, match) == Outcome::no_match);
    CHECK(runner.run(code_of("").get(), Bytes{}, 0, true, match) == Outcome::match);
    CHECK(runner.run(code_of("^a").get(), as_bytes("ab"), 0, false, match) == Outcome::no_match);
}

TEST_CASE("what would take too long is given up, and the runner goes on") {
    PcreRunner runner;
    PcreRunner::Match match;
    CHECK(runner.run(code_of("(a+)+\\1$").get(), as_bytes(std::string(60, 'a') + "b"), 0, true, match) == Outcome::limit);
    CHECK(runner.run(code_of("a").get(), as_bytes("a"), 0, true, match) == Outcome::match);
}
