// SPDX-License-Identifier: Apache-2.0
// Spreads a number over all bits, for tables whose order nobody sees.
#pragma once

#include <cstdint>

namespace weir::rules {

/// SplitMix64's last step.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

}  // namespace weir::rules
