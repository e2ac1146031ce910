// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/duty_judge.hpp"

#include <array>

#include "sensor/contract/explain.hpp"
#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 1> attack{"T1562"};  // Impair Defenses: what should be heard of the equipment is not

/// A community ID is a session's, and here is none.
EveConfig without_session(EveConfig eve) {
    eve.community_id = false;
    return eve;
}

const IpAddress& own_address(const RecordHead& mark) noexcept { return mark.facing == Facing::egress ? mark.source : mark.destination; }

/// The session in which the duty would be done, as far as it is known: that of the last time, or the first that the line names.
Session session_of(const SessionFacts& facts, const MissedDuty& duty) {
    Session session;
    session.key.low = facts.client;
    session.key.high = facts.server;
    session.key.high_port = facts.server_port;
    session.key.protocol = facts.protocol;
    session.key.ip_version = facts.client.is_v4() ? 4 : 6;
    session.start = session.end = duty.since;
    if (duty.last) session.id = duty.last->flow_id;
    return session;
}

std::string time_text(Time time) { return std::string{eve_time(time).text().substr(0, 19)} + 'Z'; }

/// Long times in minutes: nobody needs the seconds.
std::string rough(Time time) {
    constexpr Time minute = 60 * second;
    const Time unit = time >= 10 * minute ? minute : second;
    return duration_text(time / unit * unit);
}

}  // namespace

DutyJudge::DutyJudge(std::shared_ptr<const Policy> policy, const EveConfig& eve, std::shared_ptr<const EveNames> names)
    : policy_(std::move(policy)), table_(policy_), eve_(without_session(eve), std::move(names)), room_(Eve::max_event_size) {}

Facing DutyJudge::facing_of(const MissedDuty& duty) const noexcept {
    if (duty.last) return duty.last->facing;
    return policy_->line(duty.line).faces_egress ? Facing::egress : Facing::ingress;
}

std::vector<DutyJudge::Missed> DutyJudge::take(const RecordHead& mark) {
    // Live, marks come from a process that may have been taken over.
    if (mark.equipment >= policy_->equipment().size() || (mark.mark != DutyMark::alive && mark.line >= policy_->line_count())) return {};
    const DutyTable::Device device{mark.equipment, policy_->equipment(mark.equipment).many ? own_address(mark) : IpAddress{}};
    std::vector<Missed> out;
    switch (mark.mark) {
        case DutyMark::kept:
            table_.kept(device, mark.line, mark.key.clock,
                        {mark.source, mark.destination, mark.destination_port, mark.protocol, mark.facing, mark.flow_id, mark.time});
            break;
        case DutyMark::moved: table_.moved(device, mark.line, mark.key.clock); break;
        case DutyMark::alive:
            for (const MissedDuty& duty : table_.alive(device, mark.key.clock, mark.time)) {
                const SessionFacts facts = facts_of(mark, duty);
                if (!find_ignore(*policy_, facing_of(duty), mark.equipment, facts)) out.push_back(render(mark, duty, facts));
            }
    }
    return out;
}

SessionFacts DutyJudge::facts_of(const RecordHead& mark, const MissedDuty& duty) const {
    const Line& line = policy_->line(duty.line);
    const PolicyTables& tables = policy_->tables();
    const bool egress = facing_of(duty) == Facing::egress;
    SessionFacts facts;
    facts.start = facts.clock = mark.key.clock;
    if (duty.last) {
        facts.client = duty.last->client;
        facts.server = duty.last->server;
        facts.server_port = duty.last->server_port;
        facts.protocol = duty.last->protocol;
    } else {
        const auto& ranges = tables.peer_sets[line.peers].ranges;
        const ServiceItem& item = tables.items[tables.service_lists[line.services].first_item];
        const IpAddress peer = ranges.empty() ? IpAddress{} : ranges.front().first.address();
        facts.client = egress ? own_address(mark) : peer;
        facts.server = egress ? peer : own_address(mark);
        facts.protocol = item.protocol == any_ip_protocol ? mark.protocol : static_cast<std::uint8_t>(item.protocol);
        if (!item.ports.empty()) facts.server_port = item.ports[0].first;
    }
    (egress ? facts.client_equipment : facts.server_equipment) = mark.equipment;
    return facts;
}

DutyJudge::Missed DutyJudge::render(const RecordHead& mark, const MissedDuty& duty, const SessionFacts& facts) {
    const Line& line = policy_->line(duty.line);
    const Equipment& equipment = policy_->equipment(mark.equipment);
    const std::string name = equipment.name + (equipment.many ? " (" + own_address(mark).text() + ')' : "");
    const std::string why = name + (duty.last ? " has sent nothing by " : " has never sent anything by ") + place_of(line) +
                            (duty.last ? " since " : " since it was first seen at ") + time_text(duty.since) + " (" +
                            rough(mark.time - duty.since) + "), and is alive; contract " +
                            std::string{policy_->contract_name(equipment.contract)} + " expects it every " +
                            policy_->conditions(line).every_text;
    const std::string allow = line_text(line);
    Finding finding;
    finding.kind = Kind::duty_missed;
    finding.judge = Judge::contract;
    finding.severity = 2;
    finding.gid = contract_gid;
    finding.sid = 1 + static_cast<std::uint32_t>(finding.kind);
    finding.rev = 1;
    finding.signature = "Equipment is alive, and silent where its contract expects to hear from it";
    finding.category = contract_category;
    finding.why = why;
    finding.allow = allow;
    finding.attack = attack;
    finding.equipment = mark.equipment;
    finding.facing = facing_of(duty);

    const Session session = session_of(facts, duty);
    AlertEvent event;
    event.place = {mark.time, 0, 0xffff, &session, nullptr};
    event.finding = &finding;
    Missed out;
    out.text.assign(room_.data(), eve_.alert(room_, event));
    out.head = mark;
    out.head.type = RecordType::alert;
    out.head.event_type = event_type::alert;
    out.head.kind = finding.kind;
    out.head.judge = finding.judge;
    out.head.severity = finding.severity;
    out.head.facing = finding.facing;
    out.head.gid = finding.gid;
    out.head.sid = finding.sid;
    out.head.flow_id = session.id;
    out.head.source = facts.client;
    out.head.destination = facts.server;
    out.head.destination_port = facts.server_port;
    out.head.protocol = facts.protocol;
    return out;
}

}  // namespace weir
