// SPDX-License-Identifier: Apache-2.0
// A bounded reader that fails for good: the first read that does not fit makes every later read yield zero or nothing.
#pragma once

#include "parsers/base/bytes.hpp"

namespace weir {

/// Reads values in wire order from borrowed bytes.
///
/// A read past the end fails the cursor; from then on `ok()` is false, numbers read as 0 and spans as empty, and the
/// position no longer moves. So a parser reads on and asks `ok()` once - and in the condition of every loop.
class Cursor {
public:
    explicit constexpr Cursor(Bytes bytes) noexcept : bytes_(bytes) {}

    /// Whether every read so far did fit.
    [[nodiscard]] constexpr bool ok() const noexcept { return ok_; }
    /// Bytes not yet read; 0 once failed.
    [[nodiscard]] constexpr std::size_t remaining() const noexcept { return ok_ ? bytes_.size() - position_ : 0; }
    /// Whether nothing is left to read (or the cursor has failed).
    [[nodiscard]] constexpr bool empty() const noexcept { return remaining() == 0; }
    /// Offset of the next byte from the start.
    [[nodiscard]] constexpr std::size_t position() const noexcept { return position_; }
    /// The bytes not yet read, without reading them.
    [[nodiscard]] constexpr Bytes rest() const noexcept { return ok_ ? bytes_.subspan(position_) : Bytes{}; }
    /// Everything, from the start, read or not (for formats with pointers back, such as DNS names).
    [[nodiscard]] constexpr Bytes all() const noexcept { return bytes_; }

    /// Fails the cursor by hand: a value was read that the format forbids.
    constexpr void fail() noexcept { ok_ = false; }

    /// The next `count` bytes; empty and failed when there are fewer.
    constexpr Bytes take(std::size_t count) noexcept {
        if (count > remaining()) {
            ok_ = false;
            return {};
        }
        const Bytes taken = bytes_.subspan(position_, count);
        position_ += count;
        return taken;
    }
    constexpr void skip(std::size_t count) noexcept { (void)take(count); }
    /// Everything that is left.
    constexpr Bytes take_rest() noexcept { return take(remaining()); }
    /// A cursor over the next `count` bytes, for a nested structure; failed when there are fewer.
    constexpr Cursor sub(std::size_t count) noexcept {
        Cursor inner{take(count)};
        inner.ok_ = ok_;
        return inner;
    }
    /// The next byte without reading it; 0 at the end (does not fail).
    [[nodiscard]] constexpr std::uint8_t peek(std::size_t ahead = 0) const noexcept {
        return ahead < remaining() ? bytes_[position_ + ahead] : std::uint8_t{0};
    }

    constexpr std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(big_endian<1>()); }
    constexpr std::uint16_t be16() noexcept { return static_cast<std::uint16_t>(big_endian<2>()); }
    constexpr std::uint32_t be24() noexcept { return static_cast<std::uint32_t>(big_endian<3>()); }
    constexpr std::uint32_t be32() noexcept { return static_cast<std::uint32_t>(big_endian<4>()); }
    constexpr std::uint64_t be64() noexcept { return big_endian<8>(); }
    constexpr std::uint16_t le16() noexcept { return static_cast<std::uint16_t>(little_endian<2>()); }
    constexpr std::uint32_t le32() noexcept { return static_cast<std::uint32_t>(little_endian<4>()); }
    constexpr std::uint64_t le64() noexcept { return little_endian<8>(); }

private:
    template <std::size_t N>
    constexpr std::uint64_t big_endian() noexcept {
        const Bytes raw = take(N);
        std::uint64_t value = 0;
        for (const std::uint8_t byte : raw) value = (value << 8) | byte;
        return value;
    }
    template <std::size_t N>
    constexpr std::uint64_t little_endian() noexcept {
        const Bytes raw = take(N);
        std::uint64_t value = 0;
        for (std::size_t i = raw.size(); i-- > 0;) value = (value << 8) | raw[i];
        return value;
    }

    Bytes bytes_;
    std::size_t position_ = 0;
    bool ok_ = true;
};

}  // namespace weir
