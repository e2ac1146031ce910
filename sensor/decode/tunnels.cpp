// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/tunnels.hpp"

#include <array>

#include "sensor/decode/ip.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {
namespace {

using wire::be16;
using wire::be24;
using wire::be32;

/// A tunnel's payload on its way into a Link.
class Opener {
public:
    Opener(const Layers& layer, Link& link) noexcept : bytes_(layer.payload), missing_(layer.payload_missing), link_(link) {}

    [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
    /// Payload as the header promises it: with what the capture lacks.
    [[nodiscard]] std::size_t promised() const noexcept { return bytes_.size() + missing_; }
    void advance(std::size_t count) noexcept { bytes_ = bytes_.subspan(count); }

    [[nodiscard]] Inner ip(Tunnel tunnel, unsigned version, std::uint32_t id = 0) noexcept {
        link_.rest = bytes_;
        link_.missing = missing_;
        link_.network = version == 4 ? NetworkKind::ipv4 : NetworkKind::ipv6;
        link_.ether_type = version == 4 ? ether_type::ipv4 : ether_type::ipv6;
        return {.tunnel = tunnel, .id = id};
    }
    [[nodiscard]] Inner ethernet(Tunnel tunnel, std::uint32_t id = 0) noexcept {
        link_.vlan_count = 0;
        link_.vlan = {};
        return follow(tunnel, ether_type::ethernet, id);
    }
    /// Whatever `type` announces.
    [[nodiscard]] Inner follow(Tunnel tunnel, std::uint16_t type, std::uint32_t id = 0) noexcept {
        if (type == ether_type::ethernet) {
            link_.vlan_count = 0;
            link_.vlan = {};
        }
        const Oddity oddity = follow_ether_type(type, bytes_, missing_, link_);
        return {.tunnel = tunnel, .id = id, .oddity = oddity};
    }
    /// A header that leads to nothing that weir could read.
    [[nodiscard]] static Inner odd(Tunnel tunnel, Oddity oddity) noexcept { return {.tunnel = tunnel, .oddity = oddity}; }
    [[nodiscard]] static Inner nothing() noexcept { return {}; }

    /// Whether an IP packet begins at `at`, and how many bytes stand behind it; nothing where it reaches further than promised.
    struct Found {
        unsigned version = 0;  ///< 0: none
        std::size_t behind = 0;
    };
    [[nodiscard]] Found find_ip(std::size_t at) const noexcept {
        if (bytes_.size() < at + ipv4_header_size) return {};
        const std::uint8_t* const p = bytes_.data() + at;
        const unsigned version = p[0] >> 4;
        if (version != 4 && (version != 6 || bytes_.size() < at + ipv6_header_size)) return {};
        const std::size_t length = version == 4 ? be16(p + 2) : be16(p + 4) + ipv6_header_size;
        const bool fits = length <= promised() - at && (version == 6 || (p[0] & 0xf) >= 5);
        return fits ? Found{version, promised() - at - length} : Found{};
    }
    /// Version of an IP packet that begins at `at` and fills what is left; 0: none.
    [[nodiscard]] unsigned exact_ip(std::size_t at) const noexcept {
        const Found found = find_ip(at);
        return found.behind == 0 ? found.version : 0;
    }

private:
    Bytes bytes_;
    std::uint32_t missing_;
    Link& link_;
};

// --- GRE and what it carries

/// ERSPAN over GRE. Without a sequence number it is type I, which has no header; else types II and III
/// (draft-foschiano-erspan-03 section 4).
Inner open_erspan(Opener& opener, std::uint16_t type, bool has_sequence) noexcept {
    if (type == ether_type::erspan_1_2 && !has_sequence) return opener.ethernet(Tunnel::erspan);
    const bool third = type == ether_type::erspan_3;
    const std::size_t header = third ? 12 : 8;
    const Bytes bytes = opener.bytes();
    if (bytes.size() < header) return Opener::odd(Tunnel::erspan, Oddity::erspan_too_small);
    if (bytes[0] >> 4 != (third ? 2 : 1)) return Opener::odd(Tunnel::erspan, Oddity::erspan_version);
    const bool has_subheader = third && (bytes[11] & 1) != 0;
    const bool carries_ip = third && (bytes[10] >> 2 & 0x1f) == 2;  // frame type
    const std::size_t skipped = header + (has_subheader ? 8 : 0);
    if (bytes.size() <= skipped) return Opener::odd(Tunnel::erspan, Oddity::erspan_too_small);
    opener.advance(skipped);
    if (carries_ip) return opener.ip(Tunnel::erspan, opener.bytes()[0] >> 4 == 4 ? 4 : 6);
    return opener.ethernet(Tunnel::erspan);
}

/// RFC 2784 and 2890; routing of RFC 1701 is not followed. Version 1 is PPTP's (RFC 2637 section 4.1).
Inner open_gre(Opener opener) noexcept {
    constexpr std::uint16_t has_checksum = 0x8000, has_routing = 0x4000, has_key = 0x2000, has_sequence = 0x1000,
                            has_acknowledgement = 0x0080, reserved = 0x0ff8;
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 4) return Opener::odd(Tunnel::gre, Oddity::gre_too_small);
    const std::uint16_t flags = be16(bytes.data()), type = be16(bytes.data() + 2);
    const unsigned version = flags & 7;
    if (version > 1) return Opener::odd(Tunnel::gre, Oddity::gre_wrong_version);
    if (version == 1 && type != ether_type::ppp) return Opener::odd(Tunnel::gre, Oddity::gre_v1_wrong_protocol);
    if (version == 0 && (flags & (has_routing | reserved)) != 0) return Opener::odd(Tunnel::gre, Oddity::gre_v0_flags);

