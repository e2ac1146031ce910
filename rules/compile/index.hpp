// SPDX-License-Identifier: Apache-2.0
// Look-up of rules by ranges: ports, addresses and other cheap conditions, for rules that have no literal to wait for.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/compile/plan.hpp"

namespace weir::rules {

namespace detail {
constexpr std::uint16_t successor(std::uint16_t value) noexcept { return static_cast<std::uint16_t>(value + 1); }
inline IpAddress successor(const IpAddress& address) noexcept {
    auto bytes = address.bytes();
    for (std::size_t i = bytes.size(); i-- > 0;)
        if (++bytes[i] != 0) break;
    return IpAddress::from_wire(bytes);
}
}  // namespace detail

/// Values by the ranges that contain a key: one binary search per look-up.
template <class Key>
class RangeMap {
public:
    /// Values under one key come in the order in which they were added.
    void add(const Key& first, const Key& last, std::uint32_t value) { entries_.push_back({first, last, value}); }
    /// To be called once, after the last `add`.
    void finish() {
        for (const Entry& entry : entries_) {
            starts_.push_back(entry.first);
            if (const Key next = detail::successor(entry.last); next > entry.last) starts_.push_back(next);
        }
        std::sort(starts_.begin(), starts_.end());
        starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
        std::vector<std::vector<std::uint32_t>> lists(starts_.size());
        for (const Entry& entry : entries_)
            for (std::size_t i = find(entry.first); i < starts_.size() && starts_[i] <= entry.last; ++i) lists[i].push_back(entry.value);
        offsets_.push_back(0);
        for (const auto& list : lists) {
            values_.insert(values_.end(), list.begin(), list.end());
            offsets_.push_back(static_cast<std::uint32_t>(values_.size()));
        }
        entries_ = {};
    }
    [[nodiscard]] std::span<const std::uint32_t> at(const Key& key) const noexcept {
        if (starts_.empty() || key < starts_.front()) return {};
        const std::size_t i = find(key);
        return std::span{values_}.subspan(offsets_[i], offsets_[i + 1] - offsets_[i]);
    }
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }
    [[nodiscard]] std::size_t memory() const noexcept {
        return starts_.size() * sizeof(Key) + (offsets_.size() + values_.size()) * sizeof(std::uint32_t);
    }

private:
    struct Entry {
        Key first, last;
        std::uint32_t value;
    };
    /// The last range that starts at or before `key`.
    [[nodiscard]] std::size_t find(const Key& key) const noexcept {
        return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), key) - starts_.begin()) - 1;
    }
    std::vector<Entry> entries_;
    std::vector<Key> starts_;             // each range reaches to the next one's start
    std::vector<std::uint32_t> offsets_;  // into values_, one more than starts_
    std::vector<std::uint32_t> values_;
};

/// What a packet (or what stands for it) shows of the conditions that rules are filed under.
struct Conditions {
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint8_t transport = on_others, tcp_flags = 0, icmp_type = 0;
    IpAddress source, destination;
};

/// Rules without a literal, each filed under the one condition of its header that should hold most rarely.
class ConditionIndex {
public:
    enum class Condition : std::uint8_t { icmp_type, tcp_flags, destination_port, source_port, destination_address, source_address, none };

    /// Under which condition a rule is filed.
    [[nodiscard]] static Condition condition_of(const Rule& rule) noexcept;

    void add(RuleIndex number, const Rule& rule);
    void finish();
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] std::size_t memory() const noexcept;

    /// Calls `visit(RuleIndex)` for all rules that the conditions leave possible; a rule may be shown more than once.
    template <class Visit>
    void each(const Conditions& seen, Visit visit) const noexcept {
        const auto all = [&visit](std::span<const std::uint32_t> rules) {
            for (const std::uint32_t rule : rules) visit(rule);
        };
        all(always_);
        if (seen.transport == on_tcp && !tcp_flags_.empty()) all(tcp_flags_[seen.tcp_flags]);
        if ((seen.transport & (on_icmp | on_icmpv6)) != 0 && !icmp_types_.empty()) all(icmp_types_[seen.icmp_type]);
        if (!destination_ports_.empty()) all(destination_ports_.at(seen.destination_port));
        if (!source_ports_.empty()) all(source_ports_.at(seen.source_port));
        if (!destinations_.empty()) all(destinations_.at(seen.destination));
        if (!sources_.empty()) all(sources_.at(seen.source));
    }

private:
    std::vector<std::uint32_t> always_;
    std::vector<std::vector<std::uint32_t>> tcp_flags_, icmp_types_;  // empty, or 256 lists
    RangeMap<std::uint16_t> destination_ports_, source_ports_;
    RangeMap<IpAddress> destinations_, sources_;
    std::size_t count_ = 0;
};

/// Whether a `flags:` check lets these TCP flags through.
[[nodiscard]] bool matches(const TcpFlagsCheck& check, std::uint8_t tcp_flags) noexcept;

[[nodiscard]] std::string_view name_of(ConditionIndex::Condition condition) noexcept;

}  // namespace weir::rules
