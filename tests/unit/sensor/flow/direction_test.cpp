// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/direction.hpp"

#include "sensor/flow/tcp_state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/flow_packets.hpp"

using namespace weir;
using namespace weir::test;

namespace {
struct Row {
    std::string_view what;
    FlowPacket packet;
    bool source_opened;
    Opening opening;
};
constexpr std::uint8_t tcp = ip_protocol::tcp, udp = ip_protocol::udp, icmp = ip_protocol::icmp, sctp = ip_protocol::sctp;
}  // namespace

TEST_CASE("The first packet shows who opened a session") {
    static const ServicePorts services;
    const auto row = GENERATE(values<Row>({
        {"SYN", {.protocol = tcp, .flags = tcp_flag::syn}, true, Opening::syn},
        {"SYN from a service port", {.source_port = 20, .destination_port = 40000, .protocol = tcp, .flags = tcp_flag::syn}, true, Opening::syn},
        {"SYN-ACK", {.source_port = 80, .destination_port = 40000, .protocol = tcp, .flags = tcp_flag::syn | tcp_flag::ack}, false, Opening::syn_ack},
        {"middle, to a service", {.source_port = 40000, .destination_port = 22, .protocol = tcp, .flags = tcp_flag::ack}, true, Opening::guessed},
        {"middle, from a service", {.source_port = 22, .destination_port = 40000, .protocol = tcp, .flags = tcp_flag::ack}, false, Opening::guessed},
        {"middle, from a service on a higher port", {.source_port = 8443, .destination_port = 2000, .protocol = tcp, .flags = tcp_flag::ack}, false, Opening::guessed},
        {"middle, lower port accepts", {.source_port = 50000, .destination_port = 6000, .protocol = tcp, .flags = tcp_flag::ack}, true, Opening::guessed},
        {"middle, lower port accepts, other way", {.source_port = 6000, .destination_port = 50000, .protocol = tcp, .flags = tcp_flag::ack}, false, Opening::guessed},
        {"middle, equal ports", {.source_port = 6000, .destination_port = 6000, .protocol = tcp, .flags = tcp_flag::ack}, true, Opening::guessed},
        {"datagram", {.source_port = 40000, .destination_port = 161, .protocol = udp}, true, Opening::first},
        {"datagram between unknown ports", {.source_port = 1, .destination_port = 40000, .protocol = udp}, true, Opening::first},
        {"datagram from a service", {.source_port = 53, .destination_port = 40000, .protocol = udp}, false, Opening::guessed},
        {"datagram between services", {.source_port = 123, .destination_port = 123, .protocol = udp}, true, Opening::first},
        {"datagram to a group", {.destination = 0xe00000fb, .source_port = 5353, .destination_port = 40000, .protocol = udp}, true, Opening::first},
        {"echo request", {.protocol = icmp, .icmp_type = 8}, true, Opening::first},
        {"echo reply", {.protocol = icmp, .icmp_type = 0}, false, Opening::guessed},
        {"unreachable", {.protocol = icmp, .icmp_type = 3}, true, Opening::first},
        {"SCTP, middle, to a service", {.source_port = 9000, .destination_port = 38412, .protocol = sctp}, true, Opening::guessed},
        {"SCTP, middle, from a service", {.source_port = 38412, .destination_port = 9000, .protocol = sctp}, false, Opening::guessed},
        {"another protocol", {.protocol = ip_protocol::ospf}, true, Opening::first},
    }));
    INFO(row.what);
    const Orientation orientation = orient(DecodedPacket{row.packet}.layers(), services);
    CHECK(orientation.source_opened == row.source_opened);
    CHECK(orientation.opening == row.opening);
}

TEST_CASE("An SCTP association is opened by its INIT") {
    static const ServicePorts services;
    DecodedPacket decoded{{.source_port = 38412, .destination_port = 9000, .protocol = sctp}};
    std::array<std::uint8_t, 16> transport{};
    decoded.decoded.layers[0].transport = transport;
    transport[12] = 1;
    CHECK(orient(decoded.layers(), services).source_opened);
    CHECK(orient(decoded.layers(), services).opening == Opening::syn);
    transport[12] = 2;
    CHECK_FALSE(orient(decoded.layers(), services).source_opened);
    CHECK(orient(decoded.layers(), services).opening == Opening::syn_ack);
}

TEST_CASE("Hints of parsers are service ports") {
    const ServicePorts services;
    CHECK(services.contains(udp, 123));
    CHECK_FALSE(services.contains(tcp, 123));
    CHECK_FALSE(services.contains(ip_protocol::ospf, 22));
}

TEST_CASE("Turning a session round exchanges everything that has a side, and twice is not at all") {
    Session session;
    session.key.low = IpAddress::v4(1);
    session.key.high = IpAddress::v4(2);
    session.key.low_port = 10;
    session.key.high_port = 20;
    session.opening = Opening::guessed;
    session.bytes = {1, 2};
    session.packets = {3, 4};
    session.tcp_flags = {5, 6};
    session.probe_left[0].erase(7);
    session.payload_packets = {9, 10};
    session.equipment = {11, 12};
    session.mac[0][0] = 13;
    session.tcp_state = static_cast<std::uint8_t>(TcpState::close_wait);
    reorient(session);
    CHECK(session.opening == Opening::protocol);
    CHECK(session.client() == IpAddress::v4(2));
    CHECK(session.server_port() == 10);
    CHECK(session.bytes == std::array<std::uint64_t, 2>{2, 1});
    CHECK(session.packets == std::array<std::uint32_t, 2>{4, 3});
    CHECK(session.tcp_flags == std::array<std::uint8_t, 2>{6, 5});
    CHECK(session.probe_left[0] == ProtocolSet::all());
    CHECK_FALSE(session.probe_left[1].contains(7));
    CHECK(session.payload_packets == std::array<std::uint8_t, 2>{10, 9});
    CHECK(session.equipment == std::array<EquipmentId, 2>{12, 11});
    CHECK(session.mac[1][0] == 13);
    CHECK(session.tcp_state == static_cast<std::uint8_t>(TcpState::fin_wait1));
    reorient(session, Opening::expected);
    CHECK(session.opening == Opening::expected);
    CHECK(session.client() == IpAddress::v4(1));
    CHECK(session.bytes == std::array<std::uint64_t, 2>{1, 2});
}
