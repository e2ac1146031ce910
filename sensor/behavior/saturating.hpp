// SPDX-License-Identifier: Apache-2.0
// Counters of a detector's state: small, and never back to 0.
#pragma once

#include <cstdint>

namespace weir {

inline void count(std::uint16_t& number) noexcept {
    if (number < 0xffff) ++number;
}

}  // namespace weir
