// SPDX-License-Identifier: Apache-2.0
#include "parsers/openvpn/openvpn.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<openvpn::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;
const Wire client_id = text("CLIENT-1"), server_id = text("SERVER-1");
const Wire guard = "00000001 65000000"_hex;  // packet 1, 2023
const Wire acknowledged = joined({{1}, number(0, 4), client_id});

Wire reset(unsigned opcode, const Wire& session, const Wire& rest) { return joined({number(opcode << 3, 1), session, rest}); }
const Wire plain_client = reset(7, client_id, joined({{0}, number(0, 4)}));
const Wire plain_server = reset(8, server_id, joined({acknowledged, number(0, 4)}));
const Wire auth_client = reset(7, client_id, joined({Wire(20, 0xab), guard, {0}, number(0, 4)}));
const Wire crypt_client = reset(7, client_id, joined({guard, Wire(32, 0xab), Wire(5, 0xcd)}));
const Wire crypt_server = reset(8, server_id, joined({guard, Wire(32, 0xab), Wire(17, 0xcd)}));
const Wire crypt2_client = reset(10, client_id, joined({guard, Wire(32, 0xab), Wire(5, 0xcd), Wire(300, 0xee), number(302, 2)}));

Wire framed(const Wire& packet) { return vector(2, packet); }
Probe probe(Bytes data, Transport transport = Transport::udp) { return openvpn::Parser::probe(Offer{data, transport, to_server, false}); }

}  // namespace

TEST_CASE("openvpn: the opening of a session, by protection") {
    for (const auto& [client, server, protection] :
         {std::tuple{plain_client, plain_server, "none"},
          std::tuple{auth_client, reset(8, server_id, joined({Wire(20, 1), guard, acknowledged, number(0, 4)})), "tls-auth"},
          std::tuple{crypt_client, crypt_server, "tls-crypt"}, std::tuple{crypt2_client, crypt_server, "tls-crypt-v2"}}) {
        INFO(protection);
        CHECK(probe(client).sender == Probe::Sender::client);
        CHECK(probe(server).sender == Probe::Sender::server);
        Driver udp, tcp;
        udp.datagram(to_server, client);
        udp.datagram(to_server, client);
        udp.datagram(to_client, server);
        udp.datagram(to_server, reset(9, {0, 0, 1}, Wire(50, 3)));
        CHECK(tcp.stream(to_server, framed(client)));
        tcp.stream(to_client, framed(server));
        CHECK_FALSE(tcp.stream(to_server, framed(client)));
        for (Driver* driver : {&udp, &tcp}) {
            REQUIRE(driver->finish().transactions.size() == 2);
            const auto& logged = driver->outcome().transactions[1];
            CHECK(logged.get("openvpn.operation") == "hard-reset-server-v2");
            CHECK(logged.get("openvpn.client_session") == "434c49454e542d31");
            CHECK(logged.get("openvpn.server_session") == "5345525645522d31");
            CHECK(logged.get("openvpn.protection") == protection);
            CHECK(has(logged.report, Report::log));
            CHECK(driver->outcome().anomalies.empty());
        }
    }
}

TEST_CASE("openvpn: a session without an answer is written at its end") {
    Driver driver;
    driver.datagram(to_server, plain_client);
    driver.datagram(to_client, {});
    CHECK(driver.finish().transactions.back().report == Report::log);
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"invalid_packet"});
}

TEST_CASE("openvpn: recognised by a whole hard reset only") {
    for (const Wire& packet : {plain_client, plain_server, auth_client, crypt_client, crypt2_client}) {
        CHECK(probe(framed(packet), Transport::tcp).answer == Probe::Answer::match);
        for (std::size_t size = 0; size < packet.size(); ++size) {
            CHECK(probe(prefix(packet, size)).answer == Probe::Answer::no_match);
            CHECK(probe(prefix(framed(packet), size + 2), Transport::tcp).answer == Probe::Answer::need_more);
        }
    }
    CHECK(probe(reset(7, client_id, joined({{0}, number(1, 4)}))).answer == Probe::Answer::no_match);
    CHECK(probe(reset(4, client_id, joined({{0}, number(0, 4)}))).answer == Probe::Answer::no_match);
    CHECK(probe(joined({{0x39}, client_id, {0}, number(0, 4)})).answer == Probe::Answer::no_match);  // another key
    CHECK(probe("160301008e0100008a0303"_hex, Transport::tcp).answer == Probe::Answer::no_match);
}
