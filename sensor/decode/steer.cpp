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

std::uint64_t steer_hash(const IpAddress& address) noexcept { return hash_chain(0, address); }

std::uint64_t steer_hash(const OuterPair& pair) noexcept { return hash_pair(0, pair.source, pair.destination); }

}  // namespace weir
