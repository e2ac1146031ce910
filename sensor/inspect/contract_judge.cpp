// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/contract_judge.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "sensor/contract/explain.hpp"

namespace weir {
namespace {

/// What an analyst reads first, and the technique behind it (ATT&CK Enterprise).
struct KindText {
    std::string_view signature;
    std::array<std::string_view, 1> attack;
};
KindText text_of(Kind kind) noexcept {
    switch (kind) {
        case Kind::unexpected_destination: return {"Equipment talks to a peer that its contract does not name", {"T1071"}};
        case Kind::unexpected_service: return {"Equipment uses a service that its contract does not allow with this peer", {"T1571"}};
        case Kind::unexpected_ingress: return {"Equipment accepted a session that its contract does not allow", {"T1133"}};
        case Kind::dns_peer_changed: return {"Equipment follows a name of its contract into another network", {"T1584.002"}};
        case Kind::protocol_mismatch: return {"Another protocol is spoken than the contract allows on this service", {"T1571"}};
        case Kind::call_home:
            return {"Equipment opened a session in which it is the server, without a line that allows call home", {"T1572"}};
        default: return {"Equipment does what its contract does not allow", {"T1071"}};
    }
}

const std::uint8_t* mac_of(const Session& session, std::size_t end) noexcept {
    const auto& mac = session.mac[end];
    return mac == std::array<std::uint8_t, 6>{} ? nullptr : mac.data();
}

}  // namespace

ContractJudge::ContractJudge(std::shared_ptr<const Policy> policy, Reporter& reporter, Action action)
    : policy_(std::move(policy)), action_(action), reporter_(reporter), line_uses_(policy_ ? policy_->line_count() : 0) {
    if (policy_ && policy_->any_duty()) marks_ = std::make_unique<DutyMarks>(*policy_, reporter);
}

ContractJudge::Carrier ContractJudge::carrier(const Moment& moment) const noexcept {
    if (!policy_) return {};
    const Session& session = *moment.session;
    for (const std::size_t end : {std::size_t{0}, std::size_t{1}}) {
        if (session.verdict[end] != Verdict::allowed || session.line[end] == no_line) continue;
        const ContractId inside = policy_->conditions(policy_->line(session.line[end])).inside;
        if (inside != no_contract) return {session.equipment[end], inside, (end == 0) == (moment.direction == Direction::to_server)};
    }
    return {};
}

bool ContractJudge::session_started(const Moment& moment, const Carrier& carrier) noexcept {
    if (!policy_) return false;
    Session& session = *moment.session;
    session.equipment = {policy_->find(session.client(), mac_of(session, 0)), policy_->find(session.server(), mac_of(session, 1))};
    if (carrier.equipment != no_equipment && session.equipment[0] == no_equipment && session.equipment[1] == no_equipment) {
        const bool from_client = (moment.direction == Direction::to_server) == carrier.sent;
        session.equipment[from_client ? 0 : 1] = carrier.equipment;
        session.inside = carrier.contract;
    }
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const auto end = static_cast<std::size_t>(facing);
        if (session.equipment[end] == no_equipment) continue;
        metrics_.judged.add();
        session.verdict[end] = Verdict::pending;
        // Who keeps it out cannot wait to hear what is spoken; what no line allows now, none will allow.
        judge_end(moment, facing, action_ != Action::pass && session.opening != Opening::guessed);
    }
    return session.verdict[0] == Verdict::pending || session.verdict[1] == Verdict::pending;
}

void ContractJudge::turned_round(Session& session) noexcept {
    for (std::size_t end = 0; end < 2; ++end) {
        session.verdict[end] = session.equipment[end] == no_equipment ? Verdict::none : Verdict::pending;
        session.line[end] = no_line;
    }
}

void ContractJudge::app_known(const Moment& moment) noexcept {
    if (!policy_) return;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const Verdict verdict = moment.session->verdict[static_cast<std::size_t>(facing)];
        if (verdict == Verdict::pending || verdict == Verdict::allowed) judge_end(moment, facing, true);
    }
}

void ContractJudge::operation(const Moment& moment, std::string_view name) noexcept {
    if (!policy_) return;
    Session& session = *moment.session;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const auto end = static_cast<std::size_t>(facing);
        if (session.verdict[end] != Verdict::allowed || session.line[end] == no_line) continue;
        if (policy_->conditions(policy_->line(session.line[end])).operations.empty()) continue;
        SessionFacts facts = SessionFacts::of(session, moment.clock);
        facts.operation = name;
        const Judgement judgement = judge(*policy_, facing, session.equipment[end], facts, &names_);
        if (judgement.allowed) continue;
        session.verdict[end] = Verdict::found;
        session.found[end] = judgement.kind;
        metrics_.found.add();
        report(moment, judgement, facts);
    }
}

void ContractJudge::heard(const Moment& moment) noexcept {
    if (marks_ != nullptr) marks_->heard(moment);
}

void ContractJudge::settle(const Moment& moment) noexcept {
    if (!policy_) return;
    for (const Facing facing : {Facing::egress, Facing::ingress})
        if (moment.session->verdict[static_cast<std::size_t>(facing)] == Verdict::pending) judge_end(moment, facing, true);
}

