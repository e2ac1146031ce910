// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy.hpp"

#include <algorithm>
#include <ostream>
#include <string_view>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/session_question.hpp"
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
    const auto asked = session_of(*policy, {question.from, question.to, question.service}, question.now);
    if (!asked) {
        err << "--" << asked.error() << '\n';
        return exit_code::usage;
    }
    const SessionFacts& facts = *asked;
    if (facts.client_equipment == no_equipment && facts.server_equipment == no_equipment)
        out << "neither end is equipment: no contract speaks about this session\n";
    answer(*policy, Facing::egress, facts, out);
    answer(*policy, Facing::ingress, facts, out);
    return exit_code::done;
}

}  // namespace weir::cli
