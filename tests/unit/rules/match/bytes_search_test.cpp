// SPDX-License-Identifier: Apache-2.0
#include "rules/match/bytes_search.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("bytes within a range") {
    const Bytes bytes = as_bytes("abcABCabc");
    CHECK(find(bytes, 0, 9, "abc", false) == 0u);
    CHECK(find(bytes, 1, 9, "abc", false) == 6u);
    CHECK(find(bytes, 1, 9, "abc", true) == 3u);
    CHECK(find(bytes, 1, 100, "abc", true) == 3u);
    CHECK_FALSE(find(bytes, 1, 5, "abc", true));
    CHECK_FALSE(find(bytes, 7, 9, "abc", false));
    CHECK_FALSE(find(bytes, 9, 3, "abc", false));
    CHECK_FALSE(find(Bytes{}, 0, 0, "a", false));
    CHECK(find(bytes, 4, 9, "", false) == 4u);
}
