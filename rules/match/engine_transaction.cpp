// SPDX-License-Identifier: Apache-2.0
// Transactions: fields of one report, and rules whose fields come partly with the request, partly with the response.
#include "rules/language/files.hpp"
#include "rules/match/engine_impl.hpp"

namespace weir::rules {
namespace {

/// Elements of a list field that are looked at.
constexpr std::size_t max_elements = 1024;

/// FNV-1a: tells whether a rule would fire on the same values again, no more.
constexpr std::uint64_t fnv_start = 0xcbf29ce484222325, fnv_prime = 0x100000001b3;
std::uint64_t digest(std::uint64_t sum, Bytes bytes) noexcept {
    for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * fnv_prime;
    return sum;
}
std::uint64_t digest(std::uint64_t sum, std::uint64_t number) noexcept { return (sum ^ number) * fnv_prime; }

bool has_bytes(const Value& value) noexcept {
    return value.kind == Value::Kind::text || value.kind == Value::Kind::hex || value.kind == Value::Kind::address ||
           value.kind == Value::Kind::mac;
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

/// A request begins a transaction, and so does a response that no request went before.
bool begins_another(const SessionState& state, Report report) noexcept {
    return !has(report, Report::again) && (has(report, Report::request) || (has(report, Report::response) && !state.requested));
}

}  // namespace

void Engine::Impl::transaction(Call& call, const ParserInfo& parser, const void* data, Report report) noexcept {
    const AppGroup& group = rules->app(call.app);
    if (group.empty()) return;
    if (call.state != nullptr && begins_another(*call.state, report)) ++call.state->transactions;
    const Transaction transaction{parser, data, report, call.state != nullptr ? call.state->transactions : std::uint16_t{0}};
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
            if (note.kind == Note::Kind::half_met && note.detail == transaction.ordinal) candidates.add(note.subject);
        });
    for (const RuleIndex number : candidates.sorted()) {
        judge_transaction(number, call, transaction);
        if (call.stopped) break;
    }
    // Said last: the state may have been made by a rule that fired.
    if (call.state == nullptr) return;
    if (has(report, Report::response)) call.state->requested = false;
    else if (has(report, Report::request)) call.state->requested = true;
}

Engine::Impl::Part Engine::Impl::number_part(const FieldCheck& check, const Transaction& transaction) noexcept {
    Part part;
    if (&protocols()[check.app] != &transaction.parser) return part;
    each_value(transaction.parser.fields[check.field], transaction.data, [&](const Value& value) {
        if (value.kind != Value::Kind::number && value.kind != Value::Kind::boolean) return false;
        part.present = true;
        part.digest = digest(fnv_start, value.number);
        return part.matched = check.matches(value.number);
    });
    return part;
}

Engine::Impl::Part Engine::Impl::field_part(const RulePlan& plan, const GroupPlan& group, const Transaction& transaction) noexcept {
    Part part;
    const auto look_at = [&](std::uint16_t field) {
        each_value(transaction.parser.fields[field], transaction.data, [&](const Value& value) {
            if (!has_bytes(value)) return false;
            part.present = true;
            part.matched = checker.check(group, {transformer.apply(group.transforms, value.bytes)}).matched;
            if (part.matched) part.digest = digest(fnv_start, value.bytes);
            return part.matched;
        });
    };
    const ProtocolId app = id_of(transaction.parser);
    if (group.buffer.source == BufferRef::Source::field) {
        if (group.buffer.app == app) look_at(group.buffer.field);
        return part;
    }
    for (const FileField& file : file_fields())
        if (file.app == app && (file.directions & plan.guard.directions) != 0 && !part.matched) look_at(file.field);
    return part;
}

/// Payload and header buffers of a rule about fields: the packet's, or what the stream remembers.
bool Engine::Impl::side_conditions_hold(const RulePlan& plan, Call& call) noexcept {
    for (const GroupPlan& group : plan.groups) {
        if (group.buffer.of_transaction() || group.buffer.source == BufferRef::Source::base64) continue;
        const bool payload = group.buffer.source == BufferRef::Source::payload;
        const Bytes bytes = payload ? call.packet.payload : header_buffer(group.buffer.source, call.packet);
        if (!bytes.empty() && checker.check(group, {transformer.apply(group.transforms, bytes)}).matched) continue;
        if (!payload || call.transport != on_tcp || call.state == nullptr) return false;
        const Side& side = call.state->sides[static_cast<std::size_t>(call.side)];
        const std::size_t held = table.windows.copy(side.window, view_memory);
        const Bytes window = Bytes{view_memory}.first(held);
        if (window.empty()) return false;
        const Buffer buffer =
            group.transforms.empty() ? Buffer{window, side.end - held, false} : Buffer{transformer.apply(group.transforms, window)};
        if (!checker.check(group, buffer).matched) return false;
    }
    return true;
}

/// A parser may report a transaction several times as more of it is known, each time with all that it knows: a rule fires once
/// per transaction and direction, and once only where both directions show the same values.
void Engine::Impl::judge_transaction(RuleIndex number, Call& call, const Transaction& transaction) noexcept {
    const Meter meter{costs, number};
    const RulePlan& plan = rules->plans()[number];
    const Rule& rule = *plan.rule;
    const auto noted = [&](Note::Kind kind, Direction direction) {
        Note* const note = call.state != nullptr ? table.find(*call.state, kind, direction, number) : nullptr;
        return note != nullptr && note->detail == transaction.ordinal ? note : nullptr;
    };
    const Note* const half = plan.both_ways ? noted(Note::Kind::half_met, Direction::to_server) : nullptr;
    // A rule that a request has met in part has a header that fits the request: seen from the response, turned round.
    const Ends own = call.ends;
    if (half != nullptr && !matches_ends(rule.header, own)) call.ends = own.reversed();
    const bool admitted = admits(plan, call) && matches_app(rule, call.app, true) == AppMatch::yes;
    call.ends = own;
    if (!admitted) return;

    checker.begin_rule();
    std::uint64_t met = half != nullptr ? half->position : 0, bit = 1, values = fnv_start;
    bool complete = true;
    const auto count = [&](const Part& part) {
        if (part.matched) met |= bit;
        const bool holds = (met & bit) != 0;
        complete &= holds;
        values = digest(values, part.matched ? part.digest : 0);
        bit <<= 1;
        return holds || (!part.present && plan.both_ways);  // what is there and does not match will not match later
    };
    for (const FieldCheck& check : rule.field_checks)
        if (!count(number_part(check, transaction))) return;
    for (const GroupPlan& group : plan.groups)
        if (group.buffer.of_transaction() && !count(field_part(plan, group, transaction))) return;

    if (!complete) {
        if (met == 0 || has(transaction.report, Report::response)) return;
        if (SessionState* const state = state_of(call))
            if (Note* const note = table.note(*state, Note::Kind::half_met, Direction::to_server, number)) {
                note->detail = transaction.ordinal;
                note->position = met;
            }
        return;
    }
    const Direction part = has(transaction.report, Report::request) ? Direction::to_server : Direction::to_client;
    if (noted(Note::Kind::reported, part) != nullptr) return;
    const Note* const other = noted(Note::Kind::reported, opposite(part));
    if (other != nullptr && other->position == values) return;
    if (!side_conditions_hold(plan, call)) return;
    if (SessionState* const state = state_of(call))
        if (Note* const note = table.note(*state, Note::Kind::reported, part, number)) {
            note->detail = transaction.ordinal;
            note->position = values;
        }
    fire(plan, call, Scope::session, call.side);
}

}  // namespace weir::rules
