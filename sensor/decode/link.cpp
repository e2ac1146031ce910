// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/link.hpp"

#include <algorithm>

namespace weir {
namespace {

using wire::be16;
using wire::be32;

/// pcap's LINKTYPE_ values (https://www.tcpdump.org/linktypes.html).
namespace link_type {
constexpr std::uint16_t null = 0, ethernet = 1, ppp = 9, raw_bsd = 12, raw_openbsd = 14, ppp_hdlc = 50, ppp_ether = 51, raw = 101,
                        c_hdlc = 104, loop = 108, linux_sll = 113, ipv4 = 228, ipv6 = 229, linux_sll2 = 276;
}

/// EtherTypes without IP that are known by name, ascending (IEEE's registry, and those that vendors took).
constexpr auto known_types = std::to_array<std::uint16_t>({
    0x0806,                                          // ARP
    0x0842,                                          // Wake-on-LAN
    0x0bad,                                          // Banyan VINES
    0x2000, 0x2001, 0x2003, 0x2004,                  // CDP; NHRP over GRE; VTP; DTP
    0x22ea, 0x22f0, 0x22f3, 0x22f4,                  // SRP; AVTP; TRILL; L2 IS-IS
    0x4305,                                          // B.A.T.M.A.N.
    0x6001, 0x6002, 0x6003, 0x6004, 0x6007,          // DEC MOP, DECnet, LAT, LAVC
    0x8035,                                          // RARP; SLARP on Cisco HDLC
    0x809b, 0x80f3,                                  // AppleTalk and its ARP
    0x8137, 0x8138,                                  // IPX
    0x8808, 0x8809,                                  // flow control; slow protocols: LACP, OAM, ESMC
    0x883e,                                          // WCCP
    0x8863,                                          // PPPoE discovery
    0x886c, 0x886d, 0x886f,                          // HomePNA and Broadcom; Intel ANS; Microsoft NLB
    0x8870, 0x8874, 0x887b,                          // jumbo LLC; Broadcom tag; HomePlug
    0x888e, 0x8892,                                  // EAPOL; PROFINET
    0x8899, 0x889a,                                  // Realtek loop detection; HyperSCSI
    0x88a2, 0x88a4, 0x88ab,                          // ATA over Ethernet; EtherCAT; POWERLINK
    0x88b8, 0x88b9, 0x88ba, 0x88bb, 0x88bf,          // GOOSE, GSE, sampled values; LWAPP; MikroTik RoMON
    0x88c7, 0x88ca, 0x88cc, 0x88cd, 0x88d9, 0x88dc,  // EAPOL pre-authentication; TIPC; LLDP; SERCOS; LLTD; WSMP
    0x88e1, 0x88e3, 0x88e5,                          // HomePlug AV; MRP; MACsec
    0x88f5, 0x88f6, 0x88f7, 0x88f8, 0x88fb,          // MVRP; MMRP; PTP; NC-SI; PRP
    0x8902, 0x8906, 0x890d, 0x8914, 0x8915, 0x891d,  // CFM and Y.1731; FCoE; 802.11 wired mesh; FIP; RoCE; TTEthernet
    0x892f, 0x893a, 0x8940, 0x894f,                  // HSR; IEEE 1905; ECP; NSH
    0x9000,                                          // loopback test
    0xa0ed,                                          // LoWPAN
    0xaefe,                                          // eCPRI
    0xfefe,                                          // OSI over Cisco HDLC
});
static_assert(std::is_sorted(known_types.begin(), known_types.end()));

/// LLC service access points without IP that are known by name, ascending (IEEE 802.2 clause 3.3.1.2 and its registry).
constexpr auto known_saps = std::to_array<std::uint8_t>({
    0x00,              // null: XID and TEST
    0x02, 0x03,        // LLC management
    0x04, 0x05, 0x08,  // SNA
    0x0e,              // PROWAY
    0x10,              // NetWare
    0x42,              // spanning tree
    0x4e,              // EIA RS-511
    0x7e,              // X.25
    0x82,              // BACnet
    0x8e,              // PROWAY
    0x98,              // ARP
    0xbc,              // VINES
    0xe0,              // NetWare: IPX
    0xf0, 0xf4, 0xf8,  // NetBIOS, LAN management, remote program load
    0xfe,              // OSI: IS-IS
    0xff,              // NetWare: raw IPX
});
static_assert(std::is_sorted(known_saps.begin(), known_saps.end()));
constexpr std::uint8_t snap = 0xaa;

bool is_known(std::uint16_t type) noexcept { return std::binary_search(known_types.begin(), known_types.end(), type); }
bool is_known_sap(std::uint8_t sap) noexcept { return std::binary_search(known_saps.begin(), known_saps.end(), sap); }

/// A walk along the headers of one frame: `type` says what `rest` begins with.
struct Walk {
    std::uint16_t type;
    Bytes rest;
    std::uint32_t missing;
    Link& link;
    bool done = false;

