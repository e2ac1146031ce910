// SPDX-License-Identifier: Apache-2.0
// Bytes from hexadecimal text: `"30 26 02 01"_hex`. White space is ignored.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::test {

inline std::vector<std::uint8_t> from_hex(std::string_view text) {
    std::vector<std::uint8_t> out;
    int high = -1;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    return out;
}
inline std::vector<std::uint8_t> operator""_hex(const char* text, std::size_t size) { return from_hex({text, size}); }

}  // namespace weir::test
