// SPDX-License-Identifier: Apache-2.0
// PTP, the Precision Time Protocol, version 2 over UDP, IEEE 1588-2019: the header of each message, and whom an Announce names.
#pragma once

#include <optional>

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"

namespace weir::ptp {

/// One message. Clock identities are views of eight octets, null where absent.
struct Transaction {
    std::uint8_t version = 0, type = 0, domain = 0;
    std::string_view operation{};
    Bytes clock{}, grandmaster{};
    std::uint16_t port = 0, sequence = 0;
    std::optional<std::uint32_t> clock_class{}, priority1{}, priority2{}, steps_removed{}, time_source{};
};

/// Messages stand for themselves.
class State {
public:
    Fed feed(Direction direction, Bytes message, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = ptp::Transaction;
    using State = ptp::State;
    static constexpr std::string_view name = "ptp";
    static constexpr std::string_view doc = "Precision Time Protocol, version 2, over UDP, IEEE 1588";
    static constexpr std::array hints{Hint::udp(319), Hint::udp(320)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("ptp.operation", "ptp.operation",
                                       "Message type: sync, delay-req, follow-up, delay-resp, announce, management, ..."),
        field<&Transaction::version>("ptp.version", "ptp.version", "Version of the protocol"),
        field<&Transaction::domain>("ptp.domain", "ptp.domain", "Domain number"),
        field<as_hex<&Transaction::clock>>("ptp.clock", "ptp.clock_identity", "Clock that sends it, as hexadecimal"),
        field<&Transaction::port>("", "ptp.port_number", "Port of that clock"),
        field<&Transaction::sequence>("", "ptp.sequence_id", "Sequence number"),
        field<as_hex<&Transaction::grandmaster>>("ptp.grandmaster", "ptp.grandmaster_identity", "Grandmaster that an Announce names, as hexadecimal"),
        field<form_of<&Transaction::clock_class>>("ptp.clock_class", "ptp.grandmaster_clock_class",
                                                  "Its clock class: 6 and 7 have a primary reference, 248 none", FieldKind::number),
        field<form_of<&Transaction::priority1>>("", "ptp.priority1", "Its first priority: the lowest wins", FieldKind::number),
        field<form_of<&Transaction::priority2>>("", "ptp.priority2", "Its second priority", FieldKind::number),
        field<form_of<&Transaction::steps_removed>>("", "ptp.steps_removed", "Clocks between it and the sender", FieldKind::number),
        field<form_of<&Transaction::time_source>>("", "ptp.time_source", "Where it has its time from: 0x20 GNSS, 0xa0 its own oscillator",
                                                  FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_message", "A message whose header or length cannot be one"},
    };
};

}  // namespace weir::ptp
