// SPDX-License-Identifier: Apache-2.0
// One syslog message, as RFC 5424 lays it out, or as devices write it (RFC 3164 describes what was seen; Cisco has its own).
//
//   RFC 5424   <PRI>1 TIMESTAMP HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE
//   RFC 3164   <PRI>TIMESTAMP HOST TAG[PID]: MESSAGE
//   Cisco      <PRI>SEQUENCE: [HOST: ][*]TIMESTAMP: %FACILITY-SEVERITY-MNEMONIC: MESSAGE
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"

namespace weir::syslog {

/// Views into the message; what it does not have has no data pointer.
struct Message {
    std::optional<std::uint8_t> priority;  ///< facility * 8 + severity, 0..191
    std::uint16_t version = 0;             ///< 0: not RFC 5424
    Bytes timestamp{}, hostname{}, app_name{}, procid{}, msgid{}, structured_data{};
    Bytes text{};
};

/// Reads one message without its framing. Whatever it is, all of it is somewhere in the result.
[[nodiscard]] Message read_message(Bytes wire) noexcept;

/// What the first octets of a message tell.
enum class Start : std::uint8_t {
    other,      ///< no priority at the start
    undecided,  ///< more octets are needed
    priority,   ///< a priority, then something
    certain,    ///< a priority, then a version, a time stamp or a sequence number
};
[[nodiscard]] Start start_of(Bytes wire) noexcept;

/// `kern`, `user`, ..., `local7`; number 0..23.
[[nodiscard]] std::string_view facility_name(unsigned number) noexcept;
/// `emerg`, `alert`, ..., `debug`; number 0..7.
[[nodiscard]] std::string_view severity_name(unsigned number) noexcept;

}  // namespace weir::syslog
