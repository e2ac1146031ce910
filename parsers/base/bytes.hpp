// SPDX-License-Identifier: Apache-2.0
// The span that every parser reads: bytes of a packet or stream, borrowed, never owned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace weir {

/// Borrowed, read-only bytes. Valid as long as the packet, stream or scratch memory they point into.
using Bytes = std::span<const std::uint8_t>;

/// The bytes of `text`, without copying.
[[nodiscard]] inline Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// `bytes` seen as text. No claim about encoding: the EVE writer makes it valid UTF-8.
[[nodiscard]] inline std::string_view as_text(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Whether `bytes` begins with `prefix`.
[[nodiscard]] inline bool starts_with(Bytes bytes, std::string_view prefix) noexcept {
    return bytes.size() >= prefix.size() && std::memcmp(bytes.data(), prefix.data(), prefix.size()) == 0;
}

/// The first `count` bytes, or all of them where there are fewer.
[[nodiscard]] inline Bytes first_of(Bytes bytes, std::size_t count) noexcept {
    return bytes.first(count < bytes.size() ? count : bytes.size());
}

/// `byte` as a lower-case ASCII letter where it is an upper-case one.
[[nodiscard]] constexpr std::uint8_t to_lower(std::uint8_t byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte + ('a' - 'A')) : byte;
}

/// Whether two texts are equal when ASCII case is ignored.
[[nodiscard]] inline bool equal_nocase(Bytes left, std::string_view right) noexcept {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (to_lower(left[i]) != to_lower(static_cast<std::uint8_t>(right[i]))) return false;
    return true;
}

}  // namespace weir
