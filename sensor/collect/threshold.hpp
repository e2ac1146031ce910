// SPDX-License-Identifier: Apache-2.0
// `threshold` and `detection_filter` of rules and threshold.config, on packet time, in a bounded table.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "rules/rule.hpp"
#include "sensor/collect/record.hpp"
#include "sensor/collect/threshold_file.hpp"

namespace weir {

/// Decides which hits of a rule become alerts. The least recently used entry makes room for a new one, so that the outcome
/// depends on the order of hits alone. One thread.
class Thresholds {
public:
    /// `file`: what threshold.config says.
    explicit Thresholds(std::size_t capacity = 65'536, ThresholdFile file = {}) : capacity_(capacity), file_(std::move(file)) {}

    /// Counts a hit of rule number `alert.rule`. Whether it passes the rule's filters (those that it has) and the file's.
    [[nodiscard]] bool pass(const rules::Rule& rule, const RecordHead& alert);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::uint64_t evicted() const noexcept { return evicted_; }

private:
    /// What an entry counts for: each in a table of its own, as it were.
    enum class Use : std::uint8_t { threshold, detection, rate };
    struct Key {
        IpAddress first, second;
        std::uint64_t flow_id = 0;
        std::uint32_t rule = 0;
        std::uint32_t line = 0;  ///< rate: of the file
        Use use = Use::threshold;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Entry {
        Key key;
        Time start = 0;
        std::uint64_t count = 0, next = 0;
        std::optional<Time> exceeded{};  ///< rate: when the new action began
    };
    using Order = std::list<Entry>;
    static Key key_of(const rules::Threshold& threshold, const RecordHead& alert, Use use);
    bool count(const rules::Threshold& threshold, const RecordHead& alert, Use use);
    [[nodiscard]] bool suppressed(const rules::Rule& rule, const RecordHead& alert) const;
    [[nodiscard]] const EventFilter* filter_of(const rules::Rule& rule) const;
    bool rate_exceeded(const RateFilter& filter, std::uint32_t line, const RecordHead& alert);
    Entry& find(const Key& key, Time now, bool& fresh);

    std::size_t capacity_;
    ThresholdFile file_;
    Order order_;  ///< the most recently used first
    std::unordered_map<Key, Order::iterator, Hash> entries_;
    std::uint64_t evicted_ = 0;
};

}  // namespace weir
