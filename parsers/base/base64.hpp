// SPDX-License-Identifier: Apache-2.0
// Reads base64, RFC 4648 section 4: credentials in mail protocols and HTTP, and what rules decode.
#pragma once

#include <algorithm>

#include "parsers/base/parser.hpp"

namespace weir {

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

/// What `text` stands for, in scratch memory; absent (null) when it is no base64. Padding may be missing.
[[nodiscard]] inline Bytes read_base64(Bytes text, Scratch& scratch) noexcept {
    while (!text.empty() && text.back() == '=') text = text.first(text.size() - 1);
    const auto out = scratch.take(text.size() * 3 / 4);
    const Base64Result result = base64_decode(text, out);
    return result.read == text.size() && out.data() != nullptr ? Bytes{out.data(), result.written} : Bytes{};
}

/// User and password of SASL's PLAIN (RFC 4616): `authorize NUL authenticate NUL password`; absent where there are none.
struct PlainLogin {
    Bytes user{}, password{};
};
[[nodiscard]] inline PlainLogin read_sasl_plain(Bytes base64, Scratch& scratch) noexcept {
    const Bytes decoded = read_base64(base64, scratch);
    const auto first = static_cast<std::size_t>(std::find(decoded.begin(), decoded.end(), 0) - decoded.begin());
    if (first == decoded.size()) return {};
    const Bytes rest = decoded.subspan(first + 1);
    const auto second = static_cast<std::size_t>(std::find(rest.begin(), rest.end(), 0) - rest.begin());
    if (second == rest.size()) return {};
    return {rest.first(second), rest.subspan(second + 1)};
}

}  // namespace weir
