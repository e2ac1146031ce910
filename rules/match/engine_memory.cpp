// SPDX-License-Identifier: Apache-2.0
// What rules remember for each other: flowbits and flowints of the session, xbits and hostbits of addresses.
#include "rules/match/engine_impl.hpp"

namespace weir::rules {
namespace {

constexpr Direction both_ways = Direction::to_server;  ///< of notes that have no direction

bool changes(FlowbitOp::Op op) noexcept { return op != FlowbitOp::Op::isset && op != FlowbitOp::Op::isnotset; }

HostBits::Key key_of(const HostBitOp& op, const Ends& ends) noexcept {
    switch (op.track) {
        case HostBitOp::Track::source: return HostBits::Key::of(ends.source, op.bit);
        case HostBitOp::Track::destination: return HostBits::Key::of(ends.destination, op.bit);
        case HostBitOp::Track::pair: break;
    }
    return HostBits::Key::of(ends.source, ends.destination, op.bit);
}

bool compare(FlowintOp::Op op, std::uint32_t left, std::uint32_t right) noexcept {
    switch (op) {
        case FlowintOp::Op::less: return left < right;
        case FlowintOp::Op::less_equal: return left <= right;
        case FlowintOp::Op::equal: return left == right;
        case FlowintOp::Op::not_equal: return left != right;
        case FlowintOp::Op::greater_equal: return left >= right;
        case FlowintOp::Op::greater: return left > right;
        default: return true;  // it changes something, and asks for nothing
    }
}

}  // namespace

bool Engine::Impl::memory_allows(const Rule& rule, Call& call) noexcept {
    return flowbits_allow(rule, call) && (rule.flowints.empty() || flowints_allow(rule, call)) &&
           (rule.hostbits.empty() || host_bits_allow(rule, call));
}

bool Engine::Impl::flowbits_allow(const Rule& rule, Call& call) noexcept {
    for (const FlowbitOp& op : rule.flowbits) {
        if (changes(op.op)) continue;
        const bool wanted = op.op == FlowbitOp::Op::isset;
        const auto is = [&](std::uint16_t bit) {
            const bool set = call.state != nullptr && table.find(*call.state, Note::Kind::flowbit, both_ways, bit) != nullptr;
            return set == wanted;
        };
        if (std::none_of(op.bits.begin(), op.bits.end(), is)) return false;
    }
    return true;
}

std::optional<std::uint32_t> Engine::Impl::flowint(const Call& call, std::uint16_t name) noexcept {
    const Note* const note = call.state != nullptr ? table.find(*call.state, Note::Kind::flowint, both_ways, name) : nullptr;
    return note != nullptr ? std::optional{static_cast<std::uint32_t>(note->position)} : std::nullopt;
}

/// A comparison with a number that was never set does not hold.
bool Engine::Impl::flowints_allow(const Rule& rule, Call& call) noexcept {
    for (const FlowintOp& op : rule.flowints) {
        if (op.changes()) continue;
        const auto value = flowint(call, op.name);
        if (op.op == FlowintOp::Op::isset || op.op == FlowintOp::Op::isnotset) {
            if (value.has_value() != (op.op == FlowintOp::Op::isset)) return false;
            continue;
        }
        const auto right = op.other < 0 ? std::optional{op.value} : flowint(call, static_cast<std::uint16_t>(op.other));
        if (!value || !right || !compare(op.op, *value, *right)) return false;
    }
    return true;
}

bool Engine::Impl::host_bits_allow(const Rule& rule, const Call& call) const noexcept {
    for (const HostBitOp& op : rule.hostbits)
        if (!changes(op.op) && host_bits.is_set(key_of(op, call.ends), call.session.seconds) != (op.op == FlowbitOp::Op::isset)) return false;
    return true;
}

bool Engine::Impl::reputation_allows(const Rule& rule, const Call& call) const noexcept {
    const Reputation& reputation = rules->text().reputation;
    for (const ReputationCheck& check : rule.reputation_checks) {
        const auto holds = [&](const IpAddress& address) {
            const auto score = reputation.score(address, check.category_number);
            return score && check.score.matches(*score);
        };
        const bool source = check.side != ReputationCheck::Side::destination && holds(call.ends.source);
        const bool destination = check.side != ReputationCheck::Side::source && holds(call.ends.destination);
        if (check.side == ReputationCheck::Side::both ? !(source && destination) : !(source || destination)) return false;
    }
    return true;
}

void Engine::Impl::remember(const Rule& rule, Call& call) noexcept {
    for (const FlowbitOp& op : rule.flowbits) {
        using Op = FlowbitOp::Op;
        if (!changes(op.op)) continue;
        SessionState* const state = op.op == Op::unset ? call.state : state_of(call);
        if (state == nullptr) continue;
        for (const std::uint16_t bit : op.bits) {
            const bool was_set = table.find(*state, Note::Kind::flowbit, both_ways, bit) != nullptr;
            if (op.op == Op::set || (op.op == Op::toggle && !was_set))
                (void)table.note(*state, Note::Kind::flowbit, both_ways, bit);
            else if (was_set)
                table.forget(*state, [bit](const Note& note) { return note.kind == Note::Kind::flowbit && note.subject == bit; });
        }
    }
    for (const FlowintOp& op : rule.flowints) {
        if (!op.changes()) continue;
        const auto operand = op.other < 0 ? std::optional{op.value} : flowint(call, static_cast<std::uint16_t>(op.other));
        const auto value = flowint(call, op.name);
        if (!operand || (op.op == FlowintOp::Op::subtract && !value)) continue;
        SessionState* const state = state_of(call);
        Note* const note = state != nullptr ? table.note(*state, Note::Kind::flowint, both_ways, op.name) : nullptr;
        if (note == nullptr) continue;
        const std::uint32_t before = op.op == FlowintOp::Op::set ? 0 : value.value_or(0);
        note->position = op.op == FlowintOp::Op::subtract ? before - *operand : before + *operand;
    }
    for (const HostBitOp& op : rule.hostbits) {
        if (!changes(op.op)) continue;
        const HostBits::Key key = key_of(op, call.ends);
        const std::uint64_t now = call.session.seconds;
        if (op.op == FlowbitOp::Op::set || (op.op == FlowbitOp::Op::toggle && !host_bits.is_set(key, now)))
            host_bits.set(key, now, op.seconds);
        else
            host_bits.unset(key);
    }
}

}  // namespace weir::rules
