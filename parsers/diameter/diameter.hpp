// SPDX-License-Identifier: Apache-2.0
// Diameter over TCP, RFC 6733: each message with the AVPs that say who speaks to whom, about whom, and what came of it.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/diameter/diameter_message.hpp"

namespace weir::diameter {

inline constexpr std::size_t max_read = 32768;  ///< octets of a message that are waited for and read

struct Transaction {
    Header header{};
    Avps avps{};
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;

private:
    std::array<bool, 2> lost_{};  ///< by Direction: bytes are missing, so that what follows need not begin with a header
};

namespace fields {
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value host_address(const Transaction& transaction, std::size_t index) noexcept;

template <std::uint8_t Flag>
Value flag(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::flag((transaction.header.flags & Flag) != 0) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = diameter::Transaction;
    using State = diameter::State;
    static constexpr std::string_view name = "diameter";
    static constexpr std::string_view doc = "Diameter over TCP, RFC 6733";
    static constexpr std::array hints{Hint::tcp(3868), Hint::sctp(3868)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<inside<&Transaction::header, &Header::command>>("diameter.command", "diameter.command", "Command code, RFC 6733 section 3.1",
                                                              FieldKind::number),
        field<&fields::operation>("diameter.operation", "diameter.operation",
                                  "Command by name: capabilities-exchange, device-watchdog, credit-control, update-location, ..."),
        field<&fields::flag<request_flag>>("diameter.request", "diameter.request", "A request, not an answer, RFC 6733 section 3",
                                           FieldKind::number),
        field<&fields::flag<error_flag>>("diameter.error", "diameter.error", "An answer that says a protocol error, RFC 6733 section 3",
                                         FieldKind::number),
        field<inside<&Transaction::header, &Header::application>>(
            "diameter.application_id", "diameter.application_id",
            "Application: 0 base, 4 credit control, 16777251 S6a, ..., RFC 6733 section 2.4", FieldKind::number),
        field<inside<&Transaction::header, &Header::hop_by_hop>>("", "diameter.hop_by_hop", "Hop-by-Hop identifier, RFC 6733 section 3",
                                                                 FieldKind::number),
        field<inside<&Transaction::header, &Header::end_to_end>>("", "diameter.end_to_end", "End-to-End identifier, RFC 6733 section 3",
                                                                 FieldKind::number),
        field<inside<&Transaction::avps, &Avps::session_id>>("diameter.session_id", "diameter.session_id",
                                                             "Session-Id, RFC 6733 section 8.8"),
        field<inside<&Transaction::avps, &Avps::origin_host>>("diameter.origin_host", "diameter.origin_host",
                                                              "Origin-Host, RFC 6733 section 6.3"),
        field<inside<&Transaction::avps, &Avps::origin_realm>>("diameter.origin_realm", "diameter.origin_realm",
                                                               "Origin-Realm, RFC 6733 section 6.4"),
        field<inside<&Transaction::avps, &Avps::destination_host>>("diameter.destination_host", "diameter.destination_host",
                                                                   "Destination-Host, RFC 6733 section 6.5"),
        field<inside<&Transaction::avps, &Avps::destination_realm>>("diameter.destination_realm", "diameter.destination_realm",
                                                                    "Destination-Realm, RFC 6733 section 6.6"),
        field<inside<&Transaction::avps, &Avps::user_name>>("diameter.user_name", "diameter.user_name",
                                                            "User-Name: a subscriber's IMSI in 3GPP's applications, RFC 6733 section 8.14"),
        field<inside<&Transaction::avps, &Avps::result_code>>(
            "diameter.result_code", "diameter.result_code",
            "Result-Code: 2001 success, 3xxx protocol error, 5xxx failure, RFC 6733 section 7.1", FieldKind::number),
        field<inside<&Transaction::avps, &Avps::experimental_result>>("diameter.experimental_result", "diameter.experimental_result",
                                                                      "A vendor's result code, RFC 6733 section 7.7", FieldKind::number),
        field<inside<&Transaction::avps, &Avps::error_message>>("", "diameter.error_message", "Error-Message, RFC 6733 section 7.3"),
        field<inside<&Transaction::avps, &Avps::request_type>>(
            "diameter.request_type", "diameter.request_type",
            "CC-Request-Type: 1 initial, 2 update, 3 termination, 4 event, RFC 8506 section 8.3", FieldKind::number),
        field<inside<&Transaction::avps, &Avps::disconnect_cause>>("", "diameter.disconnect_cause",
                                                                   "Disconnect-Cause, RFC 6733 section 5.4.3", FieldKind::number),
        field<inside<&Transaction::avps, &Avps::product_name>>("diameter.product_name", "diameter.product_name",
                                                               "Product-Name of a capabilities exchange, RFC 6733 section 5.3.7"),
        field<&fields::host_address>("", "diameter.host_addresses[]", "Host-IP-Address of a capabilities exchange, RFC 6733 section 5.3.5"),
        field<inside<&Transaction::avps, &Avps::route_records>>("diameter.route_record", "diameter.route_records[]",
                                                                "Hosts that the request came through, RFC 6733 section 6.7.1"),
    };
    enum AnomalyId : unsigned { malformed_header = 1, malformed_avp, too_many_avps, message_too_long };
    static constexpr std::array anomalies{
        Anomaly{malformed_header, "malformed_header", "A version, length or flags that cannot be"},
        Anomaly{malformed_avp, "malformed_avp", "An AVP that is too short or reaches past the end of the message"},
        Anomaly{too_many_avps, "too_many_avps", "More values of one AVP than are shown"},
        Anomaly{message_too_long, "message_too_long", "A message that is longer than what is read"},
    };
};

}  // namespace weir::diameter
