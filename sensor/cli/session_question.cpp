// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/session_question.hpp"

#include <string_view>

namespace weir::cli {
namespace {

struct End {
    IpAddress address;
    EquipmentId equipment = no_equipment;
};

/// An address, or the first address of the equipment of that name.
Result<End, std::string> read_end(const Policy& policy, const std::string& text, std::string_view word) {
    if (const auto parsed = IpAddress::parse(text)) return End{*parsed, policy.find(*parsed)};
    const EquipmentId equipment = policy.find_equipment(text);
    if (equipment != no_equipment) return End{policy.equipment(equipment).address, equipment};
    return Unexpected{std::string{word} + ": `" + text + "` is neither an address nor the name of equipment in " + policy.file()};
}

/// `tcp/22/ssh`, `icmp/echo`, `ospf`; the error says what is wrong with it. The ends are known already.
std::string_view read_service(std::string_view text, SessionFacts& facts) {
    const auto word = [&text] {
        const std::size_t slash = text.find('/');
        const std::string_view first = text.substr(0, slash);
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
        return first;
    };
    const auto protocols_named = ip_protocols_of(word());
    if (protocols_named.empty() || protocols_named[0] == any_ip_protocol) return "names no IP protocol";
    // `icmp` between IPv6 addresses is ICMPv6.
    facts.protocol =
        static_cast<std::uint8_t>(protocols_named.size() > 1 && !facts.server.is_v4() ? protocols_named[1] : protocols_named[0]);
    const std::string_view port = word(), app = word();
    if (facts.is_icmp()) {
        const auto type = icmp_type_of(port, facts.protocol);
        if (!type) return "names no ICMP type";
        facts.icmp_type = static_cast<std::uint8_t>(*type);
        return {};
    }
    const auto range = port_range_of(port);
    const bool with_ports = facts.protocol == ip_protocol::tcp || facts.protocol == ip_protocol::udp || facts.protocol == ip_protocol::sctp;
    if (with_ports && (!range || range->first != range->last)) return "names no port";
    if (with_ports) facts.server_port = range->first;
    if (app.empty()) return {};
    facts.app = find_protocol(app);
    facts.app_status = facts.app == no_protocol ? AppStatus::unknown : AppStatus::known;
    facts.payload_both_ways = true;
    return facts.app != no_protocol || app == "unknown" ? std::string_view{} : "names an application protocol that weir does not read";
}

}  // namespace

Result<SessionFacts, std::string> session_of(const Policy& policy, const SessionQuestion& question, Time start) {
    const auto from = read_end(policy, question.from, "from"), to = read_end(policy, question.to, "to");
    if (!from) return Unexpected{from.error()};
    if (!to) return Unexpected{to.error()};
    SessionFacts facts;
    facts.start = facts.clock = start;
    facts.client = from->address;
    facts.client_equipment = from->equipment;
    facts.server = to->address;
    facts.server_equipment = to->equipment;
    if (const std::string_view wrong = read_service(question.service, facts); !wrong.empty())
        return Unexpected{"service: `" + question.service + "` " + std::string{wrong} +
                          "; expected protocol, port and application protocol such as `tcp/22/ssh`, `udp/162`, `icmp/echo` or `ospf`"};
    if (facts.client.is_v4() != facts.server.is_v4() && facts.client != IpAddress{} && facts.server != IpAddress{})
        return Unexpected{std::string{"to: an IPv4 and an IPv6 address do not speak with each other"}};
    return facts;
}

}  // namespace weir::cli
