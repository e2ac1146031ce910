// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/checksum.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("checksum: the examples of the standards") {
    CHECK(checksum::add("0001 f203 f4f5 f6f7"_hex) == 0xddf2);        // RFC 1071 section 3
    CHECK(checksum::crc32c(as_bytes("123456789"), 9) == 0xe3069283);  // CRC-32C's check value
}

TEST_CASE("checksum: parts of any length add up") {
    const auto bytes = "0102 0304 0506 0708 09"_hex;
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        std::uint32_t plain = 0;
        for (std::size_t i = 0; i < length; ++i) plain += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
        CHECK(checksum::add(Bytes{bytes}.first(length)) == plain);
    }
    CHECK(checksum::add(Bytes{bytes}.subspan(4), checksum::add(Bytes{bytes}.first(4))) == checksum::add(bytes));
}

TEST_CASE("checksum: the four bytes of the field itself count as 0") {
    auto bytes = "0102030405060708 deadbeef 0a0b"_hex;
    const std::uint32_t crc = checksum::crc32c(bytes, 8);
    std::fill_n(bytes.begin() + 8, 4, std::uint8_t{0});
    CHECK(checksum::crc32c(bytes, bytes.size()) == crc);
}
