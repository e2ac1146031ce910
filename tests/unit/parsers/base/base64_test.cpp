// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/base64.hpp"

#include <array>
#include <string>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

std::array<std::uint8_t, 64> room_for_all;
std::string decoded(std::string_view text, std::size_t room = room_for_all.size()) {
    const Base64Result result = base64_decode(as_bytes(text), std::span{room_for_all}.first(room));
    return std::string{as_text(Bytes{room_for_all}.first(result.written))} + ":" + std::to_string(result.read);
}

}  // namespace

TEST_CASE("base64: decoded as far as it is that") {
    CHECK(decoded("") == ":0");
    CHECK(decoded("Zg==") == "f:4");
    CHECK(decoded("Zm8=") == "fo:4");
    CHECK(decoded("Zm9v") == "foo:4");
    CHECK(decoded("Zm9vYmFy") == "foobar:8");
    CHECK(decoded("Zm9vYg") == "foob:6");
    CHECK(decoded("Zm9v YmFy") == "foo:4");
    CHECK(decoded("Z") == ":1");
    CHECK(decoded("====") == ":0");
    CHECK(decoded("Zm9vYmFy", 2) == "fo:3");
}

TEST_CASE("base64: RFC 4648 section 10, with and without padding") {
    struct Case {
        std::string_view text, meaning;
    };
    const auto [text, meaning] = GENERATE(Case{"", ""}, Case{"Zg==", "f"}, Case{"Zm8=", "fo"}, Case{"Zm9v", "foo"}, Case{"Zm9vYg", "foob"},
                                          Case{"Zm9vYmFy", "foobar"}, Case{"++//", "\xfb\xef\xff"});
    std::array<std::uint8_t, 64> memory;
    Scratch scratch{memory};
    CHECK(as_text(read_base64(as_bytes(text), scratch)) == meaning);
}

TEST_CASE("base64: what is none is absent, and so is what does not fit") {
    std::array<std::uint8_t, 2> memory;
    Scratch scratch{memory};
    CHECK(read_base64(as_bytes("Zm9v"), scratch).data() == nullptr);
    scratch.reset();
    CHECK(read_base64(as_bytes("Z m"), scratch).data() == nullptr);
}

TEST_CASE("base64: a login of SASL PLAIN") {
    std::array<std::uint8_t, 64> memory;
    Scratch scratch{memory};
    const PlainLogin login = read_sasl_plain(as_bytes("AHVzZXIAcGFzcw=="), scratch);
    CHECK(as_text(login.user) == "user");
    CHECK(as_text(login.password) == "pass");
    CHECK(read_sasl_plain(as_bytes("dXNlcgBwYXNz"), scratch).user.data() == nullptr);
}
