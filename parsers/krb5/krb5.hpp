// SPDX-License-Identifier: Apache-2.0
// Kerberos version 5 between clients and KDC, RFC 4120, over UDP and TCP: who asks for a ticket to what, and what came of it.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/krb5/krb5_message.hpp"

namespace weir::krb5 {

inline constexpr std::size_t max_read = 32768;  ///< octets of a message over TCP that are waited for and read

struct Transaction {
    Message message{};
    Bytes client{}, server{};           ///< names with a slash between their components
    std::string_view failed_request{};  ///< of an error: what it answers
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    Fed gap(Direction direction, std::uint64_t missing, Emit<Transaction> emit) noexcept;

private:
    Fed element(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept;
    void report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;

    Transport transport_ = Transport::udp;
    std::optional<Type> asked_;   ///< the latest request
    std::array<bool, 2> lost_{};  ///< by Direction: bytes are missing, so that what follows need not begin with a message
};

namespace fields {
Value type(const Transaction& transaction, std::size_t index) noexcept;
Value type_name(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value encryption_name(const Transaction& transaction, std::size_t index) noexcept;
Value weak_encryption(const Transaction& transaction, std::size_t index) noexcept;
Value ticket_encryption_name(const Transaction& transaction, std::size_t index) noexcept;
Value ticket_weak_encryption(const Transaction& transaction, std::size_t index) noexcept;
Value error_name(const Transaction& transaction, std::size_t index) noexcept;
Value preauthentication(const Transaction& transaction, std::size_t index) noexcept;
Value offered(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = krb5::Transaction;
    using State = krb5::State;
    static constexpr std::string_view name = "krb5";
    static constexpr std::string_view doc = "Kerberos version 5, clients and KDC, RFC 4120";
    static constexpr std::array hints{Hint::udp(88), Hint::tcp(88)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::type>("krb5_msg_type", "",
                             "Message type: 10 AS-REQ, 11 AS-REP, 12 TGS-REQ, 13 TGS-REP, 30 error, RFC 4120 section 5.10",
                             FieldKind::number),
        field<&fields::type_name>("", "krb5.msg_type", "Message type by name"),
        field<&Transaction::failed_request>("", "krb5.failed_request", "Of an error: the type of the request; UNKNOWN where none was seen"),
        field<inside<&Transaction::message, &Message::error>>("krb5_err_code", "", "Error code, RFC 4120 section 7.5.9", FieldKind::number),
        field<&fields::error_name>("", "krb5.error_code", "Error code by name"),
        field<inside<&Transaction::message, &Message::client>>("krb5_cname", "",
                                                               "Name of the client, component by component, RFC 4120 section 5.2.2"),
        field<&Transaction::client>("", "krb5.cname", "Name of the client"),
        field<inside<&Transaction::message, &Message::realm>>("krb5.realm", "krb5.realm",
                                                              "Realm: the client's in responses, else the server's"),
        field<inside<&Transaction::message, &Message::server>>("krb5_sname", "",
                                                               "Name of the server, component by component, RFC 4120 section 5.2.2"),
        field<&Transaction::server>("", "krb5.sname", "Name of the server"),
        field<&fields::encryption_name>("krb5.encryption", "krb5.encryption", "Encryption of a response by name, RFC 4120 section 5.2.9"),
        field<&fields::weak_encryption>("krb5.weak_encryption", "krb5.weak_encryption",
                                        "Whether a response is encrypted otherwise than with AES or Camellia", FieldKind::number),
        field<&fields::ticket_encryption_name>("krb5.ticket_encryption", "krb5.ticket_encryption", "Encryption of the ticket by name"),
        field<&fields::ticket_weak_encryption>("krb5.ticket_weak_encryption", "krb5.ticket_weak_encryption",
                                               "Whether the ticket is encrypted otherwise than with AES or Camellia: it can be cracked",
                                               FieldKind::number),
        field<&fields::operation>("krb5.operation", "weir.krb5.operation",
                                  "Message type in a word: as-req, as-rep, tgs-req, tgs-rep, error"),
        field<&fields::preauthentication>("krb5.preauth", "weir.krb5.preauth", "Whether a request proves who sends it", FieldKind::number),
        field<&fields::offered>("krb5.etype", "weir.krb5.etypes[]", "Encryption types that the client takes, the best first",
                                FieldKind::number),
        field<inside<&Transaction::message, &Message::error_text>>("", "weir.krb5.error_text", "Text of an error"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, message_too_long };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "DER or a message layout that is broken"},
        Anomaly{message_too_long, "message_too_long", "A message over TCP that is longer than what is read"},
    };
};

}  // namespace weir::krb5
