// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/services.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sensor/decode/layers.hpp"

namespace weir {
namespace {

/// Ports as IANA registers them unless the row says otherwise. NETCONF and SFTP ride on SSH, RESTCONF and Redfish on TLS:
/// `app` names what is visible on the wire.
constexpr std::array table{
    // --- getting in and managing
    BuiltinService{"ssh", "tcp", "22", "ssh", "Secure Shell, SFTP and SCP"},
    BuiltinService{"telnet", "tcp", "23", "telnet", "Telnet"},
    BuiltinService{"telnets", "tcp", "992", "tls", "Telnet inside TLS"},
    BuiltinService{"http", "tcp", "80", "http", "Web interface in clear text"},
    BuiltinService{"https", "tcp", "443", "tls", "Web interface, RESTCONF, Redfish, VES"},
    BuiltinService{"snmp", "udp tcp", "161", "snmp", "SNMP requests"},
    BuiltinService{"snmp-trap", "udp tcp", "162", "snmp", "SNMP traps and informs"},
    BuiltinService{"snmp-tls", "tcp", "10161", "tls", "SNMP requests inside TLS (RFC 6353)"},
    BuiltinService{"snmp-tls-trap", "tcp", "10162", "tls", "SNMP notifications inside TLS (RFC 6353)"},
    BuiltinService{"netconf", "tcp", "830", "ssh", "NETCONF over SSH (RFC 6242)"},
    BuiltinService{"netconf-tls", "tcp", "6513", "tls", "NETCONF over TLS (RFC 7589)"},
    BuiltinService{"netconf-call-home", "tcp", "4334", "ssh", "NETCONF call home, SSH (RFC 8071); needs `role: peer-is-client`"},
    BuiltinService{"netconf-call-home-tls", "tcp", "4335", "tls", "NETCONF call home, TLS (RFC 8071); needs `role: peer-is-client`"},
    BuiltinService{"restconf-call-home", "tcp", "4336", "tls", "RESTCONF call home (RFC 8071); needs `role: peer-is-client`"},
    BuiltinService{"gnmi", "tcp", "9339", "any", "gNMI and gNOI, IANA's port; vendors use others"},
    BuiltinService{"cwmp-connection-request", "tcp", "7547", "http", "TR-069 connection request (towards the CPE)"},
    BuiltinService{"tl1", "tcp", "3082-3083", "tl1", "TL1, raw and with prompt"},
    BuiltinService{"corba", "tcp", "683-684 2809", "giop", "CORBA IIOP and its naming service"},
    BuiltinService{"ipmi", "udp", "623", "ipmi", "IPMI over RMCP and RMCP+"},
    BuiltinService{"smart-install", "tcp", "4786", "any", "Cisco Smart Install"},
    BuiltinService{"rdp", "tcp", "3389", "any", "Remote Desktop"},
    BuiltinService{"vnc", "tcp", "5900-5903", "any", "VNC"},
    BuiltinService{"winrm", "tcp", "5985-5986", "any", "Windows Remote Management"},
    // --- who may log in
    BuiltinService{"radius", "udp", "1812 1645", "radius", "RADIUS authentication"},
    BuiltinService{"radius-accounting", "udp", "1813 1646", "radius", "RADIUS accounting"},
    BuiltinService{"radius-coa", "udp", "3799", "radius", "RADIUS change of authorisation (RFC 5176), towards the equipment"},
    BuiltinService{"radsec", "tcp", "2083", "tls", "RADIUS inside TLS (RFC 6614)"},
    BuiltinService{"tacacs", "tcp", "49", "tacacs", "TACACS+ (RFC 8907)"},
    BuiltinService{"tacacs-tls", "tcp", "300", "tls", "TACACS+ inside TLS (RFC 9887)"},
    BuiltinService{"ldap", "tcp udp", "389", "ldap", "LDAP"},
    BuiltinService{"ldaps", "tcp", "636", "tls", "LDAP inside TLS"},
    BuiltinService{"kerberos", "tcp udp", "88", "any", "Kerberos"},
    BuiltinService{"diameter", "tcp sctp", "3868", "diameter", "Diameter (RFC 6733)"},
    BuiltinService{"cmp", "tcp", "829", "any", "Certificate management (RFC 6712 over TCP)"},
    // --- names, time, logs, telemetry
    BuiltinService{"dns", "udp tcp", "53", "dns", "DNS"},
    BuiltinService{"dns-tls", "tcp", "853", "tls", "DNS inside TLS (RFC 7858)"},
    BuiltinService{"ntp", "udp", "123", "ntp", "Network Time Protocol"},
    BuiltinService{"nts-ke", "tcp", "4460", "tls", "NTS key establishment (RFC 8915)"},
    BuiltinService{"ptp", "udp", "319-320", "any", "Precision Time Protocol (IEEE 1588)"},
    BuiltinService{"syslog", "udp tcp", "514", "syslog", "syslog over UDP or TCP"},
    BuiltinService{"syslog-tls", "tcp", "6514", "tls", "syslog inside TLS (RFC 5425)"},
    BuiltinService{"ipfix", "udp tcp sctp", "4739", "ipfix", "IPFIX (RFC 7011)"},
    BuiltinService{"netflow", "udp", "2055 9995-9996", "ipfix", "NetFlow v5 and v9"},
    BuiltinService{"sflow", "udp", "6343", "any", "sFlow"},
    BuiltinService{"bmp", "tcp", "11019", "any", "BGP monitoring (RFC 7854)"},
    BuiltinService{"mqtt", "tcp", "1883", "mqtt", "MQTT"},
    BuiltinService{"mqtts", "tcp", "8883", "tls", "MQTT inside TLS"},
    BuiltinService{"twamp", "tcp udp", "862", "any", "TWAMP (RFC 5357)"},
    // --- files and addresses
    BuiltinService{"ftp", "tcp", "21", "ftp", "FTP; its data sessions belong to it"},
    BuiltinService{"ftps", "tcp", "990", "tls", "FTP inside TLS"},
    BuiltinService{"tftp", "udp", "69", "tftp", "TFTP; its transfer session belongs to it"},
    BuiltinService{"dhcp", "udp", "67-68", "dhcp", "DHCP by unicast (renewals, relays); on the link it needs no line"},
    BuiltinService{"dhcpv6", "udp", "546-547", "any", "DHCPv6 by unicast; on the link it needs no line"},
    BuiltinService{"nfs", "tcp udp", "2049", "any", "NFS"},
    BuiltinService{"smb", "tcp", "445", "any", "SMB"},
    // --- routing, signalling, user plane
    BuiltinService{"bgp", "tcp", "179", "any", "BGP"},
    BuiltinService{"ospf", "ospf", "", "any", "OSPF"},
    BuiltinService{"pim", "pim", "", "any", "PIM"},
    BuiltinService{"vrrp", "vrrp", "", "any", "VRRP and CARP"},
    BuiltinService{"rsvp", "rsvp", "", "any", "RSVP"},
    BuiltinService{"eigrp", "eigrp", "", "any", "EIGRP"},
    BuiltinService{"rip", "udp", "520-521", "any", "RIP and RIPng"},
    BuiltinService{"ldp", "tcp udp", "646", "any", "Label Distribution Protocol"},
    BuiltinService{"hsrp", "udp", "1985 2029", "any", "HSRP"},
    BuiltinService{"bfd", "udp", "3784-3785 4784", "any", "BFD, its echoes and its multi-hop form"},
    BuiltinService{"lsp-ping", "udp", "3503", "any", "MPLS LSP ping (RFC 8029)"},
    BuiltinService{"ike", "udp", "500 4500", "any", "IKE, and ESP inside UDP"},
    BuiltinService{"esp", "esp", "", "any", "IPsec ESP"},
    BuiltinService{"gre", "gre", "", "any", "GRE tunnels"},
    BuiltinService{"l2tp", "udp", "1701", "any", "L2TP"},
    BuiltinService{"vxlan", "udp", "4789", "any", "VXLAN"},
    BuiltinService{"gtp-u", "udp", "2152", "any", "GTP user plane"},
    BuiltinService{"gtp-c", "udp", "2123", "any", "GTP control plane"},
    BuiltinService{"pfcp", "udp", "8805", "any", "PFCP"},
    BuiltinService{"s1ap", "sctp", "36412", "any", "S1AP"},
    BuiltinService{"x2ap", "sctp", "36422", "any", "X2AP"},
    BuiltinService{"ngap", "sctp", "38412", "any", "NGAP"},
    BuiltinService{"xnap", "sctp", "38422", "any", "XnAP"},
    BuiltinService{"f1ap", "sctp", "38472", "any", "F1AP"},
    BuiltinService{"e1ap", "sctp", "38462", "any", "E1AP"},
    BuiltinService{"m3ua", "sctp", "2905", "any", "M3UA"},
    BuiltinService{"sip", "udp tcp", "5060", "any", "SIP"},
    BuiltinService{"sips", "tcp", "5061", "tls", "SIP inside TLS"},
    // --- checking reachability
    BuiltinService{"ping", "icmp", "echo", "any", "ICMP and ICMPv6 echo"},
    BuiltinService{"traceroute", "udp", "33434-33534", "any", "Classic traceroute over UDP"},
};

/// Protocols that a policy may name although no parser reads them yet: such a service accepts whatever is spoken there.
constexpr std::array<std::string_view, 1> known_without_parser{"gnmi"};


struct NamedNumber {
    std::string_view name;
    std::uint16_t number;
};
constexpr std::array named_protocols{NamedNumber{"tcp", ip_protocol::tcp},
                                     NamedNumber{"udp", ip_protocol::udp},
                                     NamedNumber{"sctp", ip_protocol::sctp},
                                     NamedNumber{"icmp", ip_protocol::icmp},
                                     NamedNumber{"icmpv6", ip_protocol::icmpv6},
                                     NamedNumber{"igmp", ip_protocol::igmp},
                                     NamedNumber{"ospf", ip_protocol::ospf},
                                     NamedNumber{"gre", ip_protocol::gre},
                                     NamedNumber{"esp", ip_protocol::esp},
                                     NamedNumber{"ah", ip_protocol::ah},
                                     NamedNumber{"pim", ip_protocol::pim},
                                     NamedNumber{"vrrp", ip_protocol::vrrp},
                                     NamedNumber{"ipip", ip_protocol::ipip},
                                     NamedNumber{"ipv6", ip_protocol::ipv6},
                                     NamedNumber{"etherip", ip_protocol::etherip},
                                     NamedNumber{"l2tp", ip_protocol::l2tp},
                                     NamedNumber{"mpls", ip_protocol::mpls},
                                     NamedNumber{"rsvp", 46},
                                     NamedNumber{"eigrp", 88},
                                     NamedNumber{"any", any_ip_protocol}};

struct NamedType {
    std::string_view name;
    std::int16_t icmp, icmpv6;  ///< -1: that protocol has no such message
};
/// IANA's ICMP and ICMPv6 type registries: what an operator may want to allow.
constexpr std::array named_types{NamedType{"echo", 8, 128},
                                 NamedType{"echo-reply", 0, 129},
                                 NamedType{"unreachable", 3, 1},
                                 NamedType{"too-big", -1, 2},
                                 NamedType{"redirect", 5, 137},
                                 NamedType{"router-advertisement", 9, 134},
                                 NamedType{"router-solicitation", 10, 133},
                                 NamedType{"time-exceeded", 11, 3},
                                 NamedType{"parameter-problem", 12, 4},
                                 NamedType{"timestamp", 13, -1},
                                 NamedType{"timestamp-reply", 14, -1},
                                 NamedType{"address-mask", 17, -1},
                                 NamedType{"neighbor-solicitation", -1, 135},
                                 NamedType{"neighbor-advertisement", -1, 136},
                                 NamedType{"extended-echo", 42, 160}};

std::optional<std::uint16_t> number_up_to(std::string_view text, unsigned most) noexcept {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > most) return std::nullopt;
    return static_cast<std::uint16_t>(number);
}

/// Calls `each` for every word of `text`.
template <class Each>
void words_of(std::string_view text, Each each) {
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        each(text.substr(0, space));
        text = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
    }
}

}  // namespace

