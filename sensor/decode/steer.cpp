// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/steer.hpp"

#include "sensor/decode/ip.hpp"
#include "sensor/decode/link.hpp"

namespace weir {

std::optional<OuterPair> outer_pair(const Packet& packet) noexcept {
    Link link;
    if (walk_link(packet, link) != Oddity::none) return std::nullopt;
    const std::uint8_t* const p = link.rest.data();
    if (link.network == NetworkKind::ipv4 && link.rest.size() >= ipv4_header_size) return OuterPair{wire::ipv4(p + 12), wire::ipv4(p + 16)};
    if (link.network == NetworkKind::ipv6 && link.rest.size() >= ipv6_header_size) return OuterPair{wire::ipv6(p + 8), wire::ipv6(p + 24)};
    return std::nullopt;
}

std::uint64_t session_tag(const Packet& packet) noexcept {
    Link link;
    if (walk_link(packet, link) != Oddity::none) return 0;
    std::uint64_t tag = 0;
    for (std::size_t i = 0; i < link.vlan_count; ++i) tag = hash_chain(tag, link.vlan[i]);
    const Bytes ip = link.rest;
    const std::uint8_t* const p = ip.data();
    OuterPair pair;
    std::uint8_t protocol = 0;
    std::size_t ports_at = ~std::size_t{0};
    if (link.network == NetworkKind::ipv4 && ip.size() >= ipv4_header_size) {
        pair = {wire::ipv4(p + 12), wire::ipv4(p + 16)};
        protocol = p[9];
        const bool fragment = (wire::be16(p + 6) & 0x3fff) != 0;
        if (!fragment) ports_at = (p[0] & 0x0fu) * std::size_t{4};
    } else if (link.network == NetworkKind::ipv6 && ip.size() >= ipv6_header_size) {
        pair = {wire::ipv6(p + 8), wire::ipv6(p + 24)};
        protocol = p[6];
        ports_at = ipv6_header_size;
    } else {
        return 0;
    }
    tag = hash_pair(hash_chain(tag, protocol), pair.source, pair.destination);
    const bool has_ports = protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
    if (!has_ports || ports_at > ip.size() || ip.size() - ports_at < 4) return tag | 1;
    const std::uint16_t source = wire::be16(p + ports_at), destination = wire::be16(p + ports_at + 2);
    const bool source_first = is_lower(pair.source, pair.destination) || (pair.source == pair.destination && source < destination);
    return hash_chain(tag, source_first ? std::uint32_t{source} << 16 | destination : std::uint32_t{destination} << 16 | source) | 1;
}

std::uint64_t steer_hash(const IpAddress& address) noexcept { return hash_chain(0, address); }

std::uint64_t steer_hash(const OuterPair& pair) noexcept { return hash_pair(0, pair.source, pair.destination); }

}  // namespace weir
