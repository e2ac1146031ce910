// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "sensor/cli/exit_code.hpp"
#include "sensor/contract/explain.hpp"

namespace weir::cli {
namespace {

std::shared_ptr<const Policy> load(const std::string& file, std::ostream& err) {
    auto loaded = load_policy_file(file);
    if (loaded) return *loaded;
    for (const FileError& error : loaded.error()) err << error.text() << '\n';
    return nullptr;
}

std::string amount(std::size_t number, std::string_view thing, std::string_view things) {
    return std::to_string(number) + ' ' + std::string{number == 1 ? thing : things};
}

/// A row's protocols and ports as a person writes them: `udp, tcp` and `53`.
std::string with_commas(std::string_view words) {
    std::string text;
    for (const char c : words) text += c == ' ' ? ", " : std::string{c};
    return text;
}

std::string ports_of(const BuiltinService& row) { return row.ports.empty() ? "-" : with_commas(row.ports); }

/// An address, or the first address of the equipment of that name.
bool read_end(const Policy& policy, const std::string& text, std::string_view option, IpAddress& address, EquipmentId& equipment,
              std::ostream& err) {
    if (const auto parsed = IpAddress::parse(text)) {
        address = *parsed;
        equipment = policy.find(address);
        return true;
    }
    equipment = policy.find_equipment(text);
    if (equipment == no_equipment) {
        err << option << ": `" << text << "` is neither an address nor the name of equipment in " << policy.file() << '\n';
        return false;
    }
    address = policy.equipment(equipment).address;
    return true;
}

/// `tcp/22/ssh`, `icmp/echo`, `ospf`.
bool read_service(std::string_view text, SessionFacts& facts, std::ostream& err) {
    const auto word = [&text] {
        const std::size_t slash = text.find('/');
        const std::string_view first = text.substr(0, slash);
        text = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
        return first;
    };
    const std::string whole{text};
    const auto fail = [&](std::string_view why) {
        err << "--service: `" << whole << "` " << why
            << "; expected protocol, port and application protocol such as `tcp/22/ssh`, `udp/162`, `icmp/echo` or `ospf`\n";
        return false;
    };
    const auto protocols_named = ip_protocols_of(word());
    if (protocols_named.empty() || protocols_named[0] == any_ip_protocol) return fail("names no IP protocol");
    // `icmp` between IPv6 addresses is ICMPv6.
    facts.protocol =
        static_cast<std::uint8_t>(protocols_named.size() > 1 && !facts.server.is_v4() ? protocols_named[1] : protocols_named[0]);
    const std::string_view port = word(), app = word();
    if (facts.is_icmp()) {
        const auto type = icmp_type_of(port, facts.protocol);
        if (!type) return fail("names no ICMP type");
        facts.icmp_type = static_cast<std::uint8_t>(*type);
        return true;
    }
    const auto range = port_range_of(port);
    const bool with_ports = facts.protocol == ip_protocol::tcp || facts.protocol == ip_protocol::udp || facts.protocol == ip_protocol::sctp;
    if (with_ports && (!range || range->first != range->last)) return fail("names no port");
    if (with_ports) facts.server_port = range->first;
    if (app.empty()) return true;
    facts.app = find_protocol(app);
    facts.app_status = facts.app == no_protocol ? AppStatus::unknown : AppStatus::known;
    facts.payload_both_ways = true;
    return facts.app != no_protocol || app == "unknown" ? true : fail("names an application protocol that weir does not read");
}

void answer(const Policy& policy, Facing facing, const SessionFacts& facts, std::ostream& out) {
    const EquipmentId equipment = facts.equipment(facing);
    if (equipment == no_equipment) return;
    const Judgement judgement = judge(policy, facing, equipment, facts);
    out << name_of(facing) << " of " << policy.equipment(equipment).name << ": ";
    if (judgement.link_traffic != nullptr) {
        out << "allowed, as every host does it (" << judgement.link_traffic->name << ")\n";
    } else if (judgement.allowed) {
        const Line& line = policy.line(judgement.line);
        out << "allowed by " << policy.file() << ':' << line.file_line << " (" << line.peer_text << ", " << line.service_text << ")\n";
    } else {
        const Explanation said = explain(policy, judgement, facts);
        out << name_of(judgement.kind) << "\n  " << said.why << '\n';
        const ContractId contract = policy.equipment(equipment).contract;
        if (!said.allow.empty())
            out << "  to permit it, under `" << said.heading << "` of "
                << (contract == no_contract ? "a contract for it" : "contract " + std::string{policy.contract_name(contract)}) << ":\n    "
                << said.allow << '\n';
    }
    if (judgement.allowed) return;
    if (const auto ignored = find_ignore(policy, facing, equipment, facts))
        out << "  ignored for now: \"" << policy.ignores()[*ignored].reason << "\" (line " << policy.ignores()[*ignored].file_line << ")\n";
}

}  // namespace

int policy_check(const std::string& file, Time now, std::ostream& out, std::ostream& err) {
    const auto policy = load(file, err);
    if (policy == nullptr) return exit_code::usage;
    for (const FileError& warning : policy->expired(now)) err << warning.text() << " (warning)\n";
    for (const Equipment& equipment : policy->equipment())
        if (equipment.contract == no_contract)
            err << file << ':' << equipment.file_line << ": " << equipment.name << " has no contract: it may do nothing (warning)\n";
    out << file << ": " << amount(policy->equipment().size(), "piece", "pieces") << " of equipment, "
        << amount(policy->tables().contracts.size(), "contract", "contracts") << " with " << amount(policy->line_count(), "line", "lines")
        << ", " << amount(policy->ignores().size(), "ignore entry", "ignore entries") << '\n';
    return exit_code::done;
}

int policy_services(Listing listing, std::ostream& out) {
    const auto rows = builtin_services();
    if (listing == Listing::json) {
        // The table holds no character that JSON would escape.
        out << "[\n";
        for (const BuiltinService& row : rows)
            out << R"(  {"name": ")" << row.name << R"(", "proto": ")" << with_commas(row.proto) << R"(", "ports": ")"
                << with_commas(row.ports) << R"(", "app": ")" << row.app << R"(", "description": ")" << row.doc
                << (&row == &rows.back() ? "\"}\n" : "\"},\n");
        out << "]\n";
        return exit_code::done;
    }
    if (listing == Listing::markdown) {
        out << "| service | transport | ports | app | what it is |\n|---|---|---|---|---|\n";
        for (const BuiltinService& row : rows)
            out << "| `" << row.name << "` | " << with_commas(row.proto) << " | " << ports_of(row) << " | " << row.app << " | " << row.doc
                << " |\n";
        return exit_code::done;
    }
    const auto column = [&out](std::string_view text, std::size_t width) {
        out << text << std::string(text.size() < width ? width - text.size() : 1, ' ');
    };
    for (const BuiltinService& row : rows) {
        column(row.name, 26);
        column(with_commas(row.proto), 16);
        column(ports_of(row), 18);
        column(row.app, 10);
        out << row.doc << '\n';
    }
    return exit_code::done;
}

