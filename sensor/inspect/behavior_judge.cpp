// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/behavior_judge.hpp"

#include <fmt/format.h>

#include <new>
#include <string>

#include "sensor/decode/wire.hpp"
#include "sensor/inspect/session_text.hpp"

namespace weir {
namespace {

/// A question and its answer in datagrams show no behaviour: most sessions never need a state.
bool too_short(const Session& session) noexcept {
    constexpr std::uint8_t enough = 2;
    if (session.key.protocol == ip_protocol::tcp) return false;
    const auto [asked, answered] = session.payload_packets;
    return session.key.protocol == ip_protocol::udp ? asked < enough || answered < enough : asked + answered <= enough;
}

/// Where a person may be at the keyboard. In every other protocol that is recognised, programs talk to programs.
constexpr std::array<std::string_view, 6> typed_protocols{"ssh", "telnet", "tls", "rlogin", "websocket", "dtls"};

constexpr Severity nothing = 0, high = 1, medium = 2, low = 3;

bool driven_by_server(const Session& session, const Suspicion& suspicion) noexcept {
    return (suspicion.driven_by == Direction::to_client) != session.roles_reversed();
}

}  // namespace

BehaviorJudge::BehaviorJudge(std::size_t memory, ContractJudge& contract, Reporter& reporter)
    : contract_(contract), reporter_(reporter), pool_(memory) {
    for (const std::string_view name : typed_protocols)
        if (const ProtocolId id = find_protocol(name); id != no_protocol) typed_.insert(id);
    dns_.protocol = find_protocol("dns");
    if (dns_.protocol == no_protocol) return;
    for (const Field& field : protocols()[dns_.protocol].fields) {
        if (field.path == "dns.queries[].rrname") dns_.name = &field;
        if (field.path == "dns.queries[].rrtype") dns_.type = &field;
    }
}

Detectors::State* BehaviorJudge::state_of(Session& session) noexcept {
    return session.behavior == 0 && too_short(session) ? nullptr : watch(session);
}

Detectors::State* BehaviorJudge::watch(Session& session) noexcept {
    if (session.behavior == 0) {
        session.behavior = pool_.take(sizeof(Detectors::State));
        if (session.behavior == 0) {
            metrics_.full.add();
            return nullptr;
        }
        new (pool_.at(session.behavior)) Detectors::State{};
        metrics_.sessions.set(metrics_.sessions.get() + 1);
    }
    return static_cast<Detectors::State*>(pool_.at(session.behavior));
}

void BehaviorJudge::started(const Moment& moment) noexcept {
    moment_ = &moment;
    contact({Direction::to_server, 0, moment.clock});
}

void BehaviorJudge::payload(const Moment& moment, std::uint32_t size) noexcept {
    moment_ = &moment;
    const Payload packet{moment.direction, size, moment.clock};
    knock(moment);
    Detectors::State* const state = state_of(*moment.session);
    if (state != nullptr && !detectors_.payload(*state, *moment.session, packet, moment.layers->tcp.sequence, *this)) return;
    contact(packet);
}

void BehaviorJudge::knock(const Moment& moment) noexcept {
    const Session& session = *moment.session;
    if (session.equipment[1] == no_equipment || session.equipment[0] != no_equipment || moment.direction != Direction::to_server) return;
    if (session.payload_packets == std::array<std::uint8_t, 2>{1, 0}) detectors_.knock(session, moment.layers->payload, moment.clock);
}

/// Duties are regular: polls, reports, heartbeats. Only where equipment contacts whom its contract does not name it means anything.
void BehaviorJudge::contact(const Payload& packet) noexcept {
    const Session& session = *moment_->session;
    const auto opener = static_cast<std::size_t>(Facing::egress);
    if (session.equipment[opener] == no_equipment || session.verdict[opener] == Verdict::allowed) return;
    detectors_.contact(session, packet, *this);
    metrics_.forgotten.set(detectors_.forgotten());
}

/// Operators' networks are full of tunnels: only one that the contract of equipment does not allow means anything.
void BehaviorJudge::datagram(const Moment& moment, Tunnel carries) noexcept {
    Session& session = *moment.session;
    const auto not_allowed = [&](std::size_t end) {
        return session.equipment[end] != no_equipment && session.verdict[end] != Verdict::allowed;
    };
    if (!not_allowed(0) && !not_allowed(1)) return;
    moment_ = &moment;
    if (Detectors::State* const state = watch(session))
        detectors_.datagram(*state, session, {moment.direction, carries, moment.layers->payload}, *this);
}

void BehaviorJudge::icmp(const Moment& moment) noexcept {
    const Layers& layers = *moment.layers;
    const bool reply = layers.icmp_type == (layers.protocol == ip_protocol::icmp ? 0 : 129);  // RFC 792, RFC 4443 section 4.2
    if (!reply && layers.icmp_type != (layers.protocol == ip_protocol::icmp ? 8 : 128)) return;
    if (layers.payload_missing != 0) return;
    moment_ = &moment;
    if (!reply) knock(moment);
    Detectors::State* const state = state_of(*moment.session);
    if (state == nullptr) return;
    const Echo echo{moment.direction, reply, wire::be16(layers.transport.data() + 6), layers.payload, moment.clock};
    detectors_.echo(*state, *moment.session, echo, *this);
}

void BehaviorJudge::transaction(const Moment& moment, ProtocolId protocol, const void* transaction, Report report) noexcept {
    const auto& equipment = moment.session->equipment;
    if (equipment[0] != no_equipment || equipment[1] != no_equipment) {
        moment_ = &moment;
        detectors_.transaction(*moment.session, {protocol, transaction, moment.time, moment.clock}, *this);
        metrics_.forgotten.set(detectors_.forgotten());
    }
    if (protocol != dns_.protocol || dns_.name == nullptr || dns_.type == nullptr || !has(report, Report::request)) return;
    moment_ = &moment;
    constexpr std::size_t most = 16;  // questions in one message; one is usual
    for (std::size_t i = 0; i < most; ++i) {
        const Value name = dns_.name->get(transaction, i), type = dns_.type->get(transaction, i);
        if (name.kind == Value::Kind::end) break;
        if (name.kind == Value::Kind::text && type.kind == Value::Kind::text)
            detectors_.question(*moment.session, {as_text(name.bytes), as_text(type.bytes), moment.clock}, *this);
    }
    metrics_.forgotten.set(detectors_.forgotten());
}

void BehaviorJudge::release(Session& session) noexcept {
    if (session.behavior == 0) return;
    pool_.give_back(session.behavior);
    metrics_.sessions.set(metrics_.sessions.get() - 1);
}

bool BehaviorJudge::may_be_typed(const Session& session) const noexcept {
    return session.app_status != AppStatus::known || typed_.contains(session.app);
}

bool BehaviorJudge::suspect(const Session& session, const Suspicion& suspicion) noexcept {
    metrics_.suspicions.add();
    if (suspicion.kind == Kind::interactive && !may_be_typed(session)) return true;
    if (suspicion.fact != nullptr) return expose(session, suspicion);
    bool of_equipment = false, told = false;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        if (session.equipment[static_cast<std::size_t>(facing)] == no_equipment) continue;
        of_equipment = true;
        if (suspicion.about && *suspicion.about != facing) continue;
        const Severity severity = worth(session, suspicion, facing);
        if (severity != nothing) told = report(suspicion, severity, facing) || told;
    }
    // Of hosts that nobody has said anything about, only what is odd between any hosts is told.
    const bool odd = suspicion.kind == Kind::interactive ? driven_by_server(session, suspicion) : suspicion.kind != Kind::protocol_mismatch;
    if (!of_equipment && odd && !suspicion.weak) told = report(suspicion, medium, Facing::egress);
    return told;
}

