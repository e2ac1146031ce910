// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/decode.hpp"

#include <set>
#include <string>

#include "tests/support/decode_driver.hpp"
#include "tests/support/hex.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::uint64_t metric_value(const DecodeMetrics& metrics, std::string_view name, std::string_view label = {}) {
    for (const MetricRow& row : decode_metrics)
        if (row.name == name && row.label_value == label) return row.get(&metrics);
    FAIL("no metric " << name << " " << label);
    return 0;
}

/// Packets that a decoder must read to the end, of every sort.
std::vector<PacketBuilder> good_packets() {
    const auto ethernet = PacketBuilder{}.ethernet();
    const auto with = [&](auto add) {
        PacketBuilder builder = ethernet;
        add(builder);
        return builder;
    };
    return {
        with([](auto& b) {
            b.ipv4().tcp({.flags = 2, .options = {2, 4, 5, 180}}).payload("abc");
        }),
        with([](auto& b) { b.vlan(1).vlan(2).ipv4({.options = Frame(40)}).udp(1, 2).payload("abc"); }),
        with([](auto& b) { b.mpls(16).mpls(17).ipv6().extension(0).extension(43).extension(60).udp(1, 2).payload("abc"); }),
        with([](auto& b) { b.pppoe(9).ipv4().icmp(3, 1).payload(PacketBuilder{}.ipv4().tcp(1, 2).bytes()); }),
        with([](auto& b) { b.ipv6().icmpv6(1, 1).payload(PacketBuilder{}.ipv6().fragment(0, true, 5).udp(1, 2).bytes()); }),
        with([](auto& b) { b.ipv4().sctp(1, 2).payload("abc"); }),
        with([](auto& b) { b.ipv4({.id = 1, .more_fragments = true}).udp(1, 2).payload(16, 'x'); }),
        with([](auto& b) { b.ipv6().extension(60).fragment(8, true, 3, std::uint8_t{17}).payload(16, 'x'); }),
        with([](auto& b) { b.ipv4().gre(3).ethernet().vlan(8).ipv6().ipv4().udp(1, 2152).gtpu(7).ipv4().tcp(1, 2).payload("abc"); }),
    };
}

}  // namespace

TEST_CASE("decode: every drop reason can be reached, is counted, and nothing else happens to the packet") {
    PacketBuilder nine = PacketBuilder{}.ethernet().ipv6();
    for (std::size_t i = 0; i <= max_ipv6_extensions; ++i) nine.extension(60);
    const auto v6_fragment = [](std::uint16_t offset) {
        return PacketBuilder{}.ethernet().ipv6().fragment(offset, true, 1, std::uint8_t{17}).payload(16, 'x');
    };
    struct Case {
        PacketBuilder builder;
        std::uint16_t link_type = 1;
    };
    const Case cases[] = {
        {PacketBuilder{}.payload(10, 0), 189},
        {PacketBuilder{}.payload(13, 0)},
        {PacketBuilder{}.ethernet().vlan(1).vlan(2).vlan(3).vlan(4).ipv4()},
        {PacketBuilder{}.ethernet({.type = 0x88b5}).payload(46, 0)},
        {PacketBuilder{}.ethernet({.type = 0x0800}).payload(19, 0x45)},
        {PacketBuilder{}.ethernet().ipv4({.total_length = 19})},
        {PacketBuilder{}.ethernet({.type = 0x86dd}).payload(39, 0x60)},
        {PacketBuilder{}.ethernet().ipv6({.payload_length = 1})},
        {nine.udp(1, 2)},
        {PacketBuilder{}.ethernet().ipv4({.more_fragments = true, .protocol = 17}).payload(9, 0)},
        {v6_fragment(0)},  // held
        {v6_fragment(8)},  // overlaps
        {PacketBuilder{}.ethernet().ipv4({.more_fragments = true, .protocol = 17}).payload(8192, 0)},
        {PacketBuilder{}.ethernet().ipv4({.protocol = 6}).payload(19, 0)},
        {PacketBuilder{}.ethernet().ipv4().udp({.length = 7})},
    };
    DecoderConfig config;
    config.defrag.memory = 4096;
    DecodeDriver driver{config};
    std::set<DropReason> reached;
    for (const Case& each : cases) {
        const Frame frame = each.builder.bytes();
        const Decoded& decoded = driver.decode(frame, each.link_type);
        if (decoded.drop == DropReason::none) continue;
        CHECK(reached.insert(decoded.drop).second);
        CHECK(decoded.count == 0);
        CHECK(decoded.event_count == 0);
        CHECK(metric_value(driver.metrics(), "weir_packets_dropped_total", drop_name(decoded)) == 1);
    }
    for (std::size_t reason = 1; reason < drop_reasons.size(); ++reason) {
        INFO(drop_reasons[reason].name);
        CHECK(reached.contains(static_cast<DropReason>(reason)));
    }
    CHECK(metric_value(driver.metrics(), "weir_packets_received_total") == std::size(cases));
    CHECK(metric_value(driver.metrics(), "weir_packets_inspected_total") == 1);
}

