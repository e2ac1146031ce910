// SPDX-License-Identifier: Apache-2.0
// What bytes of an unknown protocol look like: text, binary with a structure, or random (encrypted, compressed).
#pragma once

#include <array>

#include "parsers/base/bytes.hpp"

namespace weir {

enum class PayloadLook : std::uint8_t {
    none,    ///< nothing was seen
    text,    ///< readable throughout: ASCII, UTF-8, UTF-16
    binary,  ///< some octets stand there far more often than chance allows; also what is too short to tell
    random,  ///< every octet as often as any other: encrypted or compressed
};
inline constexpr std::array<std::string_view, 4> payload_look_names{"none", "text", "binary", "random"};
[[nodiscard]] constexpr std::string_view name_of(PayloadLook look) noexcept { return payload_look_names[static_cast<std::size_t>(look)]; }

/// Judges by at most the first 1,024 octets.
[[nodiscard]] PayloadLook look_of(Bytes payload) noexcept;

}  // namespace weir