void ContractJudge::judge_end(const Moment& moment, Facing facing, bool final) noexcept {
    Session& session = *moment.session;
    const auto end = static_cast<std::size_t>(facing);
    const SessionFacts facts = SessionFacts::of(session, moment.clock, moment.layers != nullptr ? moment.layers->ttl : std::uint8_t{0});
    const Judgement judgement = judge(*policy_, facing, session.equipment[end], facts, &names_);
    if (judgement.allowed) {
        if (session.verdict[end] == Verdict::allowed) return;
        session.verdict[end] = Verdict::allowed;
        session.line[end] = judgement.line;
        metrics_.allowed.add();
        if (judgement.line == no_line) return;
        ++line_uses_[judgement.line];
        if (limits_.count_session(*policy_, session.equipment[end], judgement.line, moment.clock))
            report(moment, over_limit(judgement, Difference::sessions), facts);
    } else if (final) {
        session.verdict[end] = Verdict::found;
        session.found[end] = judgement.kind;
        metrics_.found.add();
        report(moment, judgement, facts);
    }
}

void ContractJudge::used(const Moment& moment, std::uint64_t bytes) noexcept {
    if (!policy_) return;
    const Session& session = *moment.session;
    for (const Facing facing : {Facing::egress, Facing::ingress}) {
        const auto end = static_cast<std::size_t>(facing);
        const LineId line = session.line[end];
        if (session.verdict[end] != Verdict::allowed || line == no_line) continue;
        Judgement allowed;
        allowed.allowed = true;
        allowed.facing = facing;
        allowed.equipment = session.equipment[end];
        allowed.line = line;
        const SessionFacts facts = SessionFacts::of(session, moment.clock);
        if (limits_.count_bytes(*policy_, allowed.equipment, line, bytes, moment.clock))
            report(moment, over_limit(allowed, Difference::bytes), facts);
        if (LimitTracker::too_long(*policy_, line, session.start, session.end))
            report(moment, over_limit(allowed, Difference::duration), facts);
    }
}

bool ContractJudge::allows_quoted(const QuotedTuple& quoted, Time clock) const noexcept {
    if (!policy_) return false;
    SessionFacts facts;
    facts.client = quoted.source;
    facts.server = quoted.destination;
    facts.client_port = quoted.source_port;
    facts.server_port = quoted.destination_port;
    facts.protocol = quoted.protocol;
    facts.client_equipment = policy_->find(facts.client);
    facts.server_equipment = policy_->find(facts.server);
    facts.start = facts.clock = clock;
    const auto allowed = [&](Facing facing) {
        const EquipmentId equipment = facts.equipment(facing);
        return equipment == no_equipment || judge(*policy_, facing, equipment, facts, &names_).allowed;
    };
    if (facts.client_equipment == no_equipment && facts.server_equipment == no_equipment) return false;
    if (allowed(Facing::egress) && allowed(Facing::ingress)) return true;
    std::swap(facts.client, facts.server);  // the error may be about an answer
    std::swap(facts.client_port, facts.server_port);
    std::swap(facts.client_equipment, facts.server_equipment);
    return allowed(Facing::egress) && allowed(Facing::ingress);
}

void ContractJudge::learn(const Moment& moment, std::string_view name, const IpAddress& address, std::uint32_t ttl) noexcept {
    if (!policy_ || moment.session->equipment[0] == no_equipment || !allows(*moment.session)) return;
    names_.learn_dns(*policy_, moment.session->equipment[0], name, address, ttl, moment.clock);
}

bool ContractJudge::ignores(const Session& session, EquipmentId equipment, Facing facing, Time clock) noexcept {
    if (!policy_ || equipment == no_equipment) return false;
    if (!find_ignore(*policy_, facing, equipment, SessionFacts::of(session, clock), &names_)) return false;
    metrics_.ignored.add();
    return true;
}

void ContractJudge::report(const Moment& moment, const Judgement& judgement, const SessionFacts& facts) noexcept {
    if (ignores(*moment.session, judgement.equipment, judgement.facing, moment.clock)) return;
    const KindText text = text_of(judgement.kind);
    const Explanation explanation = explain(*policy_, judgement, facts, &names_);
    Finding finding;
    finding.kind = judgement.kind;
    finding.judge = Judge::contract;
    finding.severity = judgement.severity;
    finding.confidence = facts.direction_guessed ? 0.7 : 1.0;
    finding.gid = contract_gid;
    finding.sid = 1 + static_cast<std::uint32_t>(judgement.kind);
    finding.rev = 1;
    finding.signature = text.signature;
    finding.category = contract_category;
    std::string why = explanation.why;
    if (marks_ != nullptr)
        if (const Duty* const duty = moved_duty(*policy_, judgement, facts)) {
            moment.session->duty[static_cast<std::size_t>(judgement.facing)] = duty->line;
            marks_->moved(moment, judgement.facing);
            why += "; " + place_of(policy_->line(duty->line)) + " expects this of it every " +
                   policy_->conditions(policy_->line(duty->line)).every_text + ": the duty has moved to another peer";
        }
    finding.why = why;
    finding.allow = explanation.allow;
    finding.attack = text.attack;
    finding.equipment = judgement.equipment;
    finding.facing = judgement.facing;
    finding.blocked = action_ != Action::pass;
    moment.session->action = std::max(moment.session->action, action_);

    AlertEvent event;
    event.place = {moment.time, moment.packet != nullptr ? moment.packet->number : 0, moment.session->origin, moment.session, nullptr};
    event.finding = &finding;
    event.direction = moment.direction;
    reporter_.finding(*moment.session, event);
}

}  // namespace weir
