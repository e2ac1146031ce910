// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/link.hpp"

#include "tests/support/decode_driver.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const auto datagram = PacketBuilder{}.ipv4().udp(40000, 53).payload("query");
const auto datagram6 = PacketBuilder{}.ipv6().udp(40000, 53).payload("query");
constexpr std::string_view expected = "10.0.0.1:40000>10.0.0.2:53/17", expected6 = "2001:db8::1:40000>2001:db8::2:53/17";

Frame join(Frame head, const PacketBuilder& tail) {
    const Frame rest = tail.bytes();
    head.insert(head.end(), rest.begin(), rest.end());
    return head;
}
/// An 802.3 frame with a length and `rest` behind it, padded to the minimum.
Frame llc_frame(const Frame& rest) {
    Frame frame = "01 80 c2 00 00 00  02 00 00 00 00 01"_hex;
    frame.push_back(static_cast<std::uint8_t>(rest.size() >> 8));
    frame.push_back(static_cast<std::uint8_t>(rest.size()));
    frame.insert(frame.end(), rest.begin(), rest.end());
    if (frame.size() < 60) frame.resize(60);
    return frame;
}

}  // namespace

TEST_CASE("link: every link type leads to the datagram") {
    struct Case {
        const char* name;
        std::uint16_t link_type;
        Frame frame;
        LinkKind kind;
    };
    const Case cases[] = {
        {"Ethernet", 1, PacketBuilder{}.ethernet().ipv4().udp(40000, 53).payload("query").bytes(), LinkKind::ethernet},
        {"Linux cooked", 113, join("0000 0001 0006 020000000001 0000 0800"_hex, datagram), LinkKind::linux_cooked},
        {"Linux cooked, no address", 113, join("0004 0304 0000 0000000000000000 0800"_hex, datagram), LinkKind::linux_cooked},
        {"Linux cooked, tagged", 113, join("0000 0001 0006 020000000001 0000 8100 0064 0800"_hex, datagram), LinkKind::linux_cooked},
        {"Linux cooked 2", 276, join("0800 0000 00000002 0001 00 06 0200000000010000"_hex, datagram), LinkKind::linux_cooked},
        {"raw", 101, datagram.bytes(), LinkKind::raw_ip},
        {"raw, as BSD numbers it", 12, datagram.bytes(), LinkKind::raw_ip},
        {"raw, as OpenBSD numbers it", 14, datagram.bytes(), LinkKind::raw_ip},
        {"raw IPv4", 228, datagram.bytes(), LinkKind::raw_ip},
        {"null, little-endian", 0, join("02000000"_hex, datagram), LinkKind::null},
        {"null, big-endian", 0, join("00000002"_hex, datagram), LinkKind::null},
        {"loop", 108, join("00000002"_hex, datagram), LinkKind::null},
        {"PPP", 9, join("ff03 0021"_hex, datagram), LinkKind::ppp},
        {"PPP without address and control", 9, join("0021"_hex, datagram), LinkKind::ppp},
        {"PPP, short protocol", 9, join("ff03 21"_hex, datagram), LinkKind::ppp},
        {"PPP in HDLC framing", 50, join("ff03 0021"_hex, datagram), LinkKind::ppp},
        {"Cisco HDLC", 104, join("0f00 0800"_hex, datagram), LinkKind::hdlc},
        {"PPPoE", 51, join("1100 0001 0023 0021"_hex, datagram), LinkKind::ppp},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(each.frame, each.link_type);
        REQUIRE(decoded.count == 1);
        CHECK(tuple(decoded.layers[0]) == expected);
        CHECK(as_text(decoded.layers[0].payload) == "query");
        CHECK(decoded.ether_type == ether_type::ipv4);
        CHECK(driver.metrics().links[static_cast<std::size_t>(each.kind)].get() == 1);
    }
}

