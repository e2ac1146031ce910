// SPDX-License-Identifier: Apache-2.0
// OSPF versions 2 (RFC 2328) and 3 (RFC 5340), right behind IP: the header of each packet, and what a Hello says.
#pragma once

#include <optional>

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"

namespace weir::ospf {

/// One packet. Addresses are views of four octets, null where absent.
struct Transaction {
    std::uint8_t version = 0, type = 0;
    std::string_view operation{};
    Bytes router{}, area{};
    std::string_view authentication{};  ///< version 2
    Bytes password{};
    Bytes designated_router{};
    std::optional<std::uint32_t> hello_interval{}, neighbors{};
};

/// Packets stand for themselves.
class State {
public:
    Fed feed(Direction direction, Bytes packet, Emit<Transaction> emit) noexcept;
};

inline constexpr std::array<std::string_view, 5> operations{"hello", "database-description", "ls-request", "ls-update", "ls-ack"};

struct Parser {
    using Transaction = ospf::Transaction;
    using State = ospf::State;
    static constexpr std::string_view name = "ospf";
    static constexpr std::string_view doc = "Open Shortest Path First, versions 2 and 3, RFC 2328 and RFC 5340";
    static constexpr std::array hints{Hint::ip(89)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::version>("ospf.version", "ospf.version", "Version: 2 or 3"),
        one_of(field<&Transaction::operation>("ospf.operation", "ospf.operation",
                                              "Packet type: hello, database-description, ls-request, ls-update, ls-ack"),
               operations),
        field<as_address<&Transaction::router>>("ospf.router", "ospf.router_id", "Router that sends it, as an address"),
        field<as_address<&Transaction::area>>("ospf.area", "ospf.area_id", "Area that it is about, as an address"),
        field<&Transaction::authentication>("ospf.authentication", "ospf.authentication", "Version 2: null, simple, cryptographic, RFC 2328 appendix D"),
        secret(field<&Transaction::password>("ospf.password", "ospf.password", "Password of simple authentication")),
        field<as_address<&Transaction::designated_router>>("", "ospf.designated_router", "Designated router of a Hello"),
        field<form_of<&Transaction::hello_interval>>("", "ospf.hello_interval", "Seconds between Hellos", FieldKind::number),
        field<form_of<&Transaction::neighbors>>("ospf.neighbors", "ospf.neighbors", "Neighbours that a Hello lists", FieldKind::number),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "malformed_packet", "A packet whose header or length cannot be one"},
    };
};

}  // namespace weir::ospf