    std::size_t header = 4;
    for (const std::uint16_t optional : {has_checksum, has_key, has_sequence})
        if ((flags & optional) != 0) header += 4;
    if (version == 1 && (flags & has_acknowledgement) != 0) header += 4;
    if (bytes.size() < header) return Opener::odd(Tunnel::gre, Oddity::gre_too_small);
    opener.advance(header);
    if (opener.promised() == 0 || type < ether_type::min_type) return Opener::nothing();  // an acknowledgement, a keepalive
    if (type == ether_type::erspan_1_2 || type == ether_type::erspan_3) return open_erspan(opener, type, (flags & has_sequence) != 0);
    return opener.follow(Tunnel::gre, type);
}

/// RFC 3378 section 2.
Inner open_etherip(Opener opener) noexcept {
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 2 || be16(bytes.data()) != 0x3000) return Opener::odd(Tunnel::etherip, Oddity::etherip_malformed);
    opener.advance(2);
    return opener.ethernet(Tunnel::etherip);
}

// --- over UDP

/// RFC 7348 section 5, and draft-ietf-nvo3-vxlan-gpe section 3, which says what it carries. Of what is reserved only the last
/// byte must be 0: the rest is in use (group policy), and a receiver ignores it.
Inner open_vxlan(Opener opener) noexcept {
    constexpr std::size_t header = 8;
    constexpr std::uint8_t has_id = 0x08, has_next_protocol = 0x04;
    const Bytes bytes = opener.bytes();
    if (bytes.size() <= header || (bytes[0] & has_id) == 0 || bytes[7] != 0) return Opener::nothing();
    const std::uint32_t id = be24(bytes.data() + 4);
    const unsigned next = (bytes[0] & has_next_protocol) != 0 ? bytes[3] : 3u;
    opener.advance(header);
    switch (next) {
        case 1: return opener.exact_ip(0) == 4 ? opener.ip(Tunnel::vxlan, 4, id) : Opener::nothing();
        case 2: return opener.exact_ip(0) == 6 ? opener.ip(Tunnel::vxlan, 6, id) : Opener::nothing();
        case 3: return plausible_ethernet(opener.bytes()) ? opener.ethernet(Tunnel::vxlan, id) : Opener::nothing();
        default: return Opener::nothing();
    }
}

/// RFC 8926 section 3.4; its options must fill the length given for them.
Inner open_geneve(Opener opener) noexcept {
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 8 || bytes[0] >> 6 != 0 || (bytes[1] & 0x3f) != 0 || bytes[7] != 0) return Opener::nothing();
    const std::size_t header = 8 + (bytes[0] & 0x3fu) * 4;
    if (bytes.size() <= header) return Opener::nothing();
    std::size_t at = 8;
    while (at < header) at += 4 + (bytes[at + 3] & 0x1fu) * 4;  // at most 63 options: each is at least 4 bytes
    const std::uint16_t type = be16(bytes.data() + 2);
    const bool known = type == ether_type::ethernet || type == ether_type::ipv4 || type == ether_type::ipv6 || type == ether_type::mpls;
    if (at != header || !known) return Opener::nothing();
    const std::uint32_t id = be24(bytes.data() + 4);
    opener.advance(header);
    return opener.follow(Tunnel::geneve, type, id);
}

