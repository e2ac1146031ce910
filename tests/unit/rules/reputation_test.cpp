// SPDX-License-Identifier: Apache-2.0
#include "rules/reputation.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("scores by category, the longest prefix first") {
    Reputation reputation;
    CHECK(reputation.load_categories("categories.txt", "# c\n1,BadHosts,Known bad hosts\n2,Google,google host\n").empty());
    CHECK(reputation.load("a.list", "10.0.0.0/8,1,10\n10.1.2.3,1,90\n\n2001:db8::/32,2,5\n10.1.2.3,1,4\n").empty());
    reputation.finish();
    CHECK(reputation.category("badhosts") == 1);
    CHECK(reputation.category("nobody") == 0);
    const auto score = [&](std::string_view address, std::uint8_t category) -> int {
        const auto found = reputation.score(*IpAddress::parse(address), category);
        return found ? *found : -1;
    };
    CHECK(score("10.1.2.3", 1) == 90);
    CHECK(score("10.1.2.4", 1) == 10);
    CHECK(score("11.1.2.4", 1) == -1);
    CHECK(score("10.1.2.3", 2) == -1);
    CHECK(score("2001:db8::7", 2) == 5);
    CHECK(score("10.1.2.3", 0) == -1);
}

TEST_CASE("lines that are none") {
    Reputation reputation;
    CHECK(reputation.load_categories("c", "x,y\n61,a,b\n1,,b\n0,a,b\n").size() == 4);
    const auto errors = reputation.load("r", "10.0.0.1,1\n10.0.0.1,1,128\n10.0.0.999,1,1\n10.0.0.1,99,1\n");
    REQUIRE(errors.size() == 4);
    CHECK(errors[0].text() == "r:1: expected `address or prefix,category,score`: category 1 to 60, score 0 to 127");
    CHECK(reputation.size() == 0);
}
