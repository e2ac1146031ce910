// SPDX-License-Identifier: Apache-2.0
// One intrusion is one story: what is held against one session belongs together, and what repeats itself is counted, not told again.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>

#include "sensor/collect/record.hpp"

namespace weir {

/// A bounded map that forgets what was used least recently. `Key` has `operator==`, `Hash` is its hash.
template <class Key, class Value, class Hash>
class RecentMap {
public:
    explicit RecentMap(std::size_t capacity) : capacity_(capacity) {}

    /// The value of `key`, new where there was none.
    [[nodiscard]] Value& at(const Key& key) {
        if (const auto known = places_.find(key); known != places_.end()) {
            order_.splice(order_.begin(), order_, known->second);
            return order_.front().second;
        }
        if (order_.size() >= capacity_) {
            places_.erase(order_.back().first);
            order_.pop_back();
            ++forgotten_;
        }
        order_.emplace_front(key, Value{});
        places_.emplace(key, order_.begin());
        return order_.front().second;
    }
    void erase(const Key& key) {
        const auto known = places_.find(key);
        if (known == places_.end()) return;
        order_.erase(known->second);
        places_.erase(known);
    }
    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
    using Order = std::list<std::pair<Key, Value>>;
    std::size_t capacity_;
    Order order_;  ///< the most recently used first
    std::unordered_map<Key, typename Order::iterator, Hash> places_;
    std::uint64_t forgotten_ = 0;
};

using KindSet = std::bitset<static_cast<std::size_t>(Kind::count)>;

/// Knows which sessions have alerts, and which findings repeat themselves. One thread; findings come in the order of their keys.
class Stories {
public:
    struct Limits {
        std::size_t sessions = 65'536;  ///< with alerts, at once
        std::size_t findings = 4'096;   ///< that may become storms, at once
        std::uint32_t burst = 100;      ///< the same finding about the same equipment is told as often in `window`; then at 1,000, 10,000 ...
        Time window = 60 * second;
    };
    /// What an alert says of its story.
    struct Part {
        bool tell = true;         ///< false: it repeats what was told; a later one counts it
        std::uint32_t update = 0; ///< 0: the session's first alert; else the how manieth that goes on with it
        std::uint64_t count = 1;  ///< findings that it stands for: itself, and the same about the same equipment that were not told
        KindSet kinds;            ///< of all alerts about the session so far
    };

    explicit Stories(const Limits& limits) : limits_(limits), stories_(limits.sessions), storms_(limits.findings) {}

    /// A finding that thresholds let pass. Those of rules are always told: how often is for the rule to say.
    [[nodiscard]] Part add(const RecordHead& finding);
    /// The session has ended, and its story with it.
    void end(std::uint64_t flow_id) { stories_.erase(flow_id); }

    [[nodiscard]] std::size_t size() const noexcept { return stories_.size() + storms_.size(); }
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return stories_.forgotten() + storms_.forgotten(); }

private:
    struct Story {
        std::uint32_t alerts = 0;
        KindSet kinds;
        using ByKind = std::array<std::uint32_t, static_cast<std::size_t>(Kind::count)>;
        std::array<std::array<ByKind, 2>, 2> found{};  ///< by contract or behaviour, Facing, and kind
    };
    struct Storm {
        Time begun = 0;
        std::uint64_t found = 0;   ///< since then
        std::uint64_t untold = 0;  ///< since one was told
    };
    struct StormKey {
        EquipmentId equipment = no_equipment;
        IpAddress local;  ///< without equipment: who opened the session; of a fact: the device
        std::uint32_t gid = 0, sid = 0;
        Facing facing = Facing::egress;
        friend bool operator==(const StormKey&, const StormKey&) noexcept = default;
    };
    struct Hash {
        std::size_t operator()(std::uint64_t flow_id) const noexcept { return flow_id; }
        std::size_t operator()(const StormKey& key) const noexcept;
    };

    [[nodiscard]] bool repeats(const RecordHead& finding, Story& story, Storm& storm) const noexcept;

    Limits limits_;
    RecentMap<std::uint64_t, Story, Hash> stories_;
    RecentMap<StormKey, Storm, Hash> storms_;
};

}  // namespace weir
