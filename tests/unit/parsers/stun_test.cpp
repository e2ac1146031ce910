// SPDX-License-Identifier: Apache-2.0
#include "parsers/stun/stun.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<stun::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;
const Wire identifier = "b7e7a701bc34d686fa87dfae"_hex;

Wire attribute(unsigned type, const Wire& value) {
    Wire out = joined({number(type, 2), vector(2, value)});
    out.resize((out.size() + 3) / 4 * 4);
    return out;
}
Wire message(unsigned type, std::initializer_list<Wire> attributes) {
    Wire body;
    for (const Wire& one : attributes) body = joined({body, one});
    return joined({number(type, 2), number(body.size(), 2), number(0x2112a442, 4), identifier, body});
}
const Wire software = attribute(0x8022, text("test vector"));
// Addresses of RFC 5769 sections 2.2 and 2.3: 192.0.2.1 and 2001:db8:1234:5678:11:2233:4455:6677, port 32853.
const Wire xor_v4 = attribute(0x0020, "0001a147e112a643"_hex), xor_v6 = attribute(0x0020, "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"_hex);
const Wire request = message(0x0001, {software, attribute(0x0006, text("evtj:h6vY"))});
const Wire allocated = message(0x0103, {attribute(0x0016, "0001a147e112a643"_hex), xor_v4, attribute(0x000d, number(600, 4))});
const Wire classic = joined({number(0x0001, 2), number(0, 2), Wire(16, 0x31)});

Probe probe(Bytes data, bool port_matches = false, Transport transport = Transport::udp) {
    return stun::Parser::probe(Offer{data, transport, to_server, port_matches});
}
std::string only(const Wire& wire, const char* path) {
    Driver driver;
    driver.datagram(to_client, wire);
    REQUIRE(driver.finish().transactions.size() == 1);
    return driver.outcome().transactions[0].get(path);
}

}  // namespace

TEST_CASE("stun: a request and what the answers hold") {
    CHECK(only(request, "stun.method") == "binding");
    CHECK(only(request, "stun.class") == "request");
    CHECK(only(request, "stun.software") == "test vector");
    CHECK(only(request, "stun.username") == "evtj:h6vY");
    CHECK(only(request, "stun.transaction_id") == "b7e7a701bc34d686fa87dfae");
    CHECK(only(message(0x0101, {xor_v4}), "stun.mapped_address") == "192.0.2.1");
    CHECK(only(message(0x0101, {xor_v4}), "stun.mapped_port") == "32853");
    CHECK(only(message(0x0101, {xor_v6}), "stun.mapped_address") == "2001:db8:1234:5678:11:2233:4455:6677");
    CHECK(only(message(0x0101, {attribute(1, "00010050c0000201"_hex)}), "stun.mapped_port") == "80");
    CHECK(only(allocated, "stun.relayed_address") == "192.0.2.1");
    CHECK(only(allocated, "stun.lifetime") == "600");
    CHECK(only(message(0x0113, {attribute(9, joined({"00000401"_hex, text("Unauthorized")})), attribute(0x14, text("realm"))}),
               "stun.error_code") == "401");
    CHECK(only(message(0x0113, {attribute(0x14, text("r"))}), "stun.method") == "allocate");
    CHECK(only(message(0x0003, {attribute(0x19, "11000000"_hex)}), "stun.requested_transport") == "17");
    CHECK(only(message(0x0008, {attribute(0x12, "0001a147e112a643"_hex)}), "stun.peer_address") == "192.0.2.1");
    CHECK(only(message(0x0016, {}), "stun.class") == "indication");
    CHECK(only(message(0x0016, {}), "stun.method") == "send");
    CHECK(only(message(0x0101, {attribute(0x8023, "00010d96c0000209"_hex)}), "stun.alternate_server") == "192.0.2.9");
    CHECK(only(classic, "stun.transaction_id") == "31313131313131313131313131313131");
}

TEST_CASE("stun: over TCP, with channels between") {
    const Wire wire = joined({request, {0x40, 0x00, 0x00, 0x05}, Wire(8, 'm'), allocated});
    Driver whole, pieces;
    whole.stream(to_server, wire);
    for (const std::uint8_t octet : wire) pieces.stream(to_server, Bytes{&octet, 1});
    CHECK(whole.finish().transactions.size() == 2);
    CHECK(whole.outcome().text() == pieces.finish().text());
    Driver broken;
    broken.stream(to_server, joined({request, {0xff, 0, 0, 0}}));
    CHECK(broken.finish().anomalies == std::vector<std::string>{"invalid_message"});
}

TEST_CASE("stun: what shares the port is passed over, what is broken is an anomaly") {
    Driver driver;
    driver.datagram(to_server, Wire(40, 0x80));
    driver.datagram(to_server, "1603030000"_hex);
    CHECK(driver.finish().anomalies.empty());
    for (const Wire& broken : {prefix(request, 30), message(1, {{0, 6, 0, 9, 1, 2, 3, 4}}), message(0x1, {{0, 6}})}) {
        Driver other;
        other.datagram(to_server, broken);
        CHECK(other.finish().anomalies == std::vector<std::string>{"invalid_message"});
        CHECK(probe(broken, true).answer == Probe::Answer::no_match);
    }
}

TEST_CASE("stun: recognised by cookie and lengths") {
    CHECK(probe(request).sender == Probe::Sender::client);
    CHECK(probe(allocated).sender == Probe::Sender::server);
    CHECK(probe(message(0x0011, {})).sender == Probe::Sender::unknown);
    CHECK(probe(classic, true).answer == Probe::Answer::match);
    CHECK(probe(classic).answer == Probe::Answer::no_match);
    CHECK(probe(joined({request, {0}})).answer == Probe::Answer::no_match);
    CHECK(probe(joined({request, allocated}), false, Transport::tcp).answer == Probe::Answer::match);
    CHECK(probe(prefix(request, 25), false, Transport::tcp).answer == Probe::Answer::need_more);
    CHECK(probe("000100002112a441"_hex, true).answer == Probe::Answer::no_match);
    CHECK(probe(text("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true, Transport::tcp).answer == Probe::Answer::no_match);
}
