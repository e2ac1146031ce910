// SPDX-License-Identifier: Apache-2.0
// How much of a limited contract line a piece of equipment has used in the current hour.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sensor/contract/policy.hpp"
#include "sensor/metrics/counter.hpp"

namespace weir {

struct LimitMetrics {
    Counter evicted;
};

/// One per worker. Hours are those of the packets' clock (UTC). Bounded: when its place is taken, the usage that is
/// smallest in the oldest hour is forgotten and counted.
class LimitTracker {
public:
    explicit LimitTracker(std::size_t entries = 8192);

    /// Counts a session that `line` allows. True when it is the first beyond the limit in this hour.
    [[nodiscard]] bool count_session(const Policy& policy, EquipmentId equipment, LineId line, Time clock) noexcept;
    /// Counts bytes of such a session, both directions together. True when they cross the limit for the first time in this hour.
    [[nodiscard]] bool count_bytes(const Policy& policy, EquipmentId equipment, LineId line, std::uint64_t bytes, Time clock) noexcept;
    /// Whether a session that began at `start` lasts longer than the line allows.
    [[nodiscard]] static bool too_long(const Policy& policy, LineId line, Time start, Time clock) noexcept;

    [[nodiscard]] const LimitMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return usage_.size(); }

private:
    struct Usage {
        EquipmentId equipment = no_equipment;
        LineId line = no_line;
        std::int64_t hour = 0;
        std::uint64_t bytes = 0, sessions = 0;
        bool bytes_told = false, sessions_told = false;
    };
    [[nodiscard]] Usage& usage_of(EquipmentId equipment, LineId line, Time clock) noexcept;

    std::vector<Usage> usage_;  ///< sets of `ways` entries
    LimitMetrics metrics_;
};

inline constexpr std::array limit_metrics{
    counter<&LimitMetrics::evicted>("weir_contract_limits_evicted_total", "Usage of limited contract lines forgotten: the table was full")};

}  // namespace weir
