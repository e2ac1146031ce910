// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/pieces.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
std::string front(const auto& pieces) { return std::string(as_text(pieces.front())); }
}  // namespace

TEST_CASE("pieces: any order, overlaps, and the first bytes stay") {
    Pieces<16> pieces;
    CHECK(pieces.empty());
    CHECK(pieces.add(4, as_bytes("efgh")));
    CHECK(front(pieces).empty());
    CHECK(pieces.add(10, as_bytes("kl")));
    CHECK(pieces.add(0, as_bytes("abcdXX")));
    CHECK(front(pieces) == "abcdefgh");
    CHECK(pieces.add(2, as_bytes("ZZZZZZij_")));
    CHECK(front(pieces) == "abcdefghijkl");
    CHECK(pieces.add(12, {}));
    CHECK(front(pieces) == "abcdefghijkl");
    pieces.clear();
    CHECK(pieces.empty());
}

TEST_CASE("pieces: what does not fit is refused") {
    Pieces<8, 2> pieces;
    CHECK_FALSE(pieces.add(7, as_bytes("ab")));
    CHECK_FALSE(pieces.add(~std::uint64_t{0}, as_bytes("a")));
    CHECK(pieces.add(0, as_bytes("a")));
    CHECK(pieces.add(2, as_bytes("c")));
    CHECK(pieces.add(4, as_bytes("e")));
    CHECK_FALSE(pieces.add(6, as_bytes("g")));  // a hole too many
    CHECK(pieces.add(1, as_bytes("bcd")));
    CHECK(pieces.add(6, as_bytes("gh")));
    CHECK(pieces.add(5, as_bytes("f")));
    CHECK(front(pieces) == "abcdefgh");
}
