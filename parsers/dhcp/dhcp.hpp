// SPDX-License-Identifier: Apache-2.0
// DHCP, RFC 2131: what a host is told about its network, and who told it.
#pragma once

#include "parsers/base/parser.hpp"
#include "parsers/dhcp/dhcp_options.hpp"

namespace weir::dhcp {

/// The fixed part of a message, RFC 2131 section 2. Addresses are views of 4 octets.
struct Transaction {
    std::uint8_t operation = 0;  ///< 1 request, 2 reply
    std::uint32_t id = 0;
    Bytes client_address{}, your_address{}, next_server{}, relay{};
    Bytes hardware_address{};     ///< as `aa:bb:...`
    Bytes client_id{};            ///< option 61 behind its type octet, as `aa:bb:...`
    Bytes server_name{}, file{};  ///< the header's texts, where they are not used for options
    Options options{};
};

struct State {
    Fed feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept;
};

namespace fields {
Value type(const Transaction& transaction, std::size_t index) noexcept;
Value message_type(const Transaction& transaction, std::size_t index) noexcept;
Value relay(const Transaction& transaction, std::size_t index) noexcept;
Value next_server(const Transaction& transaction, std::size_t index) noexcept;
Value parameter(const Transaction& transaction, std::size_t index) noexcept;
Value boot_server(const Transaction& transaction, std::size_t index) noexcept;
Value boot_file(const Transaction& transaction, std::size_t index) noexcept;
Value bootstrap_server(const Transaction& transaction, std::size_t index) noexcept;

/// An address of the header.
template <Bytes Transaction::*Member>
Value address(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::address(transaction.*Member) : Value{};
}
/// An option that is text, one address, a number of seconds, octets, or a list of addresses.
template <Option Code>
Value text(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? detail::value_of(transaction.options[Code]) : Value{};
}
template <Option Code>
Value one_address(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes value = transaction.options[Code];
    return value.empty() ? Value::none() : Value::address(value);
}
template <Option Code>
Value seconds(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes value = transaction.options[Code];
    if (value.size() != 4) return Value::none();
    return Value::of(std::uint32_t{value[0]} << 24 | std::uint32_t{value[1]} << 16 | std::uint32_t{value[2]} << 8 | value[3]);
}
template <Option Code>
Value octets(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Bytes value = transaction.options[Code];
    return value.empty() ? Value::none() : Value::hex(value);
}
template <Option Code>
Value addresses(const Transaction& transaction, std::size_t index) noexcept {
    const Bytes value = transaction.options[Code];
    return index < value.size() / 4 ? Value::address(value.subspan(index * 4, 4)) : Value{};
}
}  // namespace fields

struct Parser {
    using Transaction = dhcp::Transaction;
    using State = dhcp::State;
    static constexpr std::string_view name = "dhcp";
    static constexpr std::string_view doc = "Dynamic Host Configuration Protocol, RFC 2131, with the options that steer management";
    static constexpr std::array hints{Hint::udp(67), Hint::udp(68)};
    static Probe probe(const Offer& offer) noexcept;
    static constexpr std::array fields{
        field<&fields::type>("dhcp.type", "dhcp.type", "`request` or `reply`, by the operation code, RFC 2131 section 2"),
        field<&Transaction::id>("dhcp.id", "dhcp.id", "Transaction identifier"),
        field<&Transaction::hardware_address>("dhcp.client_mac", "dhcp.client_mac", "Hardware address of the client, as text"),
        field<&fields::address<&Transaction::your_address>>("", "dhcp.assigned_ip", "Address that the client gets"),
        field<&fields::address<&Transaction::client_address>>("", "dhcp.client_ip", "Address that the client has"),
        field<&fields::relay>("", "dhcp.relay_ip", "Relay agent of a reply"),
        field<&fields::next_server>("", "dhcp.next_server_ip", "Server of the next step, in a reply"),
        field<&Transaction::client_id>("dhcp.client_id", "dhcp.client_id", "Client identifier without its type, as text, option 61"),
        field<&fields::message_type>("dhcp.dhcp_type", "dhcp.dhcp_type", "Message type by name: discover, offer, request, ..., option 53"),
        field<&fields::seconds<Option::lease_time>>("dhcp.leasetime", "dhcp.lease_time", "Lease, seconds, option 51", FieldKind::number),
        field<&fields::seconds<Option::rebinding_time>>("dhcp.rebinding_time", "dhcp.rebinding_time", "T2, seconds, option 59",
                                                        FieldKind::number),
        field<&fields::seconds<Option::renewal_time>>("dhcp.renewal_time", "dhcp.renewal_time", "T1, seconds, option 58",
                                                      FieldKind::number),
        field<&fields::one_address<Option::subnet_mask>>("", "dhcp.subnet_mask", "Subnet mask, option 1"),
        field<&fields::text<Option::host_name>>("dhcp.hostname", "dhcp.hostname", "Host name, option 12"),
        field<&fields::one_address<Option::requested_address>>("", "dhcp.requested_ip", "Address that the client asks for, option 50"),
        field<&fields::parameter>("", "dhcp.params[]", "Options that the client asks for, those that Suricata names, option 55"),
        field<&fields::addresses<Option::dns_servers>>("dhcp.dns_servers", "dhcp.dns_servers[]", "Name servers, option 6"),
        field<&fields::addresses<Option::routers>>("dhcp.routers", "dhcp.routers[]", "Routers, option 3"),
        field<&fields::text<Option::vendor_class>>("dhcp.vendor_class", "dhcp.vendor_class_identifier", "Vendor class, option 60"),
        field<&fields::one_address<Option::server_id>>("dhcp.server_id", "weir.dhcp.server_id", "Server that made the offer, option 54"),
        field<&fields::text<Option::domain_name>>("dhcp.domain_name", "weir.dhcp.domain_name", "Domain of the client, option 15"),
        field<&fields::addresses<Option::ntp_servers>>("dhcp.ntp_servers", "weir.dhcp.ntp_servers[]", "Time servers, option 42"),
        field<&fields::octets<Option::vendor_specific>>("dhcp.vendor_specific", "weir.dhcp.vendor_specific",
                                                        "Vendor's own information, as hexadecimal, option 43"),
        field<&fields::boot_server>("dhcp.boot_server", "weir.dhcp.boot_server",
                                    "Name of the server to boot from, option 66 or the header"),
        field<&fields::boot_file>("dhcp.boot_file", "weir.dhcp.boot_file", "File to boot from, option 67 or the header"),
        field<&fields::bootstrap_server>("dhcp.bootstrap_server", "weir.dhcp.bootstrap_servers[]",
                                         "Secure zero-touch bootstrap servers, option 143, RFC 8572 section 8.3"),
        field<&fields::text<Option::agile_management>>("dhcp.agile_management", "weir.dhcp.agile_management",
                                                       "Controller of Huawei equipment, option 148"),
        field<&fields::addresses<Option::tftp_servers>>("dhcp.tftp_servers", "weir.dhcp.tftp_servers[]",
                                                        "TFTP servers, option 150, RFC 5859"),
        field<&fields::text<Option::mud_url>>("dhcp.mud_url", "weir.dhcp.mud_url",
                                              "Manufacturer usage description, option 161, RFC 8520 section 10"),
    };
    enum AnomalyId : unsigned { malformed_options = 1, truncated_options, truncated_header, bad_cookie };
    static constexpr std::array anomalies{
        Anomaly{malformed_options, "malformed_options", "An option of a length that it cannot have"},
        Anomaly{truncated_options, "truncated_options", "An option that reaches past the end of its field"},
        Anomaly{truncated_header, "truncated_header", "A datagram shorter than the fixed part of a message"},
        Anomaly{bad_cookie, "bad_cookie", "The four octets before the options are not those of RFC 2131 section 3"},
    };
};

}  // namespace weir::dhcp
