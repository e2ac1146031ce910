// SPDX-License-Identifier: Apache-2.0
#include "parsers/wireguard/wireguard.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<wireguard::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire message(unsigned type, const Wire& head, std::size_t size) {
    Wire out = joined({{static_cast<std::uint8_t>(type), 0, 0, 0}, head});
    out.resize(size);
    return out;
}
const Wire initiation = message(1, {0x78, 0x56, 0x34, 0x12}, 148);
const Wire response = message(2, {1, 0, 0, 0, 0x78, 0x56, 0x34, 0x12}, 92);
const Wire cookie_reply = message(3, {2, 0, 0, 0}, 64);
const Wire data = message(4, {1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0}, 96);

Probe probe(Bytes bytes, Transport transport = Transport::udp) {
    return wireguard::Parser::probe(Offer{bytes, transport, to_server, true});
}

}  // namespace

TEST_CASE("wireguard: a handshake and its indexes") {
    Driver driver;
    driver.datagram(to_server, initiation);
    driver.datagram(to_client, response);
    driver.datagram(to_server, data);
    Wire again = initiation;
    again.back() = 1;
    driver.datagram(to_client, again);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].get("wireguard.operation") == "initiation");
    CHECK(seen[0].get("wireguard.sender_index") == "305419896");
    CHECK(seen[0].get("wireguard.receiver_index").empty());
    CHECK(seen[0].get("wireguard.mac2").empty());
    CHECK(seen[1].get("wireguard.sender_index") == "1");
    CHECK(seen[1].get("wireguard.receiver_index") == "305419896");
    CHECK(seen[2].get("wireguard.mac2") == "true");
    CHECK(has(seen[2].report, Report::response));
}

TEST_CASE("wireguard: data is reported once where there is no handshake") {
    Driver driver;
    driver.datagram(to_client, data);
    driver.datagram(to_server, data);
    driver.datagram(to_server, cookie_reply);
    REQUIRE(driver.finish().transactions.size() == 2);
    CHECK(driver.outcome().transactions[0].get("wireguard.type") == "4");
    CHECK(driver.outcome().transactions[1].get("wireguard.operation") == "cookie-reply");
}

TEST_CASE("wireguard: recognised by types and sizes") {
    CHECK(probe(initiation).sender == Probe::Sender::client);
    CHECK(probe(response).sender == Probe::Sender::server);
    CHECK(probe(cookie_reply).sender == Probe::Sender::server);
    CHECK(probe(data).answer == Probe::Answer::match);
    CHECK(probe(prefix(data, 90)).answer == Probe::Answer::no_match);  // filled up to the MTU only: amid a session
    CHECK(probe(initiation, Transport::tcp).answer == Probe::Answer::no_match);
    CHECK(probe(message(4, {1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1}, 96)).answer == Probe::Answer::no_match);
    for (const Wire& wire : {initiation, response, cookie_reply, data})
        for (std::size_t size = 0; size < wire.size(); ++size) {
            if (wire[0] == 4 && size >= 32) continue;
            CHECK(probe(prefix(wire, size)).answer == Probe::Answer::no_match);
            Driver driver;
            driver.datagram(to_server, prefix(wire, size));
            CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_message"});
        }
}
