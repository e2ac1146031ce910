// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/app_layer.hpp"

#include <utility>

#include "sensor/flow/direction.hpp"

namespace weir {
namespace {

/// One getter per protocol and array: rows need a function without state, so the index is a template argument.
template <auto Array, std::size_t Index>
std::uint64_t nth(const void* block) noexcept {
    return (static_cast<const AppLayerMetrics*>(block)->*Array)[Index].get();
}

template <auto Array, std::size_t... Index>
void add_rows(std::vector<MetricRow>& rows, std::string_view name, std::string_view help, std::index_sequence<Index...>) {
    constexpr std::array getters{&nth<Array, Index>...};
    for (std::size_t id = 0; id < protocols().size(); ++id)
        rows.push_back({name, "app_proto", protocols()[id].name, help, MetricKind::counter, getters[id]});
}

/// Who opened the session is a guess.
bool may_be_turned(const Session& session) noexcept { return session.opening == Opening::guessed || session.opening == Opening::first; }

std::vector<MetricRow> make_rows() {
    using Indexes = std::make_index_sequence<AppLayerMetrics::max_protocols>;
    std::vector<MetricRow> rows;
    add_rows<&AppLayerMetrics::sessions>(rows, "weir_app_sessions_total", "Sessions by application protocol", Indexes{});
    rows.push_back(
        counter<&AppLayerMetrics::unknown>("weir_app_sessions_total", "Sessions by application protocol", "app_proto", "unknown"));
    add_rows<&AppLayerMetrics::transactions>(rows, "weir_app_transactions_total", "Transactions reported by parsers", Indexes{});
    add_rows<&AppLayerMetrics::anomalies>(rows, "weir_app_anomalies_total", "Anomalies reported by parsers", Indexes{});
    rows.push_back(counter<&AppLayerMetrics::reversed>("weir_app_roles_reversed_total", "Sessions whose opener is the protocol's server"));
    rows.push_back(
        counter<&AppLayerMetrics::upgraded>("weir_app_upgrades_total", "Sessions in which another protocol took over (STARTTLS, CONNECT)"));
    rows.push_back(counter<&AppLayerMetrics::given_up>("weir_app_given_up_total",
                                                       "Sessions whose parser found them malformed or met a gap that it cannot cross"));
    return rows;
}

}  // namespace

std::span<const MetricRow> app_layer_metrics() {
    static const std::vector<MetricRow> rows = make_rows();
    return rows;
}

AppLayer::AppLayer(const Identifier& identifier, std::size_t memory, AppListener& listener)
    : Sink(scratch_space_),
      identifier_(identifier),
      listener_(listener),
      scratch_memory_(scratch_size),
      scratch_space_(scratch_memory_),
      pool_(memory) {}

bool AppLayer::identified(Session& session, Direction direction, Bytes bytes, Transport transport, std::uint32_t payload_protocol) noexcept {
    switch (identifier_.offer(session, direction, bytes, transport, payload_protocol)) {
        case Identifier::Outcome::waiting: return false;
        case Identifier::Outcome::unknown:
            metrics_.unknown.add();
            listener_.app_known(session);
            return false;
        case Identifier::Outcome::known: break;
    }
    // A start that was not seen was guessed; the protocol knows better. Where it was seen, the protocol's roles are the other
    // way round for a reason (call home), which the contract judges.
    if (session.app_reversed && may_be_turned(session)) {
        reorient(session);
        session.app_reversed = false;
    }
    known(session, transport);
    return true;
}

void AppLayer::known(Session& session, Transport transport) noexcept {
    const ParserInfo& parser = protocols()[session.app];
    metrics_.sessions[session.app].add();
    if (session.app_reversed) metrics_.reversed.add();
    session.roles_open = parser.late_roles && !session.app_reversed;
    session.parser = pool_.take(parser.state_size);
    if (session.parser != 0) {
        parser.start(pool_.at(session.parser));
        if (parser.begin != nullptr) parser.begin(pool_.at(session.parser), transport);
    }
    listener_.app_known(session);
}

void AppLayer::give_up(Session& session) noexcept {
    metrics_.given_up.add();
    close(session);
}

/// What follows is identified as if the session began here, unless the protocol has named it.
void AppLayer::upgrade(Session& session) noexcept {
    metrics_.upgraded.add();
    close(session);
    if (session.app_outer == no_protocol) session.app_outer = session.app;
    session.app = no_protocol;
    session.app_status = AppStatus::unseen;
    session.roles_open = session.roles_opposite = false;
    session.probe_left = {ProtocolSet::all(), ProtocolSet::all()};
    session.payload_packets = {};
    session.look = PayloadLook::none;
    session.app_inside = no_protocol;
    if (next_ != no_protocol) announce(session, std::exchange(next_, no_protocol), Transport::tcp, as_text(next_label_.get()));
}

Fed AppLayer::stream(Session& session, Direction direction, Bytes bytes) noexcept {
    if (session.app_status != AppStatus::known) {
        if (session.app_status == AppStatus::unknown) return Fed::done(0);
        const bool was_low = session.client_is_low;
        if (!identified(session, direction, bytes, Transport::tcp)) {
            return session.app_status == AppStatus::unknown ? Fed::done(0) : Fed::need_more(0);
        }
        if (was_low != session.client_is_low) direction = opposite(direction);
    }
    if (session.parser == 0) return Fed::done(0);
    const ParserInfo& parser = protocols()[session.app];
    session_ = &session;
    scratch.reset();
    const Fed fed = parser.feed(pool_.at(session.parser), session.app_direction(direction), bytes, *this, parser);
    if (fed.status == Fed::Status::malformed) give_up(session);
    if (fed.status != Fed::Status::upgraded) return fed;
    upgrade(session);
    return Fed::ok(fed.consumed);
}

Fed AppLayer::gap(Session& session, Direction direction, std::uint64_t missing) noexcept {
    if (session.app_status != AppStatus::known) {
        // The start of this direction is lost, and with it what probes look for; the other direction may still tell.
        session.probe_left[static_cast<std::size_t>(direction)].clear();
        return Fed::ok(0);
    }
    if (session.parser == 0) return Fed::done(0);
    const ParserInfo& parser = protocols()[session.app];
    if (parser.gap == nullptr) {
        give_up(session);
        return Fed::malformed();
    }
    session_ = &session;
    scratch.reset();
    const Fed fed = parser.gap(pool_.at(session.parser), session.app_direction(direction), missing, *this, parser);
    if (fed.status == Fed::Status::malformed) give_up(session);
    return fed;
}

void AppLayer::stream_end(Session& session, Direction direction, Bytes unconsumed) noexcept {
    if (session.parser == 0) return;
    const ParserInfo& parser = protocols()[session.app];
    if (parser.end == nullptr) return;
    session_ = &session;
    scratch.reset();
    parser.end(pool_.at(session.parser), session.app_direction(direction), unconsumed, *this, parser);
}

void AppLayer::datagram(Session& session, Direction direction, Bytes payload, Transport transport, std::uint32_t payload_protocol) noexcept {
    if (session.app_status != AppStatus::known) {
        if (session.app_status == AppStatus::unknown) return;
        const bool was_low = session.client_is_low;
        if (!identified(session, direction, payload, transport, payload_protocol)) return;
        if (was_low != session.client_is_low) direction = opposite(direction);
    }
    if (session.parser == 0) return;
    const ParserInfo& parser = protocols()[session.app];
    session_ = &session;
    scratch.reset();
    // A datagram stands for itself: one that is malformed does not end the parsing of those that follow.
    (void)parser.feed(pool_.at(session.parser), session.app_direction(direction), payload, *this, parser);
}

void AppLayer::announce(Session& session, ProtocolId protocol, Transport transport, std::string_view label) noexcept {
    session.app = protocol;
    session.app_status = AppStatus::known;
    known(session, transport);
    const ParserInfo& parser = protocols()[protocol];
    if (session.parser != 0 && parser.announced != nullptr) parser.announced(pool_.at(session.parser), label);
}

void AppLayer::close(Session& session) noexcept {
    if (session.parser == 0) return;
    const ParserInfo& parser = protocols()[session.app];
    if (parser.finish != nullptr) {
        session_ = &session;
        scratch.reset();
        parser.finish(pool_.at(session.parser), *this, parser);
    }
    pool_.give_back(session.parser);
}

void AppLayer::transaction(const ParserInfo& parser, const void* transaction, Report report, Direction direction) noexcept {
    if (parser.runs_over(Transport::inside)) report = report | Report::again;  // rules count it as part of the one around it
    metrics_.transactions[id_of(parser)].add(has(report, Report::log) ? 1 : 0);
    listener_.app_transaction(*session_, parser, transaction, report, direction);
}

void AppLayer::anomaly(const ParserInfo& parser, unsigned id, Direction direction) noexcept {
    metrics_.anomalies[id_of(parser)].add();
    listener_.app_anomaly(*session_, parser, id, direction);
}

void AppLayer::expect(const ParserInfo&, const Expectation& expectation) noexcept { listener_.app_expects(*session_, expectation); }

void AppLayer::continues_as(const ParserInfo&, std::string_view protocol, std::string_view label) noexcept {
    next_ = find_protocol(protocol);
    next_label_.keep_front(as_bytes(label));
}

void AppLayer::carries(const ParserInfo& outer, Bytes message, Direction direction) noexcept {
    const ProtocolId id = outer.runs_over(Transport::inside) ? no_protocol : identifier_.inside(id_of(outer), direction, message);
    if (id == no_protocol) return;
    const ParserInfo& parser = protocols()[id];
    if (session_->app_inside != id) {
        session_->app_inside = id;
        metrics_.sessions[id].add();
    }
    parser.start(inside_state_.data());
    if (parser.begin != nullptr) parser.begin(inside_state_.data(), Transport::inside);
    (void)parser.feed(inside_state_.data(), direction, message, *this, parser);
}

void AppLayer::roles(const ParserInfo&, bool opposite) noexcept {
    Session& session = *session_;
    if (!session.roles_open) return;
    session.roles_open = false;
    session.roles_opposite = opposite;
    if (session.roles_reversed() && may_be_turned(session)) {
        reorient(session);
        session.app_reversed = !session.app_reversed;  // the parser is shown the same as before
    }
    if (session.roles_reversed()) metrics_.reversed.add();
    listener_.app_roles(session);
}

}  // namespace weir
