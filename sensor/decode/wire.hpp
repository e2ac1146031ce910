// SPDX-License-Identifier: Apache-2.0
// Numbers in network byte order, for headers whose length has been checked as a whole.
#pragma once

#include <cstdint>
#include <cstring>

namespace weir::wire {

/// The two bytes at `at` as a number. The caller has checked that they exist.
[[nodiscard]] inline std::uint16_t be16(const std::uint8_t* at) noexcept {
    std::uint16_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap16(raw);
}
[[nodiscard]] inline std::uint32_t be24(const std::uint8_t* at) noexcept {
    return std::uint32_t{at[0]} << 16 | std::uint32_t{at[1]} << 8 | at[2];
}
[[nodiscard]] inline std::uint32_t be32(const std::uint8_t* at) noexcept {
    std::uint32_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap32(raw);
}
/// Eight bytes as they stand in memory: for hashing only.
[[nodiscard]] inline std::uint64_t raw64(const std::uint8_t* at) noexcept {
    std::uint64_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return raw;
}
inline void put16(std::uint8_t* at, std::uint16_t value) noexcept {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace weir::wire
