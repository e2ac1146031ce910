// SPDX-License-Identifier: Apache-2.0
// Message digests for fingerprints (JA3, JA4, HASSH, certificates, host keys), mostly as lower-case hexadecimal. OpenSSL does
// the work.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "parsers/base/bytes.hpp"

namespace weir {

/// A digest in hexadecimal; empty where the platform refuses the algorithm.
template <std::size_t Digits>
struct HexDigest {
    std::array<char, Digits> digits{};
    bool valid = false;
    [[nodiscard]] std::string_view text() const noexcept { return valid ? std::string_view{digits.data(), Digits} : std::string_view{}; }
};

/// No allocation, no state. `pieces` are digested one behind the other.
[[nodiscard]] HexDigest<32> md5(std::span<const Bytes> pieces) noexcept;
[[nodiscard]] HexDigest<40> sha1(std::span<const Bytes> pieces) noexcept;
[[nodiscard]] HexDigest<64> sha256(std::span<const Bytes> pieces) noexcept;
[[nodiscard]] inline HexDigest<32> md5(Bytes bytes) noexcept { return md5(std::span{&bytes, 1}); }
[[nodiscard]] inline HexDigest<40> sha1(Bytes bytes) noexcept { return sha1(std::span{&bytes, 1}); }
[[nodiscard]] inline HexDigest<64> sha256(Bytes bytes) noexcept { return sha256(std::span{&bytes, 1}); }

/// SHA-256 as bytes, for fingerprints that are not shown in hexadecimal; all zero where the platform refuses it.
[[nodiscard]] std::array<std::uint8_t, 32> raw_sha256(std::span<const Bytes> pieces) noexcept;
[[nodiscard]] inline std::array<std::uint8_t, 32> raw_sha256(Bytes bytes) noexcept { return raw_sha256(std::span{&bytes, 1}); }

}  // namespace weir
