// SPDX-License-Identifier: Apache-2.0
// Puts together what comes in pieces at offsets, in any order and more than once: CRYPTO frames of QUIC, handshake fragments of
// DTLS. Bounded: what lies beyond is refused.
#pragma once

#include <algorithm>
#include <array>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir {

template <std::size_t Capacity, std::size_t MaxHoles = 16>
class Pieces {
public:
    /// Keeps a piece; of bytes that are there already the first ones stay. False where it does not fit.
    bool add(std::uint64_t offset, Bytes piece) noexcept {
        if (offset > Capacity || piece.size() > Capacity - offset) return false;
        if (piece.empty()) return true;
        Range added{static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(offset + piece.size())};
        // Between the ranges that are there, the piece fills what is missing; they and it become one.
        InlineVector<Range, MaxHoles + 1> kept;
        std::size_t at = added.begin;
        const auto fill = [&](std::size_t end) {
            if (end > at) std::memcpy(bytes_.data() + at, piece.data() + (at - offset), end - at);
        };
        const Range whole = added;
        for (const Range range : ranges_) {
            if (range.end < whole.begin || range.begin > whole.end) {
                (void)kept.push_back(range);
                continue;
            }
            fill(std::min<std::size_t>(range.begin, whole.end));
            at = std::max<std::size_t>(at, range.end);
            added = {std::min(added.begin, range.begin), std::max(added.end, range.end)};
        }
        if (kept.size() > MaxHoles) return false;
        fill(whole.end);
        (void)kept.push_back(added);
        std::sort(kept.begin(), kept.end(), [](const Range& left, const Range& right) { return left.begin < right.begin; });
        ranges_ = kept;
        return true;
    }
    /// What is there from the start on, without a hole.
    [[nodiscard]] Bytes front() const noexcept {
        return !ranges_.empty() && ranges_[0].begin == 0 ? Bytes{bytes_.data(), ranges_[0].end} : Bytes{};
    }
    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
    void clear() noexcept { ranges_.clear(); }

private:
    static_assert(Capacity <= 0xffff);
    struct Range {
        std::uint16_t begin = 0, end = 0;
    };
    InlineVector<Range, MaxHoles + 1> ranges_;  ///< ascending, apart from each other
    std::array<std::uint8_t, Capacity> bytes_;
};

}  // namespace weir
