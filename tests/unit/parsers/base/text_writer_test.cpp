// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/text_writer.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("text writer: what does not fit fails it for good") {
    std::array<std::uint8_t, 8> memory;
    TextWriter writer{memory};
    writer.decimal(1234).put('-').hex(std::uint8_t{0xaf}, true);
    CHECK(as_text(writer.text()) == "1234-AF");
    writer.put("ab");
    CHECK_FALSE(writer.ok());
    writer.put('c');
    CHECK(writer.text().data() == nullptr);
}

TEST_CASE("text writer: base64 without padding") {
    for (const auto& [plain, coded] :
         {std::pair{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}, {"\xff\xfe", "//4"}}) {
        std::array<std::uint8_t, 16> memory;
        CHECK(as_text(TextWriter{memory}.base64(as_bytes(plain)).text()) == coded);
    }
}