    /// Leaves the first `count` bytes behind; the caller has checked that they exist.
    void advance(std::size_t count) noexcept { rest = rest.subspan(count); }

    /// A header says that `length` bytes follow: what is more is padding.
    void limit(std::size_t length) noexcept {
        if (length <= rest.size()) {
            rest = rest.first(length);
            missing = 0;
        } else {
            missing = static_cast<std::uint32_t>(std::min<std::size_t>(missing, length - rest.size()));
        }
    }

    void finish(NetworkKind network, std::uint16_t ether_type) noexcept {
        link.rest = rest;
        link.missing = missing;
        link.network = network;
        link.ether_type = ether_type;
        done = true;
    }

    Oddity ethernet() noexcept {
        if (rest.size() < 14) return Oddity::ethernet_too_small;
        link.destination_mac = rest.data();
        link.source_mac = rest.data() + 6;
        type = be16(rest.data() + 12);
        advance(14);
        return Oddity::none;
    }

    /// IEEE 802.1Q clause 9.6: priority and drop bits, id, the next type.
    Oddity vlan() noexcept {
        if (rest.size() < 4) return Oddity::vlan_too_small;
        const std::uint16_t id = be16(rest.data()) & 0x0fff;
        if (id != 0) {  // 0 is a priority tag: no VLAN
            if (link.vlan_count == max_vlan_tags) return Oddity::vlan_too_many;
            link.vlan[link.vlan_count++] = id;
        }
        type = be16(rest.data() + 2);
        advance(4);
        return Oddity::none;
    }

    /// RFC 3032 section 2.1. What follows has no type field: the first nibble decides (RFC 4928 section 3).
    Oddity mpls() noexcept {
        for (std::size_t labels = 0;; ++labels) {
            if (labels == max_mpls_labels) return Oddity::mpls_too_many;
            if (rest.size() < 4) return Oddity::mpls_too_small;
            const bool bottom = (rest[2] & 1) != 0;
            advance(4);
            if (bottom) break;
        }
        if (rest.empty()) return Oddity::mpls_too_small;
        switch (rest[0] >> 4) {
            case 4: type = ether_type::ipv4; return Oddity::none;
            case 6: type = ether_type::ipv6; return Oddity::none;
            case 1: finish(NetworkKind::link_only, ether_type::mpls); return Oddity::none;  // associated channel, RFC 5586
            default: break;
        }
        type = ether_type::ethernet;
        // A pseudowire: Ethernet behind a control word (RFC 4448 section 4.6), or without one.
        if (rest[0] >> 4 == 0 && rest.size() > 4 && plausible_ethernet(rest.subspan(4))) {
            advance(4);
            return Oddity::none;
        }
        return plausible_ethernet(rest) ? Oddity::none : Oddity::mpls_unknown_payload;
    }

    /// RFC 2516 section 4.
    Oddity pppoe() noexcept {
        if (rest.size() < 6) return Oddity::pppoe_too_small;
        if (rest[0] != 0x11 || rest[1] != 0) return Oddity::pppoe_wrong_code;
        const std::uint16_t length = be16(rest.data() + 4);
        advance(6);
        limit(length);
        type = ether_type::ppp;
        return Oddity::none;
    }

    /// RFC 1661 section 2, behind address and control (RFC 1662 section 3.1) where these are not left out.
    Oddity ppp() noexcept {
        if (rest.size() >= 2 && rest[0] == 0xff && rest[1] == 0x03) advance(2);
        if (rest.size() < 2) return Oddity::ppp_too_small;
        const bool compressed = (rest[0] & 1) != 0;  // RFC 1661 section 6.5: one byte, odd
        const std::uint16_t protocol = compressed ? rest[0] : be16(rest.data());
        advance(compressed ? 1 : 2);
        switch (protocol) {
            case 0x0021: type = ether_type::ipv4; return Oddity::none;
            case 0x0057: type = ether_type::ipv6; return Oddity::none;
            case 0x0281: type = ether_type::mpls; return Oddity::none;
            case 0x0283: type = ether_type::mpls_multicast; return Oddity::none;
            default: break;
        }
        if (protocol < 0x8000) return Oddity::ppp_unsupported;
        finish(NetworkKind::link_only, ether_type::ppp);  // network and link control: IPCP, LCP, CHAP, ...
        return Oddity::none;
    }

