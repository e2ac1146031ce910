// SPDX-License-Identifier: Apache-2.0
// GTP: control plane (GTP-C 0, 1 and 2), signalling messages of the user plane (GTP-U), and GTP' of the charging network. User
// data is a tunnel and is decoded elsewhere.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/gtp/gtp_message.hpp"

namespace weir::gtp {

using Transaction = Message;

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

struct Parser {
    using Transaction = gtp::Transaction;
    using State = gtp::State;
    static constexpr std::string_view name = "gtp";
    static constexpr std::string_view doc = "GPRS Tunnelling Protocol: GTP-C, signalling of GTP-U, GTP', TS 29.060, 29.274, 29.281, 32.295";
    static constexpr std::array hints{Hint::udp(2123), Hint::udp(2152), Hint::udp(3386)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("gtp.operation", "gtp.operation",
                                       "Message by name: echo-request, create-session-request, ...; type-N where it has none"),
        field<&Transaction::version>("gtp.version", "gtp.version", "Version: 0, 1 or 2"),
        field<&Transaction::type>("gtp.type", "gtp.type", "Message type, TS 29.060 table 1, TS 29.274 table 6.1-1"),
        field<if_set<&Transaction::charging>>("gtp.charging", "gtp.charging", "GTP', of the charging network, TS 32.295",
                                              FieldKind::number),
        field<&Transaction::length>("gtp.length", "gtp.length", "Length as in the header"),
        field<form_of<&Transaction::teid>>("gtp.teid", "gtp.teid", "Tunnel endpoint identifier", FieldKind::number),
        field<form_of<&Transaction::sequence>>("gtp.sequence", "gtp.sequence", "Sequence number", FieldKind::number),
        field<form_of<&Transaction::cause>>("gtp.cause", "gtp.cause", "Cause: accepted is 128 in versions 0 and 1, 16 in version 2",
                                             FieldKind::number),
        field<&Transaction::imsi>("gtp.imsi", "gtp.imsi", "IMSI"),
        field<&Transaction::msisdn>("gtp.msisdn", "gtp.msisdn", "MSISDN"),
        field<&Transaction::apn>("gtp.apn", "gtp.apn", "Access point name"),
        field<&Transaction::rat>("gtp.rat", "gtp.rat", "Radio access technology: utran, geran, wlan, eutran, ..."),
        field<each_address_of<&Transaction::addresses>>("gtp.address", "gtp.addresses[]",
                                                        "Addresses at which tunnels end: GSN addresses, F-TEIDs; the first eight"),
        field<&Transaction::extra>("gtp.extra", "gtp.extra",
                                   "Octets that belong to no known element, in an echo also those of elements that have no place there"),
    };
    enum AnomalyId : unsigned { malformed_data = 1 };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A datagram without a GTP header, or shorter than its length says"},
    };
};

}  // namespace weir::gtp
