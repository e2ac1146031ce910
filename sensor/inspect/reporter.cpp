// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/reporter.hpp"

#include <algorithm>

namespace weir {

Reporter::Reporter(const ReporterConfig& config, std::shared_ptr<const EveNames> names, EventRing& ring, Wait wait)
    : ring_(ring),
      wait_(wait),
      eve_(config.eve, std::move(names)),
      history_(config.history, config.evidence_session_bytes),
      evidence_(config.evidence && config.evidence_session_bytes != 0),
      evidence_session_bytes_(config.evidence_session_bytes) {}

void Reporter::at_packet(const Packet& packet) noexcept {
    packet_ = &packet;
    key_ = {packet.clock, packet.number, 0, 0};
}

void Reporter::at_timer(Time boundary, std::uint64_t order) noexcept {
    packet_ = nullptr;
    key_ = {boundary, 0, order, 0};
}

void Reporter::at_end(Time clock, std::uint64_t order) noexcept {
    packet_ = nullptr;
    constexpr std::uint64_t behind_all_packets = ~std::uint64_t{0};
    key_ = {clock, behind_all_packets, order, 0};
}

template <class Render>
bool Reporter::push(RecordHead head, std::size_t room, Render&& render) noexcept {
    const std::span<char> memory = ring_.reserve(room, [this] { return wait_.call(wait_.context); });
    if (memory.empty()) {
        metrics_.lost_records.add();
        return false;
    }
    head.size = static_cast<std::uint32_t>(render(memory));
    head.key = key_;
    ++key_.index;
    ring_.commit(head);
    return true;
}

RecordHead Reporter::head_of(RecordType type, const Session* session, EventType event) noexcept {
    RecordHead head;
    head.type = type;
    head.event_type = event;
    if (session == nullptr) return head;
    head.flow_id = session->id;
    head.source = session->client();
    head.destination = session->server();
    head.destination_port = session->server_port();
    head.protocol = session->key.protocol;
    return head;
}

void Reporter::remember(Session& session, const Packet& packet) noexcept {
    if (!evidence_) return;
    if (!session.recording) {
        history_.remember(session, packet);
    } else if (session.evidence_left != 0) {
        session.evidence_left -= std::min<std::uint32_t>(session.evidence_left, static_cast<std::uint32_t>(packet.data.size()));
        record(session, packet);
    }
}

void Reporter::record(const Session& session, const Packet& packet) noexcept {
    RecordHead head = head_of(RecordType::packet, &session, 0);
    head.time = packet.time;
    head.link_type = packet.link_type;
    head.wire_length = packet.wire_length;
    push(head, std::max<std::size_t>(packet.data.size(), 1), [&](std::span<char> out) {
        std::copy(packet.data.begin(), packet.data.end(), out.begin());
        return packet.data.size();
    });
}

void Reporter::flow(const Session& session, Time time, std::string_view tcp_state, bool update, SessionEnd end) noexcept {
    if (!eve_.wants(event_type::flow)) return;
    RecordHead head = head_of(RecordType::event, &session, event_type::flow);
    head.time = time;
    FlowEvent event;
    event.place = {time, 0, session.origin, &session, nullptr};
    event.tcp_state = tcp_state;
    event.update = update;
    event.end = end;
    push(head, Eve::max_event_size, [&](std::span<char> out) { return eve_.flow(out, event); });
}

void Reporter::app(const Session& session, Time time, const ParserInfo& parser, const void* transaction) noexcept {
    const EventType type = event_type::of(id_of(parser));
    if (parser.event.empty() || !eve_.wants(type)) return;
    AppEvent event;
    event.place = {time, packet_ != nullptr ? packet_->number : 0, session.origin, &session, nullptr};
    event.parser = &parser;
    event.transaction = transaction;
    event.tx_id = session.transactions;
    RecordHead head = head_of(RecordType::event, &session, type);
    head.time = time;
    const std::size_t lines = eve_.app_lines(event);
    for (std::size_t line = 0; line < lines; ++line)
        push(head, Eve::max_event_size, [&](std::span<char> out) { return eve_.app(out, event, line); });
}

void Reporter::anomaly(const AnomalyEvent& event) noexcept {
    if (!eve_.wants(event_type::anomaly)) return;
    RecordHead head = head_of(RecordType::event, event.place.session, event_type::anomaly);
    head.time = event.place.time;
    push(head, Eve::max_event_size, [&](std::span<char> out) { return eve_.anomaly(out, event); });
}

void Reporter::finding(Session& session, const AlertEvent& event, std::uint32_t rule) noexcept {
    metrics_.findings.add();
    const Finding& finding = *event.finding;
    RecordHead head = head_of(RecordType::alert, &session, event_type::alert);
    head.kind = finding.kind;
    head.judge = finding.judge;
    head.severity = finding.severity;
    head.facing = finding.facing;
    head.gid = finding.gid;
    head.sid = finding.sid;
    head.rule = rule;
    head.same = finding.same;
    head.equipment = finding.equipment;
    head.time = event.place.time;
    session.alerted = true;
    if (!push(head, Eve::max_event_size, [&](std::span<char> out) { return eve_.alert(out, event); })) return;
    if (!evidence_ || session.recording) return;
    session.recording = true;
    session.evidence_left = evidence_session_bytes_;
    history_.walk(session, [&](const Packet& packet) { record(session, packet); });
}

void Reporter::fact(const Session& session, EquipmentId equipment, Facing facing, std::uint32_t number, std::uint64_t same) noexcept {
    RecordHead head = head_of(RecordType::fact, &session, 0);
    head.equipment = equipment;
    head.facing = facing;
    head.sid = number;
    head.same = same;
    push(head, 1, [](std::span<char>) { return std::size_t{0}; });
}

void Reporter::session_ended(const Session& session) noexcept {
    if (!session.alerted) return;
    push(head_of(RecordType::end, &session, 0), 1, [](std::span<char>) { return std::size_t{0}; });
}

void Reporter::duty(const Session& session, Facing facing, DutyMark mark, std::uint32_t line, Time time) noexcept {
    RecordHead head = head_of(RecordType::duty, &session, 0);
    head.facing = facing;
    head.equipment = session.equipment[static_cast<std::size_t>(facing)];
    head.mark = mark;
    head.line = line;
    head.time = time;
    push(head, 1, [](std::span<char>) { return std::size_t{0}; });
}

void Reporter::stats(const StatsSource& source, Time boundary, Time time, std::uint64_t number) noexcept {
    if (!eve_.wants(event_type::stats)) return;
    const OrderKey before = key_;
    key_ = stats_key(boundary, number);
    RecordHead head = head_of(RecordType::stats, nullptr, event_type::stats);
    head.time = time;
    push(head, source.bytes(), [&](std::span<char> out) {
        source.read(out);
        return source.bytes();
    });
    key_ = before;
}

}  // namespace weir
