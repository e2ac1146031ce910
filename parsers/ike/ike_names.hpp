// SPDX-License-Identifier: Apache-2.0
// Names of IKE's numbers, as Suricata prints them. All are null where nothing is assigned.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::ike {

/// RFC 2408 section 3.1, RFC 7296 section 3.2.
[[nodiscard]] std::string_view payload_name(std::uint8_t version, std::uint8_t type) noexcept;
/// IANA: IKEv2 Notify Message Types; the error types of version 1 (RFC 2408 section 3.14.1) have the same numbers where they exist.
[[nodiscard]] std::string_view notify_name(std::uint16_t type) noexcept;
/// What an exchange does, in a word, for policies: `main`, `aggressive`, `quick`, `sa-init`, `auth`, ...
[[nodiscard]] std::string_view exchange_name(std::uint8_t version, std::uint8_t type) noexcept;

/// RFC 2409 appendix A and IANA's IPSEC registry; RFC 7296 section 3.3.2.
[[nodiscard]] std::string_view encryption_name(std::uint8_t version, std::uint16_t id) noexcept;
[[nodiscard]] std::string_view group_name(std::uint8_t version, std::uint16_t id) noexcept;
/// Version 2: integrity. Version 1: hash.
[[nodiscard]] std::string_view integrity_name(std::uint8_t version, std::uint16_t id) noexcept;
/// Version 2 only.
[[nodiscard]] std::string_view prf_name(std::uint16_t id) noexcept;
/// Version 1 only: how the peers prove who they are.
[[nodiscard]] std::string_view authentication_name(std::uint16_t id) noexcept;

}  // namespace weir::ike