void link_traffic_markdown(std::ostream& out) {
    out << "| what | exactly |\n|---|---|\n";
    for (const LinkTraffic& row : link_traffic()) out << "| " << row.name << " | " << row.condition << " |\n";
}

int policy_explain(const PolicyQuestion& question, std::ostream& out, std::ostream& err) {
    const auto policy = load(question.file, err);
    if (policy == nullptr) return exit_code::usage;
    SessionFacts facts;
    facts.start = facts.clock = question.now;
    const bool ends = read_end(*policy, question.from, "--from", facts.client, facts.client_equipment, err) &&
                      read_end(*policy, question.to, "--to", facts.server, facts.server_equipment, err);
    if (!ends || !read_service(question.service, facts, err)) return exit_code::usage;
    if (facts.client.is_v4() != facts.server.is_v4() && facts.client != IpAddress{} && facts.server != IpAddress{}) {
        err << "--from and --to: an IPv4 and an IPv6 address do not speak with each other\n";
        return exit_code::usage;
    }
    if (facts.client_equipment == no_equipment && facts.server_equipment == no_equipment)
        out << "neither end is equipment: no contract speaks about this session\n";
    answer(*policy, Facing::egress, facts, out);
    answer(*policy, Facing::ingress, facts, out);
    return exit_code::done;
}

}  // namespace weir::cli
