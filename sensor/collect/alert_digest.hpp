// SPDX-License-Identifier: Apache-2.0
// Alerts that say the same thing, counted together for the summary.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "sensor/collect/record.hpp"
#include "sensor/output/summary.hpp"

namespace weir {

/// Bounded: a group that finds no room is counted in `ungrouped`. One thread.
class AlertDigest {
public:
    explicit AlertDigest(std::size_t capacity = 4096) : capacity_(capacity) {}
    /// `text`: the rule's message, or empty.
    void add(const RecordHead& alert, std::string_view text);
    /// The worst first: severity, then number of alerts, then kind and names.
    [[nodiscard]] std::vector<AlertGroup> groups() const;
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t ungrouped() const noexcept { return ungrouped_; }

private:
    using Key = std::tuple<Severity, Kind, Facing, EquipmentId, IpAddress, std::uint32_t, std::uint32_t, std::uint8_t, std::uint16_t>;
    std::size_t capacity_;
    std::map<Key, AlertGroup> groups_;
    std::uint64_t total_ = 0, ungrouped_ = 0;
};

}  // namespace weir
