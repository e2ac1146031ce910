// SPDX-License-Identifier: Apache-2.0
// What a detector remembers beyond single sessions: a fixed number of rows, found by key.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "sensor/flow/lazy_memory.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// Sets of a few rows each. Where all rows of a set are taken, the one least recently used is forgotten. `Key` and `Value` are
/// zero to begin with, and trivially copied. No allocation after construction.
template <class Key, class Value>
class RecentTable {
public:
    /// `rows`: rounded up to a power of two.
    explicit RecentTable(std::size_t rows) : rows_(std::bit_ceil(std::max(rows, ways))) {}

    /// The value of `key`, new where there was none. `hash`: the same for equal keys; all of its bits count.
    [[nodiscard]] Value& at(const Key& key, std::uint64_t hash, Time now) noexcept {
        Row* const set = rows_.data() + (hash & (rows_.size() / ways - 1)) * ways;
        Row* oldest = set;
        for (Row* row = set; row != set + ways; ++row) {
            if (row->used != 0 && row->key == key) {
                row->used = std::max<Time>(now, 1);
                return row->value;
            }
            if (row->used < oldest->used) oldest = row;
        }
        if (oldest->used != 0) ++forgotten_;
        *oldest = Row{std::max<Time>(now, 1), key, Value{}};
        return oldest->value;
    }

    /// Rows that had to make room for others.
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
    static constexpr std::size_t ways = 8;
    struct Row {
        Time used = 0;  ///< 0: free
        Key key;
        Value value;
    };

    LazyArray<Row> rows_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace weir
