// SPDX-License-Identifier: Apache-2.0
// One SNMP message from its BER: the wrappers of the three versions and the PDU inside.
//
//   v1, v2c (RFC 1157, RFC 1901)   SEQUENCE { version, community, PDU }
//   v3 (RFC 3412 section 6)        SEQUENCE { version, header data, security parameters, scoped PDU or its cipher text }
#pragma once

#include <array>
#include <optional>

#include "parsers/base/ber.hpp"

namespace weir::snmp {

/// PDU types by their context tags, RFC 3416 section 3 (4: RFC 1157 section 4.1.6).
enum class Pdu : std::uint8_t { get, get_next, response, set, trap_v1, get_bulk, inform, trap_v2, report, none = 0xff };

inline constexpr std::uint8_t authenticated_flag = 1, encrypted_flag = 2, reportable_flag = 4;  // RFC 3412 section 6.4
inline constexpr std::int64_t user_based_model = 3;                                             // RFC 3411 section 5

/// Views into the wire; what a version does not have is empty without data.
struct Message {
    std::uint8_t version = 0;  ///< 1, 2 (v2c) or 3
    Bytes community{};         ///< versions 1 and 2
    // Version 3
    std::uint8_t flags = 0;
    std::int64_t security_model = 0;
    Bytes engine_id{};  ///< authoritative engine, RFC 3414 section 2.4
    std::uint64_t engine_boots = 0, engine_time = 0;
    Bytes user{};
    Bytes context_name{};
    // The PDU
    Pdu pdu = Pdu::none;  ///< none: encrypted
    std::int64_t request_id = 0;
    std::int64_t error_status = 0, error_index = 0;    ///< not of bulk requests and v1 traps
    Bytes enterprise{};                                ///< v1 trap: OID of who defined it
    Bytes agent_address{};                             ///< v1 trap: 4 octets
    std::int64_t generic_trap = 0, specific_trap = 0;  ///< v1 trap
    Bytes bindings{};                                  ///< content of the list of variable bindings

    [[nodiscard]] bool encrypted() const noexcept { return version == 3 && (flags & encrypted_flag) != 0; }
    [[nodiscard]] bool user_based() const noexcept { return version == 3 && security_model == user_based_model; }
};

/// The message that fills `wire` from its start, or nothing where the BER or the layout is broken. `used` gets its size.
[[nodiscard]] std::optional<Message> read_message(Bytes wire, std::size_t& used) noexcept;

/// One variable binding: the OID of its name, and its value.
struct Binding {
    Bytes name{};
    ber::Element value{};
};
/// The next binding of a list; fails the reader at what is none.
[[nodiscard]] Binding next_binding(ber::Reader& list) noexcept;

/// Whether a PDU of this type is sent by who opened the session: requests, and notifications.
[[nodiscard]] constexpr bool opens(Pdu pdu) noexcept { return pdu != Pdu::response && pdu != Pdu::report && pdu != Pdu::none; }

/// Suricata's names: `get_request`, `trap_v1`, ...; `encrypted` for none.
[[nodiscard]] std::string_view pdu_name(Pdu pdu) noexcept;
/// What it does, in one word, for policies: one of `operations`.
[[nodiscard]] std::string_view operation_name(Pdu pdu) noexcept;
inline constexpr std::array<std::string_view, 9> operations{"get", "next", "bulk", "set", "trap", "inform", "response", "report", "encrypted"};
/// Error status by the names of RFC 3416 section 3, capitalised as Suricata prints them; empty where none is assigned.
[[nodiscard]] std::string_view error_name(std::int64_t status) noexcept;
/// Generic trap type of RFC 1157 section 4.1.6, capitalised as Suricata prints it; empty where none is assigned.
[[nodiscard]] std::string_view trap_name(std::int64_t generic) noexcept;

}  // namespace weir::snmp
