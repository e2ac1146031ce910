// SPDX-License-Identifier: Apache-2.0
#include "parsers/ntp/ntp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ntp::Parser>;

namespace {
// Client request of chrony 4.3 and the answer of a stratum-2 server.
const auto request = "23 00 06 20 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 d4f1c2a300000000"_hex;
const auto reply = "24 02 06 e9 00000a1b 00000c2d c0a80101 e9f0c2a300000000 d4f1c2a300000000 e9f0c2a400000000 e9f0c2a400000001"_hex;
const auto monlist = "17 00 03 2a 00000000"_hex;
const auto readvar = "16 02 0001 0000 0000 0000 0000"_hex;

Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return ntp::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}
}  // namespace

TEST_CASE("ntp: header fields and roles") {
    Driver driver;
    driver.datagram(Direction::to_server, request);
    driver.datagram(Direction::to_client, reply);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("ntp.version") == "4");
    CHECK(seen[0].get("ntp.mode") == "3");
    CHECK(seen[1].get("ntp.stratum") == "2");
    CHECK(seen[1].get("ntp.reference_id") == "c0a80101");
    CHECK(probe(request, false).sender == Probe::Sender::client);
    CHECK(probe(reply, false).sender == Probe::Sender::server);
}

TEST_CASE("ntp: control and private modes are recognised on their port only") {
    for (const auto& [datagram, opcode] : {std::pair{monlist, "42"}, std::pair{readvar, "2"}}) {
        CHECK(probe(datagram, true).answer == Probe::Answer::match);
        CHECK(probe(datagram, false).answer == Probe::Answer::no_match);
        Driver driver;
        driver.datagram(Direction::to_server, datagram);
        REQUIRE(driver.finish().transactions.size() == 1);
        CHECK(driver.outcome().transactions[0].get("ntp.opcode") == opcode);
        CHECK(driver.outcome().transactions[0].get("ntp.stratum").empty());
    }
}

TEST_CASE("ntp: every prefix of a good message is an anomaly, never a transaction") {
    for (std::size_t length = 0; length < request.size(); ++length) {
        Driver driver;
        driver.datagram(Direction::to_server, Bytes{request}.first(length));
        CHECK(driver.finish().transactions.empty());
        CHECK(driver.outcome().anomalies == std::vector<std::string>{"truncated_header"});
    }
}

TEST_CASE("ntp: what lies behind the header is counted") {
    auto longer = request;
    longer.insert(longer.end(), 20, 0xaa);
    Driver driver;
    driver.datagram(Direction::to_server, longer);
    REQUIRE(driver.finish().transactions.size() == 1);
    CHECK(driver.outcome().transactions[0].get("ntp.extra") == "20");
}

TEST_CASE("ntp: other traffic is not taken for it") {
    CHECK(probe(request, true, Transport::tcp).answer == Probe::Answer::no_match);
    CHECK(probe(as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n-----------------------"), false).answer == Probe::Answer::no_match);
    CHECK(probe("00 01 02 03"_hex, true).answer == Probe::Answer::no_match);
}
