// SPDX-License-Identifier: Apache-2.0
// USP, the User Services Platform: records inside WebSocket, MQTT and STOMP, Broadband Forum TR-369.
#pragma once

#include <optional>

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"

namespace weir::usp {

/// One record: its header, and the header of the message in it where that is not encrypted.
struct Transaction {
    Bytes version{}, from{}, to{};
    std::string_view operation{};  ///< of the message; else what the record does
    std::string_view record{};     ///< which kind of record
    std::string_view security{};   ///< plaintext or tls12
    Bytes message_id{};
    std::optional<std::uint32_t> message_type{};
};

/// Records stand for themselves.
class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = usp::Transaction;
    using State = usp::State;
    static constexpr std::string_view name = "usp";
    static constexpr std::string_view doc = "User Services Platform (TR-369), records inside WebSocket, MQTT and STOMP";
    static constexpr std::array<Hint, 0> hints{};
    static constexpr std::array<std::string_view, 3> carriers{"websocket", "mqtt", "stomp"};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("usp.operation", "usp.operation",
                                       "Message type: get, set, add, delete, operate, notify, register, ... with -resp for answers, error; "
                                       "else the kind of record"),
        field<&Transaction::record>("usp.record", "usp.record",
                                    "Kind of record: no-session, session, websocket-connect, mqtt-connect, stomp-connect, disconnect, uds-connect"),
        field<&Transaction::version>("usp.version", "usp.version", "Version of the record"),
        field<&Transaction::from>("usp.from", "usp.from", "Endpoint that sends it: `os::0044FF-...`, `proto::controller`"),
        field<&Transaction::to>("usp.to", "usp.to", "Endpoint that it is for"),
        field<&Transaction::security>("usp.security", "usp.security", "How its payload is protected: plaintext, tls12"),
        field<&Transaction::message_id>("", "usp.message_id", "Identifier of the message"),
        field<form_of<&Transaction::message_type>>("usp.message_type", "usp.message_type", "Message type as a number", FieldKind::number),
    };
    static constexpr std::array<Anomaly, 0> anomalies{};
};

}  // namespace weir::usp