    /// Cisco HDLC where it begins with its addresses, PPP otherwise (RFC 1547 section 4.3.1).
    Oddity serial() noexcept {
        if (rest.size() < 4) return Oddity::ppp_too_small;
        const bool cisco = (rest[0] == 0x0f || rest[0] == 0x8f) && rest[1] == 0;
        type = cisco ? be16(rest.data() + 2) : ether_type::ppp;
        if (cisco) advance(4);
        return Oddity::none;
    }

    /// IEEE 802.2, and SNAP (RFC 1042): `type` is the frame's length.
    Oddity llc() noexcept {
        limit(type);
        if (rest.size() < 3) return Oddity::llc_too_small;
        const std::uint8_t destination = rest[0], source = rest[1], control = rest[2];
        if (destination == snap && source == snap && control == 0x03) {
            if (rest.size() < 8) return Oddity::llc_too_small;
            const std::uint32_t organisation = wire::be24(rest.data() + 3);
            type = be16(rest.data() + 6);
            advance(8);
            const bool is_ether_type = (organisation == 0x000000 || organisation == 0x0000f8) && type >= ether_type::min_type;
            if (!is_ether_type) finish(NetworkKind::link_only, 0);  // an organisation's own: CDP, PVST+, UDLD, ...
            return Oddity::none;
        }
        if (destination == 0x06 && source == 0x06 && control == 0x03) {  // IP without SNAP
            advance(3);
            type = ether_type::ipv4;
            return Oddity::none;
        }
        if (!is_known_sap(destination)) return Oddity::llc_unknown_sap;
        finish(NetworkKind::link_only, 0);
        return Oddity::none;
    }

    /// Headers between two Ethernet frames: FabricPath has 2 bytes (tree and time to live), 802.1ah 4 (priority and service).
    Oddity mac_in_mac(std::size_t tag_size) noexcept {
        if (rest.size() < tag_size) return Oddity::ethernet_too_small;
        advance(tag_size);
        type = ether_type::ethernet;
        return Oddity::none;
    }

    /// One header further.
    Oddity step() noexcept {
        if (type <= ether_type::max_length) return llc();
        switch (type) {
            case ether_type::ipv4: finish(NetworkKind::ipv4, type); return Oddity::none;
            case ether_type::ipv6: finish(NetworkKind::ipv6, type); return Oddity::none;
            case ether_type::vlan:
            case ether_type::qinq:
            case ether_type::qinq_old: return vlan();
            case ether_type::mpls:
            case ether_type::mpls_multicast: return mpls();
            case ether_type::ethernet: return ethernet();
            case ether_type::pppoe_session: return pppoe();
            case ether_type::ppp: return ppp();
            case ether_type::fabric_path: return mac_in_mac(2);
            case ether_type::provider_backbone: return mac_in_mac(4);
            default: break;
        }
        if (!is_known(type)) {
            link.ether_type = type;
            return Oddity::ethernet_unknown_type;
        }
        finish(NetworkKind::link_only, type);
        return Oddity::none;
    }