TEST_CASE("link: IPv6 on links without EtherTypes") {
    for (const auto& [link_type, head] : {std::pair{101, ""_hex},
                                          {229, ""_hex},
                                          {0, "1c000000"_hex},
                                          {0, "1e000000"_hex},
                                          {108, "00000018"_hex},
                                          {0, "0a000000"_hex},
                                          {9, "ff03 0057"_hex}}) {
        INFO(link_type);
        DecodeDriver driver;
        const Frame frame = join(head, datagram6);
        CHECK(tuple(innermost(driver.decode(frame, static_cast<std::uint16_t>(link_type)))) == expected6);
    }
}

TEST_CASE("link: addresses are those of the Ethernet frame around the IP header") {
    DecodeDriver driver;
    const Decoded& decoded =
        driver.decode(PacketBuilder{}.ethernet({.source = {2, 1, 1, 1, 1, 1}, .destination = {2, 2, 2, 2, 2, 2}}).ipv4().udp(1, 2));
    REQUIRE(decoded.source_mac != nullptr);
    CHECK(decoded.source_mac[1] == 1);
    CHECK(decoded.destination_mac[1] == 2);

    const Frame cooked = join("0000 0001 0006 020000000009 0000 0800"_hex, datagram);
    const Decoded& sll = driver.decode(cooked, 113);
    REQUIRE(sll.source_mac != nullptr);
    CHECK(sll.source_mac[5] == 9);
    CHECK(sll.destination_mac == nullptr);

    const Frame raw = datagram.bytes();
    CHECK(driver.decode(raw, 101).source_mac == nullptr);
}

TEST_CASE("link: tags, labels, PPPoE and MAC in MAC are followed in any order") {
    const auto end = [](PacketBuilder builder) { return builder.ipv4().udp(40000, 53).payload("query"); };
    const Frame control_word(4, 0);
    const std::pair<const char*, PacketBuilder> cases[] = {
        {"802.1Q", end(PacketBuilder{}.ethernet().vlan(7))},
        {"802.1ad", end(PacketBuilder{}.ethernet().vlan(7, 0x88a8).vlan(8))},
        {"three tags", end(PacketBuilder{}.ethernet().vlan(7, 0x9100).vlan(8).vlan(9))},
        {"MPLS", end(PacketBuilder{}.ethernet().mpls(16))},
        {"MPLS stack behind a tag", end(PacketBuilder{}.ethernet().vlan(7).mpls(16).mpls(17).mpls(18))},
        {"pseudowire", end(PacketBuilder{}.ethernet().mpls(16).header(control_word).ethernet())},
        {"pseudowire without control word", end(PacketBuilder{}.ethernet().mpls(16).ethernet({.destination = {0, 1, 2, 3, 4, 5}}))},
        {"PPPoE behind a tag", end(PacketBuilder{}.ethernet().vlan(7).pppoe(1))},
        {"MPLS in PPPoE", end(PacketBuilder{}.ethernet().pppoe(1).mpls(16))},
        {"FabricPath", end(PacketBuilder{}.ethernet().header({0, 0x40}, ether_type::fabric_path).ethernet())},
        {"802.1ah", end(PacketBuilder{}.ethernet().vlan(7, 0x88a8).header({0, 0, 0, 1}, ether_type::provider_backbone).ethernet())},
        {"priority tag", end(PacketBuilder{}.ethernet().vlan(0))},
    };
    for (const auto& [name, builder] : cases) {
        INFO(name);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(builder);
        CHECK(drop_name(decoded) == "none");
        REQUIRE(decoded.count == 1);
        CHECK(tuple(decoded.layers[0]) == expected);
        CHECK(as_text(decoded.layers[0].payload) == "query");
    }
}

