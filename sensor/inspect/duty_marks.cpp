// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/duty_marks.hpp"

#include <algorithm>
#include <bit>

#include "sensor/decode/hash.hpp"

namespace weir {

DutyMarks::DutyMarks(const Policy& policy, Reporter& reporter, std::size_t entries)
    : policy_(policy), reporter_(reporter), made_(std::bit_ceil(std::max<std::size_t>(entries, 1))) {}

void DutyMarks::heard(const Moment& moment) noexcept {
    const Session& session = *moment.session;
    const Facing facing = moment.direction == Direction::to_server ? Facing::egress : Facing::ingress;  // of the packet's sender
    const auto end = static_cast<std::size_t>(facing);
    if (session.equipment[end] == no_equipment || session.inside != no_contract) return;
    const auto duties = policy_.duties(policy_.equipment(session.equipment[end]).contract);
    if (duties.empty()) return;
    const bool allowed = session.verdict[end] == Verdict::allowed;
    const LineId line = allowed ? session.line[end] : session.duty[end];
    const std::uint8_t protocol = session.key.protocol;
    const bool opens_sessions = protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
    const bool speaks = !opens_sessions || !moment.layers->payload.empty();
    if (speaks && line != no_line)
        if (const auto duty = std::ranges::find(duties, line, &Duty::line); duty != duties.end())
            mark(moment, facing, allowed ? DutyMark::kept : DutyMark::moved, line, duty->grain());
    mark(moment, facing, DutyMark::alive, no_line, life_grain(duties));
}

void DutyMarks::moved(const Moment& moment, Facing facing) noexcept {
    reporter_.duty(*moment.session, facing, DutyMark::moved, moment.session->duty[static_cast<std::size_t>(facing)], moment.time);
}

void DutyMarks::mark(const Moment& moment, Facing facing, DutyMark what, LineId line, Time grain) noexcept {
    const EquipmentId equipment = moment.session->equipment[static_cast<std::size_t>(facing)];
    const IpAddress device = policy_.equipment(equipment).many ? moment.layers->source : IpAddress{};
    if (is_new({device, equipment, line, moment.clock / grain, what})) reporter_.duty(*moment.session, facing, what, line, moment.time);
}

bool DutyMarks::is_new(const Made& mark) noexcept {
    const std::uint64_t hash =
        hash_chain(hash_chain(std::uint64_t{mark.equipment} << 32 | mark.line, mark.device), static_cast<std::uint64_t>(mark.mark));
    Made& place = made_[hash & (made_.size() - 1)];
    if (place == mark) return false;
    place = mark;
    return true;
}

const Duty* moved_duty(const Policy& policy, const Judgement& judgement, const SessionFacts& facts) noexcept {
    const bool elsewhere = judgement.difference == Difference::peer || judgement.difference == Difference::service ||
                           judgement.difference == Difference::moved;
    if (!elsewhere || facts.inside != no_contract) return nullptr;
    const PolicyTables& tables = policy.tables();
    for (const Duty& duty : policy.duties(policy.equipment(judgement.equipment).contract)) {
        const Line& line = policy.line(duty.line);
        const Conditions& conditions = policy.conditions(line);
        if (!(judgement.facing == Facing::egress ? line.faces_egress : line.faces_ingress) || conditions.until <= facts.clock) continue;
        const ServiceList& list = tables.service_lists[line.services];
        for (const ServiceItem& item : std::span{tables.items}.subspan(list.first_item, list.count))
            if (item.protocol != any_ip_protocol && fits_transport(item, facts) && fits_app(item, facts)) return &duty;
    }
    return nullptr;
}

}  // namespace weir