std::string PortRange::text() const { return first == last ? std::to_string(first) : std::to_string(first) + '-' + std::to_string(last); }

bool ServiceItem::accepts_ports(std::uint16_t server_port, std::uint16_t client_port) const noexcept {
    const auto holds = [](const std::vector<PortRange>& list, std::uint16_t port) {
        return list.empty() || std::ranges::any_of(list, [port](const PortRange& range) { return range.contains(port); });
    };
    return holds(ports, server_port) && holds(peer_ports, client_port);
}

std::string ServiceItem::text() const {
    std::string out = ip_protocol_name(protocol);
    const bool icmp = protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        out += i > 0 ? ',' : icmp ? ' ' : '/';
        out += icmp ? icmp_type_name(ports[i].first, protocol) : ports[i].text();
    }
    for (std::size_t i = 0; i < peer_ports.size(); ++i) out += (i > 0 ? "," : " from port ") + peer_ports[i].text();
    return out;
}

std::span<const BuiltinService> builtin_services() noexcept { return table; }

std::vector<ServiceItem> items_of(const BuiltinService& row) {
    std::vector<ServiceItem> items;
    words_of(row.proto, [&](std::string_view proto) {
        for (const std::uint16_t protocol : ip_protocols_of(proto)) {
            ServiceItem item;
            item.protocol = protocol;
            words_of(row.ports, [&](std::string_view port) {
                if (const auto range = port_range_of(port)) {
                    item.ports.push_back(*range);
                } else if (const auto type = icmp_type_of(port, protocol)) {
                    item.ports.push_back({*type, *type});
                }
            });
            if (row.app != "any") {
                item.apps = app_of(row.app).value_or(ProtocolSet{});
                item.app_text = row.app;
            }
            items.push_back(std::move(item));
        }
    });
    return items;
}

