// SPDX-License-Identifier: Apache-2.0
#include "parsers/remote_tool/remote_tool.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<remote_tool::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

Wire frp_message(char type, std::string_view json) { return joined({text({&type, 1}), number(json.size(), 8), text(json)}); }
const Wire login =
    frp_message('o', R"({"version":"0.52.3","hostname":"gnb-0117","os":"linux","arch":"arm64","user":"ops","privilege_key":"5f4d"})");
const Wire yamux_login = joined({"0001000100000001 00000000"_hex, "0000000000000001"_hex, number(login.size(), 4), login});
const Wire digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"_hex;
const Wire rathole = joined({"0000000001"_hex, digest});
const Wire stowaway = joined({Wire(16, 0x5a), text("IAMADMINXDIAMNEWHERE"), number(0, 8)});
const Wire teamviewer = joined({"17240a"_hex, "2000"_hex, Wire(32, 7)});
const Wire register_peer = joined({{0x32, 0x0d, 0x0a, 0x09}, text("123456789"), {0x10, 0x01}});
const Wire punch_hole = joined({{15 << 2}, {0x42, 0x0d, 0x0a, 0x09}, text("987654321"), {0x10, 0x01}});

Probe probe(Bytes data, Transport transport = Transport::tcp, bool port_matches = false) {
    return remote_tool::Parser::probe(Offer{data, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("remote_tool: frp tells its version and its host, in yamux or not") {
    for (const Wire& wire : {login, yamux_login}) {
        CHECK(probe(wire).sender == Probe::Sender::client);
        CHECK(probe(prefix(wire, 5)).answer == Probe::Answer::need_more);
        Driver driver;
        for (const std::uint8_t octet : wire) driver.stream(to_server, Bytes{&octet, 1});
        REQUIRE(driver.finish().transactions.size() == 1);
        const auto& seen = driver.outcome().transactions[0];
        CHECK(seen.get("remote_tool.name") == "frp");
        CHECK(seen.get("remote_tool.version") == "0.52.3");
        CHECK(seen.get("remote_tool.host") == "gnb-0117");
        CHECK(seen.get("remote_tool.user") == "ops");
    }
    CHECK(probe(frp_message('1', R"({"version":"0.52.3","run_id":"a"})")).sender == Probe::Sender::server);
    CHECK(probe(frp_message('o', R"({"name":"x"})")).answer == Probe::Answer::no_match);
}

TEST_CASE("remote_tool: behind frp's octet TLS is spoken") {
    const Wire hello = tls_wire::record(22, tls_wire::client_hello(numbers({0x1301}), {}));
    const Wire wire = joined({{0x17}, hello});
    CHECK(probe(wire).sender == Probe::Sender::client);
    Driver driver;
    driver.stream(to_server, wire);
    REQUIRE(driver.finish().transactions.size() == 1);
    CHECK(driver.outcome().upgraded);
    CHECK(driver.outcome().transactions[0].get("remote_tool.name") == "frp");
}

TEST_CASE("remote_tool: the others by name") {
    for (const auto& [wire, transport, name] :
         {std::tuple{rathole, Transport::tcp, "rathole"}, std::tuple{stowaway, Transport::tcp, "stowaway"},
          std::tuple{teamviewer, Transport::tcp, "teamviewer"}, std::tuple{register_peer, Transport::udp, "rustdesk"},
          std::tuple{punch_hole, Transport::tcp, "rustdesk"}}) {
        INFO(name);
        CHECK(probe(wire, transport).answer == Probe::Answer::match);
        Driver driver;
        if (transport == Transport::tcp)
            driver.stream(to_server, wire);
        else
            driver.datagram(to_server, wire);
        REQUIRE(driver.finish().transactions.size() == 1);
        CHECK(driver.outcome().transactions[0].get("remote_tool.name") == name);
    }
    Driver driver;
    driver.datagram(to_server, register_peer);
    CHECK(driver.outcome().transactions[0].get("remote_tool.id") == "123456789");
    CHECK(probe(joined({Wire(11, 0), {0x17, 0x24, 1}}), Transport::udp, true).answer == Probe::Answer::match);
    CHECK(probe(joined({Wire(11, 0), {0x17, 0x24, 1}}), Transport::udp).answer == Probe::Answer::no_match);
}

TEST_CASE("remote_tool: other traffic is not taken for a tool's") {
    for (const Wire& wire :
         {text("GET / HTTP/1.1\r\n\r\n"), text("SSH-2.0-OpenSSH_9.6\r\n"), "160301008e0100008a0303"_hex, "1703030020"_hex, "1724ff"_hex,
          joined({"0000000001"_hex, Wire(32, 'a')}), joined({"0000000001"_hex, digest, {0}}), joined({teamviewer, {0}}),
          joined({{0x32, 0x0d, 0x0a, 0x09}, text("12345-789"), {0x10, 0x01}}), Wire(36, 0x5a), "0000002fff534d42"_hex}) {
        CHECK(probe(wire).answer != Probe::Answer::match);
        CHECK(probe(wire, Transport::udp, true).answer == Probe::Answer::no_match);
    }
}
