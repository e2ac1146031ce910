// SPDX-License-Identifier: Apache-2.0
// Base64, RFC 4648 section 4: decoded as far as it is that.
#pragma once

#include <span>

#include "parsers/base/bytes.hpp"

namespace weir::rules {

struct Base64Result {
    std::size_t read = 0;     ///< characters that were understood, padding among them
    std::size_t written = 0;  ///< bytes that they stand for
};

/// Decodes into `out`, up to the first character that is not of the alphabet, or until `out` is full. A last group may lack
/// its padding.
inline Base64Result base64_decode(Bytes text, std::span<std::uint8_t> out) noexcept {
    const auto digit = [](std::uint8_t c) -> int {
        if (c >= 'A' && c <= 'Z') return c - 'A';
        if (c >= 'a' && c <= 'z') return c - 'a' + 26;
        if (c >= '0' && c <= '9') return c - '0' + 52;
        return c == '+' ? 62 : c == '/' ? 63 : -1;
    };
    Base64Result result;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (; result.read < text.size(); ++result.read) {
        const int value = digit(text[result.read]);
        if (value < 0) break;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held < 8) continue;
        if (result.written == out.size()) return result;
        held -= 8;
        out[result.written++] = static_cast<std::uint8_t>(bits >> held);
    }
    // One or two `=` close a group that they fill up to four characters.
    for (std::size_t group = result.read % 4; group >= 2 && group < 4 && result.read < text.size() && text[result.read] == '='; ++group)
        ++result.read;
    return result;
}

}  // namespace weir::rules
