// SPDX-License-Identifier: Apache-2.0
// A set of protocols, one bit each: what identification still holds possible.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "parsers/registry.hpp"

namespace weir {

class ProtocolSet {
public:
    static constexpr std::size_t capacity = 128;

    [[nodiscard]] static constexpr ProtocolSet all() noexcept {
        ProtocolSet set;
        set.words_.fill(~std::uint64_t{0});
        return set;
    }
    [[nodiscard]] static constexpr ProtocolSet of(ProtocolId id) noexcept {
        ProtocolSet set;
        set.insert(id);
        return set;
    }
    constexpr void insert(ProtocolId id) noexcept { words_[id / 64] |= std::uint64_t{1} << (id % 64); }
    constexpr void erase(ProtocolId id) noexcept { words_[id / 64] &= ~(std::uint64_t{1} << (id % 64)); }
    constexpr void clear() noexcept { words_ = {}; }
    [[nodiscard]] constexpr bool contains(ProtocolId id) const noexcept { return (words_[id / 64] >> (id % 64) & 1) != 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return (words_[0] | words_[1]) == 0; }
    /// The lowest protocol of a set that is not empty.
    [[nodiscard]] constexpr ProtocolId first() const noexcept {
        return static_cast<ProtocolId>(words_[0] != 0 ? std::countr_zero(words_[0]) : 64 + std::countr_zero(words_[1]));
    }
    friend constexpr ProtocolSet operator&(ProtocolSet left, const ProtocolSet& right) noexcept {
        for (std::size_t i = 0; i < left.words_.size(); ++i) left.words_[i] &= right.words_[i];
        return left;
    }
    friend constexpr ProtocolSet operator|(ProtocolSet left, const ProtocolSet& right) noexcept {
        for (std::size_t i = 0; i < left.words_.size(); ++i) left.words_[i] |= right.words_[i];
        return left;
    }
    /// What `left` has and `right` has not.
    friend constexpr ProtocolSet operator-(ProtocolSet left, const ProtocolSet& right) noexcept {
        for (std::size_t i = 0; i < left.words_.size(); ++i) left.words_[i] &= ~right.words_[i];
        return left;
    }
    friend constexpr bool operator==(const ProtocolSet&, const ProtocolSet&) noexcept = default;

private:
    std::array<std::uint64_t, 2> words_{};
};

}  // namespace weir
