// SPDX-License-Identifier: Apache-2.0
// A hierarchical timer wheel over the entries of a table: six wheels of 64 buckets, each with a map of the buckets in use, so
// that a jump of the clock costs as many steps as there are timers, not ticks.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "sensor/flow/lazy_memory.hpp"

namespace weir {

/// Holds at most one timer per entry 0..capacity-1. Ticks count from 0; `last_tick` is never reached, so a timer there rests.
/// The wheel's own position only rises.
class TimerWheel {
public:
    using Tick = std::uint64_t;
    static constexpr std::uint32_t none = 0xffff'ffff;
    static constexpr Tick last_tick = (Tick{1} << 36) - 1;

    explicit TimerWheel(std::size_t capacity) : nodes_(capacity) { heads_.fill(none); }

    [[nodiscard]] Tick now() const noexcept { return now_; }

    /// Sets the timer of `entry`, which must have none. A tick that is not in the future becomes the next one.
    void add(std::uint32_t entry, Tick tick) noexcept {
        tick = tick <= now_ ? now_ + 1 : tick > last_tick ? last_tick : tick;
        const unsigned level = static_cast<unsigned>(std::bit_width(tick ^ now_) - 1) / bits;
        const unsigned digit = static_cast<unsigned>(tick >> (level * bits)) & (slots - 1);
        const auto bucket = static_cast<std::uint16_t>(level * slots + digit);
        nodes_[entry] = {tick, heads_[bucket], none, bucket};
        if (heads_[bucket] != none) nodes_[heads_[bucket]].previous = entry;
        heads_[bucket] = entry;
        used_[level] |= std::uint64_t{1} << digit;
    }

    /// Takes back the timer of `entry`, which must have one.
    void remove(std::uint32_t entry) noexcept {
        const Node& node = nodes_[entry];
        if (node.next != none) nodes_[node.next].previous = node.previous;
        if (node.previous != none) {
            nodes_[node.previous].next = node.next;
        } else {
            heads_[node.bucket] = node.next;
            if (node.next == none) used_[node.bucket / slots] &= ~(std::uint64_t{1} << (node.bucket % slots));
        }
    }

    /// The tick of `entry`'s timer, which must be set.
    [[nodiscard]] Tick tick_of(std::uint32_t entry) const noexcept { return nodes_[entry].tick; }

    /// Moves on to the next tick up to `target` at which a timer is due; false when there is none, and then `now() == target`
    /// (if that lies ahead). After true, `pop` gives the timers of that tick.
    bool next(Tick target) noexcept {
        if (target >= last_tick) target = last_tick - 1;
        while (target > now_) {
            unsigned level = 0;
            while (level < levels && used_[level] == 0) ++level;
            if (level == levels) break;
            // All timers of a level share the position's higher digits, and a lower level is always due first.
            const unsigned digit = static_cast<unsigned>(std::countr_zero(used_[level]));
            const unsigned shift = level * bits;
            const Tick start = ((now_ >> (shift + bits)) << (shift + bits)) | (Tick{digit} << shift);
            if (start > target) break;
            if (level == 0) {
                now_ = start;
                return true;
            }
            if (spread(static_cast<std::uint16_t>(level * slots + digit), start)) return true;
        }
        if (target > now_) now_ = target;
        return false;
    }

    /// Takes one timer that is due at `now()`; `none` when there is no more.
    [[nodiscard]] std::uint32_t pop() noexcept {
        const auto bucket = static_cast<std::uint16_t>(now_ & (slots - 1));
        const std::uint32_t entry = heads_[bucket];
        if (entry != none) remove(entry);
        return entry;
    }

private:
    static constexpr unsigned bits = 6, slots = 1u << bits, levels = 6;

    struct Node {
        Tick tick;
        std::uint32_t next, previous;
        std::uint16_t bucket;
    };

    /// Moves the position to the start of a bucket of a higher level and its timers to the levels below. True when some of
    /// them are due at once.
    bool spread(std::uint16_t bucket, Tick start) noexcept {
        now_ = start;
        std::uint32_t entry = heads_[bucket];
        heads_[bucket] = none;
        used_[bucket / slots] &= ~(std::uint64_t{1} << (bucket % slots));
        bool due = false;
        while (entry != none) {
            const std::uint32_t following = nodes_[entry].next;
            const Tick tick = nodes_[entry].tick;
            if (tick == start) {
                add_due(entry);
                due = true;
            } else {
                add(entry, tick);
            }
            entry = following;
        }
        return due;
    }
    void add_due(std::uint32_t entry) noexcept {
        const auto bucket = static_cast<std::uint16_t>(now_ & (slots - 1));
        nodes_[entry] = {now_, heads_[bucket], none, bucket};
        if (heads_[bucket] != none) nodes_[heads_[bucket]].previous = entry;
        heads_[bucket] = entry;
        used_[0] |= std::uint64_t{1} << bucket;
    }

    LazyArray<Node> nodes_;
    std::array<std::uint32_t, std::size_t{levels} * slots> heads_;
    std::array<std::uint64_t, levels> used_{};
    Tick now_ = 0;
};

}  // namespace weir
