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

}  // namespace

std::vector<LineUse> use_of_lines(const Policy& policy, std::span<const std::uint64_t> uses, Time now) {
    std::vector<bool> worn(policy.tables().contracts.size());
    for (const Equipment& equipment : policy.equipment())
        if (equipment.contract != no_contract) worn[equipment.contract] = true;
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
