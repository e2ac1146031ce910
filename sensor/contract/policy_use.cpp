// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/policy_use.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// `policy.yaml:12: to nms, snmp-trap (contract radio-node) `
std::string text_of(const Policy& policy, const Line& line) {
    const std::string_view key = line.faces_egress && line.faces_ingress ? "with" : line.faces_egress ? "to" : "from";
    return policy.file() + ':' + std::to_string(line.file_line) + ": " + std::string{key} + ' ' + line.peer_text + ", " + line.service_text + " (contract " +
           std::string{policy.contract_name(line.contract)} + ") ";
}

/// The contracts that equipment has, those that they extend, and those of the tunnels that they allow.
std::vector<bool> contracts_in_use(const Policy& policy) {
    const PolicyTables& tables = policy.tables();
    std::vector<ContractId> open;
    std::vector<bool> in_use(tables.contracts.size());
    const auto use = [&](ContractId contract) {
        if (contract == no_contract) return;
        for (const ContractId member : tables.lineage[contract]) {
            if (!in_use[member]) open.push_back(member);
            in_use[member] = true;
        }
    };
    std::vector<std::vector<ContractId>> inside(tables.contracts.size());
    for (const Line& line : tables.lines)
        if (const ContractId contract = policy.conditions(line).inside; contract != no_contract) inside[line.contract].push_back(contract);
    for (const Equipment& equipment : tables.equipment) use(equipment.contract);
    while (!open.empty()) {
        const ContractId contract = open.back();
        open.pop_back();
        for (const ContractId other : inside[contract]) use(other);
    }
    return in_use;
}

}  // namespace

std::vector<LineUse> use_of_lines(const Policy& policy, std::span<const std::uint64_t> uses, Time now) {
    const std::vector<bool> worn = contracts_in_use(policy);
    std::vector<LineUse> out;
    for (LineId id = 0; id < policy.line_count(); ++id) {
        const Line& line = policy.line(id);
        if (line.heading == Heading::deny || !worn[line.contract]) continue;
        const Time until = policy.conditions(line).until;
        LineUse use{id, id < uses.size() ? uses[id] : 0, LineState::used};
        if (until <= now)
            use.state = LineState::expired;
        else if (until != forever && until - now <= ending_soon)
            use.state = LineState::ending;
        else if (use.sessions == 0)
            use.state = LineState::unused;
        out.push_back(use);
    }
    std::ranges::stable_sort(out, {}, [&](const LineUse& use) { return policy.line(use.line).file_line; });
    return out;
}

std::vector<std::string> policy_notes(const Policy& policy, std::span<const std::uint64_t> uses, Time now, std::size_t most) {
    std::vector<std::string> out;
    const std::vector<LineUse> lines = use_of_lines(policy, uses, now);
    // A contract of which nothing was used is one note: its equipment was silent, or not there.
    std::vector<bool> lively(policy.tables().contracts.size());
    for (const LineUse& use : lines)
        if (use.sessions != 0) lively[policy.line(use.line).contract] = true;
    const auto note = [&](LineState state, std::string_view what, bool with_date) {
        std::size_t found = 0;
        for (const LineUse& use : lines) {
            const Line& line = policy.line(use.line);
            if (use.state != state || (state == LineState::unused && !lively[line.contract]) || ++found > most) continue;
            out.push_back(text_of(policy, line) + std::string{what} + (with_date ? ' ' + policy.conditions(line).until_text : ""));
        }
        if (found > most) out.push_back("and " + std::to_string(found - most) + " more lines that are " + std::string{name_of(state)});
    };
    note(LineState::expired, "ended on", true);
    note(LineState::ending, "ends on", true);
    std::size_t ended = 0;
    for (const Ignore& ignore : policy.ignores())
        if (ignore.until <= now && ++ended <= most)
            out.push_back(policy.file() + ':' + std::to_string(ignore.file_line) + ": this `ignore` entry has ended: \"" + ignore.reason + '"');
    if (ended > most) out.push_back("and " + std::to_string(ended - most) + " more `ignore` entries that have ended");
    note(LineState::unused, "was never used", false);
    std::string idle;
    std::vector<bool> named = lively;
    for (const LineUse& use : lines) {
        const ContractId contract = policy.line(use.line).contract;
        if (named[contract]) continue;
        named[contract] = true;
        idle += (idle.empty() ? "" : ", ") + std::string{policy.contract_name(contract)};
    }
    if (!idle.empty()) out.push_back("contracts of which no line was used: " + idle);
    return out;
}

}  // namespace weir
