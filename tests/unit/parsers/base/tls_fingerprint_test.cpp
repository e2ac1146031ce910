// SPDX-License-Identifier: Apache-2.0
// JA4 of what is not TCP; tls_test.cpp and its comparison with others have the rest.
#include "parsers/base/tls_fingerprint.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("tls_fingerprint: JA4 tells the carrier, and DTLS counts downwards") {
    std::vector<std::uint8_t> memory(4096);
    Scratch scratch{memory};
    const Wire versions = tls_wire::extension(43, vector(1, numbers({0xfefd, 0xfefc})));
    const Wire message = tls_wire::client_hello(numbers({0x1301}), versions, 0xfefd);
    tls::ClientHello hello;
    REQUIRE(tls::read_client_hello(Bytes{message}.subspan(4), hello));
    std::array<std::uint8_t, tls::ja4_size> out;
    REQUIRE(tls::write_ja4(hello, scratch, out, tls::Carrier::dtls));
    CHECK(as_text(out).substr(0, 10) == "dd3i010100");
    REQUIRE(tls::write_ja4(hello, scratch, out, tls::Carrier::quic));
    CHECK(as_text(out).substr(0, 1) == "q");
}
