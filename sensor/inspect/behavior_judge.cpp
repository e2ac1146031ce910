// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/behavior_judge.hpp"

#include <fmt/format.h>

#include <new>
#include <string>

#include "sensor/inspect/session_text.hpp"

namespace weir {
namespace {

/// A question and its answer in datagrams show no behaviour: most sessions never need a state.
bool too_short(const Session& session) noexcept {
    constexpr std::uint8_t enough = 2;
    return session.key.protocol != ip_protocol::tcp && (session.payload_packets[0] < enough || session.payload_packets[1] < enough);
}

/// Where a person may be at the keyboard. In every other protocol that is recognised, programs talk to programs.
constexpr std::array<std::string_view, 6> typed_protocols{"ssh", "telnet", "tls", "rlogin", "websocket", "dtls"};

constexpr Severity high = 1, medium = 2;

}  // namespace

BehaviorJudge::BehaviorJudge(std::size_t memory, ContractJudge& contract, Reporter& reporter)
    : contract_(contract), reporter_(reporter), pool_(memory) {
    for (const std::string_view name : typed_protocols)
        if (const ProtocolId id = find_protocol(name); id != no_protocol) typed_.insert(id);
}

void BehaviorJudge::payload(const Moment& moment, std::uint32_t size) noexcept {
    Session& session = *moment.session;
    if (session.behavior == 0) {
        if (too_short(session)) return;
        session.behavior = pool_.take(sizeof(Detectors::State));
        if (session.behavior == 0) {
            metrics_.full.add();
            return;
        }
        new (pool_.at(session.behavior)) Detectors::State{};
        metrics_.sessions.set(metrics_.sessions.get() + 1);
    }
    moment_ = &moment;
    detectors_.payload(*static_cast<Detectors::State*>(pool_.at(session.behavior)), session, {moment.direction, size, moment.clock},
                       moment.layers->tcp.sequence, *this);
}

void BehaviorJudge::release(Session& session) noexcept {
    if (session.behavior == 0) return;
    pool_.give_back(session.behavior);
    metrics_.sessions.set(metrics_.sessions.get() - 1);
}

bool BehaviorJudge::may_be_typed(const Session& session) const noexcept {
    return session.app_status != AppStatus::known || typed_.contains(session.app);
}

/// The contract knows who may drive whom. What it allows, an administrator may type in; equipment that is driven from the far
/// end of a session which it opened itself, and equipment from which somebody types, are suspect even there, unless the line
/// says `interactive: allowed` or a program would behave the same.
bool BehaviorJudge::suspect(const Session& session, const Suspicion& suspicion) noexcept {
    metrics_.suspicions.add();
    if (suspicion.kind == Kind::interactive && !may_be_typed(session)) return true;
    const bool by_server = (suspicion.driven_by == Direction::to_client) != session.roles_reversed();
    bool of_equipment = false, told = false;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const auto end = static_cast<std::size_t>(facing);
        if (session.equipment[end] == no_equipment) continue;
        of_equipment = true;
        const bool allowed = session.verdict[end] == Verdict::allowed;
        const auto said = allowed && session.line[end] != no_line
                              ? contract_.policy()->conditions(contract_.policy()->line(session.line[end])).interactive
                              : Interactive::unsaid;
        if (said == Interactive::allowed) continue;
        if (said == Interactive::never || !allowed) {
            told = report(suspicion, high, facing) || told;
        } else if (!suspicion.weak && (by_server || facing == Facing::egress)) {
            told = report(suspicion, by_server && facing == Facing::egress ? high : medium, facing) || told;
        }
    }
    // Of hosts that nobody has said anything about, only the odd direction is told.
    if (!of_equipment && by_server && !suspicion.weak) told = report(suspicion, medium, Facing::egress);
    return told;
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
    finding.sid = 1 + static_cast<std::uint32_t>(suspicion.kind);
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
