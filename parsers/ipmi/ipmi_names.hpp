// SPDX-License-Identifier: Apache-2.0
// Names of what IPMI and ASF number.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::ipmi {

/// ASF 2.0 section 3.2.4; null where unknown.
[[nodiscard]] std::string_view asf_message_name(std::uint8_t type) noexcept;
/// `none`, `md2`, `md5`, `password`, `oem`, `rmcp+` (IPMI 2.0 table 13-8, 13-9); null where reserved.
[[nodiscard]] std::string_view auth_type_name(std::uint8_t type) noexcept;
/// `ipmi`, `sol`, `oem`, `open-session-request`, ... (table 13-16); null where reserved.
[[nodiscard]] std::string_view payload_name(std::uint8_t type) noexcept;
/// A command of a request's network function (appendix G); null where it has no name here.
[[nodiscard]] std::string_view command_name(std::uint8_t network_function, std::uint8_t command) noexcept;
/// `chassis`, `app`, ... (table 5-1); `netfn` where it has no name.
[[nodiscard]] std::string_view network_function_name(std::uint8_t network_function) noexcept;
/// `highest`, `callback`, `user`, `operator`, `administrator`, `oem` (table 22-20); null where reserved.
[[nodiscard]] std::string_view privilege_name(std::uint8_t level) noexcept;
/// Tables 13-17, 13-18 and 13-19; null where reserved.
[[nodiscard]] std::string_view authentication_name(std::uint8_t algorithm) noexcept;
[[nodiscard]] std::string_view integrity_name(std::uint8_t algorithm) noexcept;
[[nodiscard]] std::string_view confidentiality_name(std::uint8_t algorithm) noexcept;
/// The cipher suite of these algorithms, 0 to 19 (table 22-20); -1 where there is none.
[[nodiscard]] int cipher_suite(std::uint8_t authentication, std::uint8_t integrity, std::uint8_t confidentiality) noexcept;

}  // namespace weir::ipmi
