// SPDX-License-Identifier: Apache-2.0
// BGP-4, RFC 4271: each message, with what an OPEN says of its sender, what an UPDATE announces first, why a session ends.
#pragma once

#include <optional>

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::bgp {

inline constexpr std::size_t header_size = 19, max_message = 65535;  ///< RFC 8654 lets messages grow beyond 4096
inline constexpr std::size_t max_prefixes = 16;                      ///< of an UPDATE that are shown

struct Prefix {
    std::uint8_t bits = 0;
    Bytes octets{};  ///< as many as the bits need
};

/// One message.
struct Transaction {
    std::string_view operation{};
    std::optional<std::uint32_t> as_number{}, hold_time{};
    Bytes identifier{}, next_hop{};  ///< four octets each
    InlineVector<Prefix, max_prefixes> announced, withdrawn;
    std::optional<std::uint32_t> origin_as{};
    std::optional<std::uint32_t> error_code{}, error_subcode{};
    Bytes reason{};  ///< of a shutdown, RFC 9003
    Scratch* scratch = nullptr;
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;

private:
    Fed message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    std::array<bool, 2> lost_{};  ///< by Direction: where a message begins is not known, the next marker is looked for
};

namespace fields {
Value announced(const Transaction& transaction, std::size_t index) noexcept;
Value withdrawn(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

inline constexpr std::array<std::string_view, 5> operations{"open", "update", "notification", "keepalive", "route-refresh"};

struct Parser {
    using Transaction = bgp::Transaction;
    using State = bgp::State;
    static constexpr std::string_view name = "bgp";
    static constexpr std::string_view doc = "Border Gateway Protocol, version 4, RFC 4271";
    static constexpr std::array hints{Hint::tcp(179)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        one_of(field<&Transaction::operation>("bgp.operation", "bgp.operation", "Message type: open, update, notification, keepalive, route-refresh"),
               operations),
        field<form_of<&Transaction::as_number>>("bgp.as", "bgp.as", "OPEN: autonomous system of the sender, four octets where it says so (RFC 6793)",
                                                FieldKind::number),
        field<form_of<&Transaction::hold_time>>("", "bgp.hold_time", "OPEN: hold time, seconds", FieldKind::number),
        field<as_address<&Transaction::identifier>>("bgp.identifier", "bgp.identifier", "OPEN: BGP identifier of the sender"),
        field<&fields::announced>("bgp.prefix", "bgp.announced[]", "UPDATE: IPv4 prefixes that are announced, the first 16"),
        field<&fields::withdrawn>("bgp.withdrawn", "bgp.withdrawn[]", "UPDATE: IPv4 prefixes that are withdrawn, the first 16"),
        field<as_address<&Transaction::next_hop>>("bgp.next_hop", "bgp.next_hop", "UPDATE: attribute NEXT_HOP"),
        field<form_of<&Transaction::origin_as>>("bgp.origin_as", "bgp.origin_as", "UPDATE: the last autonomous system of AS_PATH", FieldKind::number),
        field<form_of<&Transaction::error_code>>("bgp.error_code", "bgp.error.code", "NOTIFICATION: error code, RFC 4271 section 4.5", FieldKind::number),
        field<form_of<&Transaction::error_subcode>>("", "bgp.error.subcode", "NOTIFICATION: error subcode", FieldKind::number),
        field<&Transaction::reason>("bgp.reason", "bgp.error.reason", "NOTIFICATION: text of a shutdown, RFC 9003"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_header", "No marker, length or type where a message must begin"},
        Anomaly{2, "malformed_message", "A message whose parts do not fit it"},
    };
};

}  // namespace weir::bgp
