// SPDX-License-Identifier: Apache-2.0
#include "rules/match/transform.hpp"

#include "parsers/base/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::rules;

namespace {

std::string transformed(std::vector<Transform> transforms, std::string_view text) {
    static Transformer transformer;
    return std::string{as_text(transformer.apply(transforms, as_bytes(text)))};
}

}  // namespace

TEST_CASE("transforms, alone and in a row") {
    CHECK(transformed({}, "As Is") == "As Is");
    CHECK(transformed({Transform::dotprefix}, "example.com") == ".example.com");
    CHECK(transformed({Transform::dotprefix}, "").empty());
    CHECK(transformed({Transform::to_lowercase}, "AbC\xC4") == "abc\xC4");
    CHECK(transformed({Transform::to_uppercase}, "AbC1") == "ABC1");
    CHECK(transformed({Transform::strip_whitespace}, " a \t\r\n b ") == "ab");
    CHECK(transformed({Transform::compress_whitespace}, " a \t\r\n b ") == " a b ");
    CHECK(transformed({Transform::url_decode}, "%41+b%2") == "A b%2");
    CHECK(transformed({Transform::url_decode}, "%zz%4g%00x") == std::string("%zz%4g\0x", 8));
    CHECK(transformed({Transform::to_lowercase, Transform::dotprefix, Transform::strip_whitespace}, "A B") == ".ab");
}

TEST_CASE("transforms of header fields, and with a key") {
    CHECK(transformed({Transform::header_lowercase}, "Host: A:B\r\nX-Y:Z\r\n") == "host: A:B\r\nx-y:Z\r\n");
    CHECK(transformed({Transform::strip_pseudo_headers}, ":method: GET\r\nhost: a\r\n:path: /") == "host: a\r\n");
    CHECK(transformed({Transform::strip_pseudo_headers}, "").empty());
    CHECK(transformed({{Transform::exclusive_or, "\x01\x02"}}, "abc") == "``b");
}

TEST_CASE("digests are bytes") {
    const auto bytes = test::from_hex(md5(as_bytes("abc")).text());
    CHECK(transformed({Transform::to_md5}, "abc") == std::string(bytes.begin(), bytes.end()));
    CHECK(transformed({Transform::to_sha1}, "abc").size() == 20);
    CHECK(transformed({Transform::to_sha256}, "abc").size() == 32);
}

TEST_CASE("what is too long is cut") {
    CHECK(transformed({Transform::dotprefix}, std::string(Transformer::longest + 5, 'x')).size() == Transformer::longest + 1);
}
