// SPDX-License-Identifier: Apache-2.0
#include "rules/base64.hpp"

#include <array>
#include <string>

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

namespace {

std::array<std::uint8_t, 64> memory;
std::string decoded(std::string_view text, std::size_t room = memory.size()) {
    const Base64Result result = base64_decode(as_bytes(text), std::span{memory}.first(room));
    return std::string{as_text(Bytes{memory}.first(result.written))} + ":" + std::to_string(result.read);
}

}  // namespace

TEST_CASE("base64, RFC 4648 section 10, and where it ends") {
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