/// A fact about a device goes to the inventory, and once to the alerts, unless it is a service that its contract names.
bool BehaviorJudge::expose(const Session& session, const Suspicion& suspicion) noexcept {
    const Facing facing = *suspicion.about;
    const auto end = static_cast<std::size_t>(facing);
    if (session.equipment[end] == no_equipment || contract_.ignores(session, session.equipment[end], facing, moment_->clock)) return true;
    reporter_.fact(session, session.equipment[end], facing, suspicion.fact->number, suspicion.same);
    using Told = ExposureFact::Told;
    const Told told = suspicion.fact->told;
    if (told == Told::always || (told == Told::unless_allowed && session.verdict[end] != Verdict::allowed)) report(suspicion, low, facing);
    return true;
}

/// The contract knows who may drive whom. What it allows, an administrator may type in; equipment that is driven from the far
/// end of a session which it opened itself, and equipment from which somebody types, are suspect even there, unless the line
/// says `interactive: allowed` or a program would behave the same. No contract can mean a tunnel where it allows something else.
Severity BehaviorJudge::worth(const Session& session, const Suspicion& suspicion, Facing facing) const noexcept {
    const auto end = static_cast<std::size_t>(facing);
    const bool allowed = session.verdict[end] == Verdict::allowed;
    if (suspicion.kind == Kind::beacon) return allowed || facing == Facing::ingress ? nothing : high;
    if (suspicion.kind == Kind::ip_tunnel) return allowed ? nothing : high;
    constexpr double sure = 0.8;
    if (suspicion.kind == Kind::protocol_mismatch) return suspicion.confidence < sure ? medium : high;
    if (suspicion.kind != Kind::interactive && suspicion.kind != Kind::reverse_tunnel) return allowed && suspicion.weak ? nothing : high;
    const auto said = allowed && session.line[end] != no_line
                          ? contract_.policy()->conditions(contract_.policy()->line(session.line[end])).interactive
                          : Interactive::unsaid;
    if (said == Interactive::allowed) return nothing;
    if (said == Interactive::never || !allowed) return high;
    if (suspicion.weak) return nothing;
    const bool by_server = driven_by_server(session, suspicion);
    if (facing == Facing::egress) return by_server ? high : medium;
    return by_server ? medium : nothing;
}

bool BehaviorJudge::report(const Suspicion& suspicion, Severity severity, Facing facing) noexcept {
    Session& session = *moment_->session;
    const EquipmentId equipment = session.equipment[static_cast<std::size_t>(facing)];
    if (contract_.ignores(session, equipment, facing, moment_->clock)) return true;
    metrics_.findings.add();
    Finding finding;
    finding.kind = suspicion.kind;
    finding.judge = Judge::behavior;
    finding.severity = severity;
    finding.confidence = suspicion.confidence;
    finding.gid = behavior_gid;
    finding.sid = suspicion.fact != nullptr ? exposure_sid + suspicion.fact->number : 1 + static_cast<std::uint32_t>(suspicion.kind);
    finding.same = suspicion.same;
    finding.rev = 1;
    finding.signature = suspicion.signature;
    finding.category = "Behaviour";
    finding.attack = suspicion.attack;
    finding.equipment = equipment;
    finding.facing = facing;
    const std::string why = fmt::format("{}; {}", session_text(session, contract_.policy(), equipment, facing), suspicion.why);
    finding.why = why;

    AlertEvent event;
    event.place = {moment_->time, moment_->packet != nullptr ? moment_->packet->number : 0, session.origin, &session, nullptr};
    event.finding = &finding;
    event.direction = suspicion.driven_by;
    reporter_.finding(session, event);
    return true;
}

}  // namespace weir
