// SPDX-License-Identifier: Apache-2.0
// NTP, RFC 5905: the 48-byte header of modes 1 to 5, and the control (6) and private (7) modes by their first octets.
#pragma once

#include "parsers/base/parser.hpp"

namespace weir::ntp {

struct Transaction {
    std::uint8_t leap = 0, version = 0, mode = 0;
    std::uint8_t stratum = 0;          ///< modes 1 to 5
    Bytes reference_id{};              ///< 4 octets; modes 1 to 5
    std::uint8_t opcode = 0;           ///< mode 6: operation; mode 7: request code
    bool has_opcode = false;
    std::uint32_t extra = 0;           ///< octets behind the header: extension fields, authenticator, or what does not belong
};

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

Value stratum(const Transaction& transaction, std::size_t index) noexcept;
Value reference_id(const Transaction& transaction, std::size_t index) noexcept;
Value opcode(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = ntp::Transaction;
    using State = ntp::State;
    static constexpr std::string_view name = "ntp";
    static constexpr std::string_view doc = "Network Time Protocol, RFC 5905";
    static constexpr std::array hints{Hint::udp(123)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("ntp.version", "ntp.version", "Protocol version, RFC 5905 section 7.3"),
        field<&Transaction::mode>("ntp.mode", "ntp.mode", "Association mode: 3 client, 4 server, 6 control, 7 private, RFC 5905 section 7.3"),
        field<&stratum>("ntp.stratum", "ntp.stratum", "Stratum of modes 1 to 5, RFC 5905 section 7.3", FieldKind::number),
        field<&reference_id>("ntp.reference_id", "ntp.reference_id", "Reference identifier of modes 1 to 5, as hexadecimal, RFC 5905 section 7.3"),
        field<&opcode>("ntp.opcode", "ntp.opcode", "Operation of mode 6 (RFC 9327 section 2) or request code of mode 7", FieldKind::number),
        field<&Transaction::extra>("ntp.extra", "", "Octets behind the 48-octet header"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "truncated_header", "A datagram shorter than its mode's header"},
    };
};

}  // namespace weir::ntp
