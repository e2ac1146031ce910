// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/tunnels.hpp"

#include "tests/support/decode_driver.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view inner4 = "10.0.0.1:7>10.0.0.2:9/17", inner6 = "2001:db8::1:7>2001:db8::2:9/17";
constexpr std::string_view teredo_client = "2001:0:4136:e378:8000:63bf:3fff:fdd2";

PacketBuilder outer() { return PacketBuilder{}.ethernet().ipv4("192.0.2.1", "192.0.2.2"); }
PacketBuilder outer6() { return PacketBuilder{}.ethernet().ipv6("2001:db8:f::1", "2001:db8:f::2"); }
PacketBuilder outer(std::uint8_t protocol) {
    return PacketBuilder{}.ethernet().ipv4({.source = "192.0.2.1", .destination = "192.0.2.2", .protocol = protocol});
}
PacketBuilder over_udp(std::uint16_t port) { return outer().udp(50000, port); }
PacketBuilder with_inner(PacketBuilder builder) { return builder.ipv4().udp(7, 9).payload("inside"); }
PacketBuilder with_inner6(PacketBuilder builder) { return builder.ipv6().udp(7, 9).payload("inside"); }

struct Case {
    const char* name;
    Tunnel tunnel;
    PacketBuilder builder;
    std::string_view inner = inner4;
};

std::vector<Case> good_tunnels() {
    const auto gre_header = [](std::string_view hex) { return outer(ip_protocol::gre).header(from_hex(hex)); };
    return {
        {"GRE", Tunnel::gre, with_inner(outer().gre())},
        {"GRE with key", Tunnel::gre, with_inner(outer().gre(5))},
        {"GRE over IPv6", Tunnel::gre, with_inner6(outer6().gre()), inner6},
        {"GRE with checksum, key and sequence", Tunnel::gre, with_inner(gre_header("b000 0800 12340000 00000005 00000001"))},
        {"Ethernet in GRE", Tunnel::gre, with_inner(outer().gre().ethernet().vlan(5))},
        {"MPLS in GRE", Tunnel::gre, with_inner(outer().gre().mpls(17))},
        {"PPTP", Tunnel::gre, with_inner(gre_header("3081 880b 00000007 00000001 00000001 ff03 0021"))},
        {"PPTP without acknowledgement", Tunnel::gre, with_inner(gre_header("3001 880b 00000007 00000001 21"))},
        {"ERSPAN I", Tunnel::erspan, with_inner(gre_header("0000 88be").ethernet())},
        {"ERSPAN II", Tunnel::erspan, with_inner(gre_header("1000 88be 00000001 10640001 00000000").ethernet())},
        {"ERSPAN III", Tunnel::erspan, with_inner(gre_header("1000 22eb 00000001 20640001 00000000 00000000").ethernet())},
        {"ERSPAN III with subheader", Tunnel::erspan,
         with_inner(gre_header("1000 22eb 00000001 20640001 00000000 00000001 0000000000000000").ethernet())},
        {"ERSPAN III of IP", Tunnel::erspan, with_inner(gre_header("1000 22eb 00000001 20640001 00000000 00000800"))},
        {"IPIP", Tunnel::ipip, with_inner(outer())},
        {"6in4", Tunnel::sixinfour, with_inner6(outer()), inner6},
        {"4in6", Tunnel::ipip, with_inner(outer6())},
        {"6in6", Tunnel::ipip, with_inner6(outer6()), inner6},
        {"EtherIP", Tunnel::etherip, with_inner(outer(ip_protocol::etherip).header({0x30, 0}).ethernet())},
        {"MPLS in IP", Tunnel::mpls_in_ip, with_inner(outer().mpls(17))},
        {"VXLAN", Tunnel::vxlan, with_inner(over_udp(4789).vxlan(77).ethernet())},
        {"VXLAN over IPv6", Tunnel::vxlan, with_inner(outer6().udp(50000, 4789).vxlan(77).ethernet())},
        {"VXLAN, Linux's port", Tunnel::vxlan, with_inner(over_udp(8472).vxlan(77).ethernet().vlan(5))},
        {"VXLAN with group policy", Tunnel::vxlan, with_inner(over_udp(4789).header("88000123 00004d00"_hex).ethernet())},
        {"VXLAN-GPE, Ethernet", Tunnel::vxlan, with_inner(over_udp(4790).header("0c000003 00004d00"_hex).ethernet())},
        {"VXLAN-GPE, IPv4", Tunnel::vxlan, with_inner(over_udp(4790).header("0c000001 00004d00"_hex))},
        {"VXLAN-GPE, IPv6", Tunnel::vxlan, with_inner6(over_udp(4790).header("0c000002 00004d00"_hex)), inner6},
        {"Geneve", Tunnel::geneve, with_inner(over_udp(6081).geneve(77).ethernet())},
        {"Geneve with options, IPv6", Tunnel::geneve,
         with_inner6(over_udp(6081).header("0300 86dd 00004d00 01020001 aabbccdd 01020000"_hex)), inner6},
        {"GTP-U", Tunnel::gtpu, with_inner(over_udp(2152).gtpu(1))},
        {"GTP-U, IPv6", Tunnel::gtpu, with_inner6(over_udp(2152).gtpu(1)), inner6},
        {"GTP-U with sequence", Tunnel::gtpu, with_inner(over_udp(2152).header("32 ff 0026 00000001 0007 00 00"_hex))},
        {"GTP-U with PDU session container", Tunnel::gtpu,
         with_inner(over_udp(2152).header("34 ff 002a 00000001 0000 00 85 01100900"_hex))},
        {"GTP-U, Ethernet", Tunnel::gtpu, with_inner(over_udp(2152).gtpu(1).ethernet())},
        {"L2TP", Tunnel::l2tp, with_inner(over_udp(1701).l2tp(1, 2))},
        {"L2TP with all there may be", Tunnel::l2tp, with_inner(over_udp(1701).header("4a02 0034 0001 0002 0003 0004 0002 0000 0021"_hex))},
        {"Teredo", Tunnel::teredo, over_udp(3544).ipv6(teredo_client, "2001:db8::2").udp(7, 9),
         "2001:0:4136:e378:8000:63bf:3fff:fdd2:7>2001:db8::2:9/17"},
        {"Teredo between clients", Tunnel::teredo, over_udp(50001).ipv6("2001:db8::1", teredo_client).udp(7, 9),
         "2001:db8::1:7>2001:0:4136:e378:8000:63bf:3fff:fdd2:9/17"},
        {"Teredo with authentication and origin", Tunnel::teredo,
         over_udp(3544).header("0001 00 00 0102030405060708 00  0000 1234 01020304"_hex).ipv6("fe80::1", "fe80::2").icmpv6(134),
         "fe80::1:0>fe80::2:0/58"},
        {"Teredo with a trailer", Tunnel::teredo,
         over_udp(3544)
             .ipv6({.source = teredo_client, .payload_length = 8})
             .udp({.source_port = 7, .destination_port = 9, .length = 8})
             .payload("0404 00000001"_hex),
         "2001:0:4136:e378:8000:63bf:3fff:fdd2:7>2001:db8::2:9/17"},
        {"MPLS in UDP", Tunnel::mpls_in_udp, with_inner(over_udp(6635).mpls(17).mpls(18))},
        {"GRE in UDP", Tunnel::gre, with_inner(over_udp(4754).gre())},
    };
}

}  // namespace

