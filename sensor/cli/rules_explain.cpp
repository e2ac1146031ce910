// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/rules_explain.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>

#include "rules/compile/advice.hpp"
#include "rules/language/describe.hpp"
#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/rules.hpp"

namespace weir::cli {
namespace {

/// A literal in quotes, what is not printable as `.`.
std::string in_quotes(std::string_view bytes) {
    std::string out = "\"";
    for (const char c : bytes) out += c >= 0x20 && c < 0x7f ? c : '.';
    return out + '"';
}

int explain(std::uint32_t sid, const std::vector<std::string>& names) {
    auto loaded = load_rules(names, Config{}, {});
    if (!loaded) {
        fmt::print(stderr, "weir: {}\n", loaded.error());
        return exit_code::usage;
    }
    auto compiled = rules::compile(std::move(loaded->result.rules));
    if (!compiled) {
        fmt::print(stderr, "weir: {}\n", compiled.error());
        return exit_code::failed;
    }
    const auto explanation = (*compiled)->explain(sid);
    if (!explanation) {
        fmt::print(stderr, "weir: no rule with sid {} is in force: `weir rules check` names those that are refused\n", sid);
        return exit_code::usage;
    }
    fmt::print("{}", explain_text(**compiled, *explanation));
    return exit_code::done;
}

}  // namespace

std::string explain_text(const rules::Compiled& compiled, const rules::Explanation& explanation) {
    const rules::Rule& rule = *explanation.rule;
    std::string out = fmt::format("{}:{}\n\n{}\n", rule.file, rule.line, rules::describe(rule, compiled.text()));
    if (explanation.literal.empty())
        out += fmt::format("waits for    no literal; filed by {}\n", explanation.condition == "none" ? "nothing: looked at always" : explanation.condition);
    else
        out += fmt::format("waits for    {}{} in {}, strength {}\n", in_quotes(explanation.literal), explanation.nocase ? " in either case" : "",
                           explanation.buffer, rules::strength_of(explanation.literal));
    for (const std::string& group : explanation.groups) out += fmt::format("stands in    {}\n", group);
    if (explanation.neighbours > 1) out += fmt::format("shares it    with {} other rules\n", explanation.neighbours - 1);
    const std::string slow = rules::why_slow(rule);
    if (!slow.empty()) out += fmt::format("slow         {}\n", slow);
    return out;
}

std::string profile_text(const rules::Compiled& compiled, const std::vector<std::span<const rules::RuleCost>>& costs) {
    std::vector<rules::RuleCost> sums(compiled.plans().size());
    for (const auto& worker : costs)
        for (std::size_t i = 0; i < std::min(worker.size(), sums.size()); ++i) {
            sums[i].checked += worker[i].checked;
            sums[i].matched += worker[i].matched;
            sums[i].cycles += worker[i].cycles;
        }
    std::vector<std::size_t> order(sums.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return sums[left].cycles > sums[right].cycles; });
    std::string out = fmt::format("{:>12} {:>10} {:>8} {:>14} {:>10}  {}\n", "sid", "checked", "matched", "cycles", "per check", "message");
    for (const std::size_t i : order) {
        const rules::RuleCost& cost = sums[i];
        if (cost.checked == 0) continue;
        const rules::Rule& rule = *compiled.plans()[i].rule;
        out += fmt::format("{:>12} {:>10} {:>8} {:>14} {:>10}  {}\n", rule.sid, cost.checked, cost.matched, cost.cycles, cost.cycles / cost.checked, rule.message);
    }
    return out;
}

void add_rules_explain(CLI::App& rules, int& code) {
    auto* const command = rules.add_subcommand("explain", "How one rule is matched: the literal that it waits for, where it stands, why it is slow");
    auto sid = std::make_shared<std::uint32_t>(0);
    auto names = std::make_shared<std::vector<std::string>>();
    command->add_option("SID", *sid, "The rule's number")->required();
    command->add_option("FILE_OR_DIR", *names, "Rule files, or folders of *.rules; without any, the packs that ship with weir");
    command->callback([sid, names, &code] { code = explain(*sid, *names); });
}

}  // namespace weir::cli
