// SPDX-License-Identifier: Apache-2.0
#include "rules/match/number.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

namespace {

std::optional<ReadNumber> text(std::string_view bytes, std::size_t count, ByteBase base) {
    ByteSource source;
    source.base = base;
    return read_number(as_bytes(bytes), 0, count, source);
}

}  // namespace

TEST_CASE("binary numbers, both byte orders, with a mask") {
    const std::string_view bytes = "\x12\x34\x56\x78";
    ByteSource source;
    CHECK(read_number(as_bytes(bytes), 0, 4, source)->value == 0x12345678);
    CHECK(read_number(as_bytes(bytes), 2, 0, source)->value == 0);
    CHECK_FALSE(read_number(as_bytes(bytes), 1, 4, source));
    CHECK_FALSE(read_number(as_bytes(bytes), 5, 0, source));
    CHECK_FALSE(read_number(as_bytes("123456789"), 0, 9, source));
    source.bitmask = 0x0ff0;
    source.mask_shift = 4;
    CHECK(read_number(as_bytes(bytes), 2, 2, source)->value == 0x67);
    source = {};
    source.little_endian = true;
    CHECK(read_number(as_bytes(bytes), 0, 2, source)->value == 0x3412);
}

TEST_CASE("numbers in text end where the digits end") {
    CHECK(text("123;", 4, ByteBase::decimal)->value == 123);
    CHECK(text("123;", 4, ByteBase::decimal)->size == 3);
    CHECK(text("  +7x", 5, ByteBase::decimal)->value == 7);
    CHECK(text("0x1F", 4, ByteBase::hex)->value == 0x1f);
    CHECK(text("0x", 2, ByteBase::hex)->value == 0);
    CHECK(text("179", 3, ByteBase::octal)->value == 017);
    CHECK_FALSE(text("x", 1, ByteBase::decimal));
    CHECK_FALSE(text("-", 1, ByteBase::decimal));
    CHECK(text("18446744073709551615", 20, ByteBase::decimal)->value == ~0ull);
    CHECK_FALSE(text("18446744073709551616", 20, ByteBase::decimal));
}
