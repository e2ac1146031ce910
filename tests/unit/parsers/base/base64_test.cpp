// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/base64.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

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
