// SPDX-License-Identifier: Apache-2.0
// Transactions: fields of one report, and rules whose fields come partly with the request, partly with the response.
#include "rules/match/engine_impl.hpp"

namespace weir::rules {
namespace {

/// Elements of a list field that are looked at.
constexpr std::size_t max_elements = 1024;
/// Note::position of a transaction that a rule has fired on.
constexpr std::uint64_t has_fired = ~std::uint64_t{0};

bool has_bytes(const Value& value) noexcept {
    return value.kind == Value::Kind::text || value.kind == Value::Kind::hex || value.kind == Value::Kind::address || value.kind == Value::Kind::mac;
}

/// Calls `visit(value)` for each element that is there, until it returns true.
template <class Visit>
void each_value(const Field& field, const void* transaction, Visit visit) noexcept {
    for (std::size_t i = 0; i < max_elements; ++i) {
        const Value value = field.get(transaction, i);
        if (value.kind == Value::Kind::end) return;
        if (value.kind != Value::Kind::none && visit(value)) return;
    }
}

}  // namespace

/// Requests and responses are matched up by their order; one that follows an answered request starts afresh, so that a message
/// that was lost does not shift all later ones.
std::uint16_t Engine::Impl::count_report(Call& call, Report report) noexcept {
    if (call.state == nullptr) return 1;  // should a state be made in this call, it begins to count here
    SessionState& state = *call.state;
    if (has(report, Report::request)) {
        if (state.response_was_last) state.responses = state.requests;
        ++state.requests;
        if (has(report, Report::response)) state.responses = state.requests;
        state.response_was_last = has(report, Report::response);
        return state.requests;
    }
    if (state.responses == state.requests) ++state.requests;
    ++state.responses;
    state.response_was_last = true;
    return state.responses;
}

void Engine::Impl::transaction(Call& call, const ParserInfo& parser, const void* data, Report report) noexcept {
    const AppGroup& group = rules->app(call.app);
    if (group.empty()) return;
    const bool fresh = call.state == nullptr;
    const Transaction transaction{parser, data, report, count_report(call, report)};
    candidates.clear();
    for (const AppGroup::Buffer& buffer : group.buffers)
        each_value(parser.fields[buffer.field], data, [&](const Value& value) {
            if (!has_bytes(value)) return false;
            const Bytes bytes = transformer.apply(buffer.transforms, value.bytes);
            if (bytes.empty()) return false;
            ++counters.buffers_scanned;
            scan(buffer.set, bytes, call);
            return false;
        });
    add_bare(group.bare, call);
    if (call.state != nullptr)
        table.each(*call.state, [&](const Note& note) {
            if (note.kind == Note::Kind::transaction && note.detail == transaction.ordinal && note.position != has_fired) candidates.add(note.subject);
        });
    for (const RuleIndex number : candidates.sorted()) {
        judge_transaction(number, call, transaction);
        if (call.stopped) break;
    }
    if (fresh && call.state != nullptr && has(report, Report::request)) call.state->requests = 1;
}

Engine::Impl::Part Engine::Impl::number_part(const FieldCheck& check, const Transaction& transaction) noexcept {
    Part part;
    if (&protocols()[check.app] != &transaction.parser) return part;
    each_value(transaction.parser.fields[check.field], transaction.data, [&](const Value& value) {
        if (value.kind != Value::Kind::number && value.kind != Value::Kind::boolean) return false;
        part.present = true;
        return part.matched = check.range.matches(value.number);
    });
    return part;
}

Engine::Impl::Part Engine::Impl::field_part(const GroupPlan& group, const Transaction& transaction) noexcept {
    Part part;
    if (&protocols()[group.buffer.app] != &transaction.parser) return part;
    each_value(transaction.parser.fields[group.buffer.field], transaction.data, [&](const Value& value) {
        if (!has_bytes(value)) return false;
        part.present = true;
        return part.matched = checker.check(group.steps, {transformer.apply(group.transforms, value.bytes)}).matched;
    });
    return part;
}

/// Payload and header buffers of a rule about fields: the packet's, or what the stream remembers.
bool Engine::Impl::side_conditions_hold(const RulePlan& plan, Call& call) noexcept {
    for (const GroupPlan& group : plan.groups) {
        if (group.buffer.source == BufferRef::Source::field) continue;
        const bool payload = group.buffer.source == BufferRef::Source::payload;
        const Bytes bytes = payload ? call.packet.payload : header_buffer(group.buffer.source, call.packet);
        if (!bytes.empty() && checker.check(group.steps, {transformer.apply(group.transforms, bytes)}).matched) continue;
        if (!payload || call.transport != on_tcp || call.state == nullptr) return false;
        const Side& side = call.state->sides[static_cast<std::size_t>(call.side)];
        const std::size_t held = table.windows.copy(side.window, view_memory);
        const Bytes window = Bytes{view_memory}.first(held);
        if (window.empty()) return false;
        const Buffer buffer = group.transforms.empty() ? Buffer{window, side.end - held, false} : Buffer{transformer.apply(group.transforms, window)};
        if (!checker.check(group.steps, buffer).matched) return false;
    }
    return true;
}

void Engine::Impl::judge_transaction(RuleIndex number, Call& call, const Transaction& transaction) noexcept {
    const RulePlan& plan = rules->plans()[number];
    const Rule& rule = *plan.rule;
    Note* held = nullptr;
    if (plan.both_ways && call.state != nullptr) {
        held = table.find(*call.state, Note::Kind::transaction, Direction::to_server, number);
        if (held != nullptr && held->detail != transaction.ordinal) held = nullptr;
        if (held != nullptr && held->position == has_fired) return;
    }
    // A rule that a request has partly met has a header that fits the request: seen from the response, turned round.
    const Ends own = call.ends;
    if (held != nullptr && !matches_ends(rule.header, own)) call.ends = own.reversed();
    const bool admitted = admits(plan, call) && matches_app(rule, call.app, true) == AppMatch::yes;
    call.ends = own;
    if (!admitted) return;

    checker.begin_rule();
    std::uint64_t met = held != nullptr ? held->position : 0, bit = 1;
    bool complete = true, hopeless = false;
    const auto count = [&](const Part& part) {
        if (part.matched) met |= bit;
        if ((met & bit) == 0) {
            complete = false;
            hopeless |= part.present || !plan.both_ways;  // what is there and does not match will not match later
        }
        bit <<= 1;
        return !hopeless;
    };
    for (const FieldCheck& check : rule.field_checks)
        if (!count(number_part(check, transaction))) return;
    for (const GroupPlan& group : plan.groups)
        if (group.buffer.source == BufferRef::Source::field && !count(field_part(group, transaction))) return;

    if (!complete && (met == 0 || has(transaction.report, Report::response))) return;
    if (complete && !side_conditions_hold(plan, call)) return;
    if (plan.both_ways && !has(transaction.report, Report::response)) {
        if (SessionState* const state = state_of(call))
            if (Note* const note = table.note(*state, Note::Kind::transaction, Direction::to_server, number)) {
                note->detail = transaction.ordinal;
                note->position = complete ? has_fired : met;
            }
    }
    if (complete) fire(plan, call, Scope::session, call.side);
}

}  // namespace weir::rules
