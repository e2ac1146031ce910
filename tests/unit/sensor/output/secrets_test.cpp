// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/secrets.hpp"

#include <string>

#include "parsers/registry.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

std::string hidden(std::string_view secret, const std::string& salt) { return std::string{hide(as_bytes(secret), {false, salt}).view()}; }

}  // namespace

TEST_CASE("secrets: a hash with its length, the same for the same secret and salt") {
    // printf 'weir\0public' | sha256sum
    CHECK(hidden("public", "weir") == "hidden:6:24f2d88ceec23497");
    CHECK(hidden("public", "weir") == hidden("public", "weir"));
    CHECK(hidden("public", "weir") != hidden("private", "weir"));
    CHECK(hidden("public", "weir") != hidden("public", "another"));
    CHECK(hidden("", "weir").starts_with("hidden:0:"));
    CHECK(hidden(std::string(100'000, 'x'), "").starts_with("hidden:100000:"));
}

TEST_CASE("secrets: what is named like one is marked as one") {
    for (const ParserInfo& parser : protocols())
        for (const Field& field : parser.fields) {
            const std::string_view name = field.keyword.empty() ? field.path : field.keyword;
            const bool sounds = name.ends_with(".password") || name.ends_with(".passcode") || name.ends_with(".community") || name.ends_with("cookie");
            // A flag that says that there is one, and cookies that are none of a login: DTLS's and RDP's.
            if (!sounds || name == "mqtt.connect.flags.password" || parser.name == "dtls" || parser.name == "rdp") continue;
            INFO(name);
            CHECK(field.secret);
            CHECK(field.kind == FieldKind::buffer);
        }
}