/// 3GPP TS 29.281 section 5: G-PDU of GTP version 1. The tunnel's ids differ by direction and so do not tell sessions apart.
Inner open_gtpu(Opener opener) noexcept {
    constexpr std::uint8_t g_pdu = 255, has_extension = 0x04, has_any = 0x07;
    constexpr unsigned max_extensions = 8;
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 8 || (bytes[0] & 0xf8) != 0x30 || bytes[1] != g_pdu) return Opener::nothing();
    if (be16(bytes.data() + 2) + std::size_t{8} != opener.promised()) return Opener::nothing();
    std::size_t header = 8;
    if ((bytes[0] & has_any) != 0) {
        header += 4;
        if (bytes.size() < header) return Opener::nothing();
        std::uint8_t next = (bytes[0] & has_extension) != 0 ? bytes[11] : std::uint8_t{0};
        for (unsigned count = 0; next != 0; ++count) {  // section 5.2.1: length in units of 4 bytes, type of the next at the end
            if (count == max_extensions || header >= bytes.size()) return Opener::nothing();
            const std::size_t length = bytes[header] * std::size_t{4};
            if (length == 0 || length > bytes.size() - header) return Opener::nothing();
            header += length;
            next = bytes[header - 1];
        }
    }
    if (bytes.size() <= header) return Opener::nothing();
    opener.advance(header);
    const unsigned version = opener.bytes()[0] >> 4;
    if (version == 4 || version == 6) return opener.ip(Tunnel::gtpu, version);
    return plausible_ethernet(opener.bytes()) ? opener.ethernet(Tunnel::gtpu) : Opener::nothing();  // an Ethernet PDU session
}

/// RFC 2661 section 3.1: data messages of version 2, which carry PPP.
Inner open_l2tp(Opener opener) noexcept {
    constexpr std::uint16_t is_control = 0x8000, has_length = 0x4000, has_sequence = 0x0800, has_offset = 0x0200, reserved = 0x34f0;
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 6) return Opener::nothing();
    const std::uint16_t flags = be16(bytes.data());
    if ((flags & (is_control | reserved)) != 0 || (flags & 0x0f) != 2) return Opener::nothing();
    std::size_t header = 2;
    if ((flags & has_length) != 0) {
        if (be16(bytes.data() + header) != opener.promised()) return Opener::nothing();
        header += 2;
    }
    header += 4;  // tunnel and session
    if ((flags & has_sequence) != 0) header += 4;
    if ((flags & has_offset) != 0) {
        if (bytes.size() < header + 2) return Opener::nothing();
        header += 2 + be16(bytes.data() + header);
    }
    if (bytes.size() < header + 2) return Opener::nothing();
    opener.advance(header);
    const Inner inner = opener.follow(Tunnel::l2tp, ether_type::ppp);
    return inner.oddity == Oddity::ppp_unsupported || inner.oddity == Oddity::ppp_too_small ? Opener::nothing() : inner;
}

/// RFC 4380 section 5.1.1: IPv6 in UDP behind an authentication and an origin header, each of which may be absent. Away from
/// the server's port only the naked form is believed, and only with a Teredo address in it (2001::/32). Trailers may follow
/// (RFC 6081 section 4).
Inner open_teredo(Opener opener, bool on_port) noexcept {
    constexpr std::size_t origin_size = 8, authentication_size = 13;
    const Bytes bytes = opener.bytes();
    std::size_t at = 0;
    if (on_port && bytes.size() >= authentication_size && bytes[0] == 0 && bytes[1] == 1)
        at += authentication_size + bytes[2] + bytes[3];  // lengths of client identifier and authentication value
    if (on_port && bytes.size() >= at + origin_size && bytes[at] == 0 && bytes[at + 1] == 0) at += origin_size;
    if (opener.find_ip(at).version != 6) return Opener::nothing();
    const auto is_teredo = [](const std::uint8_t* address) { return be32(address) == 0x20010000; };
    const auto is_link_local = [](const std::uint8_t* address) { return (be16(address) & 0xffc0) == 0xfe80; };
    const std::uint8_t* const source = bytes.data() + at + 8;
    const std::uint8_t* const destination = source + 16;
    const bool believable = is_teredo(source) || is_teredo(destination) || (on_port && is_link_local(source));
    if (!believable) return Opener::nothing();
    opener.advance(at);
    return opener.ip(Tunnel::teredo, 6);
}

