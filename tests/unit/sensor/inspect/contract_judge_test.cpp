// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/contract_judge.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace std::string_literals;
using namespace weir::test;

namespace {

constexpr std::string_view device = "10.0.0.1", friendly = "10.9.0.1", stranger = "203.0.113.9";

constexpr std::string_view http_request = "GET / HTTP/1.1\r\nHost: h.example\r\n\r\n",
                           http_response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A policy for `device`; `egress` and `ingress` are the lines of its contract.
std::string policy(std::string_view egress, std::string_view ingress = {}) {
    const auto lines = [](std::string_view heading, std::string_view text) {
        return text.empty() ? std::string{} : "    " + std::string{heading} + ":\n      - " + std::string{text} + '\n';
    };
    return "contracts:\n  box:\n" + lines("egress", egress) + lines("ingress", ingress) +
           (egress.empty() && ingress.empty() ? "    egress: []\n" : "") +
           "equipment:\n  - {name: box-1, address: 10.0.0.1, contract: box}\n";
}

Traffic http_to(std::string_view server, std::uint16_t port, std::string_view client = device) {
    Traffic traffic;
    TcpTalk{traffic, {client, 40000}, {server, port}}.handshake().send(http_request).answer(http_response).close();
    return traffic;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("Contract judge: one finding per session and end, with its reason and the line that would permit it") {
    struct Case {
        std::string_view what, egress, ingress;
        Traffic traffic;
        Kinds kinds;
    };
    const Case cases[]{
        {"allowed", "{to: 203.0.113.9, service: http}", "", http_to(stranger, 80), {}},
        {"another peer", "{to: 10.9.0.1, service: http}", "", http_to(stranger, 80), {"unexpected-destination"}},
        {"another service", "{to: 203.0.113.9, service: ssh}", "", http_to(stranger, 80), {"unexpected-service"}},
        {"another protocol", "{to: 203.0.113.9, service: ssh}", "", http_to(stranger, 22), {"protocol-mismatch"}},
        {"accepted", "", "{from: 10.9.0.1, service: http}", http_to(device, 80, stranger), {"unexpected-ingress"}},
        {"accepted and allowed", "", "{from: 203.0.113.9, service: http}", http_to(device, 80, stranger), {}},
        {"not equipment", "", "", http_to(friendly, 80, stranger), {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const ReplaySetup setup{.policy = policy(c.egress, c.ingress)};
        const Replay replay{c.traffic, setup};
        CHECK(replay.kinds() == c.kinds);
        for (const auto& alert : replay.of("alert")) {
            CHECK(alert.at("weir").at("judge") == "contract");
            CHECK(alert.at("weir").at("equipment").at("name") == "box-1");
            CHECK_FALSE(alert.at("weir").at("why").get<std::string>().empty());
            const bool ingress = alert.at("weir").at("direction") == "ingress";
            // The line that is offered, added to the contract, silences the finding.
            const std::string offered = alert.at("weir").at("allow").get<std::string>().substr(2);  // without the list's dash
            const Replay again{c.traffic, {.policy = ingress ? policy("", offered) : policy(offered)}};
            CHECK(again.kinds() == Kinds{});
        }
    }
}

TEST_CASE("Contract judge: without a policy nothing is judged") {
    const Replay replay{http_to(stranger, 80)};
    CHECK(replay.kinds().empty());
}

TEST_CASE("Contract judge: a session without payload is told of once its time is up") {
    Traffic traffic;
    TcpTalk{traffic, {device, 40000}, {stranger, 80}}.handshake();
    traffic.wait(ContractJudge::settle_time + second).udp({friendly, 1000}, {stranger, 2000}, "later");
    const Replay replay{traffic, {.policy = policy("")}};
    REQUIRE(replay.kinds() == Kinds{"unexpected-destination"});
}

TEST_CASE("Contract judge: operations that the line does not name") {
    const auto snmp = [](std::uint8_t pdu) {  // v2c, public, one OID
        const std::string message{
            '\x30', '\x26', '\x02', '\x01', '\x01', '\x04', '\x06', 'p',    'u',    'b',    'l',    'i',    'c',    static_cast<char>(pdu),
            '\x19', '\x02', '\x01', '\x01', '\x02', '\x01', '\x00', '\x02', '\x01', '\x00', '\x30', '\x0e', '\x30', '\x0c',
            '\x06', '\x08', '\x2b', '\x06', '\x01', '\x02', '\x01', '\x01', '\x05', '\x00', '\x05', '\x00'};
        Traffic traffic;
        traffic.udp({friendly, 40000}, {device, 161}, message);
        return traffic;
    };
    const std::string only_get = policy("", "{from: 10.9.0.1, service: snmp, app: {snmp: [get]}}");
    CHECK(Replay{snmp(0xa0), {.policy = only_get}}.kinds().empty());
    const Replay set{snmp(0xa3), {.policy = only_get}};
    REQUIRE(set.kinds().size() == 1);
    CHECK(set.of("alert")[0].at("weir").at("why").get<std::string>().find("set") != std::string::npos);
}

TEST_CASE("Contract judge: FTP's data session belongs to its control session, but not to a third host") {
    const auto ftp = [](std::string_view data_server, std::string_view pasv) {
        Traffic traffic;
        TcpTalk control{traffic, {device, 40000}, {friendly, 21}};
        control.handshake().answer("220 ready\r\n").send("USER a\r\n").answer("331 password\r\n").send("PASV\r\n").answer(pasv);
        TcpTalk{traffic, {device, 40001}, {data_server, 50000}}.handshake().send("data").close();
        control.close();
        return traffic;
    };
    const std::string allowed = policy("{to: 10.9.0.1, service: ftp}");
    const std::string_view own = "227 Entering Passive Mode (10,9,0,1,195,80).\r\n",
                           third = "227 Entering Passive Mode (203,0,113,9,195,80).\r\n";
    CHECK(Replay{ftp(friendly, own), {.policy = allowed}}.kinds().empty());
    CHECK(Replay{ftp(stranger, third), {.policy = allowed}}.kinds() == Kinds{"unexpected-destination"});
    CHECK(Replay{ftp(stranger, own), {.policy = allowed}}.kinds() == Kinds{"unexpected-destination"});
}

TEST_CASE("Contract judge: an ICMP error about an allowed session is allowed with it") {
    const auto error_about = [](std::string_view quoted_peer) {
        Traffic traffic;
        traffic.udp({device, 40000}, {friendly, 514}, "<13>hello");
        const Frame quoted = PacketBuilder{}.ipv4(device, quoted_peer).udp(40000, 514).payload("<13>hello").bytes();
        traffic.add(PacketBuilder{}.ethernet().ipv4(quoted_peer, device).icmp(3, 3).payload(quoted).bytes());
        return traffic;
    };
    const std::string allowed = policy("{to: 10.9.0.1, service: syslog}");
    CHECK(Replay{error_about(friendly), {.policy = allowed}}.kinds().empty());
    CHECK(Replay{error_about(stranger), {.policy = allowed}}.kinds() == Kinds{"unexpected-ingress"});
}

TEST_CASE("Contract judge: what goes through a tunnel is held against the contract for what is inside") {
    const std::string tunnel_policy = R"(
contracts:
  box:
    egress: [{to: 10.9.0.1, service: gre, inside: cargo}]
    ingress: [{from: 10.9.0.1, service: gre, inside: cargo}]
  cargo:
    egress: [{to: 192.168.0.0/16, service: {proto: udp, port: 9000}}]
    ingress: [{from: 192.168.7.7, service: {proto: udp, port: 9001}}]
equipment: [{name: box-1, address: 10.0.0.1, contract: box}]
)";
    const auto inner = [](std::string_view from, std::string_view to, const Traffic::End& source, const Traffic::End& destination) {
        return PacketBuilder{}.ethernet().ipv4(from, to).gre().ipv4(source.address, destination.address).udp(source.port, destination.port).payload("data").bytes();
    };
    Traffic traffic;
    traffic.add(inner(device, friendly, {"172.16.0.1", 5000}, {"192.168.1.1", 9000}));
    traffic.add(inner(friendly, device, {"192.168.7.7", 5000}, {"172.16.0.1", 9001}));
    traffic.add(inner(device, friendly, {"172.16.0.1", 5000}, {"203.0.113.5", 9000}));
    traffic.add(inner(friendly, device, {"192.168.8.8", 5000}, {"172.16.0.1", 9001}));
    const Replay replay{traffic, {.policy = tunnel_policy}};
    REQUIRE(replay.kinds() == Kinds{"unexpected-destination", "unexpected-ingress"});
    const auto alert = replay.of("alert")[0];
    CHECK(alert.at("weir").at("equipment").at("name") == "box-1");
    CHECK(alert.at("dest_ip") == "203.0.113.5");
    CHECK(alert.at("weir").at("why").get<std::string>().find("for what is in this tunnel contract cargo") != std::string::npos);
}

TEST_CASE("Contract judge: a name that a DNS answer moves elsewhere is a finding, not a pass") {
    const auto answered = [](std::string_view address) {
        const auto parsed = IpAddress::parse(address)->v4_value();
        std::string message = "\x12\x34\x81\x80"s + "\0\x01\0\x01\0\0\0\0"s + "\7updates\6vendor\7example\0\0\1\0\1"s;
        message += "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4"s;
        for (int shift = 24; shift >= 0; shift -= 8) message += static_cast<char>(parsed >> shift);
        return message;
    };
    const std::string question = "\x12\x34\1\0\0\1\0\0\0\0\0\0\7updates\6vendor\7example\0\0\1\0\1"s;
    Traffic traffic;
    std::uint16_t port = 40000;
    for (const char* address : {"198.51.100.7", "198.51.100.8", "203.0.113.9"}) {
        traffic.udp({device, ++port}, {friendly, 53}, question).udp({friendly, 53}, {device, port}, answered(address));
        TcpTalk{traffic, {device, port}, {address, 80}}.handshake().send(http_request).answer(http_response).close();
    }
    const Replay replay{traffic, {.policy = "networks: {vendor: {dns: updates.vendor.example}}\n" +
                                            policy("{to: vendor, service: http}\n      - {to: 10.9.0.1, service: dns}")}};
    REQUIRE(replay.kinds() == Kinds{"dns-peer-changed"});
    const auto weir = replay.of("alert")[0].at("weir");
    CHECK(weir.at("why").get<std::string>().ends_with(
        "contract box, line 5 (to: vendor, service: http), names it by updates.vendor.example (until now 198.51.100.8), and in this network it has not been before"));
    CHECK(weir.at("allow") == "- {to: 203.0.113.9, service: {proto: tcp, port: 80, app: http}}");
}
