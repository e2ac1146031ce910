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
    return hash_chain(hash_chain(hash, wire::raw64(address.bytes().data())), wire::raw64(address.bytes().data() + 8));
}
/// A pair without order: both directions of a conversation agree.
[[nodiscard]] inline std::uint64_t hash_pair(std::uint64_t hash, const IpAddress& one, const IpAddress& other) noexcept {
    const bool ordered = one < other;
    return hash_chain(hash_chain(hash, ordered ? one : other), ordered ? other : one);
}

}  // namespace weir