Inner open_teredo_on_port(Opener opener) noexcept { return open_teredo(opener, true); }

/// RFC 7510 section 3: a label stack with an IP packet of exactly the remaining length behind it.
Inner open_mpls_in_udp(Opener opener) noexcept {
    const Bytes bytes = opener.bytes();
    std::size_t at = 0;
    bool bottom = false;
    for (std::size_t labels = 0; labels < max_mpls_labels && !bottom; ++labels, at += 4) {
        if (bytes.size() < at + 4) return Opener::nothing();
        bottom = (bytes[at + 2] & 1) != 0;
    }
    if (!bottom || opener.exact_ip(at) == 0) return Opener::nothing();
    return opener.follow(Tunnel::mpls_in_udp, ether_type::mpls);
}

/// RFC 8086: GRE version 0 whose protocol is one that carries IP.
Inner open_gre_in_udp(Opener opener) noexcept {
    constexpr std::uint16_t must_be_clear = 0x4fff;
    const Bytes bytes = opener.bytes();
    if (bytes.size() < 4 || (be16(bytes.data()) & must_be_clear) != 0) return Opener::nothing();
    const std::uint16_t type = be16(bytes.data() + 2);
    const bool known = type == ether_type::ipv4 || type == ether_type::ipv6 || type == ether_type::ethernet || type == ether_type::mpls;
    return known ? open_gre(opener) : Opener::nothing();
}

struct UdpTunnel {
    std::uint16_t port;
    Inner (*open)(Opener opener) noexcept;
};
constexpr std::array udp_tunnels{
    UdpTunnel{1701, open_l2tp},       UdpTunnel{2152, open_gtpu},        UdpTunnel{3544, open_teredo_on_port},
    UdpTunnel{4754, open_gre_in_udp}, UdpTunnel{4789, open_vxlan},       UdpTunnel{4790, open_vxlan},  // VXLAN-GPE
    UdpTunnel{6081, open_geneve},     UdpTunnel{6635, open_mpls_in_udp}, UdpTunnel{8472, open_vxlan},  // Linux's port before there was one
};

static_assert(udp_tunnels.front().port == first_tunnel_port && udp_tunnels.back().port == last_tunnel_port);

const UdpTunnel* find_udp_tunnel(std::uint16_t port) noexcept {
    for (const UdpTunnel& tunnel : udp_tunnels)
        if (tunnel.port == port) return &tunnel;
    return nullptr;
}

Inner look_inside_udp(const Layers& layer, Link& link) noexcept {
    for (const std::uint16_t port : {layer.destination_port, layer.source_port}) {
        const UdpTunnel* const tunnel = find_udp_tunnel(port);
        if (tunnel == nullptr) continue;
        const Inner inner = tunnel->open(Opener{layer, link});
        if (inner.tunnel != Tunnel::none) return inner;
    }
    return layer.payload[0] >> 4 == 6 ? open_teredo(Opener{layer, link}, false) : Inner{};
}

}  // namespace

Inner look_inside(const Layers& layer, Link& link) noexcept {
    Opener opener{layer, link};
    switch (layer.protocol) {
        case ip_protocol::udp: return look_inside_udp(layer, link);
        case ip_protocol::ipip: return opener.ip(Tunnel::ipip, 4);                                              // RFC 2003, 2473
        case ip_protocol::ipv6: return opener.ip(layer.ip_version == 4 ? Tunnel::sixinfour : Tunnel::ipip, 6);  // RFC 4213, 2473
        case ip_protocol::gre: return open_gre(opener);
        case ip_protocol::etherip: return open_etherip(opener);
        case ip_protocol::mpls: return opener.follow(Tunnel::mpls_in_ip, ether_type::mpls);  // RFC 4023
        default: return {};
    }
}

}  // namespace weir
