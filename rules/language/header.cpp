// SPDX-License-Identifier: Apache-2.0
#include "rules/language/header.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace weir::rules::language {
namespace {

struct ActionWord {
    std::string_view word;
    Action action;
};
constexpr std::array actions{
    ActionWord{"alert", Action::alert},
    ActionWord{"pass", Action::pass},
    ActionWord{"drop", Action::drop},
    ActionWord{"reject", Action::reject},
    ActionWord{"rejectsrc", Action::reject_source},
    ActionWord{"rejectdst", Action::reject_destination},
    ActionWord{"rejectboth", Action::reject_both},
};

struct ProtocolWord {
    std::string_view word;
    Protocol protocol;
    std::uint8_t number = 0;      ///< with ip_number
    std::uint8_t ip_version = 0;  ///< 4 or 6: a check of its own
};
constexpr std::array protocol_words{
    ProtocolWord{"ip", Protocol::ip},
    ProtocolWord{"ip4", Protocol::ip, 0, 4},
    ProtocolWord{"ipv4", Protocol::ip, 0, 4},
    ProtocolWord{"ip6", Protocol::ip, 0, 6},
    ProtocolWord{"ipv6", Protocol::ip, 0, 6},
    ProtocolWord{"pkthdr", Protocol::ip},
    ProtocolWord{"tcp", Protocol::tcp},
    ProtocolWord{"tcp-pkt", Protocol::tcp_packet},
    ProtocolWord{"tcp-stream", Protocol::tcp_stream},
    ProtocolWord{"udp", Protocol::udp},
    ProtocolWord{"icmp", Protocol::icmp},
    ProtocolWord{"icmpv4", Protocol::ip_number, 1},
    ProtocolWord{"icmpv6", Protocol::icmpv6},
    ProtocolWord{"sctp", Protocol::sctp},
};

struct NumberWord {
    std::string_view word;
    std::uint8_t number;
};
constexpr std::array ip_protocols{
    NumberWord{"icmp", 1},      NumberWord{"igmp", 2},         NumberWord{"ipip", 4},       NumberWord{"ipv4", 4},
    NumberWord{"tcp", 6},       NumberWord{"egp", 8},          NumberWord{"igp", 9},        NumberWord{"udp", 17},
    NumberWord{"dccp", 33},     NumberWord{"ipv6", 41},        NumberWord{"rsvp", 46},      NumberWord{"gre", 47},
    NumberWord{"esp", 50},      NumberWord{"ah", 51},          NumberWord{"ipv6-icmp", 58}, NumberWord{"eigrp", 88},
    NumberWord{"icmpv6", 58},   NumberWord{"ospf", 89},        NumberWord{"ospfigp", 89},   NumberWord{"pim", 103},
    NumberWord{"vrrp", 112},    NumberWord{"l2tp", 115},       NumberWord{"isis", 124},     NumberWord{"sctp", 132},
    NumberWord{"udplite", 136}, NumberWord{"mpls-in-ip", 137},
};

ProtocolId find_application(std::string_view name) {
    if (const ProtocolId exact = find_protocol(name); exact != no_protocol) return exact;
    if (name == "http1") return find_protocol("http");
    // The registry's names are identifiers, Suricata's have hyphens: ftp_data, ftp-data.
    std::string other(name);
    for (char& c : other)
        if (c == '-' || c == '_') c = c == '-' ? '_' : '-';
    return find_protocol(other);
}

void parse_protocol(Text word, RuleBuilder& builder) {
    Header& header = builder.rule.header;
    const std::string name = lower_case(word.text);
    const auto known = std::ranges::find(protocol_words, name, &ProtocolWord::word);
    if (known != protocol_words.end()) {
        header.protocol = known->protocol;
        header.ip_number = known->number;
        if (known->ip_version != 0)
            builder.rule.header_checks.emplace_back(PacketCheck{PacketField::ip_version, {IntegerRange::Op::equal, known->ip_version, 0}});
        return;
    }
    if (name.find_first_not_of("0123456789") == std::string::npos) {
        header.protocol = Protocol::ip_number;
        header.ip_number = parse_ip_protocol(word);
        return;
    }
    header.app = parse_application(word);
    header.protocol = Protocol::application;
}

/// Cuts the next field of the header off `rest`: up to a blank, or to `(`, outside brackets.
Text take_field(Text& rest, std::string_view expected) {
    rest = rest.trimmed();
    std::size_t end = 0;
    int open = 0;
    for (; end < rest.size(); ++end) {
        const char c = rest.text[end];
        if (open == 0 && (is_blank(c) || c == '(')) break;
        if (c == '[') ++open;
        if (c == ']') --open;
    }
    if (open > 0) refuse(rest, "a list without its `]`");
    if (end == 0) refuse(rest.first(0), "the header is incomplete: expected " + std::string(expected));
    const Text field = rest.first(end);
    rest = rest.from(end).trimmed();
    return field;
}

bool has_ports(const Header& header) {
    switch (header.protocol) {
        case Protocol::icmp:
        case Protocol::icmpv6: return false;
        case Protocol::ip_number: return header.ip_number == 6 || header.ip_number == 17 || header.ip_number == 132;
        default: return true;
    }
}

void parse_ports(Text list, PortList& ports, RuleBuilder& builder, ListReader& lists) {
    ports = lists.ports(list);
    if (ports.any || has_ports(builder.rule.header)) return;
    builder.warn(list, "the rule's protocol has no ports: " + shown(list.text) + " is ignored");
    ports = {};
}

}  // namespace

ProtocolId parse_application(Text name) {
    const std::string lower = lower_case(name.text);
    const ProtocolId app = find_application(lower);
    if (app != no_protocol) return app;
    if (is_suricata_protocol(lower)) refuse(name, "protocol " + lower + " is not supported yet");
    refuse(name, "unknown protocol " + shown(name.text) +
                     ": expected ip, tcp, udp, icmp, sctp, an IP protocol's number or an application protocol");
}

std::uint8_t parse_ip_protocol(Text name) {
    const auto known = std::ranges::find(ip_protocols, lower_case(name.text), &NumberWord::word);
    if (known != ip_protocols.end()) return known->number;
    if (name.text.find_first_not_of("0123456789") != std::string_view::npos)
        refuse(name, "unknown IP protocol " + shown(name.text) + ": expected a name or 0 to 255");
    return static_cast<std::uint8_t>(parse_unsigned(name, 0, 255));
}

void parse_header(Text& rest, RuleBuilder& builder, ListReader& lists) {
    Header& header = builder.rule.header;
    const Text action = take_field(rest, "an action");
    const auto known = std::ranges::find(actions, action.text, &ActionWord::word);
    if (known == actions.end())
        refuse(action, "unknown action " + shown(action.text) + ": expected alert, pass, drop, reject, rejectsrc, rejectdst or rejectboth");
    header.action = known->action;

    parse_protocol(take_field(rest, "a protocol"), builder);
    header.source = lists.addresses(take_field(rest, "source addresses"));
    parse_ports(take_field(rest, "source ports"), header.source_port, builder, lists);

    const Text arrow = take_field(rest, "a direction");
    if (!arrow.is("->") && !arrow.is("<>")) refuse(arrow, "unknown direction " + shown(arrow.text) + ": expected -> or <>");
    header.bidirectional = arrow.is("<>");

    header.destination = lists.addresses(take_field(rest, "destination addresses"));
    parse_ports(take_field(rest, "destination ports"), header.destination_port, builder, lists);
}

}  // namespace weir::rules::language
