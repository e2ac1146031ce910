// SPDX-License-Identifier: Apache-2.0
// What is known of the weakness of each device: facts, gathered over all sessions for the summary.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sensor/collect/record.hpp"

namespace weir {

/// Bounded: what finds no room is counted. One thread; facts come in the order of their keys.
class Inventory {
public:
    using Device = std::pair<EquipmentId, IpAddress>;
    struct Row {
        Device device;
        std::vector<std::uint32_t> facts;  ///< their numbers, ascending
    };

    explicit Inventory(std::size_t capacity = 65'536) : capacity_(capacity) {}

    [[nodiscard]] static Device device_of(const RecordHead& head) noexcept {
        return {head.equipment, head.facing == Facing::egress ? head.source : head.destination};
    }
    void add(const RecordHead& fact);
    /// Whether a finding about a device counts: by itself, or because another device has shown the same number.
    [[nodiscard]] bool stands(const RecordHead& finding) const;
    [[nodiscard]] std::vector<Row> rows() const;
    /// Facts of all devices.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

private:
    void note(const Device& device, std::uint32_t number);

    std::size_t capacity_;
    std::map<Device, std::set<std::uint32_t>> facts_;
    std::unordered_map<std::uint64_t, Device> first_with_;  ///< by `same`: who showed it first
    std::size_t size_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace weir
