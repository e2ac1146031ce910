// SPDX-License-Identifier: Apache-2.0
// Reads base64, RFC 4648 section 4: credentials in mail protocols and HTTP.
#pragma once

#include <algorithm>

#include "parsers/base/parser.hpp"

namespace weir {

/// What `text` stands for, in scratch memory; absent (null) when it is no base64. Padding may be missing.
[[nodiscard]] inline Bytes read_base64(Bytes text, Scratch& scratch) noexcept {
    while (!text.empty() && text.back() == '=') text = text.first(text.size() - 1);
    const auto out = scratch.take(text.size() * 3 / 4);
    std::uint32_t group = 0;
    unsigned bits = 0;
    std::size_t used = 0;
    for (const std::uint8_t byte : text) {
        std::uint32_t digit = 0;
        if (byte >= 'A' && byte <= 'Z')
            digit = byte - 'A';
        else if (byte >= 'a' && byte <= 'z')
            digit = byte - 'a' + 26u;
        else if (byte >= '0' && byte <= '9')
            digit = byte - '0' + 52u;
        else if (byte == '+' || byte == '/')
            digit = byte == '+' ? 62 : 63;
        else
            return {};
        group = group << 6 | digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        if (used == out.size()) return {};
        out[used++] = static_cast<std::uint8_t>(group >> bits);
    }
    return out.data() == nullptr ? Bytes{} : Bytes{out.data(), used};
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
