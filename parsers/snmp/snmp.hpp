// SPDX-License-Identifier: Apache-2.0
// SNMP versions 1 (RFC 1157), 2c (RFC 1901, RFC 3416) and 3 (RFC 3412, RFC 3414), over UDP and over TCP (RFC 3430).
#pragma once

#include "parsers/base/parser.hpp"
#include "parsers/snmp/snmp_message.hpp"

namespace weir::snmp {

inline constexpr std::size_t max_variables = 128;         ///< variable bindings shown; more is an anomaly
inline constexpr std::size_t max_oid_text = 128 * 11;     ///< 128 sub-identifiers (RFC 2578 section 3.5) of ten digits and a dot
inline constexpr std::size_t max_stream_message = 65535;  ///< octets of one message over TCP

struct Transaction {
    Message message{};
    std::span<const Bytes> variables{};  ///< names of the bindings as dotted text
    Bytes trap_oid{};                    ///< dotted text: v1 the enterprise, v2 the value of snmpTrapOID.0
    Bytes system_description{};          ///< value of sysDescr.0, RFC 3418
    Bytes system_object{};               ///< dotted text: value of sysObjectID.0
    Bytes system_name{};                 ///< value of sysName.0
};

class State {
public:
    void begin(Transport transport) noexcept { transport_ = transport; }
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;

private:
    /// RFC 3430 section 2.1: the BER length is the only framing.
    Fed feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
    void report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept;

    Transport transport_ = Transport::udp;
    std::uint8_t version_ = 0;  ///< of the session's first message; 0: none yet
};

namespace fields {
Value pdu_type(const Transaction& transaction, std::size_t index) noexcept;
Value pdu_type_name(const Transaction& transaction, std::size_t index) noexcept;
Value operation(const Transaction& transaction, std::size_t index) noexcept;
Value error(const Transaction& transaction, std::size_t index) noexcept;
Value error_index(const Transaction& transaction, std::size_t index) noexcept;
Value trap_type(const Transaction& transaction, std::size_t index) noexcept;
Value trap_type_name(const Transaction& transaction, std::size_t index) noexcept;
Value specific_trap(const Transaction& transaction, std::size_t index) noexcept;
Value trap_address(const Transaction& transaction, std::size_t index) noexcept;
Value variable(const Transaction& transaction, std::size_t index) noexcept;
Value request_id(const Transaction& transaction, std::size_t index) noexcept;
Value engine_id(const Transaction& transaction, std::size_t index) noexcept;
Value security_level(const Transaction& transaction, std::size_t index) noexcept;

/// A member of the message that stands there in version 3 with the user-based security model only.
template <auto Message::*Member>
Value user_based(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.user_based() ? detail::value_of(transaction.message.*Member) : Value::none();
}
/// Any other member of the message.
template <auto Message::*Member>
Value of(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? detail::value_of(transaction.message.*Member) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = snmp::Transaction;
    using State = snmp::State;
    static constexpr std::string_view name = "snmp";
    static constexpr std::string_view doc = "Simple Network Management Protocol, versions 1, 2c and 3, RFC 1157, 3416, 3412";
    static constexpr std::array hints{Hint::udp(161), Hint::udp(162), Hint::tcp(161), Hint::tcp(162)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::of<&Message::version>>("snmp.version", "snmp.version", "Version: 1, 2 (v2c) or 3", FieldKind::number),
        field<&fields::pdu_type>("snmp.pdu_type", "",
                                 "PDU type by its tag, RFC 3416 section 3: 0 get, 1 get-next, 2 response, 3 set, 4 v1 trap, "
                                 "5 get-bulk, 6 inform, 7 v2 trap, 8 report",
                                 FieldKind::number),
        field<&fields::pdu_type_name>("", "snmp.pdu_type", "PDU type by name; `encrypted` where it cannot be seen"),
        field<&fields::error>("", "snmp.error", "Error status, where there is an error, RFC 3416 section 3"),
        field<&fields::trap_type>("snmp.trap_type", "", "Generic trap type of a v1 trap, RFC 1157 section 4.1.6", FieldKind::number),
        field<&fields::trap_type_name>("", "snmp.trap_type", "Generic trap type of a v1 trap, by name"),
        field<&Transaction::trap_oid>("snmp.trap_oid", "snmp.trap_oid",
                                      "v1: the enterprise that defined the trap; v2: the value of snmpTrapOID.0"),
        field<&fields::trap_address>("", "snmp.trap_address", "Address of the agent in a v1 trap"),
        field<&fields::variable>("snmp.oid", "snmp.vars[]", "Names of the variable bindings, dotted"),
        field<&Transaction::system_description>("snmp.sys_descr", "weir.snmp.sys_descr", "Value of sysDescr.0, RFC 3418 section 2"),
        field<&Transaction::system_object>("snmp.sys_object_id", "weir.snmp.sys_object_id", "Value of sysObjectID.0, dotted"),
        field<&Transaction::system_name>("snmp.sys_name", "weir.snmp.sys_name", "Value of sysName.0"),
        secret(field<&fields::of<&Message::community>>("snmp.community", "snmp.community", "Community of versions 1 and 2c")),
        field<&fields::user_based<&Message::user>>("snmp.usm", "snmp.usm", "User name of version 3, RFC 3414 section 2.4"),
        one_of(field<&fields::operation>("snmp.operation", "weir.snmp.operation",
                                         "What the PDU does: get, next, bulk, set, response, trap, inform, report"),
               operations),
        field<&fields::request_id>("", "weir.snmp.request_id", "Request identifier, as an unsigned 32-bit number", FieldKind::number),
        field<&fields::error_index>("", "weir.snmp.error_index", "Which variable is in error, from 1", FieldKind::number),
        field<&fields::specific_trap>("", "weir.snmp.specific_trap", "Specific trap number of a v1 trap", FieldKind::number),
        field<&fields::engine_id>("snmp.engine_id", "weir.snmp.engine_id",
                                  "Authoritative engine of version 3, as hexadecimal, RFC 3411 section 5"),
        field<&fields::user_based<&Message::engine_boots>>("", "weir.snmp.engine_boots", "How often the engine has started",
                                                           FieldKind::number),
        field<&fields::user_based<&Message::engine_time>>("", "weir.snmp.engine_time", "Seconds since the engine started",
                                                          FieldKind::number),
        field<&fields::security_level>("snmp.security_level", "weir.snmp.security_level",
                                       "noAuthNoPriv, authNoPriv or authPriv, RFC 3411 section 3.4.3"),
        field<&fields::of<&Message::context_name>>("", "weir.snmp.context_name", "Context of version 3, where it is not encrypted"),
    };
    enum AnomalyId : unsigned { malformed_data = 1, unknown_security_model, version_mismatch, too_many_variables };
    static constexpr std::array anomalies{
        Anomaly{malformed_data, "malformed_data", "BER or a message layout that is broken"},
        Anomaly{unknown_security_model, "unknown_security_model", "A version 3 message of another security model than the user-based one"},
        Anomaly{version_mismatch, "version_mismatch", "Another version than the session began with"},
        Anomaly{too_many_variables, "too_many_variables", "More variable bindings than are shown"},
    };
};

}  // namespace weir::snmp
