// SPDX-License-Identifier: Apache-2.0
// Which worker a packet belongs to: a piece of equipment lives in one.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "parsers/base/ip_address.hpp"
#include "sensor/decode/hash.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// The addresses of an outermost IP header.
struct OuterPair {
    IpAddress source, destination;
};

/// The addresses of the outermost IP header of `packet`, behind VLAN tags, MPLS and so on; nothing where there is none.
[[nodiscard]] std::optional<OuterPair> outer_pair(const Packet& packet) noexcept;

/// The same for one address, wherever it stands in a pair.
[[nodiscard]] std::uint64_t steer_hash(const IpAddress& address) noexcept;
/// The same for both directions.
[[nodiscard]] std::uint64_t steer_hash(const OuterPair& pair) noexcept;

/// Names the session of a packet as its outermost headers show it, the same for both directions: VLANs, addresses, protocol, and ports
/// where they stand right behind the IP header. 0 without IP.
[[nodiscard]] std::uint64_t session_tag(const Packet& packet) noexcept;

/// The worker, below `workers`, of `packet`: by the equipment's address on the outermost IP header, by the lower one where
/// both ends are equipment, by the pair where neither is; 0 without IP. Both directions, every fragment and all that goes
/// through a tunnel agree. `is_equipment(address)` says whether an address belongs to equipment.
template <std::predicate<const IpAddress&> IsEquipment>
[[nodiscard]] std::uint32_t choose_worker(const Packet& packet, std::uint32_t workers, const IsEquipment& is_equipment) noexcept {
    if (workers <= 1) return 0;
    const auto pair = outer_pair(packet);
    if (!pair) return 0;
    const bool low_is_source = is_lower(pair->source, pair->destination);
    const IpAddress& low = low_is_source ? pair->source : pair->destination;
    const IpAddress& high = low_is_source ? pair->destination : pair->source;
    const std::uint64_t hash = is_equipment(low) ? steer_hash(low) : is_equipment(high) ? steer_hash(high) : steer_hash(*pair);
    return static_cast<std::uint32_t>((hash >> 32) * workers >> 32);
}

}  // namespace weir
