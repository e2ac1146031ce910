// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/fast_pattern.hpp"

#include <array>

#include "parsers/base/bytes.hpp"

namespace weir::rules {

unsigned strength_of(std::string_view bytes) noexcept {
    std::array<bool, 256> seen{};
    unsigned strength = 0;
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        const bool letter = to_lower(byte) >= 'a' && to_lower(byte) <= 'z';
        const bool common = (byte >= 0x20 && byte < 0x7f) || byte == 0x00 || byte == 0x01 || byte == 0xff;
        strength += seen[byte] ? 1 : letter ? 3 : common ? 4 : 6;
        seen[byte] = true;
    }
    return strength;
}

std::string detail::strongest_piece(std::string_view bytes) {
    if (bytes.size() <= longest_literal) return std::string{bytes};
    std::size_t best = 0;
    for (std::size_t start = 1; start + longest_literal <= bytes.size(); ++start)
        if (strength_of(bytes.substr(start, longest_literal)) > strength_of(bytes.substr(best, longest_literal))) best = start;
    return std::string{bytes.substr(best, longest_literal)};
}

}  // namespace weir::rules
