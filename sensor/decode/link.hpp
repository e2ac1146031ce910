// SPDX-License-Identifier: Apache-2.0
// The way from a frame's first byte to its IP header: link header, VLAN tags, MPLS labels, PPPoE, PPP, LLC. The decoder, the
// choice of the worker and the tunnels that carry Ethernet or PPP share it.
#pragma once

#include <array>
#include <cstdint>

#include "sensor/decode/event.hpp"
#include "sensor/decode/metrics.hpp"
#include "sensor/decode/wire.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

inline constexpr std::size_t max_vlan_tags = 3;
inline constexpr std::size_t max_mpls_labels = 16;
inline constexpr std::size_t max_link_headers = 16;  ///< of any kind, one behind the other

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800, ipv6 = 0x86dd, vlan = 0x8100, qinq = 0x88a8, qinq_old = 0x9100, mpls = 0x8847,
                               mpls_multicast = 0x8848, ethernet = 0x6558, ppp = 0x880b, pppoe_discovery = 0x8863, pppoe_session = 0x8864,
                               fabric_path = 0x8903, provider_backbone = 0x88e7, erspan_1_2 = 0x88be, erspan_3 = 0x22eb;
inline constexpr std::uint16_t max_length = 0x05dc;  ///< up to here the field is a length, and LLC follows (IEEE 802.3 clause 3.2.6)
inline constexpr std::uint16_t min_type = 0x0600;
}  // namespace ether_type

/// What lies in front of an IP header, and where that begins.
struct Link {
    Bytes rest;             ///< from the network header on
    std::uint32_t missing;  ///< bytes that were on the wire behind `rest` and that the capture lacks
    NetworkKind network;    ///< link_only: a protocol without IP that is known by name (ARP, LLDP, ...)
    std::uint16_t ether_type;
    std::uint8_t vlan_count;
    std::array<std::uint16_t, max_vlan_tags> vlan;
    const std::uint8_t* source_mac;  ///< of the innermost Ethernet frame; null where there is none
    const std::uint8_t* destination_mac;
};

/// Kind of a LINKTYPE_ value.
[[nodiscard]] LinkKind link_kind(std::uint16_t link_type) noexcept;

/// Follows EtherType `type` through `rest` to the network header: adds VLAN ids and MAC addresses to `link` and sets
/// everything else in it. `missing` counts the wire's bytes behind `rest`.
[[nodiscard]] Oddity follow_ether_type(std::uint16_t type, Bytes rest, std::uint32_t missing, Link& link) noexcept;

/// Whether `bytes` could well be an Ethernet frame: its type is one that weir knows.
[[nodiscard]] bool plausible_ethernet(Bytes bytes) noexcept;

namespace detail {
[[nodiscard]] Oddity walk_link_header(const Packet& packet, std::uint32_t missing, Link& link) noexcept;
}

/// Walks the whole link header of `packet`; writes every field of `link`.
[[nodiscard]] inline Oddity walk_link(const Packet& packet, Link& link) noexcept {
    constexpr std::uint16_t link_type_ethernet = 1;
    constexpr std::size_t ethernet_size = 14;
    const std::size_t size = packet.data.size();
    const std::uint32_t missing = packet.wire_length > size ? packet.wire_length - static_cast<std::uint32_t>(size) : 0;
    link.vlan_count = 0;
    link.vlan = {};
    const std::uint8_t* const frame = packet.data.data();
    if (packet.link_type == link_type_ethernet && size > ethernet_size && wire::be16(frame + 12) == ether_type::ipv4) [[likely]] {
        link.rest = packet.data.subspan(ethernet_size);
        link.missing = missing;
        link.network = NetworkKind::ipv4;
        link.ether_type = ether_type::ipv4;
        link.source_mac = frame + 6;
        link.destination_mac = frame;
        return Oddity::none;
    }
    link.source_mac = link.destination_mac = nullptr;
    return detail::walk_link_header(packet, missing, link);
}

}  // namespace weir