TEST_CASE("link: VLAN ids are kept and separate contexts; priority tags and labels do not") {
    const auto context = [](const PacketBuilder& builder) {
        DecodeDriver driver;
        return innermost(driver.decode(builder)).context;
    };
    const auto end = [](PacketBuilder builder) { return builder.ipv4().udp(1, 2); };
    DecodeDriver driver;
    const Layers& layer = innermost(driver.decode(end(PacketBuilder{}.ethernet().vlan(100, 0x88a8).vlan(0x0fff))));
    CHECK(layer.vlan_count == 2);
    CHECK(layer.vlan[0] == 100);
    CHECK(layer.vlan[1] == 0x0fff);

    CHECK(context(end(PacketBuilder{}.ethernet())) == 0);
    CHECK(context(end(PacketBuilder{}.ethernet().vlan(0))) == 0);
    CHECK(context(end(PacketBuilder{}.ethernet().mpls(16))) == 0);
    CHECK(context(end(PacketBuilder{}.ethernet().vlan(1))) != 0);
    CHECK(context(end(PacketBuilder{}.ethernet().vlan(1))) != context(end(PacketBuilder{}.ethernet().vlan(2))));
    CHECK(context(end(PacketBuilder{}.ethernet().vlan(1).vlan(2))) != context(end(PacketBuilder{}.ethernet().vlan(2).vlan(1))));
    CHECK(context(end(PacketBuilder{}.ethernet().vlan(0x6001))) == context(end(PacketBuilder{}.ethernet().vlan(1))));  // priority bits
}

TEST_CASE("link: SNAP, IP over LLC") {
    for (const char* head : {"aaaa03 000000 0800", "aaaa03 0000f8 0800", "060603"}) {
        INFO(head);
        DecodeDriver driver;
        const Frame frame = llc_frame(join(from_hex(head), datagram));
        CHECK(tuple(innermost(driver.decode(frame))) == expected);
    }
}

TEST_CASE("link: protocols without IP that are known by name are inspected, and have no datagram") {
    const std::pair<const char*, Frame> cases[] = {
        {"ARP", PacketBuilder{}.ethernet({.type = 0x0806}).payload(28, 0).bytes()},
        {"ARP behind a tag", PacketBuilder{}.ethernet().vlan(5, 0x8100, 0x0806).payload(28, 0).bytes()},
        {"LLDP", PacketBuilder{}.ethernet({.type = 0x88cc}).payload(28, 0).bytes()},
        {"EAPOL", PacketBuilder{}.ethernet({.type = 0x888e}).payload(4, 0).bytes()},
        {"PTP", PacketBuilder{}.ethernet({.type = 0x88f7}).payload(34, 0).bytes()},
        {"eCPRI", PacketBuilder{}.ethernet({.type = 0xaefe}).payload(34, 0).bytes()},
        {"LACP", PacketBuilder{}.ethernet({.type = 0x8809}).payload(110, 0).bytes()},
        {"MACsec", PacketBuilder{}.ethernet({.type = 0x88e5}).payload(60, 0).bytes()},
        {"PPPoE discovery", PacketBuilder{}.ethernet({.type = 0x8863}).payload("11 09 0000 0000"_hex).bytes()},
        {"STP", llc_frame("424203 0000 00 00 00"_hex)},
        {"CDP", llc_frame("aaaa03 00000c 2000 02b4"_hex)},
        {"IS-IS", llc_frame("fefe03 83"_hex)},
        {"PPP LCP", PacketBuilder{}.ethernet({.type = 0x8864}).payload("1100 0001 0006 c021 0101 0004"_hex).bytes()},
        {"MPLS associated channel", PacketBuilder{}.ethernet().mpls(13).payload("10000007"_hex).bytes()},
    };
    for (const auto& [name, frame] : cases) {
        INFO(name);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(frame);
        CHECK(drop_name(decoded) == "none");
        CHECK(decoded.count == 0);
        CHECK(driver.metrics().inspected_packets.get() == 1);
    }
}

