// SPDX-License-Identifier: Apache-2.0
// TACACS+, RFC 8907: the header of every packet, and the bodies of those that are sent in clear.
//
//   version 1 | type 1 | sequence number 1 | flags 1 | session identifier 4 | length 4 | body ...
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/tacacs/tacacs_body.hpp"

namespace weir::tacacs {

inline constexpr std::size_t max_body = 65535;       ///< octets; RFC 8907 section 4.1 leaves the limit to the receiver
inline constexpr std::size_t max_read_body = 16384;  ///< octets of a body in clear that are waited for and read

struct Transaction {
    std::uint8_t minor_version = 0;
    Type type{};
    std::uint8_t sequence = 0;  ///< from 1; odd: sent by the client
    bool unencrypted = false, single_connection = false;
    std::uint32_t session_id = 0, length = 0;
    const Body* body = nullptr;  ///< null: obfuscated, or not read
};

class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;

private:
    std::array<bool, 2> lost_{};  ///< by Direction: bytes are missing, so that what follows need not begin with a header
};

namespace fields {
Value version(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value status_name(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = tacacs::Transaction;
    using State = tacacs::State;
    static constexpr std::string_view name = "tacacs";
    static constexpr std::string_view doc = "TACACS+: who may log in and do what, RFC 8907 (inside TLS, RFC 9887, it is not seen)";
    static constexpr std::array hints{Hint::tcp(49)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::version>("tacacs.version", "tacacs.version", "Version: 12.0 or 12.1, RFC 8907 section 4.1"),
        field<&Transaction::type>("tacacs.type", "tacacs.type",
                                  "Packet type: 1 authentication, 2 authorization, 3 accounting, RFC 8907 section 4.1"),
        field<&fields::operation>("tacacs.operation", "tacacs.operation", "Packet type by name: authentication, authorization, accounting"),
        field<&Transaction::sequence>("tacacs.sequence", "tacacs.sequence", "Sequence number in the session; odd: sent by the client"),
        field<&Transaction::unencrypted>("tacacs.unencrypted", "tacacs.unencrypted",
                                         "The body is in clear: the flag TAC_PLUS_UNENCRYPTED_FLAG, RFC 8907 section 4.1"),
        field<&Transaction::single_connection>("tacacs.single_connection", "tacacs.single_connection",
                                               "Sessions share the connection, RFC 8907 section 4.3"),
        field<&Transaction::session_id>("tacacs.session_id", "tacacs.session_id", "Session identifier, RFC 8907 section 4.1"),
        field<&Transaction::length>("tacacs.length", "tacacs.length", "Octets of the body"),
        field<inside<&Transaction::body, &Body::user>>("tacacs.user", "tacacs.user",
                                                       "User, where the body is in clear, RFC 8907 section 5.1"),
        field<inside<&Transaction::body, &Body::port>>("tacacs.port", "tacacs.port",
                                                       "Port of the client on which the user is, RFC 8907 section 5.1"),
        field<inside<&Transaction::body, &Body::remote_address>>("tacacs.rem_addr", "tacacs.rem_addr",
                                                                 "Where the user comes from, RFC 8907 section 5.1"),
        field<inside<&Transaction::body, &Body::privilege>>("tacacs.priv_lvl", "tacacs.priv_lvl",
                                                            "Privilege level, 0 to 15, RFC 8907 section 9", FieldKind::number),
        field<inside<&Transaction::body, &Body::action>>("tacacs.action", "tacacs.action",
                                                         "Authentication: 1 login, 2 change of password, 4 outbound, RFC 8907 section 5.1",
                                                         FieldKind::number),
        field<inside<&Transaction::body, &Body::authentication_type>>(
            "tacacs.authen_type", "tacacs.authen_type", "1 ASCII, 2 PAP, 3 CHAP, 5 MS-CHAP, 6 MS-CHAPv2, RFC 8907 section 5.1",
            FieldKind::number),
        field<inside<&Transaction::body, &Body::service>>("tacacs.service", "tacacs.service",
                                                          "Authentication service: 1 login, 2 enable, 3 PPP, ..., RFC 8907 section 5.1",
                                                          FieldKind::number),
        field<inside<&Transaction::body, &Body::accounting_flags>>(
            "tacacs.acct_flags", "tacacs.acct_flags", "Accounting: 2 start, 4 stop, 8 watchdog, RFC 8907 section 7.1", FieldKind::number),
        field<inside<&Transaction::body, &Body::status>>("tacacs.status", "", "Status of a reply, RFC 8907 sections 5.2, 6.2, 7.2",
                                                         FieldKind::number),
        field<&fields::status_name>("", "tacacs.status", "Status of a reply by name: pass, fail, getpass, pass_add, success, ..."),
        field<inside<&Transaction::body, &Body::server_message>>("tacacs.server_msg", "tacacs.server_msg",
                                                                 "What the server wants shown to the user"),
        field<inside<&Transaction::body, &Body::arguments>>(
            "tacacs.args", "tacacs.args[]", "Arguments of an authorization or accounting packet: the command, RFC 8907 sections 6.1, 7.1"),
        secret(field<inside<&Transaction::body, &Body::secret>>("tacacs.password", "tacacs.password",
                                                                "What the user proves himself with, sent in clear")),
    };
    enum AnomalyId : unsigned { malformed_header = 1, malformed_body };
    static constexpr std::array anomalies{
        Anomaly{malformed_header, "malformed_header", "A version, type, flags or length that cannot be"},
        Anomaly{malformed_body, "malformed_body", "A body in clear whose lengths do not fit, or that is too long to be read"},
    };
};

}  // namespace weir::tacacs
