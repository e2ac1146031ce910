// SPDX-License-Identifier: Apache-2.0
// `threshold` and `detection_filter` of rules, on packet time, in a bounded table.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "rules/rule.hpp"
#include "sensor/collect/record.hpp"

namespace weir {

/// Decides which hits of a rule become alerts. The least recently used entry makes room for a new one, so that the outcome
/// depends on the order of hits alone. One thread.
class Thresholds {
public:
    explicit Thresholds(std::size_t capacity = 65'536) : capacity_(capacity) {}

    /// Counts a hit of rule number `alert.rule`. Whether it passes both of the rule's filters (those that it has).
    [[nodiscard]] bool pass(const rules::Rule& rule, const RecordHead& alert);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

private:
    struct Key {
        IpAddress first, second;
        std::uint64_t flow_id = 0;
        std::uint32_t rule = 0;
        bool detection = false;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Entry {
        Key key;
        Time start = 0;
        std::uint64_t count = 0, next = 0;
    };
    using Order = std::list<Entry>;
    bool count(const rules::Threshold& threshold, const RecordHead& alert, bool detection);
    Entry& find(const Key& key, Time now, bool& fresh);

    std::size_t capacity_;
    Order order_;  ///< the most recently used first
    std::unordered_map<Key, Order::iterator, Hash> entries_;
    std::uint64_t evicted_ = 0;
};

}  // namespace weir
