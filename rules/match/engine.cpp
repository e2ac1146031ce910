// SPDX-License-Identifier: Apache-2.0
#include "rules/match/engine.hpp"

#include <hs/hs.h>

#include "rules/match/engine_impl.hpp"

namespace weir::rules {
namespace {

/// New bytes of a stream are judged in pieces of at most this size.
constexpr std::size_t longest_piece = 16 * 1024;

PacketClass class_of(std::uint8_t transport) noexcept {
    return transport == on_tcp ? PacketClass::tcp : transport == on_udp ? PacketClass::udp : PacketClass::other;
}

/// About a packet: its own addresses and ports.
Call call_about_packet(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept {
    const Direction role = session.app_reversed ? opposite(packet.direction) : packet.direction;
    return {packet,      session, handle,  sink, packet.direction, role, Ends::of(packet), transport_bit(packet.ip_protocol),
            session.app, false,   nullptr, false};
}

/// About bytes that went this way, whatever packet it was that made them known.
Call call_about_bytes(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink, Direction side) noexcept {
    const Direction role = session.app_reversed ? opposite(side) : side;
    const Ends to_server{session.client, session.server, session.client_port, session.server_port};
    const Ends ends = side == Direction::to_server ? to_server : to_server.reversed();
    return {packet, session, handle, sink, side, role, ends, transport_bit(session.ip_protocol), session.app, false, nullptr, false};
}

}  // namespace

Engine::Impl::Impl(std::shared_ptr<const Compiled> compiled, const EngineLimits& limits)
    : rules(std::move(compiled)),
      table(limits.sessions, limits.window_memory),
      checker(*rules, limits.dataset_changes),
      candidates(rules->plans().size()),
      transformer(rules->regexes()),
      host_bits(rules->text().hostbits.empty() ? 0 : limits.host_bits),
      costs(limits.profile ? rules->plans().size() : 0),
      view_memory(WindowPool::longest + longest_piece) {}

// ---------------------------------------------------------------- candidates

void Engine::Impl::scan(const LiteralSet& set, Bytes bytes, const Call& call) noexcept {
    struct Context {
        Impl& impl;
        const LiteralSet& set;
        const Call& call;
    } context{*this, set, call};
    const auto seen = [](unsigned literal, unsigned long long, unsigned long long, unsigned, void* raw) {
        auto& [impl, literals, judged] = *static_cast<Context*>(raw);
        for (const RuleIndex rule : literals.waiting_for(literal)) impl.add(rule, judged);
        return 0;
    };
    (void)hs_scan(rules->databases()[set.database].get(), reinterpret_cast<const char*>(bytes.data()), static_cast<unsigned>(bytes.size()),
                  0, checker.scratch(), seen, &context);
}

void Engine::Impl::scan_payload(const PayloadGroup& group, Bytes bytes, const Call& call) noexcept {
    for (const std::uint32_t set : group.everywhere) scan(group.sets[set], bytes, call);
    if (!group.by_destination.empty())
        for (const std::uint32_t set : group.by_destination.at(call.ends.destination_port)) scan(group.sets[set], bytes, call);
    if (!group.by_source.empty())
        for (const std::uint32_t set : group.by_source.at(call.ends.source_port)) scan(group.sets[set], bytes, call);
}

void Engine::Impl::add_bare(const ConditionIndex& index, const Call& call) noexcept {
    if (index.empty()) return;
    const Conditions seen{call.ends.source_port, call.ends.destination_port, call.transport,       call.packet.tcp_flags,
                          call.packet.icmp_type, call.ends.source,           call.ends.destination};
    index.each(seen, [&](RuleIndex rule) { add(rule, call); });
}

void Engine::Impl::add_by_app(const Call& call) noexcept {
    for (const RuleIndex rule : rules->by_app(no_protocol)) add(rule, call);
    if (call.app != no_protocol)
        for (const RuleIndex rule : rules->by_app(call.app)) add(rule, call);
}

// ---------------------------------------------------------------- judging one rule

SessionState* Engine::Impl::state_of(Call& call) noexcept {
    if (call.state == nullptr) {
        call.state = table.make(call.handle);
        if (call.state == nullptr) ++counters.session_table_full;
    }
    return call.state;
}

bool Engine::Impl::admits(const RulePlan& plan, Call& call) noexcept {
    ++counters.candidates;
    const Rule& rule = *plan.rule;
    if (rule.header.protocol == Protocol::ip_number && rule.header.ip_number != call.packet.ip_protocol) return false;
    return matches_ends(rule.header, call.ends) && matches_flow(rule.flow, call.packet, call.session) && memory_allows(rule, call) &&
           matches_headers(rule, call.packet, call.session) && matches_policy(rule, call.session) && reputation_allows(rule, call);
}

bool Engine::Impl::packet_buffers_match(const RulePlan& plan, const Call& call) noexcept {
    checker.begin_rule();
    for (const GroupPlan& group : plan.groups) {
        if (group.buffer.source == BufferRef::Source::base64) continue;  // looked at where it is decoded
        const bool payload = group.buffer.source == BufferRef::Source::payload;
        const Bytes bytes = payload ? call.packet.payload : header_buffer(group.buffer.source, call.packet);
        if (bytes.empty()) return false;
        if (!checker.check(group, {transformer.apply(group.transforms, bytes)}).matched) return false;
    }
    return true;
}

void Engine::Impl::fire(const RulePlan& plan, Call& call, Scope scope, Direction side) noexcept {
    const Rule& rule = *plan.rule;
    remember(rule, call);
    if (!costs.empty()) ++costs[number_of(plan)].matched;
    if (!rule.no_alert) {
        ++counters.hits;
        call.sink.hit({&rule, side});
    }
    if (rule.header.action != Action::pass) return;
    call.stopped = true;
    if (scope != Scope::session) return;
    if (SessionState* const state = state_of(call)) state->passed = true;
}

void Engine::Impl::fire_when_known(RuleIndex number, Call& call, Scope scope, AppMatch app) noexcept {
    if (app == AppMatch::yes) return fire(rules->plans()[number], call, scope, call.side);
    if (SessionState* const state = state_of(call)) (void)table.note(*state, Note::Kind::awaiting_app, call.side, number);
}

// ---------------------------------------------------------------- packets

void Engine::Impl::packet(Call& call) noexcept {
    const PayloadGroup& group = rules->packets(class_of(call.transport), call.direction);
    // Bytes outside an established stream are all that stream rules will ever see of it.
    const PayloadGroup* const loose = call.transport == on_tcp && !call.session.established ? &rules->stream(call.direction) : nullptr;
    const auto side = static_cast<std::size_t>(call.side);
    const bool addresses = !rules->by_address().empty() && (call.state == nullptr || !call.state->addresses_judged[side]);
    const bool app_due = call.state != nullptr && call.state->app_due[side];
    if (group.empty() && (loose == nullptr || loose->empty()) && !addresses && !app_due) return;

    candidates.clear();
    add_bare(group.bare, call);
    if (addresses) add_bare(rules->by_address(), call);
    if (app_due) add_by_app(call);
    if (!call.packet.payload.empty()) {
        if (!group.sets.empty()) ++counters.packets_scanned;
        scan_payload(group, call.packet.payload, call);
        if (loose != nullptr) {
            scan_payload(*loose, call.packet.payload, call);
            add_bare(loose->bare, call);
        }
    }
    if (app_due) call.state->app_due[side] = false;

    const std::uint64_t end = call.transport == on_tcp ? stream_end(call) : 0;
    bool by_address = false;
    for (const RuleIndex number : candidates.sorted()) {
        const RulePlan& plan = rules->plans()[number];
        const Meter meter{costs, number};
        const std::uint8_t hooks = call.transport == on_tcp ? plan.hooks.tcp : plan.hooks.other;
        const bool streams = (hooks & Hooks::stream) != 0;
        if (streams && plan.stream_only) continue;
        if (plan.once && call.state != nullptr && table.find(*call.state, Note::Kind::fired, call.side, number) != nullptr) continue;
        if (!admits(plan, call)) continue;
        const AppMatch app = matches_app(*plan.rule, call.app, call.app_settled || app_due);
        if (app == AppMatch::no) continue;
        if (streams && call.state != nullptr) {
            const Note* const fired = table.find(*call.state, Note::Kind::fired, call.side, number);
            if (fired != nullptr && fired->position >= end) continue;  // sent again
        }
        if (!packet_buffers_match(plan, call)) continue;
        if (streams || plan.once)
            if (SessionState* const state = state_of(call))
                if (Note* const note = table.note(*state, Note::Kind::fired, call.side, number)) note->position = end;
        by_address |= (hooks & Hooks::address) != 0;
        fire_when_known(number, call, (hooks & (Hooks::address | Hooks::app_known)) != 0 ? Scope::session : Scope::packet, app);
        if (call.stopped) break;
    }
    if (by_address)
        if (SessionState* const state = state_of(call)) state->addresses_judged[side] = true;
}

void Engine::Impl::app_known(Call& call) noexcept {
    candidates.clear();
    add_by_app(call);
    if (!rules->by_app(call.app).empty() || !rules->by_app(no_protocol).empty())
        if (SessionState* const state = state_of(call)) state->app_due[static_cast<std::size_t>(opposite(call.side))] = true;
    const auto awaits = [](const Note& note) { return note.kind == Note::Kind::awaiting_app; };
    if (call.state != nullptr)
        table.each(*call.state, [&](const Note& note) {
            if (awaits(note)) candidates.add(note.subject);
        });
    for (const RuleIndex number : candidates.sorted()) {
        const RulePlan& plan = rules->plans()[number];
        const Meter meter{costs, number};
        if (matches_app(*plan.rule, call.app, true) != AppMatch::yes) continue;
        if (!plan.hooks.any(Hooks::app_known)) {  // everything else was found to match
            for (const Direction side : {Direction::to_server, Direction::to_client})
                if (call.state != nullptr && table.find(*call.state, Note::Kind::awaiting_app, side, number) != nullptr)
                    fire(plan, call, Scope::session, side);
        } else if (admits(plan, call)) {
            fire(plan, call, Scope::session, call.side);
        }
        if (call.stopped) break;
    }
    if (call.state != nullptr) table.forget(*call.state, awaits);
}

void Engine::Impl::event(Call& call, const std::vector<RuleIndex>& rules_of_event) noexcept {
    candidates.clear();
    for (const RuleIndex number : rules_of_event) add(number, call);
    for (const RuleIndex number : candidates.sorted()) {
        const RulePlan& plan = rules->plans()[number];
        const Meter meter{costs, number};
        if (!admits(plan, call)) continue;
        const AppMatch app = matches_app(*plan.rule, call.app, call.app_settled);
        if (app == AppMatch::no || !packet_buffers_match(plan, call)) continue;
        fire_when_known(number, call, Scope::packet, app);
        if (call.stopped) return;
    }
}

// ---------------------------------------------------------------- the engine as workers see it

Engine::Engine(std::shared_ptr<const Compiled> rules, const EngineLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(rules), limits)) {}
Engine::~Engine() = default;

void Engine::packet(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept {
    Call call = call_about_packet(packet, session, handle, sink);
    call.state = impl_->table.find(handle);
    if (call.state == nullptr || !call.state->passed) impl_->packet(call);
}

void Engine::stream(Direction direction, Bytes bytes, std::uint64_t offset, const PacketView& packet, const SessionView& session,
                    SessionHandle& handle, HitSink& sink) noexcept {
    Call call = call_about_bytes(packet, session, handle, sink, direction);
    call.state = impl_->table.find(handle);
    for (; !bytes.empty() && !call.stopped && (call.state == nullptr || !call.state->passed);
         bytes = bytes.subspan(first_of(bytes, longest_piece).size())) {
        const Bytes piece = first_of(bytes, longest_piece);
        impl_->stream(call, piece, offset);
        offset += piece.size();
    }
}

void Engine::gap(Direction direction, std::uint64_t missing, SessionHandle& handle) noexcept {
    if (SessionState* const state = impl_->table.find(handle)) {
        impl_->reset(*state, direction);
        state->sides[static_cast<std::size_t>(direction)].end += missing;
    }
}

void Engine::transaction(const ParserInfo& parser, const void* transaction, Report report, Direction direction, const PacketView& packet,
                         const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept {
    if (!has(report, Report::request) && !has(report, Report::response)) return;
    Call call = call_about_bytes(packet, session, handle, sink, session.app_reversed ? opposite(direction) : direction);
    call.app = id_of(parser);
    call.state = impl_->table.find(handle);
    if (call.state == nullptr || !call.state->passed) impl_->transaction(call, parser, transaction, report);
}

void Engine::app_known(const PacketView& packet, const SessionView& session, SessionHandle& handle, HitSink& sink) noexcept {
    Call call = call_about_packet(packet, session, handle, sink);
    call.app_settled = true;
    call.state = impl_->table.find(handle);
    if (call.state == nullptr || !call.state->passed) impl_->app_known(call);
}

void Engine::event(const std::vector<std::uint32_t>& rules, Direction direction, const PacketView& packet, const SessionView& session,
                   SessionHandle& handle, HitSink& sink) noexcept {
    Call call = call_about_bytes(packet, session, handle, sink, direction);
    call.state = impl_->table.find(handle);
    if (call.state == nullptr || !call.state->passed) impl_->event(call, rules);
}

void Engine::release(SessionHandle& handle) noexcept { impl_->table.release(handle); }

bool Engine::wants_stream(const SessionView& session) const noexcept {
    constexpr std::uint8_t tcp = 6;
    return session.ip_protocol == tcp && impl_->rules->stream_ports(session.client_port, session.server_port);
}

bool Engine::wants_packets(const SessionView& session) const noexcept {
    const Compiled& rules = *impl_->rules;
    const PacketClass kind = class_of(transport_bit(session.ip_protocol));
    return !rules.packets(kind, Direction::to_server).empty() || !rules.packets(kind, Direction::to_client).empty() ||
           !rules.by_address().empty() || rules.any_by_app() ||
           (kind == PacketClass::tcp && !session.established && rules.stream_ports(session.client_port, session.server_port));
}

const EngineCounters& Engine::counters() const noexcept {
    EngineCounters& counters = impl_->counters;
    counters.pcre_limit_hits = impl_->checker.counters().pcre_limit_hits;
    counters.place_limit_hits = impl_->checker.counters().place_limit_hits;
    counters.window_memory_full = impl_->table.windows.evictions();
    counters.notes_full = impl_->table.notes_refused();
    counters.host_bits_evicted = impl_->host_bits.evicted();
    counters.datasets_full = impl_->checker.datasets().refused();
    counters.sessions = impl_->table.used();
    return counters;
}

std::span<const RuleCost> Engine::costs() const noexcept { return impl_->costs; }

}  // namespace weir::rules
