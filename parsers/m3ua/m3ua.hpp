// SPDX-License-Identifier: Apache-2.0
// M3UA, SS7's message transfer part over SCTP, RFC 4666.
#pragma once

#include <optional>

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"

namespace weir::m3ua {

/// One message.
struct Transaction {
    std::string_view operation{};
    std::uint8_t message_class = 0, type = 0;
    std::optional<std::uint32_t> origin{}, destination{}, service{};  ///< of a DATA message: point codes, service indicator
    std::optional<std::uint32_t> error{};
};

/// Messages stand for themselves.
class State {
public:
    Fed feed(Direction direction, Bytes message, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = m3ua::Transaction;
    using State = m3ua::State;
    static constexpr std::string_view name = "m3ua";
    static constexpr std::string_view doc = "MTP3 User Adaptation Layer: SS7 over SCTP, RFC 4666";
    static constexpr std::array hints{Hint::sctp(2905)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("m3ua.operation", "m3ua.operation",
                                       "Message by class and type: data, error, notify, duna, aspup, aspac, beat, reg-req, ..."),
        field<&Transaction::message_class>("", "m3ua.class", "Message class, RFC 4666 section 3.1.2"),
        field<&Transaction::type>("", "m3ua.type", "Message type"),
        field<form_of<&Transaction::origin>>("m3ua.opc", "m3ua.opc", "Originating point code of a DATA message", FieldKind::number),
        field<form_of<&Transaction::destination>>("m3ua.dpc", "m3ua.dpc", "Destination point code", FieldKind::number),
        field<form_of<&Transaction::service>>("m3ua.service", "m3ua.service_indicator", "Service indicator: 3 SCCP, 5 ISUP", FieldKind::number),
        field<form_of<&Transaction::error>>("m3ua.error", "m3ua.error_code", "Error code, RFC 4666 section 3.8.1", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_message", "A message whose header or length cannot be one"},
    };
};

}  // namespace weir::m3ua
