// SPDX-License-Identifier: Apache-2.0
// PPTP control messages, RFC 2637. What the tunnels carry goes through GRE and is a matter of the decoder.
#pragma once

#include <optional>

#include "parsers/base/parser.hpp"

namespace weir::pptp {

struct Transaction {
    std::uint16_t type = 0;  ///< Control Message Type
    Bytes host_name{}, vendor_name{}, phone_number{};
    std::optional<std::uint16_t> version{}, call{}, peer_call{};
    std::optional<std::uint8_t> result{}, error{};
};

struct State {
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;
};

Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value call(const Transaction& transaction, std::size_t index) noexcept;
Value peer_call(const Transaction& transaction, std::size_t index) noexcept;
Value result(const Transaction& transaction, std::size_t index) noexcept;
Value error(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = pptp::Transaction;
    using State = pptp::State;
    static constexpr std::string_view name = "pptp";
    static constexpr std::string_view doc = "Point-to-Point Tunneling Protocol, control messages, RFC 2637";
    static constexpr std::array hints{Hint::tcp(1723)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::type>("pptp.type", "pptp.type", "Control message type, RFC 2637 section 1.4"),
        field<&operation>("pptp.operation", "pptp.operation",
                          "Control message type as a word: start-request, start-reply, outgoing-call-request, call-clear-request, ..."),
        field<&version>("pptp.version", "pptp.version", "Protocol version: 256 is 1.0", FieldKind::number),
        field<&Transaction::host_name>("pptp.host_name", "pptp.host_name", "Host name of the end that starts or answers"),
        field<&Transaction::vendor_name>("pptp.vendor_name", "pptp.vendor_name", "Vendor string of that end"),
        field<&call>("pptp.call_id", "pptp.call_id", "Call by which the sender knows the tunnel: the key of its GRE packets",
                     FieldKind::number),
        field<&peer_call>("pptp.peer_call_id", "pptp.peer_call_id", "Call by which the receiver knows the tunnel", FieldKind::number),
        field<&Transaction::phone_number>("pptp.phone_number", "pptp.phone_number", "Number that is to be called, or was"),
        field<&result>("pptp.result", "pptp.result_code", "Result code: 1 is good", FieldKind::number),
        field<&error>("pptp.error", "pptp.error_code", "Error code: 0 is none", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "invalid_header", "No control message where one must begin"},
        Anomaly{2, "truncated_message", "A control message shorter than its type needs"},
    };
};

}  // namespace weir::pptp