std::vector<std::uint16_t> ip_protocols_of(std::string_view name) {
    if (name == "icmp") return {ip_protocol::icmp, ip_protocol::icmpv6};
    for (const NamedNumber& row : named_protocols)
        if (row.name == name) return {row.number};
    if (const auto number = number_up_to(name, 255)) return {*number};
    return {};
}

std::string ip_protocol_name(std::uint16_t protocol) {
    for (const NamedNumber& row : named_protocols)
        if (row.number == protocol) return std::string{row.name};
    return "protocol " + std::to_string(protocol);
}

std::span<const std::string_view> ip_protocol_names() noexcept {
    static constexpr auto names = [] {
        std::array<std::string_view, named_protocols.size()> out;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = named_protocols[i].name;
        return out;
    }();
    return names;
}

std::optional<std::uint16_t> icmp_type_of(std::string_view name, std::uint16_t protocol) noexcept {
    for (const NamedType& row : named_types) {
        const int type = protocol == ip_protocol::icmp ? row.icmp : row.icmpv6;
        if (row.name == name) return type < 0 ? std::nullopt : std::optional{static_cast<std::uint16_t>(type)};
    }
    return number_up_to(name, 255);
}

std::string icmp_type_name(std::uint16_t type, std::uint16_t protocol) {
    for (const NamedType& row : named_types)
        if ((protocol == ip_protocol::icmp ? row.icmp : row.icmpv6) == type) return std::string{row.name};
    return std::to_string(type);
}