TEST_CASE("tunnels: each kind is looked into") {
    for (const Case& each : good_tunnels()) {
        INFO(each.name);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(each.builder);
        CHECK(event_names(decoded).empty());
        REQUIRE(decoded.count == 2);
        const Layers& layer = decoded.layers[1];
        CHECK(tuple(layer) == each.inner);
        CHECK(layer.tunnel == each.tunnel);
        CHECK(layer.depth == 1);
        CHECK(layer.context != 0);
        CHECK(decoded.layers[0].context == 0);
        CHECK(decoded.layers[0].tunnel == Tunnel::none);
        CHECK(driver.metrics().tunnels[static_cast<std::size_t>(each.tunnel)].get() == 1);
    }
}

TEST_CASE("tunnels: every prefix of them is accounted for, cut on the wire or by the capture") {
    DecodeDriver driver;
    for (const Case& each : good_tunnels()) {
        INFO(each.name);
        const Frame whole = each.builder.bytes();
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Frame frame{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
            CHECK(driver.decode(frame).count == 0);  // the outermost total length is wrong
            const Decoded& decoded = driver.decode(frame, 1, 0, static_cast<std::uint32_t>(whole.size() - length));
            CHECK((decoded.count == 0) == (decoded.drop != DropReason::none));
            CHECK(decoded.count <= 2);
        }
    }
}

