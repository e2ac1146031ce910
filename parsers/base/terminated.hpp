// SPDX-License-Identifier: Apache-2.0
// Texts that a NUL ends: rsh, rlogin, SOCKS 4.
#pragma once

#include <algorithm>

#include "parsers/base/cursor.hpp"

namespace weir {

/// A text, and what was found instead of its end.
struct Terminated {
    enum class Kind : std::uint8_t { whole, incomplete, broken } kind = Kind::whole;
    Bytes text{};
};

/// Takes a text of at most `most` octets and its NUL off `cursor`. Broken: it is longer, or holds control characters.
[[nodiscard]] inline Terminated take_terminated(Cursor& cursor, std::size_t most = 255) noexcept {
    const Bytes rest = first_of(cursor.rest(), most + 1);
    const auto size = static_cast<std::size_t>(std::find(rest.begin(), rest.end(), 0) - rest.begin());
    const Bytes text = rest.first(size);
    const bool printable = std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte >= 0x20 && byte != 0x7f; });
    if (!printable || size > most) return {Terminated::Kind::broken, {}};
    if (size == rest.size()) return {Terminated::Kind::incomplete, {}};
    cursor.skip(size + 1);
    return {Terminated::Kind::whole, text};
}

}  // namespace weir
