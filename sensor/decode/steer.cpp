// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/steer.hpp"

#include "sensor/decode/hash.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/link.hpp"

namespace weir {

std::optional<OuterPair> outer_pair(const Packet& packet) noexcept {
    Link link;
    if (walk_link(packet, link) != Oddity::none) return std::nullopt;
    const std::uint8_t* const p = link.rest.data();
    if (link.network == NetworkKind::ipv4 && link.rest.size() >= ipv4_header_size)
        return OuterPair{IpAddress::from_wire({p + 12, 4}), IpAddress::from_wire({p + 16, 4})};
    if (link.network == NetworkKind::ipv6 && link.rest.size() >= ipv6_header_size)
        return OuterPair{IpAddress::from_wire({p + 8, 16}), IpAddress::from_wire({p + 24, 16})};
    return std::nullopt;
}

std::uint64_t steer_hash(const IpAddress& address) noexcept { return hash_chain(0, address); }

std::uint64_t steer_hash(const OuterPair& pair) noexcept { return hash_pair(0, pair.source, pair.destination); }

}  // namespace weir
