// SPDX-License-Identifier: Apache-2.0
// Who talked to whom by which service, for the summary: one bounded table per worker, fed with every session that ends.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "sensor/flow/session.hpp"

namespace weir {

/// Sessions from one address to one service of another address.
struct TrafficRow {
    struct Key {
        IpAddress client, server;
        EquipmentId client_equipment = no_equipment, server_equipment = no_equipment;
        std::uint16_t server_port = 0;  ///< 0 where the transport has none, and for ICMP
        std::uint8_t protocol = 0;
        ProtocolId app = no_protocol;
        friend auto operator<=>(const Key&, const Key&) noexcept = default;
    };
    Key key;
    std::uint64_t sessions = 0, packets = 0, bytes = 0;
    std::uint64_t alerted = 0;          ///< sessions with an alert
};

/// Fixed memory; a pair that finds no room is counted in `unlisted`. One thread.
class TrafficTally {
public:
    explicit TrafficTally(std::size_t capacity = 16'384);
    /// A session has ended.
    void add(const Session& session) noexcept;
    [[nodiscard]] std::uint64_t unlisted() const noexcept { return unlisted_; }
    [[nodiscard]] std::size_t size() const noexcept { return used_; }
    /// Rows of several tallies, those of equal key added up, in the order of their keys.
    [[nodiscard]] static std::vector<TrafficRow> merge(std::span<const TrafficTally* const> tallies);

private:
    std::vector<TrafficRow> slots_;  ///< open addressing; `sessions` 0 = free
    std::size_t used_ = 0, limit_;
    std::uint64_t unlisted_ = 0;
};

}  // namespace weir