std::optional<PortRange> port_range_of(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    const auto first = number_up_to(text.substr(0, dash), 0xffff);
    const auto last = dash == std::string_view::npos ? first : number_up_to(text.substr(dash + 1), 0xffff);
    if (!first || !last || *first > *last) return std::nullopt;
    return PortRange{*first, *last};
}

std::optional<ProtocolSet> app_of(std::string_view name) noexcept {
    if (const ProtocolId app = find_protocol(name); app != no_protocol) {
        ProtocolSet apps = ProtocolSet::of(app);
        // What stands inside other protocols' messages shows later than they do: a line that names it names them, too.
        for (const std::string_view carrier : protocols()[app].carriers) apps.insert(find_protocol(carrier));
        return apps;
    }
    const auto is_name = [name](const auto& row) { return row.app == name; };
    if (std::ranges::find(known_without_parser, name) != known_without_parser.end()) return ProtocolSet{};
    if (name != "any" && std::ranges::any_of(table, is_name)) return ProtocolSet{};
    return std::nullopt;
}

std::vector<std::string_view> app_names() {
    std::vector<std::string_view> names;
    const auto add = [&](std::string_view name) {
        if (name != "any" && std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    for (const ParserInfo& parser : protocols()) add(parser.name);
    const auto with_parser = static_cast<std::ptrdiff_t>(names.size());
    for (const BuiltinService& row : table) add(row.app);
    for (const std::string_view name : known_without_parser) add(name);
    std::ranges::sort(names.begin() + with_parser, names.end());
    return names;
}

}  // namespace weir
