// SPDX-License-Identifier: Apache-2.0
// What decoding makes of a packet: one Layers per IP header on the way in, the outermost first, each with its context.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parsers/base/ip_address.hpp"
#include "sensor/metrics/drop_reason.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// IP protocol numbers that weir treats by name (IANA).
namespace ip_protocol {
inline constexpr std::uint8_t icmp = 1, igmp = 2, ipip = 4, tcp = 6, udp = 17, ipv6 = 41, gre = 47, esp = 50, ah = 51, icmpv6 = 58, ospf = 89,
                              etherip = 97, pim = 103, vrrp = 112, l2tp = 115, sctp = 132, mpls = 137;
}

/// What carried an inner packet.
enum class Tunnel : std::uint8_t { none, gre, erspan, ipip, sixinfour, vxlan, geneve, gtpu, l2tp, teredo, mpls_in_udp, mpls_in_ip, etherip };
inline constexpr std::size_t tunnel_count = 13;
[[nodiscard]] constexpr std::string_view name_of(Tunnel tunnel) noexcept {
    constexpr std::array<std::string_view, tunnel_count> names{"none",  "gre",  "erspan", "ipip",        "6in4",       "vxlan",  "geneve",
                                                               "gtp-u", "l2tp", "teredo", "mpls-in-udp", "mpls-in-ip", "etherip"};
    return names[static_cast<std::size_t>(tunnel)];
}

/// A five-tuple quoted inside an ICMP error: the packet that the error is about.
struct QuotedTuple {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint8_t protocol = 0;
};

struct TcpHeader {
    std::uint32_t sequence, acknowledgement;
    std::uint16_t window;  ///< as on the wire, unscaled
    std::uint8_t flags;
    Bytes options;
};
namespace tcp_flag {
inline constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20, ece = 0x40, cwr = 0x80;
}

/// One IP datagram (whole: fragments have been put together) and its transport header.
struct Layers {
    IpAddress source, destination;
    std::uint16_t source_port, destination_port;  ///< 0 where the transport has none
    std::uint8_t protocol;                        ///< the transport's IP protocol number, behind IPv6 extension headers
    std::uint8_t ip_version;                      ///< 4 or 6
    std::uint8_t ttl;                             ///< or hop limit
    std::uint8_t tos;                             ///< or traffic class
    std::uint16_t ip_id;                          ///< IPv4 identification
    bool fragment;                                ///< came in fragments (reassembled), or is one (`incomplete_fragment`)
    bool incomplete_fragment;                     ///< a fragment that is held: no ports, no payload, counts for its flow only
    bool dont_fragment, more_fragments;           ///< as in the (first) header
    bool reserved_bit;
    bool cut;                                     ///< the capture's snap length cut the payload short
    bool bad_checksum;                            ///< transport or IP checksum is wrong (checked only when the config says so)
    std::uint8_t icmp_type, icmp_code;            ///< ICMP and ICMPv6
    bool has_quoted;                              ///< `quoted` is set
    QuotedTuple quoted;
    TcpHeader tcp;       ///< where protocol is TCP
    Bytes ip_header;     ///< with IPv4 options or IPv6 extension headers
    Bytes transport;     ///< from the transport header on
    Bytes payload;       ///< behind the transport header
    std::uint32_t payload_missing;  ///< bytes of payload that the header promises and the capture lacks (snap length)
    std::uint64_t context;  ///< hash of VLAN ids and of every tunnel above: part of the flow's key; 0 for untagged, untunnelled
    std::array<std::uint16_t, 3> vlan;  ///< ids of the frame around, outermost tag first; priority tags (id 0) left out
    std::uint8_t vlan_count;
    Tunnel tunnel;          ///< what carried this datagram
    std::uint8_t depth;     ///< 0: outermost
};

/// An oddity in the headers that does not stop the packet (EVE anomaly, type `decode`).
struct DecodeEvent {
    std::uint8_t id;     ///< row of `decode_events`
    std::uint8_t depth;  ///< index of the Layers it was seen in
};

inline constexpr std::size_t max_depth = 4;   ///< IP headers followed into each other
inline constexpr std::size_t max_events = 8;

/// Decoder's output for one packet; reused from packet to packet, so only what `count`/`event_count` cover is valid.
struct Decoded {
    std::array<Layers, max_depth> layers;
    std::array<DecodeEvent, max_events> events;
    std::uint8_t count;        ///< IP datagrams found; 0 with drop == none: a link-layer packet (ARP, LLDP, ...)
    std::uint8_t event_count;
    DropReason drop;           ///< why the packet could not be inspected at all; `none` as soon as its outermost part could
    std::uint16_t ether_type;  ///< behind VLAN tags and MPLS; 0 where the link has none
    const std::uint8_t* source_mac;       ///< 6 bytes, or null where the link has no MAC addresses
    const std::uint8_t* destination_mac;
};

}  // namespace weir
