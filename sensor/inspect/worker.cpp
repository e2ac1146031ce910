// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/worker.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "sensor/decode/event.hpp"
#include "sensor/decode/sctp.hpp"
#include "sensor/inspect/settings.hpp"

namespace weir {

/// What the stream stage hands on: bytes to the parser, each byte once to the rules, oddities to EVE.
struct SessionStream {
    Worker& worker;
    Moment& moment;
    bool ending = false;  ///< the session is over: bytes that are offered now will not be completed

    Fed data(Direction direction, Bytes bytes) noexcept {
        if (!ending) return worker.apps_.stream(*moment.session, direction, bytes);
        worker.apps_.stream_end(*moment.session, direction, bytes);
        return Fed::done(0);
    }
    Fed gap(Direction direction, std::uint64_t missing) noexcept { return worker.apps_.gap(*moment.session, direction, missing); }
    void raw(Direction direction, Bytes bytes, std::uint64_t offset) noexcept {
        moment.stream_bytes[static_cast<std::size_t>(direction)] = offset + bytes.size();
        worker.rule_judge_.stream(moment, direction, bytes, offset);
    }
    void raw_gap(Direction direction, std::uint64_t missing) noexcept { worker.rule_judge_.gap(moment, direction, missing); }
    bool raw_wanted(Direction) noexcept { return worker.rule_judge_.wants_stream(moment); }
    void event(StreamEvent event, Direction direction) noexcept {
        const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(event);
        if ((moment.session->anomalies & bit) != 0) return;  // each kind once per session
        moment.session->anomalies |= bit;
        AnomalyEvent anomaly;
        anomaly.place = {moment.time, moment.packet != nullptr ? moment.packet->number : 0, moment.session->origin, moment.session,
                         moment.layers};
        anomaly.type = AnomalyEvent::Type::stream;
        anomaly.event = name_of(event);
        anomaly.layer = "tcp";
        anomaly.code = static_cast<std::uint32_t>(event);
        anomaly.direction = direction;
        worker.reporter_.anomaly(anomaly);
        worker.rule_judge_.stream_event(moment, event, direction);
    }
};

namespace {

/// A fragment without the rest of its datagram shows neither ports nor an ICMP type: no contract can say whether it is allowed. The
/// datagram is judged where it is whole.
bool is_faceless(const Layers& layers) noexcept {
    if (!layers.incomplete_fragment) return false;
    switch (layers.protocol) {
        case ip_protocol::tcp:
        case ip_protocol::udp:
        case ip_protocol::sctp:
        case ip_protocol::icmp:
        case ip_protocol::icmpv6: return true;
        default: return false;
    }
}

constexpr std::array decode_stats{stat<&DecodeMetrics::received_packets>("decoder.pkts"),
                                  stat<&DecodeMetrics::received_bytes>("decoder.bytes"),
                                  stat<&DecodeMetrics::inspected_packets>("weir.inspected"),
                                  stat<&DecodeMetrics::fragments>("weir.fragments"), stat<&DecodeMetrics::reassembled>("weir.reassembled")};
constexpr std::array flow_stats{stat<&FlowMetrics::ended_timeout>("flow.end.timeout"), stat<&FlowMetrics::ended_closed>("flow.end.closed"),
                                stat<&FlowMetrics::opened_syn>("tcp.syn"), stat<&FlowMetrics::sessions>("flow.active")};
constexpr std::array stream_stats{stat<&StreamMetrics::segments>("tcp.segments"), stat<&StreamMetrics::gaps>("tcp.reassembly_gap"),
                                  stat<&StreamMetrics::overlaps>("tcp.overlap"),
                                  stat<&StreamMetrics::overlaps_different>("tcp.overlap_diff_data")};
constexpr std::array contract_stats{
    stat<&ContractMetrics::judged>("weir.contract.judged"), stat<&ContractMetrics::allowed>("weir.contract.allowed"),
    stat<&ContractMetrics::found>("weir.contract.found"), stat<&ContractMetrics::ignored>("weir.contract.ignored")};

void add_stats(StatsSource& source, const DecodeMetrics* decode, const FlowMetrics* flow, const StreamMetrics* stream, const ContractMetrics* contract) {
    source.add(decode_stats, decode);
    source.add(flow_stats, flow);
    source.add(stream_stats, stream);
    source.add(contract_stats, contract);
}

}  // namespace

Worker::Worker(const Config& config, const Shared& shared, EventRing& ring, Reporter::Wait wait, bool profile)
    : shared_(shared),
      decoder_(decoder_config(config)),
      flows_(flow_config(config), *shared.services, flow_metrics_),
      expectations_(4096, flow_metrics_),
      reassembler_(stream_config(config), stream_metrics_),
      reporter_(reporter_config(config, shared.eve), shared.names, ring, wait),
      apps_(*shared.identifier, config.parser_memory, *this),
      contract_judge_(shared.policy, reporter_, config.enforce ? contract_action(config) : Action::pass),
      rule_judge_(shared.rules, engine_limits(config), contract_judge_, reporter_, config.enforce),
      behavior_judge_(config.behavior_memory, contract_judge_, reporter_),
      stages_(profile),
      decoded_(std::make_unique<std::array<Decoded, burst_size>>()),
      keys_(std::make_unique<std::array<std::array<PacketKey, keys_per_packet>, burst_size>>()) {
    add_stats(stats_, &decoder_.metrics(), &flow_metrics_, &stream_metrics_, &contract_judge_.metrics());
    // `PROTOCOL.operation` is the keyword by which a protocol says what is done; contracts may name its values.
    for (std::size_t id = 0; id < protocols().size(); ++id)
        for (const Field& field : protocols()[id].fields)
            if (field.keyword == std::string{protocols()[id].name} + ".operation") operations_[id] = &field;
    dns_.dns = find_protocol("dns");
    dns_.query = find_field(dns_.dns, "dns.queries[].rrname");
    dns_.data = find_field(dns_.dns, "dns.answers[].rdata");
    dns_.ttl = find_field(dns_.dns, "dns.answers[].ttl");
}

std::vector<Worker::MetricBlock> Worker::metric_blocks() const {
    const std::array<const void*, 11> blocks{&decoder_.metrics(),         &flow_metrics_,
                                             &stream_metrics_,            &apps_.metrics(),
                                             &apps_.pool_metrics(),       &contract_judge_.metrics(),
                                             &contract_judge_.limit_metrics(), &contract_judge_.name_metrics(),
                                             &rule_judge_.metrics(),      &behavior_judge_.metrics(),
                                             &reporter_.metrics()};
    const auto tables = metric_tables();
    std::vector<MetricBlock> out;
    for (std::size_t i = 0; i < blocks.size(); ++i) out.push_back({tables[i], blocks[i]});
    return out;
}

std::vector<std::span<const MetricRow>> Worker::metric_tables() {
    return {weir::decode_metrics, flow_metric_rows,  stream_metric_rows, app_layer_metrics(),     state_pool_metrics,    contract_metrics,
            limit_metrics,        name_metrics,      rule_judge_metrics, weir::behavior_metrics,  reporter_metrics};
}

std::vector<std::string> Worker::stats_paths() {
    StatsSource source;
    add_stats(source, nullptr, nullptr, nullptr, nullptr);
    return source.paths();
}

void Worker::process(const Burst& burst, std::uint64_t next_number) noexcept {
    stages_.start();
    // The first stages run over the whole burst, so that what they will look up is on its way into the cache.
    decoder_.advance(burst.packets.empty() ? burst.clock : burst.packets[0].clock);
    for (std::size_t i = 0; i < burst.packets.size(); ++i) {
        Decoded& decoded = (*decoded_)[i];
        decoder_.decode(burst.packets[i], decoded);
        for (std::size_t layer = 0; layer < decoded.count; ++layer) {
            PacketKey& key = (*keys_)[i][layer];
            key = make_key(decoded.layers[layer]);
            flows_.prefetch(key.hash);
        }
    }
    stages_.end(Stage::decode);
    for (std::size_t i = 0; i < burst.packets.size(); ++i)
        for (std::size_t layer = 0; layer < (*decoded_)[i].count; ++layer) flows_.prefetch_session((*keys_)[i][layer].hash);
    stages_.end(Stage::lookup);
    for (std::size_t i = 0; i < burst.packets.size(); ++i) one_packet(burst.packets[i], (*decoded_)[i], i);
    let_time_pass(burst.clock);
    rule_judge_.publish();
    reporter_.advance(burst.clock, next_number);
    stages_.end(Stage::output);
}

void Worker::one_packet(const Packet& packet, const Decoded& decoded, std::size_t position) noexcept {
    let_time_pass(packet.clock);
    reporter_.at_packet(packet);
    moment_.packet = &packet;
    moment_.time = packet.time;
    moment_.clock = packet.clock;
    actions_[position] = Action::pass;
    std::uint64_t parent = 0;
    ContractJudge::Carrier carrier;
    for (std::size_t layer = 0; layer < decoded.count; ++layer) {
        const PacketKey& key = (*keys_)[position][layer];
        const Tracked tracked = flows_.track(key, decoded, layer, packet, [this](Session& session, SessionEnd end) noexcept {
            const Moment now = moment_;
            session_ended(session, end, session.end);
            moment_ = now;
        });
        moment_.session = tracked.session;
        moment_.layers = &decoded.layers[layer];
        moment_.direction = tracked.direction;
        moment_.stream_bytes = {};
        if (tracked.opened) {
            tracked.session->parent = parent;
            session_started(decoded, layer, carrier);
        }
        parent = tracked.session->id;
        stages_.end(Stage::flow);
        one_datagram(decoded, layer, key);
        contract_judge_.heard(moment_);
        if (layer + 1 < decoded.count) carrier = contract_judge_.carrier(moment_);
        actions_[position] = std::max(actions_[position], moment_.session->action);
    }
    if (decoded.event_count != 0) decode_anomalies(packet, decoded);
}

void Worker::one_datagram(const Decoded& decoded, std::size_t layer, const PacketKey& key) noexcept {
    const Layers& layers = decoded.layers[layer];
    Session& session = *moment_.session;
    reporter_.remember(session, *moment_.packet);
    stages_.end(Stage::output);
    if (layers.incomplete_fragment || layers.bad_checksum) return;
    const bool carries_tunnel = layer + 1 < decoded.count;
    if (!layers.payload.empty()) {
        std::uint8_t& count = session.payload_packets[static_cast<std::size_t>(moment_.direction)];
        if (count < 255) ++count;
    }
    if (layers.protocol == ip_protocol::tcp) {
        SessionStream stream{*this, moment_};
        for (const Direction direction : {Direction::to_server, Direction::to_client})
            moment_.stream_bytes[static_cast<std::size_t>(direction)] = reassembler_.bytes(session, direction);
        rule_judge_.packet(moment_);
        stages_.end(Stage::rules_packet);
        reassembler_.segment(session, key.from_low == session.client_is_low ? Direction::to_server : Direction::to_client, layers, stream);
        stages_.end(Stage::parse);
        show_behavior(layers);
        return;
    }
    rule_judge_.packet(moment_);
    stages_.end(Stage::rules_packet);
    // What carries a tunnel has been looked into: its payload is the next datagram, not an application's.
    if (!layers.payload.empty() && !carries_tunnel) {
        show_parser(session, layers);
        stages_.end(Stage::parse);
    }
    if (!layers.payload.empty()) behavior_judge_.datagram(moment_, carries_tunnel ? decoded.layers[layer + 1].tunnel : Tunnel::none);
    if (!carries_tunnel) show_behavior(layers);
}

void Worker::show_parser(Session& session, const Layers& layers) noexcept {
    if (layers.protocol == ip_protocol::udp) {
        apps_.datagram(session, moment_.direction, layers.payload);
    } else if (layers.protocol == ip_protocol::sctp) {
        for_each_sctp_message(layers.payload, [this, &session](std::uint32_t payload_protocol, Bytes message) noexcept {
            if (session.payload_protocol == 0) session.payload_protocol = payload_protocol;
            apps_.datagram(session, moment_.direction, message, Transport::sctp, payload_protocol);
        });
    } else if (shared_.identifier->reads(layers.protocol)) {
        apps_.datagram(session, moment_.direction, layers.payload, Transport::ip);
    }
}

void Worker::show_behavior(const Layers& layers) noexcept {
    if (layers.payload.empty()) return;
    switch (layers.protocol) {
        case ip_protocol::tcp:
        case ip_protocol::udp: behavior_judge_.payload(moment_, static_cast<std::uint32_t>(layers.payload.size())); break;
        case ip_protocol::icmp:
        case ip_protocol::icmpv6: behavior_judge_.icmp(moment_); break;
        default: return;
    }
    stages_.end(Stage::behavior);
}

void Worker::session_started(const Decoded& decoded, std::size_t layer, const ContractJudge::Carrier& carrier) noexcept {
    Session& session = *moment_.session;
    const Layers& layers = decoded.layers[layer];
    if (is_faceless(layers)) return;
    const Expectations::Match match = expectations_.meet(session, moment_.clock);
    if (match.expected != nullptr) {
        if (match.reversed) {
            reorient(session);
            moment_.direction = opposite(moment_.direction);
        }
        session.opening = Opening::expected;
        session.parent = match.expected->parent;
        session.allowed_with_parent = match.expected->allowed;
    }
    if (layers.has_quoted && contract_judge_.allows_quoted(layers.quoted, moment_.clock)) session.allowed_with_parent = true;
    if (contract_judge_.session_started(moment_, carrier)) flows_.schedule_check(session, moment_.clock + ContractJudge::settle_time);
    behavior_judge_.started(moment_);
    if (match.expected != nullptr && match.expected->app != no_protocol)
        apps_.announce(session, match.expected->app, session.key.protocol == ip_protocol::tcp ? Transport::tcp : Transport::udp,
                       std::string_view{match.expected->label.data(), strnlen(match.expected->label.data(), match.expected->label.size())});
}

void Worker::let_time_pass(Time clock) noexcept {
    const Moment now = moment_;
    bool timers_fired = false;
    flows_.advance(clock, [&](Session& session, const TimerEvent& event) noexcept {
        timers_fired = true;
        session_due(session, event);
    });
    if (timers_fired) moment_ = now;
}

void Worker::session_due(Session& session, const TimerEvent& event) noexcept {
    reporter_.at_timer(event.boundary, event.order);
    const Time since = event.due - session.last;  // timers run on the clock, lines show the packets' own time
    const Time time = session.end + since;
    if (event.kind == TimerEvent::Kind::end) {
        session_ended(session, event.end, time);
        return;
    }
    moment_ = {};
    moment_.session = &session;
    moment_.time = time;
    moment_.clock = event.due;
    if (event.kind == TimerEvent::Kind::check) {
        contract_judge_.settle(moment_);
        return;
    }
    ++session.updates;
    contract_judge_.used(moment_, 0);
    reporter_.flow(session, time,
                   session.key.protocol == ip_protocol::tcp ? name_of(static_cast<TcpState>(session.tcp_state)) : std::string_view{}, true,
                   SessionEnd::timeout);
}

void Worker::session_ended(Session& session, SessionEnd end, Time time) noexcept {
    moment_ = {};
    moment_.session = &session;
    moment_.time = time;
    moment_.clock = session.last;
    if (session.stream != 0) {
        SessionStream stream{*this, moment_};
        reassembler_.close(session, stream);
    }
    apps_.close(session);
    if (session.roles_open) {  // never shown: the end that opened it counts as the client
        session.roles_open = false;
        contract_judge_.app_known(moment_);
    }
    contract_judge_.settle(moment_);
    contract_judge_.used(moment_, session.bytes[0] + session.bytes[1]);
    rule_judge_.release(session);
    behavior_judge_.release(session);
    traffic_.add(session);
    if (survey_ != nullptr) survey_->session_ended(session);
    reporter_.flow(session, time,
                   session.key.protocol == ip_protocol::tcp ? name_of(static_cast<TcpState>(session.tcp_state)) : std::string_view{}, false,
                   end);
    reporter_.session_ended(session);
}

void Worker::finish(Time clock, Time time) noexcept {
    let_time_pass(clock);
    flows_.shutdown([this, clock](Session& session, SessionEnd end) noexcept {
        reporter_.at_end(clock, FlowTable::age_of(session));
        session_ended(session, end, session.end);
    });
    rule_judge_.publish();
    reporter_.stats(stats_, clock, time, ~std::uint64_t{0});
    reporter_.close();
}

void Worker::stats_due(Time boundary) noexcept {
    let_time_pass(boundary);
    reporter_.stats(stats_, boundary, boundary, 0);
}

void Worker::decode_anomalies(const Packet& packet, const Decoded& decoded) noexcept {
    for (std::size_t i = 0; i < decoded.event_count; ++i) {
        const DecodeEvent& event = decoded.events[i];
        AnomalyEvent anomaly;
        anomaly.place = {packet.time, packet.number, packet.origin, nullptr,
                         event.depth < decoded.count ? &decoded.layers[event.depth] : nullptr};
        anomaly.type = AnomalyEvent::Type::decode;
        anomaly.event = decode_events[event.id].name;
        anomaly.layer = anomaly.event.substr(0, anomaly.event.find('.'));
        anomaly.code = event.id;
        reporter_.anomaly(anomaly);
        if (decoded.count != 0) rule_judge_.decode_event(moment_, event.id);  // else it belongs to no session
    }
}

// ---------------------------------------------------------------- what parsers found

void Worker::app_known(Session& session) noexcept {
    // What takes over inside a session (STARTTLS, CONNECT) is not what the contract names.
    if (session.app_outer == no_protocol) judge_roles(session);
    rule_judge_.app_known(moment_);
}

void Worker::app_roles(Session& session) noexcept { judge_roles(session); }

/// The protocol is known, or who is its client: the contract has been waiting for it.
void Worker::judge_roles(Session& session) noexcept {
    moment_.session = &session;
    if (moment_.packet != nullptr && session.opening == Opening::protocol) {
        contract_judge_.turned_round(session);
        moment_.direction = moment_.layers->source == session.client() && moment_.layers->source_port == session.client_port()
                                ? Direction::to_server
                                : Direction::to_client;
    }
    contract_judge_.app_known(moment_);
}

void Worker::app_transaction(Session& session, const ParserInfo& parser, const void* transaction, Report report,
                             Direction direction) noexcept {
    rule_judge_.transaction(moment_, parser, transaction, report, direction);
    behavior_judge_.transaction(moment_, id_of(parser), transaction, report);
    if (const Field* const field = operations_[id_of(parser)]; field != nullptr && has(report, Report::request)) {
        const Value name = field->get(transaction, 0);
        if (name.kind == Value::Kind::text) contract_judge_.operation(moment_, as_text(name.bytes));
    }
    if (survey_ != nullptr) survey_->transaction(session, parser, transaction, report);
    if (!has(report, Report::log)) return;
    if (id_of(parser) == dns_.dns && direction == Direction::to_client) learn_names(transaction);
    reporter_.app(session, moment_.time, parser, transaction);
    if (session.transactions < 0xffff) ++session.transactions;
}

void Worker::app_anomaly(Session& session, const ParserInfo& parser, unsigned id, Direction direction) noexcept {
    AnomalyEvent anomaly;
    anomaly.place = {moment_.time, moment_.packet != nullptr ? moment_.packet->number : 0, session.origin, &session, moment_.layers};
    anomaly.type = AnomalyEvent::Type::applayer;
    anomaly.layer = parser.name;
    anomaly.code = id;
    for (const Anomaly& row : parser.anomalies)
        if (row.id == id) anomaly.event = row.event;
    anomaly.direction = session.app_direction(direction);
    reporter_.anomaly(anomaly);
    rule_judge_.app_event(moment_, parser, id, direction);
}

void Worker::app_expects(Session& session, const Expectation& expectation) noexcept {
    // A parent that names a third host (FTP's PORT and PASV can) does not speak for it.
    const bool same_ends =
        expectation.address == IpAddress{} || expectation.address == session.client() || expectation.address == session.server();
    expectations_.add(expectation, session, shared_.policy && same_ends && ContractJudge::allows(session), moment_.clock);
}

/// Addresses that a DNS answer gives for the name that was asked: contracts may name peers by DNS.
void Worker::learn_names(const void* transaction) noexcept {
    if (dns_.query == nullptr || dns_.data == nullptr || dns_.ttl == nullptr) return;
    const Value name = dns_.query->get(transaction, 0);
    if (name.kind != Value::Kind::text) return;
    constexpr std::size_t most = 64;
    for (std::size_t i = 0; i < most; ++i) {
        const Value data = dns_.data->get(transaction, i);
        if (data.kind == Value::Kind::end) return;
        const Value ttl = dns_.ttl->get(transaction, i);
        if (data.kind == Value::Kind::address)
            contract_judge_.learn(moment_, as_text(name.bytes), IpAddress::from_wire(data.bytes), static_cast<std::uint32_t>(ttl.number));
    }
}

}  // namespace weir
