// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rules_explain.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::cli;

TEST_CASE("a rule explained") {
    const auto compiled = test::compiled_from(test::rules_from(test::udp_rule("content:\"abcd\"; nocase;", 1) + test::udp_rule("pcre:\"/a.*b/\";", 2)));
    const auto first = compiled->explain(1);
    REQUIRE(first);
    const std::string text = explain_text(*compiled, *first);
    CHECK(text.starts_with("test.rules:1\n\nalert udp any any -> any any\nsid 1 rev 0 priority 3\n"));
    CHECK(text.find("waits for    \"abcd\" in either case in payload, strength 12\n") != std::string::npos);
    CHECK(text.find("stands in    packet udp to_server\nstands in    packet udp to_client\n") != std::string::npos);
    CHECK(text.find("slow") == std::string::npos);
    const std::string other = explain_text(*compiled, *compiled->explain(2));
    CHECK(other.find("waits for    no literal; filed by nothing: looked at always\n") != std::string::npos);
    CHECK(other.find("slow         it has no literal to wait for") != std::string::npos);
    CHECK_FALSE(compiled->explain(3));
}

TEST_CASE("what rules cost, added up over workers, the dearest first") {
    const auto compiled = test::compiled_from(
        test::rules_from(test::udp_rule("content:\"abcd\";", 1) + test::udp_rule("content:\"efgh\";", 2) + test::udp_rule("content:\"ijkl\";", 3)));
    const std::vector<rules::RuleCost> one{{2, 1, 100}, {1, 0, 300}, {}}, other{{2, 0, 100}, {0, 0, 0}, {}};
    CHECK(profile_text(*compiled, {one, other}) ==
          "         sid    checked  matched         cycles  per check  message\n"
          "           2          1        0            300        300  m\n"
          "           1          4        1            200         50  m\n");
}
