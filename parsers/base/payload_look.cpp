// SPDX-License-Identifier: Apache-2.0
#include "parsers/base/payload_look.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t looked_at = 1024;
constexpr std::size_t enough_for_random = 24;  // below, structure and chance look the same

bool is_readable(std::uint8_t byte) noexcept { return (byte >= 0x20 && byte < 0x7f) || byte == '\r' || byte == '\n' || byte == '\t'; }

/// Octets of the UTF-8 sequence that begins with `lead` beyond it, RFC 3629; 0 where none begins.
std::size_t continuations(std::uint8_t lead) noexcept { return lead >= 0xc2 && lead < 0xe0 ? 1 : (lead & 0xf0) == 0xe0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0; }

/// ASCII or UTF-8 but for one octet in 32: terminals and old protocols put a control character here and there. The end may be cut.
bool is_text(Bytes bytes) noexcept {
    std::size_t odd = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (is_readable(bytes[i])) continue;
        const std::size_t more = std::min(continuations(bytes[i]), bytes.size() - i - 1);
        const bool sequence = continuations(bytes[i]) != 0 &&
                              std::ranges::all_of(bytes.subspan(i + 1, more), [](std::uint8_t byte) { return (byte & 0xc0) == 0x80; });
        sequence ? i += more : ++odd;
    }
    return odd * 32 <= bytes.size();
}

/// UTF-16 of Latin text: every other octet is zero, the others are readable.
bool is_wide_text(Bytes bytes) noexcept {
    if (bytes.size() < 8) return false;
    for (const std::size_t zero : {0u, 1u}) {
        bool wide = true;
        for (std::size_t i = 0; i < bytes.size() && wide; ++i) wide = i % 2 == zero ? bytes[i] == 0 : is_readable(bytes[i]);
        if (wide) return true;
    }
    return false;
}

/// Pearson's chi-squared of the octets' frequencies, in 16 classes by their high and 16 by their low half: each has 15 degrees of
/// freedom, and random bytes exceed 37.7 once in a thousand times.
bool is_random(Bytes bytes) noexcept {
    if (bytes.size() < enough_for_random) return false;
    std::array<std::uint32_t, 16> high{}, low{};
    for (const std::uint8_t byte : bytes) ++high[byte >> 4], ++low[byte & 15];
    constexpr std::uint64_t limit = 38;
    const auto fits = [&bytes](const std::array<std::uint32_t, 16>& counts) {
        std::uint64_t squares = 0;
        for (const std::uint64_t count : counts) squares += count * count;
        return 16 * squares <= bytes.size() * (bytes.size() + limit);  // sum (o - e)^2 / e = 16 sum o^2 / n - n
    };
    return fits(high) && fits(low);
}

}  // namespace

PayloadLook look_of(Bytes payload) noexcept {
    if (payload.empty()) return PayloadLook::none;
    const Bytes bytes = payload.first(std::min(payload.size(), looked_at));
    if (is_text(bytes) || is_wide_text(bytes)) return PayloadLook::text;
    return is_random(bytes) ? PayloadLook::random : PayloadLook::binary;
}

}  // namespace weir
