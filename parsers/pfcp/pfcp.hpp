// SPDX-License-Identifier: Apache-2.0
// PFCP, TS 29.244: how the control plane of a mobile core tells the user plane where packets go.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/pfcp/pfcp_message.hpp"

namespace weir::pfcp {

using Transaction = Message;

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

/// The node by its name or its address.
Value node_id(const Transaction& transaction, std::size_t index) noexcept;

struct Parser {
    using Transaction = pfcp::Transaction;
    using State = pfcp::State;
    static constexpr std::string_view name = "pfcp";
    static constexpr std::string_view doc = "Packet Forwarding Control Protocol, TS 29.244";
    static constexpr std::array hints{Hint::udp(8805)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("pfcp.operation", "pfcp.operation",
                                       "Message by name: heartbeat-request, session-establishment-request, ...; type-N where it has none"),
        field<&Transaction::type>("pfcp.type", "pfcp.type", "Message type, TS 29.244 table 7.3-1"),
        field<&Transaction::length>("pfcp.length", "pfcp.length", "Length as in the header"),
        field<form_of<&Transaction::seid>>("pfcp.seid", "pfcp.seid", "Session endpoint identifier of the receiver", FieldKind::number),
        field<&Transaction::sequence>("pfcp.sequence", "pfcp.sequence", "Sequence number"),
        field<form_of<&Transaction::cause>>("pfcp.cause", "pfcp.cause", "Cause: accepted is 1, section 8.2.1", FieldKind::number),
        field<&node_id>("pfcp.node_id", "pfcp.node_id", "Node that speaks: address or name, section 8.2.38"),
        field<form_of<&Transaction::session>>("pfcp.f_seid", "pfcp.f_seid", "Session endpoint identifier of the sender, section 8.2.37",
                                               FieldKind::number),
        field<each_address_of<&Transaction::session_ends>>("pfcp.f_seid_address", "pfcp.f_seid_addresses[]", "Addresses beside it"),
        field<each_address_of<&Transaction::tunnel_ends>>(
            "pfcp.tunnel_address", "pfcp.tunnel_addresses[]",
            "Addresses at which tunnels end: F-TEIDs and outer headers to be made, the first eight"),
        field<each_address_of<&Transaction::user_addresses>>("pfcp.ue_address", "pfcp.ue_addresses[]",
                                                             "Addresses of users' equipment, the first eight"),
        field<&Transaction::network_instance>("pfcp.network_instance", "pfcp.network_instance", "Network instance as sent, section 8.2.4"),
        field<&Transaction::redirect>("pfcp.redirect", "pfcp.redirect", "Where users are redirected to, section 8.2.20"),
        field<&Transaction::extra>("pfcp.extra", "pfcp.extra", "Octets that belong to no element"),
    };
    enum AnomalyId : unsigned { malformed_data = 1 };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A datagram without a PFCP header, or shorter than its length says"},
    };
};

}  // namespace weir::pfcp
