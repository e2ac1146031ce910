// SPDX-License-Identifier: Apache-2.0
// The same hash in every run: output may depend on it, so it has no seed.
#pragma once

#include <cstdint>

#include "parsers/base/ip_address.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {

/// Bijective mixing of 64 bits (the finaliser of MurmurHash3).
[[nodiscard]] constexpr std::uint64_t hash_mix(std::uint64_t value) noexcept {
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdULL;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53ULL;
    return value ^ value >> 33;
}
/// `hash` with `value` added; order matters.
[[nodiscard]] constexpr std::uint64_t hash_chain(std::uint64_t hash, std::uint64_t value) noexcept {
    return hash_mix(hash * 0x9e3779b97f4a7c15ULL + value + 1);
}
[[nodiscard]] inline std::uint64_t hash_chain(std::uint64_t hash, const IpAddress& address) noexcept {
    const std::uint64_t high = wire::be64(address.bytes().data()), low = wire::be64(address.bytes().data() + 8);
    return hash_chain(hash, high * 0xa0761d6478bd642fULL ^ low);
}
/// Whether `one` comes before `other`, as IpAddress compares: in two steps instead of sixteen.
[[nodiscard]] inline bool is_lower(const IpAddress& one, const IpAddress& other) noexcept {
    const std::uint8_t* const left = one.bytes().data();
    const std::uint8_t* const right = other.bytes().data();
    const std::uint64_t high = wire::be64(left), other_high = wire::be64(right);
    return high != other_high ? high < other_high : wire::be64(left + 8) < wire::be64(right + 8);
}
/// A pair without order: both directions of a conversation agree.
[[nodiscard]] inline std::uint64_t hash_pair(std::uint64_t hash, const IpAddress& one, const IpAddress& other) noexcept {
    const bool ordered = is_lower(one, other);
    return hash_chain(hash_chain(hash, ordered ? one : other), ordered ? other : one);
}

}  // namespace weir
