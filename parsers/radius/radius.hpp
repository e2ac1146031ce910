// SPDX-License-Identifier: Apache-2.0
// RADIUS over UDP: authentication (RFC 2865), accounting (RFC 2866), change of authorisation (RFC 5176).
//
//   code 1 | identifier 1 | length 2 | authenticator 16 | attributes: type 1, length 1 (with both), value ...
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::radius {

inline constexpr std::size_t max_listed = 16;  ///< values shown of an attribute that may stand there several times

/// Packet types, RFC 2865 section 3, RFC 2866 section 3, RFC 5176 section 2.3.
enum class Code : std::uint8_t {
    access_request = 1,
    access_accept = 2,
    access_reject = 3,
    accounting_request = 4,
    accounting_response = 5,
    access_challenge = 11,
    status_server = 12,
    status_client = 13,
    disconnect_request = 40,
    disconnect_ack = 41,
    disconnect_nak = 42,
    coa_request = 43,
    coa_ack = 44,
    coa_nak = 45,
};

/// One packet: views into the datagram, absent where the attribute is.
struct Transaction {
    Code code{};
    std::uint8_t identifier = 0;
    Bytes user_name{};
    Bytes nas_ip{}, nas_ipv6{};  ///< 4 and 16 octets
    Bytes nas_identifier{}, nas_port_id{};
    std::optional<std::uint32_t> nas_port{}, nas_port_type{}, service_type{};
    Bytes framed_ip{};
    Bytes called_station{}, calling_station{};
    std::optional<std::uint32_t> status_type{}, session_time{}, terminate_cause{}, error_cause{};
    std::optional<std::uint32_t> input_octets{}, output_octets{};
    Bytes session_id{};
    std::string_view method{};  ///< how the user proves to be one; null: not at all
    bool message_authenticator = false;
    InlineVector<Bytes, max_listed> replies{}, cisco_pairs{};
    InlineVector<std::uint32_t, max_listed> vendors{};  ///< of vendor-specific attributes, each once
};

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

namespace fields {
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value status_name(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = radius::Transaction;
    using State = radius::State;
    static constexpr std::string_view name = "radius";
    static constexpr std::string_view doc = "Remote Authentication Dial In User Service, RFC 2865, 2866, 5176";
    static constexpr std::array hints{Hint::udp(1812), Hint::udp(1813), Hint::udp(1645), Hint::udp(1646), Hint::udp(3799), Hint::udp(1700)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::code>("radius.code", "radius.code", "Packet type, RFC 2865 section 3"),
        field<&fields::operation>("radius.operation", "radius.operation",
                                  "Packet type by name: access-request, accounting-request, disconnect-request, coa-request, ..."),
        field<&Transaction::identifier>("radius.identifier", "radius.identifier", "Matches a response with its request"),
        field<&Transaction::user_name>("radius.user_name", "radius.user_name", "User-Name, RFC 2865 section 5.1"),
        field<&Transaction::method>("radius.auth_method", "radius.auth_method",
                                    "What the user proves himself with: pap, chap, eap, mschap"),
        field<&Transaction::message_authenticator>("radius.message_authenticator", "radius.message_authenticator",
                                                   "Whether the packet is protected by a Message-Authenticator, RFC 3579 section 3.2"),
        field<as_address<&Transaction::nas_ip>>("radius.nas_ip", "radius.nas_ip", "NAS-IP-Address, RFC 2865 section 5.4"),
        field<as_address<&Transaction::nas_ipv6>>("radius.nas_ipv6", "radius.nas_ipv6", "NAS-IPv6-Address, RFC 3162 section 2.1"),
        field<&Transaction::nas_identifier>("radius.nas_identifier", "radius.nas_identifier", "NAS-Identifier, RFC 2865 section 5.32"),
        field<form_of<&Transaction::nas_port>>("", "radius.nas_port", "NAS-Port, RFC 2865 section 5.5", FieldKind::number),
        field<&Transaction::nas_port_id>("", "radius.nas_port_id", "NAS-Port-Id, RFC 2869 section 5.17"),
        field<form_of<&Transaction::nas_port_type>>("radius.nas_port_type", "radius.nas_port_type",
                                                    "NAS-Port-Type (5: a virtual one, as of a login), RFC 2865 section 5.41",
                                                    FieldKind::number),
        field<form_of<&Transaction::service_type>>("radius.service_type", "radius.service_type",
                                                   "Service-Type (1 login, 2 framed, 6 administrative, 7 prompt), RFC 2865 section 5.6",
                                                   FieldKind::number),
        field<as_address<&Transaction::framed_ip>>("radius.framed_ip", "radius.framed_ip", "Framed-IP-Address, RFC 2865 section 5.8"),
        field<&Transaction::called_station>("radius.called_station_id", "radius.called_station_id",
                                            "Called-Station-Id, RFC 2865 section 5.30"),
        field<&Transaction::calling_station>("radius.calling_station_id", "radius.calling_station_id",
                                             "Calling-Station-Id: where the user comes from, RFC 2865 section 5.31"),
        field<form_of<&Transaction::status_type>>("radius.acct_status_type", "", "Acct-Status-Type, RFC 2866 section 5.1",
                                                  FieldKind::number),
        field<&fields::status_name>("", "radius.acct_status_type",
                                    "Acct-Status-Type by name: start, stop, interim-update, accounting-on, accounting-off, failed"),
        field<&Transaction::session_id>("radius.acct_session_id", "radius.acct_session_id", "Acct-Session-Id, RFC 2866 section 5.5"),
        field<form_of<&Transaction::session_time>>("", "radius.acct_session_time", "Seconds that the user was served, RFC 2866 section 5.7",
                                                   FieldKind::number),
        field<form_of<&Transaction::input_octets>>("", "radius.acct_input_octets", "Octets from the user, RFC 2866 section 5.3",
                                                   FieldKind::number),
        field<form_of<&Transaction::output_octets>>("", "radius.acct_output_octets", "Octets to the user, RFC 2866 section 5.4",
                                                    FieldKind::number),
        field<form_of<&Transaction::terminate_cause>>("", "radius.acct_terminate_cause", "Acct-Terminate-Cause, RFC 2866 section 5.10",
                                                      FieldKind::number),
        field<form_of<&Transaction::error_cause>>("radius.error_cause", "radius.error_cause",
                                                  "Error-Cause of a refused change of authorisation, RFC 5176 section 3.5",
                                                  FieldKind::number),
        field<form_of<&Transaction::replies>>("radius.reply_message", "radius.reply_messages[]",
                                              "Reply-Message: text for the user, RFC 2865 section 5.18"),
        field<form_of<&Transaction::vendors>>("radius.vendor", "radius.vendors[]",
                                              "Enterprise numbers of the vendor-specific attributes, RFC 2865 section 5.26",
                                              FieldKind::number),
        field<form_of<&Transaction::cisco_pairs>>("radius.cisco_avpair", "radius.cisco_avpairs[]",
                                                  "Cisco-AVPair: shell privileges, access lists, commands"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, malformed_attribute, too_many_attributes };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A header or a length that cannot be"},
        Anomaly{malformed_attribute, "malformed_attribute", "An attribute that is too short or reaches past the end of the packet"},
        Anomaly{too_many_attributes, "too_many_attributes", "More values of one attribute than are shown"},
    };
};

}  // namespace weir::radius
