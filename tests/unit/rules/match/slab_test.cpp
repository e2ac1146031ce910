// SPDX-License-Identifier: Apache-2.0
#include "rules/match/slab.hpp"

#include "tests/support/catch.hpp"

using weir::rules::Slab;

TEST_CASE("slots are numbered from one, bounded, and clean when taken again") {
    Slab<int> slab{2};
    const auto first = slab.take(), second = slab.take();
    CHECK((first == 1 && second == 2));
    CHECK(slab.take() == 0);
    slab[first] = 7;
    slab.give_back(first);
    CHECK(slab.used() == 1);
    CHECK(slab.take() == first);
    CHECK(slab[first] == 0);
    CHECK(Slab<int>{0}.take() == 0);
}
