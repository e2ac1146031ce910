// SPDX-License-Identifier: Apache-2.0
// Packets for tests, layer by layer from the outside in; lengths, checksums and next-protocol numbers follow by themselves:
//   const auto frame = PacketBuilder{}.ethernet().vlan(100).ipv4("10.0.0.1", "10.0.0.2").udp(40000, 161).payload("hello").bytes();
// What a test wants wrong is said with a designated initialiser: .ipv4({.source = ..., .total_length = 10}).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "parsers/base/ip_address.hpp"
#include "sensor/source/packet.hpp"

namespace weir::test {

using Frame = std::vector<std::uint8_t>;
using Mac = std::array<std::uint8_t, 6>;

/// `frame` as a packet that was captured whole. `frame` must outlive it.
[[nodiscard]] inline Packet as_packet(const Frame& frame, Time time = 0, std::uint16_t link_type = 1, std::uint64_t number = 1) {
    return {.data = frame,
            .wire_length = static_cast<std::uint32_t>(frame.size()),
            .link_type = link_type,
            .origin = 0,
            .time = time,
            .clock = time,
            .number = number};
}

/// `frame` without its last `count` bytes.
[[nodiscard]] inline Frame shortened(Frame frame, std::size_t count) {
    frame.erase(frame.end() - static_cast<std::ptrdiff_t>(count), frame.end());
    return frame;
}

/// The one's complement sum that IPv4, TCP, UDP and ICMP use (RFC 1071), over `bytes` and what `sum` already holds.
[[nodiscard]] inline std::uint16_t internet_checksum(Bytes bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : bytes[i];
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

/// SCTP's CRC32c (RFC 9260 appendix A).
[[nodiscard]] inline std::uint32_t crc32c(Bytes bytes) {
    std::uint32_t crc = ~0u;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

class PacketBuilder {
public:
    struct Ethernet {
        Mac source{2, 0, 0, 0, 0, 1}, destination{2, 0, 0, 0, 0, 2};
        std::optional<std::uint16_t> type{};
    };
    struct Ipv4 {
        std::string_view source = "10.0.0.1", destination = "10.0.0.2";
        std::uint8_t ttl = 64, tos = 0;
        std::uint16_t id = 0;
        bool dont_fragment = false, more_fragments = false;
        std::uint16_t fragment_offset = 0;  ///< in bytes, a multiple of 8
        Frame options{};                    ///< padded to a multiple of 4
        std::optional<std::uint8_t> protocol{};
        std::optional<std::uint16_t> total_length{};
        std::optional<std::uint16_t> checksum{};
    };
    struct Ipv6 {
        std::string_view source = "2001:db8::1", destination = "2001:db8::2";
        std::uint8_t hop_limit = 64, traffic_class = 0;
        std::uint32_t flow_label = 0;
        std::optional<std::uint8_t> next_header{};
        std::optional<std::uint16_t> payload_length{};
    };
    struct Tcp {
        std::uint16_t source_port = 40000, destination_port = 80;
        std::uint8_t flags = 0x10;
        std::uint32_t sequence = 1, acknowledgement = 1;
        std::uint16_t window = 0xffff;
        Frame options{};                            ///< padded to a multiple of 4
        std::optional<std::uint8_t> data_offset{};  ///< in 32-bit words
        std::optional<std::uint16_t> checksum{};
    };
    struct Udp {
        std::uint16_t source_port = 40000, destination_port = 53;
        std::optional<std::uint16_t> length{};
        std::optional<std::uint16_t> checksum{};
    };

    // --- link layer
    PacketBuilder& ethernet(const Ethernet& header) {
        Frame out{header.destination.begin(), header.destination.end()};
        out.insert(out.end(), header.source.begin(), header.source.end());
        append16(out, header.type.value_or(0));
        return add(Kind::ethernet, std::move(out), header.type.has_value());
    }
    PacketBuilder& ethernet() { return ethernet(Ethernet{}); }
    /// One VLAN tag; `tpid` is the type by which the layer above announces it (0x8100, 0x88a8, 0x9100).
    PacketBuilder& vlan(std::uint16_t id, std::uint16_t tpid = 0x8100, std::optional<std::uint16_t> type = {}) {
        Frame out;
        append16(out, id);
        append16(out, type.value_or(0));
        return add(Kind::vlan, std::move(out), type.has_value(), tpid);
    }
    /// One label; the bottom-of-stack bit follows from what comes next.
    PacketBuilder& mpls(std::uint32_t label, std::uint8_t ttl = 64) {
        Frame out;
        append32(out, label << 12 | ttl);
        return add(Kind::mpls, std::move(out));
    }
    PacketBuilder& pppoe(std::uint16_t session) {
        Frame out{0x11, 0x00};
        append16(out, session);
        append16(out, 0);
        return add(Kind::pppoe, std::move(out)).ppp();
    }
    /// The two bytes of PPP's protocol field.
    PacketBuilder& ppp(std::optional<std::uint16_t> protocol = {}) {
        Frame out;
        append16(out, protocol.value_or(0));
        return add(Kind::ppp, std::move(out), protocol.has_value());
    }

    // --- network layer
    PacketBuilder& ipv4(const Ipv4& header) {
        Frame out(20);
        out[1] = header.tos;
        put16(out, 2, header.total_length.value_or(0));
        put16(out, 4, header.id);
        put16(out, 6,
              static_cast<std::uint16_t>((header.dont_fragment ? 0x4000 : 0) | (header.more_fragments ? 0x2000 : 0) |
                                         header.fragment_offset / 8));
        out[8] = header.ttl;
        out[9] = header.protocol.value_or(0);
        put16(out, 10, header.checksum.value_or(0));
        const auto source = address(header.source).bytes(), destination = address(header.destination).bytes();
        std::copy(source.begin() + 12, source.end(), out.begin() + 12);
        std::copy(destination.begin() + 12, destination.end(), out.begin() + 16);
        append_padded(out, header.options);
        out[0] = static_cast<std::uint8_t>(0x40 | out.size() / 4);
        add(Kind::ipv4, std::move(out), header.protocol.has_value());
        layers_.back().fixed_length = header.total_length.has_value();
        layers_.back().fixed_checksum = header.checksum.has_value();
        return *this;
    }
    PacketBuilder& ipv4(std::string_view source = "10.0.0.1", std::string_view destination = "10.0.0.2") {
        return ipv4(Ipv4{.source = source, .destination = destination});
    }
    PacketBuilder& ipv6(const Ipv6& header) {
        Frame out;
        append32(out, 6u << 28 | std::uint32_t{header.traffic_class} << 20 | header.flow_label);
        append16(out, header.payload_length.value_or(0));
        out.push_back(header.next_header.value_or(59));
        out.push_back(header.hop_limit);
        for (const std::string_view text : {header.source, header.destination}) {
            const auto bytes = address(text).bytes();
            out.insert(out.end(), bytes.begin(), bytes.end());
        }
        add(Kind::ipv6, std::move(out), header.next_header.has_value());
        layers_.back().fixed_length = header.payload_length.has_value();
        return *this;
    }
    PacketBuilder& ipv6(std::string_view source = "2001:db8::1", std::string_view destination = "2001:db8::2") {
        return ipv6(Ipv6{.source = source, .destination = destination});
    }
    /// An IPv6 extension header: hop-by-hop (0), routing (43), destination options (60); `content` follows its two first
    /// bytes and is padded with Pad1 to a multiple of 8.
    PacketBuilder& extension(std::uint8_t number, const Frame& content = {1, 4, 0, 0, 0, 0}) {
        Frame out{59, 0};
        out.insert(out.end(), content.begin(), content.end());
        while (out.size() % 8 != 0) out.push_back(0);
        out[1] = static_cast<std::uint8_t>(out.size() / 8 - 1);
        return add(Kind::extension, std::move(out), false, number);
    }
    /// The IPv6 fragment header; `offset` in bytes, a multiple of 8. `next` names the protocol where the fragment is not the first.
    PacketBuilder& fragment(std::uint16_t offset, bool more, std::uint32_t id, std::optional<std::uint8_t> next = {}) {
        Frame out{next.value_or(59), 0};
        append16(out, static_cast<std::uint16_t>((offset & ~7) | (more ? 1 : 0)));
        append32(out, id);
        return add(Kind::extension, std::move(out), next.has_value(), 44);
    }

    // --- transport layer
    PacketBuilder& tcp(const Tcp& header) {
        Frame out;
        append16(out, header.source_port);
        append16(out, header.destination_port);
        append32(out, header.sequence);
        append32(out, header.acknowledgement);
        append16(out, header.flags);
        append16(out, header.window);
        append16(out, header.checksum.value_or(0));
        append16(out, 0);
        append_padded(out, header.options);
        out[12] = static_cast<std::uint8_t>(header.data_offset.value_or(static_cast<std::uint8_t>(out.size() / 4)) << 4);
        add(Kind::tcp, std::move(out));
        layers_.back().fixed_checksum = header.checksum.has_value();
        return *this;
    }
    PacketBuilder& tcp(std::uint16_t source_port, std::uint16_t destination_port, std::uint8_t flags = 0x10) {
        return tcp(Tcp{.source_port = source_port, .destination_port = destination_port, .flags = flags});
    }
    PacketBuilder& udp(const Udp& header) {
        Frame out;
        append16(out, header.source_port);
        append16(out, header.destination_port);
        append16(out, header.length.value_or(0));
        append16(out, header.checksum.value_or(0));
        add(Kind::udp, std::move(out));
        layers_.back().fixed_length = header.length.has_value();
        layers_.back().fixed_checksum = header.checksum.has_value();
        return *this;
    }
    PacketBuilder& udp(std::uint16_t source_port, std::uint16_t destination_port) {
        return udp(Udp{.source_port = source_port, .destination_port = destination_port});
    }
    /// Type, code and the four bytes behind the checksum (identifier and sequence of an echo).
    PacketBuilder& icmp(std::uint8_t type, std::uint8_t code = 0, std::uint32_t rest = 0) { return add_icmp(Kind::icmp, type, code, rest); }
    PacketBuilder& icmpv6(std::uint8_t type, std::uint8_t code = 0, std::uint32_t rest = 0) {
        return add_icmp(Kind::icmpv6, type, code, rest);
    }
    /// SCTP's common header; chunks are payload.
    PacketBuilder& sctp(std::uint16_t source_port, std::uint16_t destination_port, std::uint32_t verification_tag = 0) {
        Frame out;
        append16(out, source_port);
        append16(out, destination_port);
        append32(out, verification_tag);
        append32(out, 0);
        return add(Kind::sctp, std::move(out));
    }

    // --- tunnels (for those over UDP say .udp() first)
    PacketBuilder& gre(std::optional<std::uint32_t> key = {}, std::optional<std::uint16_t> type = {}) {
        Frame out;
        append16(out, key ? 0x2000 : 0);
        append16(out, type.value_or(0));
        if (key) append32(out, *key);
        return add(Kind::gre, std::move(out), type.has_value());
    }
    PacketBuilder& vxlan(std::uint32_t vni) {
        Frame out{8, 0, 0, 0};
        append32(out, vni << 8);
        return add(Kind::opaque, std::move(out));
    }
    PacketBuilder& geneve(std::uint32_t vni) {
        Frame out{0, 0, 0, 0};
        append32(out, vni << 8);
        return add(Kind::geneve, std::move(out));
    }
    PacketBuilder& gtpu(std::uint32_t teid) {
        Frame out{0x30, 0xff, 0, 0};
        append32(out, teid);
        return add(Kind::gtpu, std::move(out));
    }
    /// An L2TP version 2 data message without optional fields.
    PacketBuilder& l2tp(std::uint16_t tunnel, std::uint16_t session) {
        Frame out{0x00, 0x02};
        append16(out, tunnel);
        append16(out, session);
        out.insert(out.end(), {0xff, 0x03});  // HDLC address and control of the PPP frame
        return add(Kind::opaque, std::move(out)).ppp();
    }

    // --- anything else
    /// A header of the test's own, announced by `number` (EtherType or IP protocol) to the layer above where that asks.
    PacketBuilder& header(Frame bytes, std::uint16_t number = 0) { return add(Kind::opaque, std::move(bytes), true, number); }
    PacketBuilder& payload(Bytes bytes) { return add(Kind::payload, Frame{bytes.begin(), bytes.end()}); }
    PacketBuilder& payload(std::string_view text) { return payload(as_bytes(text)); }
    PacketBuilder& payload(std::size_t count, std::uint8_t value) { return add(Kind::payload, Frame(count, value)); }

    /// The packet, with every number that was not given filled in.
    [[nodiscard]] Frame bytes() const {
        Frame out;
        for (std::size_t i = layers_.size(); i-- > 0;) {
            Frame whole = layers_[i].bytes;
            whole.insert(whole.end(), out.begin(), out.end());
            if (i + 1 < layers_.size()) announce(i, whole);
            complete(i, whole);
            out = std::move(whole);
        }
        return out;
    }

private:
    enum class Kind {
        payload,
        opaque,
        ethernet,
        vlan,
        mpls,
        pppoe,
        ppp,
        ipv4,
        ipv6,
        extension,
        tcp,
        udp,
        icmp,
        icmpv6,
        sctp,
        gre,
        geneve,
        gtpu
    };
    struct Layer {
        Kind kind;
        Frame bytes;
        bool fixed_next = false;   ///< the test said which protocol follows
        std::uint16_t number = 0;  ///< by which the layer above announces this one, where the kind does not say
        bool fixed_length = false, fixed_checksum = false;
    };

    PacketBuilder& add(Kind kind, Frame bytes, bool fixed_next = false, std::uint16_t number = 0) {
        layers_.push_back({kind, std::move(bytes), fixed_next, number});
        return *this;
    }
    PacketBuilder& add_icmp(Kind kind, std::uint8_t type, std::uint8_t code, std::uint32_t rest) {
        Frame out{type, code, 0, 0};
        append32(out, rest);
        return add(kind, std::move(out));
    }

    static IpAddress address(std::string_view text) {
        const auto parsed = IpAddress::parse(text);
        if (!parsed) std::abort();  // a typing error in a test
        return *parsed;
    }
    static void put16(Frame& out, std::size_t at, std::size_t value) {
        out[at] = static_cast<std::uint8_t>(value >> 8);
        out[at + 1] = static_cast<std::uint8_t>(value);
    }
    static void append16(Frame& out, std::uint16_t value) {
        out.resize(out.size() + 2);
        put16(out, out.size() - 2, value);
    }
    static void append32(Frame& out, std::uint32_t value) {
        append16(out, static_cast<std::uint16_t>(value >> 16));
        append16(out, static_cast<std::uint16_t>(value));
    }
    static void append_padded(Frame& out, const Frame& options) {
        out.insert(out.end(), options.begin(), options.end());
        while (out.size() % 4 != 0) out.push_back(0);
    }

    static std::uint16_t ether_type(const Layer& next) {
        switch (next.kind) {
            case Kind::ipv4: return 0x0800;
            case Kind::ipv6: return 0x86dd;
            case Kind::mpls: return 0x8847;
            case Kind::pppoe: return 0x8864;
            case Kind::ethernet: return 0x6558;
            default: return next.number;
        }
    }
    static std::uint8_t ip_protocol_of(const Layer& next) {
        switch (next.kind) {
            case Kind::icmp: return 1;
            case Kind::ipv4: return 4;
            case Kind::tcp: return 6;
            case Kind::udp: return 17;
            case Kind::ipv6: return 41;
            case Kind::gre: return 47;
            case Kind::icmpv6: return 58;
            case Kind::sctp: return 132;
            case Kind::mpls: return 137;
            case Kind::extension:
            case Kind::opaque: return static_cast<std::uint8_t>(next.number);
            default: return 59;  // no next header
        }
    }

    /// Writes into layer `i` what follows it.
    void announce(std::size_t i, Frame& whole) const {
        const Layer& layer = layers_[i];
        const Layer& next = layers_[i + 1];
        if (layer.kind == Kind::mpls) whole[2] = static_cast<std::uint8_t>((whole[2] & ~1) | (next.kind == Kind::mpls ? 0 : 1));
        if (layer.fixed_next) return;
        switch (layer.kind) {
            case Kind::ethernet: put16(whole, 12, ether_type(next)); break;
            case Kind::vlan:
            case Kind::gre:
            case Kind::geneve: put16(whole, 2, ether_type(next)); break;
            case Kind::ppp: put16(whole, 0, next.kind == Kind::ipv6 ? 0x0057 : next.kind == Kind::mpls ? 0x0281 : 0x0021); break;
            case Kind::ipv4: whole[9] = ip_protocol_of(next); break;
            case Kind::ipv6: whole[6] = ip_protocol_of(next); break;
            case Kind::extension: whole[0] = ip_protocol_of(next); break;
            default: break;
        }
    }

    /// Writes the lengths and the checksum of layer `i`, which is `whole` with all that follows.
    void complete(std::size_t i, Frame& whole) const {
        const Layer& layer = layers_[i];
        switch (layer.kind) {
            case Kind::pppoe: put16(whole, 4, whole.size() - 6); break;
            case Kind::gtpu: put16(whole, 2, whole.size() - 8); break;
            case Kind::ipv4:
                if (!layer.fixed_length) put16(whole, 2, whole.size());
                if (!layer.fixed_checksum) put16(whole, 10, internet_checksum(Bytes{whole}.first(layer.bytes.size())));
                break;
            case Kind::ipv6:
                if (!layer.fixed_length) put16(whole, 4, whole.size() - 40);
                break;
            case Kind::udp:
                if (!layer.fixed_length) put16(whole, 4, whole.size());
                if (!layer.fixed_checksum) {
                    const std::uint16_t sum = internet_checksum(whole, pseudo_header(i, whole.size(), 17));
                    put16(whole, 6, sum == 0 ? 0xffff : sum);
                }
                break;
            case Kind::tcp:
                if (!layer.fixed_checksum) put16(whole, 16, internet_checksum(whole, pseudo_header(i, whole.size(), 6)));
                break;
            case Kind::icmp: put16(whole, 2, internet_checksum(whole)); break;
            case Kind::icmpv6: put16(whole, 2, internet_checksum(whole, pseudo_header(i, whole.size(), 58))); break;
            case Kind::sctp: {
                const std::uint32_t crc = crc32c(whole);  // stands in the packet with its low byte first
                for (int byte = 0; byte < 4; ++byte)
                    whole[static_cast<std::size_t>(8 + byte)] = static_cast<std::uint8_t>(crc >> (8 * byte));
                break;
            }
            default: break;
        }
    }

    /// The sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1) of the nearest IP layer above layer `i`.
    std::uint32_t pseudo_header(std::size_t i, std::size_t length, std::uint8_t protocol) const {
        std::uint32_t sum = static_cast<std::uint32_t>(length) + protocol;
        while (i-- > 0) {
            const Layer& ip = layers_[i];
            if (ip.kind != Kind::ipv4 && ip.kind != Kind::ipv6) continue;
            const std::size_t begin = ip.kind == Kind::ipv4 ? 12 : 8, end = ip.kind == Kind::ipv4 ? 20 : 40;
            for (std::size_t at = begin; at < end; at += 2) sum += std::uint32_t{ip.bytes[at]} << 8 | ip.bytes[at + 1];
            break;
        }
        return sum;
    }

    std::vector<Layer> layers_;
};

}  // namespace weir::test