TEST_CASE("decode: every prefix of a good packet is accounted for") {
    for (const PacketBuilder& builder : good_packets()) {
        const Frame whole = builder.bytes();
        DecodeDriver driver{{.checksums = true}};
        const Decoded& decoded = driver.decode(whole);
        CHECK(drop_name(decoded) == "none");
        CHECK(event_names(decoded).empty());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Frame frame{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
            CHECK(driver.decode(frame).count == 0);                                               // the wire was as short
            (void)driver.decode(frame, 1, 0, static_cast<std::uint32_t>(whole.size() - length));  // the capture was
        }
    }
}

TEST_CASE("decode: every changed byte of a good packet is accounted for") {
    for (const PacketBuilder& builder : good_packets()) {
        Frame frame = builder.bytes();
        DecodeDriver driver{{.checksums = true}};
        for (std::uint8_t& byte : frame) {
            const std::uint8_t kept = byte;
            for (const unsigned value : {0x00u, 0xffu, kept ^ 0x01u, kept ^ 0x80u, kept + 1u, kept - 1u}) {
                byte = static_cast<std::uint8_t>(value);
                const Decoded& decoded = driver.decode(frame);
                CHECK((decoded.drop == DropReason::none || decoded.count == 0));
            }
            byte = kept;
        }
    }
}

TEST_CASE("decode: what a packet before has left in the result does not show") {
    const auto errors =
        PacketBuilder{}.ethernet().vlan(5).ipv4({.dont_fragment = true}).icmp(3).payload(PacketBuilder{}.ipv4().tcp(1, 2).bytes());
    DecodeDriver driver;
    (void)driver.decode(PacketBuilder{}.ethernet().ipv4().tcp({.flags = 0xff, .options = Frame(8)}));
    (void)driver.decode(errors);
    const Layers& layer = innermost(driver.decode(PacketBuilder{}.ethernet().ipv6().extension(60).udp(1, 2)));
    CHECK_FALSE(layer.has_quoted);
    CHECK_FALSE(layer.dont_fragment);
    CHECK_FALSE(layer.reserved_bit);
    CHECK_FALSE(layer.cut);
    CHECK(layer.icmp_type == 0);
    CHECK(layer.vlan_count == 0);
    CHECK(layer.context == 0);
    CHECK(layer.tcp.flags == 0);
    CHECK(layer.tcp.options.empty());
    CHECK(layer.payload_missing == 0);
    CHECK(layer.ip_id == 0);
}

TEST_CASE("decode: bytes are those on the wire, kinds are counted at every depth") {
    DecodeDriver driver;
    Frame frame = PacketBuilder{}.ethernet().ipv4().gre().ipv6().udp(1, 2).payload(100, 'x').bytes();
    const std::size_t wire = frame.size();
    frame = shortened(std::move(frame), 50);
    (void)driver.decode(frame, 1, 0, 50);
    (void)driver.decode(PacketBuilder{}.ethernet({.type = 0x0806}).payload(28, 0));
    const DecodeMetrics& metrics = driver.metrics();
    CHECK(metric_value(metrics, "weir_received_bytes_total") == wire + 42);
    CHECK(metric_value(metrics, "weir_inspected_bytes_total") == wire + 42);
    CHECK(metric_value(metrics, "weir_decode_link_packets_total", "ethernet") == 2);
    CHECK(metric_value(metrics, "weir_decode_network_headers_total", "ipv4") == 1);
    CHECK(metric_value(metrics, "weir_decode_network_headers_total", "ipv6") == 1);
    CHECK(metric_value(metrics, "weir_decode_network_headers_total", "link-only") == 1);
    CHECK(metric_value(metrics, "weir_decode_transport_headers_total", "udp") == 1);
    CHECK(metric_value(metrics, "weir_decode_transport_headers_total", "ip-only") == 1);
    CHECK(metric_value(metrics, "weir_decode_tunnel_packets_total", "gre") == 1);
}

TEST_CASE("decode: metric rows and events have names of their own") {
    std::set<std::string> names;
    for (const MetricRow& row : decode_metrics) {
        const std::string name = std::string{row.name} + '/' + std::string{row.label_value};
        INFO(name);
        CHECK(names.insert(name).second);
        CHECK(row.name.starts_with("weir_"));
        CHECK((row.kind == MetricKind::gauge || row.name.ends_with("_total")));
        CHECK(row.label_name.empty() == row.label_value.empty());
        CHECK_FALSE(row.help.empty());
    }
    std::set<std::string_view> events;
    for (const DecodeEventInfo& event : decode_events) CHECK(events.insert(event.name).second);
}
