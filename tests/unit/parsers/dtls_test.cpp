// SPDX-License-Identifier: Apache-2.0
#include "parsers/dtls/dtls.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<dtls::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire record(unsigned type, const Wire& payload, unsigned epoch = 0) {
    return joined({number(type, 1), number(0xfefd, 2), number(epoch, 2), number(7, 6), vector(2, payload)});
}
Wire fragment(unsigned type, const Wire& body, std::size_t begin, std::size_t end, unsigned message = 0) {
    return joined({number(type, 1),
                   number(body.size(), 3),
                   number(message, 2),
                   number(begin, 3),
                   number(end - begin, 3),
                   {body.begin() + static_cast<std::ptrdiff_t>(begin), body.begin() + static_cast<std::ptrdiff_t>(end)}});
}
Wire whole(unsigned type, const Wire& body) { return record(22, fragment(type, body, 0, body.size())); }
Wire client_hello(const Wire& cookie) {
    return joined({number(0xfefd, 2),
                   Wire(32, 0x42),
                   {0},
                   vector(1, cookie),
                   vector(2, numbers({0xc02b, 0xc02f})),
                   {1, 0},
                   vector(2, joined({tls_wire::server_name("coap.example"), tls_wire::alpn({"coap"})}))});
}
const Wire hello = client_hello({});
const Wire verify = joined({number(0xfeff, 2), vector(1, text("cookie"))});
const Wire server_message = tls_wire::server_hello(0xc02b, {}, 0xfefd);
const Wire server_hello{server_message.begin() + 4, server_message.end()};

Probe probe(Bytes data, bool port_matches = false) { return dtls::Parser::probe(Offer{data, Transport::udp, to_server, port_matches}); }

}  // namespace

TEST_CASE("dtls: a handshake with a cookie") {
    Driver driver;
    driver.datagram(to_server, whole(1, hello));
    driver.datagram(to_client, whole(3, verify));
    driver.datagram(to_server, whole(1, client_hello(text("cookie"))));
    driver.datagram(to_client, whole(2, server_hello));
    driver.datagram(to_server, record(23, Wire(30, 1), 1));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].report == Report::request);
    CHECK(seen[0].get("dtls.cookie").empty());
    CHECK(seen[0].get("ja3.string").substr(0, 18) == "65277,49195-49199,");
    CHECK(seen[1].get("dtls.cookie") == "636f6f6b6965");
    CHECK(seen[3].report == (Report::response | Report::log));
    CHECK(seen[3].get("dtls.sni") == "coap.example");
    CHECK(seen[3].get("dtls.client_alpns[]") == "coap");
    CHECK(seen[3].get("dtls.version") == "DTLS 1.2");
    CHECK(seen[3].get("dtls.client_version") == "DTLS 1.2");
    CHECK(seen[3].get("dtls.cipher_suite") == "49195");
    CHECK(seen[3].get("dtls.ja4").substr(0, 10) == "dd2d0202cp");
    CHECK(seen[3].get("dtls.ja3s.hash").size() == 32);
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("dtls: a ClientHello in fragments, out of order") {
    Driver driver;
    driver.datagram(to_server, record(22, fragment(1, hello, 40, hello.size())));
    driver.datagram(to_server, joined({record(22, fragment(1, hello, 0, 10)), record(22, fragment(1, hello, 10, 40))}));
    REQUIRE(driver.finish().transactions.size() == 2);
    CHECK(driver.outcome().transactions[1].report == Report::log);
    CHECK(driver.outcome().transactions[1].get("dtls.sni") == "coap.example");
}

TEST_CASE("dtls: a fatal alert ends the story") {
    Driver driver;
    driver.datagram(to_server, whole(1, hello));
    driver.datagram(to_client, record(21, {1, 0}));
    driver.datagram(to_client, record(21, {2, 40}));
    REQUIRE(driver.finish().transactions.size() == 2);
    CHECK(driver.outcome().transactions[1].get("dtls.alert.description") == "40");
    CHECK(has(driver.outcome().transactions[1].report, Report::log));
}

TEST_CASE("dtls: what is broken is an anomaly") {
    const auto anomalies = [](Direction direction, const Wire& datagram) {
        Driver driver;
        driver.datagram(direction, datagram);
        std::string out;
        for (const std::string& anomaly : driver.finish().anomalies) out += anomaly + ' ';
        return out;
    };
    CHECK(anomalies(to_server, record(30, {1})) == "invalid_record ");
    CHECK(anomalies(to_server, prefix(whole(1, hello), 50)) == "invalid_record ");
    CHECK(anomalies(to_server, record(22, prefix(fragment(1, hello, 0, hello.size()), 40))) == "invalid_handshake_message ");
    CHECK(anomalies(to_server, whole(1, prefix(hello, 30))) == "invalid_handshake_message ");
    CHECK(anomalies(to_client, whole(2, prefix(server_hello, 30))) == "invalid_handshake_message ");
    CHECK(anomalies(to_client, whole(3, {1, 2, 9})) == "invalid_handshake_message ");
    CHECK(anomalies(to_server, record(21, {9, 9})) == "invalid_handshake_message ");
    CHECK(anomalies(to_server, record(22, fragment(1, Wire(5000, 0), 0, 100))) == "handshake_too_long ");
    CHECK(anomalies(to_server, Wire(40, 0x2f)).empty());  // DTLS 1.3, encrypted
}

TEST_CASE("dtls: recognised by hellos, or by records of a later epoch") {
    CHECK(probe(whole(1, hello)).sender == Probe::Sender::client);
    CHECK(probe(whole(2, server_hello)).sender == Probe::Sender::server);
    CHECK(probe(whole(3, verify)).sender == Probe::Sender::server);
    CHECK(probe(joined({record(23, Wire(30, 1), 1), record(23, Wire(30, 1), 1)})).answer == Probe::Answer::match);
    CHECK(probe(record(21, {2, 40}), true).answer == Probe::Answer::match);
    CHECK(probe(record(21, {2, 40})).answer == Probe::Answer::no_match);
    CHECK(probe(joined({record(23, Wire(30, 1), 1), {0}})).answer == Probe::Answer::no_match);
    CHECK(probe(record(23, Wire(30, 1))).answer == Probe::Answer::no_match);
    CHECK(probe("160301008e0100008a0303"_hex, true).answer == Probe::Answer::no_match);
    CHECK(dtls::Parser::probe(Offer{whole(1, hello), Transport::tcp, to_server, true}).answer == Probe::Answer::no_match);
}
