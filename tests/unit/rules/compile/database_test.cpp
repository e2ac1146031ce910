// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/database.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("a database survives as bytes") {
    const DatabaseInput input{true, {{"abc", 0}, {"d\0f", 0}}};
    const auto made = Database::compile(input);
    REQUIRE(made);
    CHECK(made->memory() > 0);
    const auto bytes = made->serialise();
    const auto again = Database::deserialise(bytes);
    REQUIRE(again);
    CHECK(again->serialise() == bytes);
    CHECK_FALSE(Database::deserialise(Bytes{bytes}.first(10)).has_value());
}

TEST_CASE("what Hyperscan cannot do has a reason") {
    const auto refused = Database::compile({false, {{"(a)\\1", 0}}});
    REQUIRE_FALSE(refused);
    CHECK_FALSE(refused.error().empty());
}

TEST_CASE("the digest depends on every expression and flag") {
    const std::vector<DatabaseInput> one{{true, {{"abc", 0}}}}, flag{{true, {{"abc", 1}}}}, kind{{false, {{"abc", 0}}}},
        two{{true, {{"ab", 0}, {"c", 0}}}};
    CHECK(digest_of(one) == digest_of(one));
    CHECK(digest_of(one).size() == 64);
    for (const auto* const other : {&flag, &kind, &two}) CHECK(digest_of(*other) != digest_of(one));
}
