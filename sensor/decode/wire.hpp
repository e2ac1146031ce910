// SPDX-License-Identifier: Apache-2.0
// Numbers in network byte order and addresses, for headers whose length has been checked as a whole.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "parsers/base/ip_address.hpp"

namespace weir::wire {

static_assert(std::endian::native == std::endian::little);

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
[[nodiscard]] inline std::uint64_t be64(const std::uint8_t* at) noexcept {
    std::uint64_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap64(raw);
}
/// The address in the four bytes at `at`: IpAddress::from_wire in two stores, for the packet path.
[[nodiscard]] inline IpAddress ipv4(const std::uint8_t* at) noexcept {
    std::uint32_t raw;
    std::memcpy(&raw, at, sizeof raw);
    return std::bit_cast<IpAddress>(std::array<std::uint64_t, 2>{0, std::uint64_t{raw} << 32 | 0xffff'0000});
}
[[nodiscard]] inline IpAddress ipv6(const std::uint8_t* at) noexcept {
    std::array<std::uint64_t, 2> raw;
    std::memcpy(raw.data(), at, sizeof raw);
    return std::bit_cast<IpAddress>(raw);
}
inline void put16(std::uint8_t* at, std::uint16_t value) noexcept {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace weir::wire
