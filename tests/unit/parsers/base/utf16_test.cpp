// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/utf16.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace std::string_view_literals;

TEST_CASE("utf16: as UTF-8, up to a 0") {
    std::array<std::uint8_t, 64> memory;
    Scratch scratch{memory};
    CHECK(as_text(read_utf16(as_bytes("a\0b\0\0\0c\0"sv), scratch)) == "ab");
    CHECK(as_text(read_utf16(as_bytes("\xe9\x00\xac\x20\x3d\xd8\x00\xde"sv), scratch)) == "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(as_text(read_utf16(as_bytes("\x3d\xd8"
                                      "a\0\x00\xde"sv),
                             scratch)) ==
          "\xef\xbf\xbd"
          "a\xef\xbf\xbd");
    CHECK(as_text(read_utf16(as_bytes("a\0b"sv), scratch)) == "a");
}

TEST_CASE("utf16: absent when it does not fit") {
    std::array<std::uint8_t, 2> memory;
    Scratch scratch{memory};
    CHECK(read_utf16(as_bytes("a\0b\0c\0"sv), scratch).data() == nullptr);
    CHECK(scratch.remaining() == 2);
}
