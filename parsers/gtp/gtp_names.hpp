// SPDX-License-Identifier: Apache-2.0
// Names of GTP's messages.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::gtp {

/// Versions 0 and 1 (TS 29.060 table 1, TS 29.281 table 1, TS 32.295 section 6.2.1) and 2 (TS 29.274 table 6.1-1); null where
/// unknown.
[[nodiscard]] std::string_view message_name(std::uint8_t version, std::uint8_t type) noexcept;
/// Whether a message of that name answers another one.
[[nodiscard]] bool is_answer(std::string_view name) noexcept;
/// RAT type: utran, geran, wlan, eutran, ... (TS 29.274 section 8.17, TS 29.060 section 7.7.50); null where unknown.
[[nodiscard]] std::string_view rat_name(std::uint8_t type) noexcept;

}  // namespace weir::gtp
