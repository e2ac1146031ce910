// SPDX-License-Identifier: Apache-2.0
// IPMI over LAN, versions 1.5 and 2.0 (RMCP+), and the ASF messages that share its port.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::ipmi {

struct Transaction {
    std::string_view message_class{}, version{}, auth_type{}, payload{};
    Bytes operation{};
    std::optional<std::uint8_t> network_function{}, command{}, completion_code{}, status{}, cipher_suite{};
    std::optional<std::uint32_t> session_id{};
    bool encrypted = false, anonymous = false, anonymous_login = false, withheld = false;
    Bytes user{}, password{};
    std::string_view privilege{}, authentication{}, integrity{}, confidentiality{};
    InlineVector<std::string_view, 5> supported{};
};

class State {
public:
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;

private:
    std::array<bool, 2> bulk_logged_{};  ///< by Direction: a datagram that shows nothing of its content has had its event
};

struct Parser {
    using Transaction = ipmi::Transaction;
    using State = ipmi::State;
    static constexpr std::string_view name = "ipmi";
    static constexpr std::string_view doc = "IPMI over LAN, RMCP and RMCP+, with ASF's messages";
    static constexpr std::array hints{Hint::udp(623), Hint::udp(664)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>(
            "ipmi.operation", "ipmi.operation",
            "Command, ASF message or payload by name: get-device-id, chassis-control, presence-ping, rakp-1, sol, "
            "encrypted, ...; what has no name as network function and number: app-7f"),
        field<&Transaction::message_class>("ipmi.class", "ipmi.class",
                                           "RMCP class: ipmi, asf; ack for an acknowledgement, ASF 2.0 section 3.2.2"),
        field<&Transaction::version>("ipmi.version", "ipmi.version", "Session format: 1.5 or 2.0 (RMCP+)"),
        field<&Transaction::auth_type>("ipmi.auth_type", "ipmi.auth_type",
                                       "Authentication type: none, md2, md5, password, oem, rmcp+, IPMI 2.0 section 13.6"),
        field<&Transaction::payload>("ipmi.payload", "ipmi.payload",
                                     "Payload of RMCP+: ipmi, sol, oem, open-session-request, ..., section 13.27"),
        field<if_set<&Transaction::encrypted>>("ipmi.encrypted", "ipmi.encrypted", "The payload is encrypted", FieldKind::number),
        field<form_of<&Transaction::session_id>>("", "ipmi.session_id", "Session identifier", FieldKind::number),
        field<form_of<&Transaction::network_function>>("ipmi.netfn", "ipmi.netfn", "Network function of the request, table 5-1",
                                                        FieldKind::number),
        field<form_of<&Transaction::command>>("ipmi.command", "ipmi.command", "Command number, appendix G", FieldKind::number),
        field<form_of<&Transaction::completion_code>>("ipmi.completion_code", "ipmi.completion_code",
                                                       "Completion code of a response, 0 for success, section 5.2", FieldKind::number),
        field<form_of<&Transaction::status>>(
            "ipmi.status", "ipmi.status", "Status of a step of the RMCP+ session set-up, 0 for success, section 13.24", FieldKind::number),
        field<&Transaction::user>("ipmi.user", "ipmi.user", "User name, of RAKP message 1 or Get Session Challenge"),
        field<if_set<&Transaction::anonymous>>("ipmi.anonymous", "ipmi.anonymous", "The user name is empty", FieldKind::number),
        secret(field<&Transaction::password>(
            "ipmi.password", "ipmi.password",
            "Password in clear: the authentication code of type `password`, or what Set User Password sets, NULs behind it")),
        field<if_set<&Transaction::withheld>>("", "ipmi.redacted", "A password was sent in clear and is withheld", FieldKind::number),
        field<&Transaction::privilege>("ipmi.privilege", "ipmi.privilege", "Privilege level that is asked for or granted, section 6.8"),
        field<form_of<&Transaction::cipher_suite>>("ipmi.cipher_suite", "ipmi.cipher_suite",
                                                    "Cipher suite of an Open Session message, 0 for none at all, table 22-20",
                                                    FieldKind::number),
        field<&Transaction::authentication>("ipmi.authentication", "ipmi.authentication",
                                            "Authentication algorithm of an Open Session message"),
        field<&Transaction::integrity>("ipmi.integrity", "ipmi.integrity", "Integrity algorithm beside it"),
        field<&Transaction::confidentiality>("ipmi.confidentiality", "ipmi.confidentiality", "Confidentiality algorithm beside it"),
        field<form_of<&Transaction::supported>>("ipmi.supported_auth", "ipmi.supported_auth[]",
                                                "Authentication types that a controller says it accepts, section 22.13"),
        field<if_set<&Transaction::anonymous_login>>("ipmi.anonymous_login", "ipmi.anonymous_login",
                                                     "A controller says that it lets users without a name in, section 22.13",
                                                     FieldKind::number),
    };
    enum AnomalyId : unsigned { malformed_data = 1 };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "A datagram that is no RMCP, or whose lengths or header checksum are wrong"},
    };
};

}  // namespace weir::ipmi
