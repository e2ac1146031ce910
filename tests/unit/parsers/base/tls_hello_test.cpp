// SPDX-License-Identifier: Apache-2.0
// What TLS, DTLS and QUIC share of the hellos; tls_test.cpp has the rest.
#include "parsers/base/tls_hello.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("tls_hello: the cookie stands in DTLS only") {
    const Wire extensions = joined({tls_wire::server_name("a.example"), tls_wire::alpn({"coap", "h3"})});
    const Wire message = tls_wire::client_hello(numbers({0x1301}), extensions, 0xfefd);
    Wire body{message.begin() + 4, message.end()};
    tls::ClientHello hello;
    REQUIRE(tls::read_client_hello(body, hello));
    CHECK(as_text(hello.server_name) == "a.example");
    CHECK(hello.cookie.empty());
    const Wire cookie = vector(1, text("cook"));
    body.insert(body.begin() + 2 + 32 + 1, cookie.begin(), cookie.end());
    tls::ClientHello datagram;
    REQUIRE(tls::read_client_hello(body, datagram, Transport::udp));
    CHECK(as_text(datagram.cookie) == "cook");
    CHECK(as_text(datagram.server_name) == "a.example");
}

TEST_CASE("tls_hello: ALPN lists") {
    std::array<std::uint8_t, 256> memory;
    Scratch scratch{memory};
    const Wire list = joined({vector(1, text("h2")), vector(1, text("http/1.1")), {9}});
    const auto names = tls::alpn_names(list, scratch);
    REQUIRE(names.size() == 2);
    CHECK(as_text(names[1]) == "http/1.1");
    CHECK(tls::alpns_within(list, 11).size() == 3);
    CHECK(tls::alpns_within(list, 12).size() == 12);
}
