// SPDX-License-Identifier: Apache-2.0
// CWMP, the CPE WAN Management Protocol: SOAP messages in the bodies of HTTP, Broadband Forum TR-069.
#pragma once

#include "parsers/base/field_forms.hpp"
#include "parsers/base/inline_vector.hpp"
#include "parsers/base/parser.hpp"

namespace weir::cwmp {

inline constexpr std::size_t max_parameters = 32;  ///< of a message that are shown
inline constexpr std::size_t max_events = 16;

struct Parameter {
    Bytes name{}, value{};
};

/// One SOAP envelope. Texts are absent (null) where the message has none.
struct Transaction {
    Bytes method{};     ///< element of the body: Inform, SetParameterValues, ...
    Bytes operation{};  ///< the same in lower case with hyphens
    Bytes version{}, id{};
    Bytes manufacturer{}, oui{}, product_class{}, serial{};
    InlineVector<Bytes, max_events> events;
    InlineVector<Parameter, max_parameters> parameters;
    Bytes management_url{}, connection_request_url{};
    Bytes command_key{}, file_type{}, url{}, user{}, password{}, target_file{}, object{};
    Bytes status{}, fault_code{}, fault_text{};
};

/// Messages stand for themselves.
class State {
public:
    Fed feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept;
};

namespace fields {
Value parameter_name(const Transaction& transaction, std::size_t index) noexcept;
Value parameter_value(const Transaction& transaction, std::size_t index) noexcept;
Value value_for_log(const Transaction& transaction, std::size_t index) noexcept;
}  // namespace fields

struct Parser {
    using Transaction = cwmp::Transaction;
    using State = cwmp::State;
    static constexpr std::string_view name = "cwmp";
    static constexpr std::string_view doc = "CPE WAN Management Protocol (TR-069), SOAP messages inside HTTP";
    static constexpr std::array<Hint, 0> hints{};
    static constexpr std::array<std::string_view, 1> carriers{"http"};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&Transaction::operation>("cwmp.operation", "cwmp.operation",
                                       "RPC method in lower case: inform, inform-response, set-parameter-values, download, ...; fault"),
        field<&Transaction::method>("cwmp.method", "cwmp.method", "RPC method as written, TR-069 annex A"),
        field<&Transaction::version>("cwmp.version", "cwmp.version", "Version in the namespace: 1-0, 1-1, 1-2"),
        field<&Transaction::id>("", "cwmp.id", "Identifier in the SOAP header: pairs a request with its response"),
        field<&Transaction::manufacturer>("cwmp.manufacturer", "cwmp.device.manufacturer", "DeviceId of an Inform: manufacturer"),
        field<&Transaction::oui>("cwmp.oui", "cwmp.device.oui", "DeviceId: organisation, six hexadecimal digits"),
        field<&Transaction::product_class>("cwmp.product_class", "cwmp.device.product_class", "DeviceId: product class"),
        field<&Transaction::serial>("cwmp.serial", "cwmp.device.serial_number", "DeviceId: serial number"),
        field<form_of<&Transaction::events>>("cwmp.event", "cwmp.events[]",
                                             "Event codes of an Inform: `0 BOOTSTRAP`, `2 PERIODIC`, `6 CONNECTION REQUEST`, ..."),
        field<&fields::parameter_name>("cwmp.parameter", "cwmp.parameters[].name",
                                       "Parameters that are asked for, told or set, the first 32"),
        field<&fields::value_for_log>("", "cwmp.parameters[].value", "Their values, the first 256 octets"),
        secret(field<&fields::parameter_value>("cwmp.value", "cwmp.parameters[].value", "The same, where the parameter is a password or a key")),
        field<&Transaction::management_url>("cwmp.management_url", "cwmp.management_url",
                                            "Value of ManagementServer.URL: who manages the equipment from now on"),
        field<&Transaction::connection_request_url>("cwmp.connection_request_url", "cwmp.connection_request_url",
                                                    "Value of ManagementServer.ConnectionRequestURL"),
        field<&Transaction::command_key>("cwmp.command_key", "cwmp.command_key", "Key by which the ACS knows the command again"),
        field<&Transaction::file_type>("cwmp.file_type", "cwmp.file_type", "Download, Upload: `1 Firmware Upgrade Image`, ..."),
        field<&Transaction::url>("cwmp.url", "cwmp.url", "Download, Upload: where the file is, without user and password"),
        field<&Transaction::user>("cwmp.user", "cwmp.user", "Download, Upload: user"),
        secret(field<&Transaction::password>("cwmp.password", "cwmp.password", "Download, Upload: password")),
        field<&Transaction::target_file>("cwmp.target_file", "cwmp.target_file", "Download: name of the file on the equipment"),
        field<&Transaction::object>("cwmp.object", "cwmp.object", "AddObject, DeleteObject, GetParameterNames: the object"),
        field<&Transaction::status>("cwmp.status", "cwmp.status", "Status of a response: 0 done, 1 not yet applied"),
        field<&Transaction::fault_code>("cwmp.fault_code", "cwmp.fault_code", "Fault code, TR-069 section A.5; 0 in TransferComplete: none"),
        field<&Transaction::fault_text>("cwmp.fault_string", "cwmp.fault_string", "Text beside it"),
    };
    static constexpr std::array anomalies{
        Anomaly{1, "no_method", "A SOAP envelope of CWMP in whose beginning no method stands"},
    };
};

}  // namespace weir::cwmp
