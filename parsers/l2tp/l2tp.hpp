// SPDX-License-Identifier: Apache-2.0
// L2TP control messages over UDP: version 2 (RFC 2661) and version 3 (RFC 3931). Data messages are a matter of the decoder.
#pragma once

#include <optional>

#include "parsers/base/parser.hpp"

namespace weir::l2tp {

struct Transaction {
    std::uint8_t version = 0;
    std::uint16_t type = 0;                  ///< Message Type AVP
    std::uint32_t tunnel = 0;                ///< of the header: tunnel (v2) or control connection (v3)
    std::optional<std::uint16_t> session{};  ///< of the header, v2 only
    Bytes host_name{}, vendor_name{}, remote_end{};
    Bytes called_number{}, calling_number{}, proxy_name{}, error_message{};
    std::optional<std::uint32_t> assigned_tunnel{}, assigned_session{};
    std::optional<std::uint16_t> result{};
    bool challenge = false;  ///< the sender wants the other end to prove a shared secret
};

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value session(const Transaction& transaction, std::size_t index) noexcept;
Value assigned_tunnel(const Transaction& transaction, std::size_t index) noexcept;
Value assigned_session(const Transaction& transaction, std::size_t index) noexcept;
Value result(const Transaction& transaction, std::size_t index) noexcept;
Value challenge(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = l2tp::Transaction;
    using State = l2tp::State;
    static constexpr std::string_view name = "l2tp";
    static constexpr std::string_view doc = "Layer Two Tunneling Protocol, control messages, RFC 2661 and RFC 3931";
    static constexpr std::array hints{Hint::udp(1701)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("l2tp.version", "l2tp.version", "Protocol version: 2 or 3"),
        field<&Transaction::type>("l2tp.type", "l2tp.type", "Message type, RFC 2661 section 3.2"),
        field<&operation>("l2tp.operation", "l2tp.operation", "Message type as a word: sccrq, sccrp, scccn, stopccn, ocrq, icrq, cdn, ..."),
        field<&Transaction::tunnel>("l2tp.tunnel", "l2tp.tunnel_id", "Tunnel (v2) or control connection (v3) that the message is sent to"),
        field<&session>("", "l2tp.session_id", "Session that the message is sent to, v2", FieldKind::number),
        field<&Transaction::host_name>("l2tp.host_name", "l2tp.host_name", "Host Name AVP"),
        field<&Transaction::vendor_name>("l2tp.vendor_name", "l2tp.vendor_name", "Vendor Name AVP"),
        field<&assigned_tunnel>("", "l2tp.assigned_tunnel_id", "Assigned Tunnel ID (v2) or Control Connection ID (v3) AVP",
                                FieldKind::number),
        field<&assigned_session>("", "l2tp.assigned_session_id", "Assigned Session ID (v2) or Local Session ID (v3) AVP",
                                 FieldKind::number),
        field<&Transaction::called_number>("l2tp.called_number", "l2tp.called_number", "Called Number AVP"),
        field<&Transaction::calling_number>("l2tp.calling_number", "l2tp.calling_number", "Calling Number AVP"),
        field<&Transaction::proxy_name>("l2tp.proxy_name", "l2tp.proxy_name", "Proxy Authen Name AVP: the subscriber's user name"),
        field<&Transaction::remote_end>("l2tp.remote_end", "l2tp.remote_end_id", "Remote End ID AVP, v3: which circuit is meant"),
        field<&result>("l2tp.result", "l2tp.result_code", "Result Code AVP", FieldKind::number),
        field<&Transaction::error_message>("", "l2tp.error_message", "Text of the Result Code AVP"),
        field<&challenge>("", "l2tp.challenge", "The sender wants the other end to prove a shared secret", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_header", "A control message whose header does not fit"},
        Anomaly{2, "invalid_avp", "An attribute that is shorter than its header or reaches past the end"},
    };
};

}  // namespace weir::l2tp
