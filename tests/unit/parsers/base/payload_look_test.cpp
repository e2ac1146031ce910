// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/payload_look.hpp"

#include <random>
#include <string>

#include "parsers/base/digest.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

PayloadLook look(std::string_view payload) { return look_of(as_bytes(payload)); }

}  // namespace

TEST_CASE("payload look: text in its encodings") {
    CHECK(look("") == PayloadLook::none);
    CHECK(look("LOGIN admin\r\n") == PayloadLook::text);
    CHECK(look("gr\xc3\xbc\xc3\x9f dich, \xe4\xbd\xa0\xe5\xa5\xbd") == PayloadLook::text);
    CHECK(look("gr\xc3\xbc\xc3") == PayloadLook::text);  // cut inside a character
    CHECK(look(std::string_view{"l\0o\0g\0i\0n\0", 10}) == PayloadLook::text);
    CHECK(look("a terminal rings its bell now and then\x07 and goes on\r\n") == PayloadLook::text);
}

TEST_CASE("payload look: binary has a structure, or is too short to tell") {
    CHECK(look(std::string_view{"\0\0\0\x10\0\x01\0\0", 8}) == PayloadLook::binary);
    CHECK(look("\x8f\x13\xe9\xc4") == PayloadLook::binary);
    std::string records;
    for (int i = 0; i < 40; ++i) records += std::string{"\x01\0\0\x08", 4} + static_cast<char>(i) + std::string(3, '\0');
    CHECK(look(records) == PayloadLook::binary);
}

TEST_CASE("payload look: random bytes of any length, hardly ever taken for another") {
    std::mt19937 draw{7};
    for (const std::size_t size : {32u, 64u, 200u, 1024u, 1400u}) {
        int taken = 0;
        for (int round = 0; round < 1000; ++round) {
            std::string bytes(size, '\0');
            for (char& byte : bytes) byte = static_cast<char>(draw());
            taken += look(bytes) == PayloadLook::random ? 1 : 0;
        }
        CAPTURE(size);
        CHECK(taken > 980);
    }
}
