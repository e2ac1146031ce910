// SPDX-License-Identifier: Apache-2.0
#include "rules/language/requirements.hpp"

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::rules::language;

namespace {

/// What is lacking, or `` where all is there.
std::string lacking(std::string_view value) { return unmet_requirement({value, 0}).value_or(""); }

}  // namespace

TEST_CASE("versions, keywords and features") {
    for (const char* const met : {"version >= 7.0.0", "version > 6", "version < 8", "version >= 7.0.3 < 8 | >= 8.0.1", "version < 6 | >= 7",
                                  "keyword content", "keyword http.uri, version >= 7", "version >= 7.0.0-beta1"})
        CHECK(lacking(met).empty());
    CHECK(lacking("version >= 8") == "version >= 8");
    CHECK(lacking("version < 7.0.0") == "version < 7.0.0");
    CHECK(lacking("version >= 6 < 7") == "version >= 6 < 7");
    CHECK(lacking("version >= 7, keyword nothing") == "keyword nothing");
    CHECK(lacking("feature lua") == "feature lua");
}

TEST_CASE("what is no requirement") {
    for (const char* const wrong : {"", "words", "version", "version 7", "version >= x", "version >= 1.2.3.4", "version => 7"})
        CHECK_THROWS_AS(unmet_requirement({wrong, 0}), Refusal);
}

TEST_CASE("a rule that lacks what it requires is left out, whatever else it says") {
    const auto loaded = test::load_text(
        "alert tcp any any -> any any (nothing_known:5; requires:version >= 8; sid:1;)\n"
        "alert tcp any any -> any any (content:\"requires:version >= 8\\;\"; requires: keyword content; sid:2;)\n"
        "alert tcp any any -> any any (requires:version >= x; sid:3;)\n");
    REQUIRE(loaded.rules.rules.size() == 1);
    CHECK(loaded.rules.rules[0].sid == 2);
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].text() == "test.rules:1: not loaded: the rule requires version >= 8");
    REQUIRE(loaded.errors.size() == 1);
    CHECK(loaded.errors[0].line == 3);
}