TEST_CASE("tunnels: both directions have the same context, other tunnels another") {
    struct Ends {
        std::string_view source, destination;
    };
    const auto context = [](Ends ends, auto add_tunnel) {
        DecodeDriver driver;
        PacketBuilder builder = PacketBuilder{}.ethernet().ipv4(ends.source, ends.destination);
        add_tunnel(builder);
        const Decoded& decoded = driver.decode(builder.ipv4("10.0.0.1", "10.0.0.2").udp(1, 2));
        REQUIRE(decoded.count == 2);
        return decoded.layers[1].context;
    };
    constexpr Ends there{"192.0.2.1", "192.0.2.2"}, back{"192.0.2.2", "192.0.2.1"}, elsewhere{"192.0.2.1", "192.0.2.3"};
    const auto vxlan = [](std::uint32_t vni, std::uint16_t vlan = 0) {
        return [=](PacketBuilder& builder) { builder.udp(static_cast<std::uint16_t>(50000 + vni), 4789).vxlan(vni).ethernet().vlan(vlan); };
    };
    const auto gtpu = [](std::uint32_t teid) { return [=](PacketBuilder& builder) { builder.udp(2152, 2152).gtpu(teid); }; };
    const auto gre = [](std::uint32_t key) { return [=](PacketBuilder& builder) { builder.gre(key); }; };
    const auto plain = [](PacketBuilder&) {};

    CHECK(context(there, vxlan(5)) == context(back, vxlan(5)));
    CHECK(context(there, vxlan(5)) != context(there, vxlan(6)));
    CHECK(context(there, vxlan(5)) != context(there, vxlan(5, 9)));
    CHECK(context(there, vxlan(5)) != context(elsewhere, vxlan(5)));
    CHECK(context(there, gtpu(1)) == context(back, gtpu(2)));
    CHECK(context(there, gtpu(1)) != context(elsewhere, gtpu(1)));
    CHECK(context(there, gre(1)) == context(back, gre(2)));
    CHECK(context(there, plain) == context(back, plain));
    CHECK(context(there, plain) != context(there, gre(1)));
}

TEST_CASE("tunnels: nesting is followed to its bound, and said") {
    DecodeDriver driver;
    const Decoded& four = driver.decode(PacketBuilder{}.ethernet().ipv4().ipv4().ipv6().ipv4().udp(1, 2));
    CHECK(four.count == 4);
    CHECK(four.event_count == 0);
    CHECK(four.layers[3].depth == 3);
    CHECK(four.layers[2].ip_version == 6);

    const Decoded& five = driver.decode(PacketBuilder{}.ethernet().ipv4().ipv4().ipv6().ipv4().ipv4().udp(1, 2));
    CHECK(five.count == max_depth);
    CHECK(event_names(five) == "too_many_layers ");
    CHECK(five.events[0].depth == 3);
}

TEST_CASE("tunnels: VLAN ids inside are those of the inner frame, or of the frame around") {
    DecodeDriver driver;
    const Decoded& own = driver.decode(PacketBuilder{}.ethernet().vlan(5).ipv4().udp(1, 4789).vxlan(1).ethernet().vlan(6).ipv4().udp(1, 2));
    REQUIRE(own.count == 2);
    CHECK(own.layers[0].vlan[0] == 5);
    CHECK(own.layers[1].vlan_count == 1);
    CHECK(own.layers[1].vlan[0] == 6);
    const Decoded& around = driver.decode(PacketBuilder{}.ethernet().vlan(5).ipv4().ipv4().udp(1, 2));
    REQUIRE(around.count == 2);
    CHECK(around.layers[1].vlan_count == 1);
    CHECK(around.layers[1].vlan[0] == 5);
}

TEST_CASE("tunnels: what is broken inside is an event; the packet is inspected") {
    const auto gre = [](std::string_view hex) { return outer(ip_protocol::gre).header(from_hex(hex)); };
    const std::pair<const char*, PacketBuilder> cases[] = {
        {"ipv4.pkt_too_small ", outer(ip_protocol::ipip).payload(19, 0x45)},
        {"ipv4.trunc_pkt ", outer().ipv4({.total_length = 200}).udp(1, 2)},
        {"ipv6.wrong_ip_version ", outer(ip_protocol::ipv6).payload(40, 0x45)},
        {"ipv4.wrong_ip_version ", outer(ip_protocol::ipip).payload(40, 0x60)},
        {"tcp.pkt_too_small ", outer().ipv4({.protocol = 6}).payload(19, 0)},
        {"udp.hlen_invalid ", outer().ipv4().udp({.length = 100})},
        {"gre.pkt_too_small ", gre("00")},
        {"gre.pkt_too_small ", gre("b000 0800 0000")},
        {"gre.wrong_version ", gre("0002 0800")},
        {"gre.version0_flags ", gre("4000 0800 00000000")},
        {"gre.version1_wrong_protocol ", gre("2001 0800 00000000")},
        {"ethernet.unknown_ethertype ", gre("0000 7777 00")},
        {"erspan.header_too_small ", gre("1000 88be 00000001 10640001")},
        {"erspan.unsupported_version ", gre("1000 88be 00000001 20640001 00000000 00")},
        {"etherip.wrong_version ", outer(ip_protocol::etherip).payload("4000"_hex)},
        {"ethernet.pkt_too_small ", outer(ip_protocol::etherip).payload("3000 0102"_hex)},
        {"vlan.too_many_layers ", outer().gre().ethernet().vlan(1).vlan(2).vlan(3).vlan(4).ipv4()},
        {"ipv4.frag_invalid_length ", outer().ipv4({.more_fragments = true, .protocol = 17}).payload(9, 0)},
    };
    for (const auto& [event, builder] : cases) {
        INFO(event);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(builder);
        CHECK(drop_name(decoded) == "none");
        CHECK(decoded.count == 1);
        CHECK(event_names(decoded) == event);
        CHECK(decoded.events[0].depth == 0);
    }
}

