// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/advice.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "rules/compile/index.hpp"
#include "rules/compile/plan.hpp"
#include "rules/language/describe.hpp"

namespace weir::rules {
namespace {

/// A literal that is weaker than this stands in a good part of all packets: one byte, or zeros.
constexpr unsigned weak_literal = 7;

/// What all rules together set: whoever asks for anything else asks in vain.
struct Setters {
    explicit Setters(const RuleText& text)
        : hostbits(text.hostbits.size()), flowints(text.flowints.size()), datasets(text.datasets.size()) {
        for (const Rule& rule : text.rules) {
            for (const HostBitOp& op : rule.hostbits)
                if (op.op == FlowbitOp::Op::set || op.op == FlowbitOp::Op::toggle) hostbits[op.bit] = true;
            for (const FlowintOp& op : rule.flowints)
                if (op.op == FlowintOp::Op::set || op.op == FlowintOp::Op::add) flowints[op.name] = true;
            for (const BufferGroup& group : rule.groups)
                for (const Check& check : group.checks)
                    if (const auto* const set = std::get_if<DatasetCheck>(&check); set != nullptr && set->op == DatasetCheck::Op::set)
                        datasets[set->set] = true;
        }
        for (std::size_t i = 0; i < text.datasets.size(); ++i) datasets[i] = datasets[i] || !text.datasets[i].load.empty();
    }
    std::vector<bool> hostbits, flowints, datasets;
};

std::string asks_in_vain(const Rule& rule, const RuleText& text, const Setters& setters) {
    for (const HostBitOp& op : rule.hostbits)
        if (op.op == FlowbitOp::Op::isset && !setters.hostbits[op.bit]) return "xbit " + text.hostbits[op.bit] + " is asked for and no rule sets it";
    for (const FlowintOp& op : rule.flowints)
        if (!op.changes() && op.op != FlowintOp::Op::isnotset && !setters.flowints[op.name])
            return "flowint " + text.flowints[op.name] + " is asked for and no rule sets it";
    for (const BufferGroup& group : rule.groups)
        for (const Check& check : group.checks)
            if (const auto* const set = std::get_if<DatasetCheck>(&check))
                if ((set->op == DatasetCheck::Op::isset || set->op == DatasetCheck::Op::reputation) && !setters.datasets[set->set])
                    return "dataset " + text.datasets[set->set].name + " is asked for, no file fills it and no rule sets it";
    for (const ReputationCheck& check : rule.reputation_checks)
        if (text.reputation.category(check.category) == 0) return "no reputation file knows the category " + check.category;
    return {};
}

/// Flags that a packet of an established session cannot have: a SYN alone.
bool is_bare_syn(const TcpFlagsCheck& check) {
    constexpr std::uint8_t syn = 0x02, ack = 0x10;
    return check.mode == TcpFlagsCheck::Mode::exact && (check.flags & syn) != 0 && ((check.flags | check.ignored) & ack) == 0;
}

std::string contradiction(const Rule& rule) {
    for (std::size_t i = 0; i < rule.header_checks.size(); ++i) {
        const auto* const left = std::get_if<PacketCheck>(&rule.header_checks[i]);
        for (std::size_t j = i + 1; left != nullptr && j < rule.header_checks.size(); ++j) {
            const auto* const right = std::get_if<PacketCheck>(&rule.header_checks[j]);
            if (right != nullptr && right->field == left->field && !left->negated && !right->negated && !can_both_hold(left->range, right->range))
                return "no packet is both " + describe(left->range) + " and " + describe(right->range) + " in the same header field";
        }
        if (const auto* const flags = std::get_if<TcpFlagsCheck>(&rule.header_checks[i]); flags != nullptr && rule.flow.established && is_bare_syn(*flags))
            return "no packet of an established session has SYN without ACK";
    }
    for (const BufferGroup& group : rule.groups)
        for (std::size_t i = 0; i < group.checks.size(); ++i) {
            const auto* const left = std::get_if<BufferSize>(&group.checks[i]);
            for (std::size_t j = i + 1; left != nullptr && j < group.checks.size(); ++j)
                if (const auto* const right = std::get_if<BufferSize>(&group.checks[j]); right != nullptr && !can_both_hold(left->size, right->size))
                    return "no buffer has a size of both " + describe(left->size) + " and " + describe(right->size);
        }
    for (const FlowbitOp& asks : rule.flowbits)
        for (const FlowbitOp& refuses : rule.flowbits)
            if (asks.op == FlowbitOp::Op::isset && refuses.op == FlowbitOp::Op::isnotset && asks.bits.size() == 1 && asks.bits == refuses.bits)
                return "a flowbit cannot be set and not set";
    return {};
}

}  // namespace

bool can_both_hold(const IntegerRange& left, const IntegerRange& right) noexcept {
    // If any number satisfies both, one at or beside a bound does.
    for (const IntegerRange* const range : {&left, &right})
        for (const std::uint64_t bound : {range->first, range->second, std::uint64_t{0}})
            for (const std::uint64_t number : {bound, bound + 1, bound - 1})
                if (left.matches(number) && right.matches(number)) return true;
    return false;
}

std::string why_slow(const Rule& rule) {
    const auto literal = literal_of(rule);
    if (literal) {
        if (strength_of(literal->literal) >= weak_literal) return {};
        return "its literal is so short or common that it is seen in a good part of all traffic: expected a longer content";
    }
    RegexPool unused;
    const auto plan = make_plan(rule, unused);
    if (!plan || plan->hooks.any(Hooks::event | Hooks::app_known | Hooks::address) || plan->once) return {};
    if (ConditionIndex::condition_of(rule) != ConditionIndex::Condition::none) return {};
    if (plan->hooks.any(Hooks::transaction)) return {};  // transactions are few
    const bool looks = std::any_of(rule.groups.begin(), rule.groups.end(), [](const BufferGroup& group) { return !group.checks.empty(); });
    return std::string("it has no literal to wait for, and no rare port, address, flag or ICMP type: it is ") +
           (looks ? "checked in full" : "looked at") + " for every packet of its protocol";
}

std::vector<FileError> advise(const RuleText& text) {
    const Setters setters(text);
    std::vector<FileError> out;
    for (const Rule& rule : text.rules) {
        std::string never = contradiction(rule);
        if (never.empty()) never = asks_in_vain(rule, text, setters);
        if (!never.empty()) out.push_back({rule.file, rule.line, 0, never + ": the rule can never match"});
        if (std::string slow = why_slow(rule); !slow.empty()) out.push_back({rule.file, rule.line, 0, "slow: " + slow});
    }
    return out;
}

}  // namespace weir::rules
