// SPDX-License-Identifier: Apache-2.0
// The application protocols between radio and core, and between radio nodes, as user messages of SCTP: the head that all their
// messages share in aligned PER. A protocol of this kind gives its names and its numbers:
//
//   NGAP-PDU ::= CHOICE { initiatingMessage, successfulOutcome, unsuccessfulOutcome, ... } of { procedureCode, criticality, value }
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/base/single_value.hpp"

namespace weir::radio_ap {

/// One message.
struct Transaction {
    std::string_view procedure{};  ///< by the standard's name; absent (null) where it has none here
    std::uint8_t code = 0;
    std::uint8_t kind = 0;  ///< row of `kinds`
};
inline constexpr std::array<std::string_view, 3> kinds{"initiating", "successful", "unsuccessful"};

/// The head of a message: CHOICE index in the upper bits of the first octet, procedure code, criticality in the upper bits of the
/// third, then the length of the value (ITU-T X.691 sections 23, 11.9). False where the bytes are none.
[[nodiscard]] inline bool read_head(Bytes message, Transaction& transaction) noexcept {
    Cursor cursor{message};
    const std::uint8_t choice = cursor.u8();
    transaction.code = cursor.u8();
    const std::uint8_t criticality = cursor.u8();
    transaction.kind = choice >> 5;
    if (!cursor.ok() || (choice & 0x9f) != 0 || transaction.kind >= kinds.size() || (criticality & 0x3f) != 0 || criticality > 0x80) return false;
    const std::uint8_t first = cursor.u8();
    const std::size_t length = first < 0x80 ? first : (first & 0x3f) << 8 | cursor.u8();
    const bool in_pieces = first >= 0xc0;
    return cursor.ok() && (in_pieces || length >= cursor.remaining());  // of a message in fragments only the first is here
}

[[nodiscard]] inline Value kind_name(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(kinds[transaction.kind]) : Value{};
}

/// `identifier` is the payload protocol identifier that IANA has assigned.
[[nodiscard]] inline Probe probe(const Offer& offer, std::uint32_t identifier) noexcept {
    Transaction transaction;
    if (offer.transport != Transport::sctp || !read_head(offer.data, transaction)) return Probe::no();
    // Some stacks write the identifier in their own byte order, some none at all.
    const bool named = offer.payload_protocol == identifier || offer.payload_protocol == identifier << 24;
    return named || (offer.payload_protocol == 0 && offer.port_matches) ? Probe::yes() : Probe::no();
}

/// Reports the message, if it is one; `procedures` are names by procedure code.
[[nodiscard]] inline Fed feed(Direction direction, Bytes message, std::span<const std::string_view> procedures, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    if (!read_head(message, transaction)) {
        emit.anomaly(1, direction);
        return Fed::ok(message.size());
    }
    if (transaction.code < procedures.size()) transaction.procedure = procedures[transaction.code];
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(message.size());
}

inline constexpr std::array anomalies{Anomaly{1, "malformed_message", "A message whose head or length cannot be one"}};

}  // namespace weir::radio_ap