    Oddity run() noexcept {
        for (std::size_t headers = 0; headers < max_link_headers; ++headers) {
            const Oddity oddity = step();
            if (oddity != Oddity::none || done) return oddity;
        }
        return Oddity::link_too_many;
    }
};

/// BSD loopback: the address family in the byte order of who captured (0) or in network order (108).
Oddity enter_null(Walk& walk) noexcept {
    if (walk.rest.size() < 4) return Oddity::null_too_small;
    std::uint32_t family = be32(walk.rest.data());
    if (family > 0xffff) family = __builtin_bswap32(family);
    walk.advance(4);
    switch (family) {
        case 2: walk.type = ether_type::ipv4; return Oddity::none;
        case 10:  // Linux
        case 24:  // NetBSD, OpenBSD
        case 28:  // FreeBSD
        case 30:  // macOS
            walk.type = ether_type::ipv6;
            return Oddity::none;
        default: return Oddity::null_unsupported;
    }
}

/// Linux cooked capture: `size` bytes of header with the protocol at `protocol_at` and the sender's address at `address_at`.
Oddity enter_cooked(Walk& walk, std::size_t size, std::size_t protocol_at, std::size_t address_at, std::size_t address_size) noexcept {
    constexpr std::uint16_t llc = 0x0004;  // ETH_P_802_2
    walk.type = be16(walk.rest.data() + protocol_at);
    if (address_size == 6) walk.link.source_mac = walk.rest.data() + address_at;
    walk.advance(size);
    if (walk.type == llc) {
        walk.type = ether_type::max_length;  // LLC without a length of its own
    } else if (walk.type < ether_type::min_type) {
        walk.link.ether_type = walk.type;
        return Oddity::ethernet_unknown_type;
    }
    return Oddity::none;
}

Oddity enter_raw(Walk& walk) noexcept {
    if (walk.rest.empty()) return Oddity::raw_too_small;
    const unsigned version = walk.rest[0] >> 4;
    if (version != 4 && version != 6) return Oddity::raw_unknown_version;
    walk.type = version == 4 ? ether_type::ipv4 : ether_type::ipv6;
    return Oddity::none;
}

/// Reads what the link type prescribes, up to the first EtherType.
Oddity enter(std::uint16_t link, Walk& walk) noexcept {
    switch (link) {
        case link_type::ethernet: return walk.ethernet();
        case link_type::linux_sll:
            if (walk.rest.size() < 16) return Oddity::sll_too_small;
            return enter_cooked(walk, 16, 14, 6, be16(walk.rest.data() + 4));
        case link_type::linux_sll2:
            if (walk.rest.size() < 20) return Oddity::sll_too_small;
            return enter_cooked(walk, 20, 0, 12, walk.rest[11]);
        case link_type::null:
        case link_type::loop: return enter_null(walk);
        case link_type::raw:
        case link_type::raw_bsd:
        case link_type::raw_openbsd: return enter_raw(walk);
        case link_type::ipv4: walk.type = ether_type::ipv4; return Oddity::none;
        case link_type::ipv6: walk.type = ether_type::ipv6; return Oddity::none;
        case link_type::ppp:
        case link_type::ppp_hdlc:
        case link_type::c_hdlc: return walk.serial();
        case link_type::ppp_ether: walk.type = ether_type::pppoe_session; return Oddity::none;
        default: return Oddity::link_type_unknown;
    }
}

}  // namespace

LinkKind link_kind(std::uint16_t link) noexcept {
    switch (link) {
        case link_type::ethernet: return LinkKind::ethernet;
        case link_type::linux_sll:
        case link_type::linux_sll2: return LinkKind::linux_cooked;
        case link_type::null:
        case link_type::loop: return LinkKind::null;
        case link_type::raw:
        case link_type::raw_bsd:
        case link_type::raw_openbsd:
        case link_type::ipv4:
        case link_type::ipv6: return LinkKind::raw_ip;
        case link_type::ppp:
        case link_type::ppp_hdlc:
        case link_type::ppp_ether: return LinkKind::ppp;
        case link_type::c_hdlc: return LinkKind::hdlc;
        default: return LinkKind::unknown;
    }
}

bool plausible_ethernet(Bytes bytes) noexcept {
    if (bytes.size() < 14) return false;
    const std::uint16_t type = be16(bytes.data() + 12);
    switch (type) {
        case ether_type::ipv4:
        case ether_type::ipv6:
        case ether_type::vlan:
        case ether_type::qinq:
        case ether_type::mpls:
        case ether_type::pppoe_session: return true;
        default: break;
    }
    if (type > ether_type::max_length) return is_known(type);
    const bool fits = type >= 3 && type + std::size_t{14} <= bytes.size();  // LLC: the frame's length
    return fits && bytes[14] == bytes[15] && (bytes[14] == snap || is_known_sap(bytes[14]));
}

Oddity follow_ether_type(std::uint16_t type, Bytes rest, std::uint32_t missing, Link& link) noexcept {
    return Walk{type, rest, missing, link}.run();
}

namespace detail {

Oddity walk_link_header(const Packet& packet, std::uint32_t missing, Link& link) noexcept {
    link.rest = {};
    link.missing = 0;
    link.network = NetworkKind::link_only;
    link.ether_type = 0;
    Walk walk{0, packet.data, missing, link};
    const Oddity oddity = enter(packet.link_type, walk);
    return oddity == Oddity::none ? walk.run() : oddity;
}

}  // namespace detail
}  // namespace weir