TEST_CASE("tunnels: control traffic and non-IP inside is no oddity") {
    const PacketBuilder cases[] = {
        outer(ip_protocol::gre).header("0000 0000"_hex),                    // Cisco's keepalive
        outer(ip_protocol::gre).header("2081 880b 00000007 00000001"_hex),  // PPTP acknowledgement
        outer().gre({}, 0x2001).payload(40, 0),                             // NHRP
        outer().gre().ethernet({.type = 0x0806}).payload(28, 0),            // ARP
        over_udp(4789).vxlan(1).ethernet({.type = 0x0806}).payload(28, 0),  // likewise
        over_udp(2152).payload("32 01 0004 00000000 0001 0000"_hex),        // GTP-U echo request
        over_udp(1701).payload("c802 000c 0001 0000 0000 0000"_hex),        // L2TP control
        outer(ip_protocol::l2tp).payload("00000000 c803"_hex),              // L2TPv3
        outer(ip_protocol::esp).payload(40, 7),
    };
    for (const PacketBuilder& builder : cases) {
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(builder);
        CHECK(decoded.count == 1);
        CHECK(event_names(decoded).empty());
    }
}

TEST_CASE("tunnels: other UDP on their ports is left alone") {
    const Frame ip = PacketBuilder{}.ipv4().udp(7, 9).bytes(), frame = PacketBuilder{}.ethernet().ipv4().udp(7, 9).bytes();
    const Frame ip6 = PacketBuilder{}.ipv6().udp(7, 9).bytes();
    const std::pair<std::uint16_t, PacketBuilder> cases[] = {
        {4789, PacketBuilder{}.header("00000000 00000100"_hex).payload(frame)},                                      // no VNI flag
        {4789, PacketBuilder{}.header("08000000 00000101"_hex).payload(frame)},                                      // reserved byte
        {4789, PacketBuilder{}.header("08000000 00000100"_hex).payload(40, 0xff)},                                   // no Ethernet
        {4790, PacketBuilder{}.header("0c000004 00000100"_hex).payload(ip)},                                         // NSH
        {4790, PacketBuilder{}.header("0c000002 00000100"_hex).payload(ip)},                                         // IPv6 announced
        {6081, PacketBuilder{}.header("4000 6558 00000100"_hex).payload(frame)},                                     // version 1
        {6081, PacketBuilder{}.header("0100 6558 00000100 00000003"_hex).payload(frame)},                            // option overruns
        {6081, PacketBuilder{}.header("0000 1234 00000100"_hex).payload(frame)},                                     // unknown protocol
        {2152, PacketBuilder{}.header("30 ff 0040 00000001"_hex).payload(ip)},                                       // wrong length
        {2152, PacketBuilder{}.header("34 ff 0024 00000001 0000 00 85 ff000000"_hex).payload(Bytes{ip}.first(28))},  // extension overruns
        {2152,
         PacketBuilder{}.header("34 ff 0024 00000001 0000 00 85 00000000"_hex).payload(Bytes{ip}.first(28))},  // extension of length 0
        {1701, PacketBuilder{}.header("0003 0001 0002 0021"_hex).payload(ip)},                                 // version 3
        {1701, PacketBuilder{}.header("0002 0001 0002 1234"_hex).payload(ip)},                                 // not PPP
        {1701, PacketBuilder{}.header("4002 0001 0002 0003 0021"_hex).payload(ip)},                            // wrong length
        {3544, PacketBuilder{}.payload(ip6)},                                                                  // no Teredo address
        {50001, PacketBuilder{}.payload(ip6)},
        {6635, PacketBuilder{}.header("00010140"_hex).payload(Bytes{ip}.first(27))},  // datagram overruns
        {6635, PacketBuilder{}.payload(80, 0)},                                       // labels without end
        {4754, PacketBuilder{}.header("0000 0000"_hex).payload(ip)},
    };
    for (const auto& [port, tail] : cases) {
        INFO(port);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(over_udp(port).payload(tail.bytes()));
        CHECK(decoded.count == 1);
        CHECK(event_names(decoded).empty());
    }
}