TEST_CASE("link: what cannot be read has its reason") {
    PacketBuilder nested = PacketBuilder{}.ethernet();
    for (int i = 0; i < 20; ++i) nested.vlan(0);
    PacketBuilder labels = PacketBuilder{}.ethernet();
    for (int i = 0; i < 17; ++i) labels.mpls(16);
    struct Case {
        const char* name;
        std::uint16_t link_type;
        Frame frame;
        const char* drop;
        const char* event;
    };
    const Case cases[] = {
        {"link type of USB", 189, Frame(64), "link_type_unknown", "link.unknown_type"},
        {"no frame", 1, {}, "link_truncated", "ethernet.pkt_too_small"},
        {"cut tag", 1, PacketBuilder{}.ethernet({.type = 0x8100}).payload(3, 0).bytes(), "link_truncated", "vlan.header_too_small"},
        {"cut label", 1, PacketBuilder{}.ethernet({.type = 0x8847}).payload(3, 0).bytes(), "link_truncated", "mpls.header_too_small"},
        {"nothing behind the labels", 1, PacketBuilder{}.ethernet().mpls(16).payload(0, 0).bytes(), "link_truncated",
         "mpls.header_too_small"},
        {"cut PPPoE", 1, PacketBuilder{}.ethernet({.type = 0x8864}).payload(5, 0).bytes(), "link_truncated", "pppoe.pkt_too_small"},
        {"cut PPP", 1, PacketBuilder{}.ethernet({.type = 0x8864}).payload("1100 0001 0001 00"_hex).bytes(), "link_truncated",
         "ppp.pkt_too_small"},
        {"cut cooked", 113, Frame(15), "link_truncated", "sll.pkt_too_small"},
        {"cut cooked 2", 276, Frame(19), "link_truncated", "sll.pkt_too_small"},
        {"cut null", 0, Frame(3), "link_truncated", "null.pkt_too_small"},
        {"empty raw", 101, {}, "link_truncated", "raw.pkt_too_small"},
        {"cut LLC", 1, llc_frame("4242"_hex), "link_truncated", "llc.pkt_too_small"},
        {"cut SNAP", 1, llc_frame("aaaa03 0000"_hex), "link_truncated", "llc.pkt_too_small"},
        {"four tags", 1, PacketBuilder{}.ethernet().vlan(1).vlan(2).vlan(3).vlan(4).ipv4().bytes(), "link_nesting", "vlan.too_many_layers"},
        {"twenty priority tags", 1, nested.ipv4().bytes(), "link_nesting", "too_many_link_headers"},
        {"seventeen labels", 1, labels.ipv4().bytes(), "link_nesting", "mpls.too_many_labels"},
        {"experimental EtherType", 1, PacketBuilder{}.ethernet({.type = 0x88b5}).payload(50, 0).bytes(), "ethertype_unknown",
         "ethernet.unknown_ethertype"},
        {"neither length nor type", 1, PacketBuilder{}.ethernet({.type = 0x05ff}).payload(50, 0).bytes(), "ethertype_unknown",
         "ethernet.unknown_ethertype"},
        {"unknown SAP", 1, llc_frame("6a6a03 00"_hex), "ethertype_unknown", "llc.unknown_sap"},
        {"unknown PPP", 9, "ff03 00fd 0000"_hex, "ethertype_unknown", "ppp.unsup_proto"},
        {"unknown family", 0, "07000000 0000"_hex, "ethertype_unknown", "null.unsupported_type"},
        {"raw version 5", 101, "50000000"_hex, "ethertype_unknown", "raw.unknown_ip_version"},
        {"unknown behind labels", 1, PacketBuilder{}.ethernet().mpls(16).payload(40, 0xf0).bytes(), "ethertype_unknown",
         "mpls.unknown_payload_type"},
        {"PPPoE code", 1, PacketBuilder{}.ethernet({.type = 0x8864}).payload("1109 0001 0002 0021"_hex).bytes(), "ethertype_unknown",
         "pppoe.wrong_code"},
        {"cooked CAN", 113, "0001 0118 0000 0000000000000000 000c 0000"_hex, "ethertype_unknown", "ethernet.unknown_ethertype"},
    };
    for (const Case& each : cases) {
        INFO(each.name);
        DecodeDriver driver;
        const Decoded& decoded = driver.decode(each.frame, each.link_type);
        CHECK(drop_name(decoded) == each.drop);
        CHECK(decoded.count == 0);
        for (std::size_t i = 0; i < decode_events.size(); ++i) {
            INFO(decode_events[i].name);
            CHECK(driver.metrics().events[i].get() == (decode_events[i].name == each.event ? 1u : 0u));
        }
    }
}
