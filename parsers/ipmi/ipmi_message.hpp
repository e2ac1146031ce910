// SPDX-License-Identifier: Apache-2.0
// One RMCP datagram (ASF 2.0 section 3.2): an ASF message, or IPMI 1.5 or 2.0 (IPMI 2.0 section 13).
//
//   RMCP       06 00 SEQUENCE CLASS (06 ASF, 07 IPMI; bit 7: acknowledgement)
//   IPMI 1.5   AUTH-TYPE SEQUENCE(4) SESSION(4) [AUTH-CODE(16)] LENGTH(1) payload
//   IPMI 2.0   06 PAYLOAD-TYPE [OEM(6)] SESSION(4) SEQUENCE(4) LENGTH(2) payload [trailer]
//   message    TO NETFN/LUN CHECKSUM FROM SEQUENCE/LUN COMMAND [COMPLETION-CODE] data CHECKSUM
#pragma once

#include <optional>

#include "parsers/base/bytes.hpp"

namespace weir::ipmi {

enum class Kind : std::uint8_t { acknowledgement, asf, ipmi_15, ipmi_20 };

/// What an Open Session Request proposes and its response selects.
struct Algorithms {
    std::uint8_t authentication = 0, integrity = 0, confidentiality = 0;
};

struct Message {
    Kind kind = Kind::asf;
    std::uint8_t asf_type = 0;
    std::uint8_t auth_type = 0;
    std::uint8_t payload_type = 0;  ///< 0 in IPMI 1.5
    bool encrypted = false, authenticated = false;
    std::optional<std::uint32_t> session_id{};
    Bytes auth_code{};  ///< of IPMI 1.5: with the type `password` the password, padded with NULs

    /// An IPMI message that can be read.
    bool has_command = false;
    std::uint8_t network_function = 0, command = 0;  ///< the network function of the request: even
    bool is_response = false;                        ///< of a command, or the managed system's side of the session set-up
    std::optional<std::uint8_t> completion_code{};
    Bytes data{};

    // --- the set-up of an RMCP+ session
    std::optional<std::uint8_t> status{};
    std::optional<Algorithms> algorithms{};
    std::optional<std::uint8_t> privilege{};
    Bytes user{};  ///< of RAKP message 1; empty but not null: anonymous
};

/// Nothing when the datagram is broken. `exact`: every octet must be accounted for, every checksum be right.
[[nodiscard]] std::optional<Message> read_message(Bytes datagram, bool exact) noexcept;

}  // namespace weir::ipmi
