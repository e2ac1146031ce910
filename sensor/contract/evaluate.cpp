// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/evaluate.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace weir {
namespace {

/// What a session came to when it was held against a side's lines.
struct Closest {
    Difference difference = Difference::peer;
    LineId line = no_line;
    bool limited = false;     ///< the line that fits has a limit
    bool peer_lives = false;  ///< some line that has not ended names the peer
    LineId denied_by = no_line;
    std::optional<std::uint32_t> moved_name;  ///< a DNS name that a line names has moved to the peer: row of `dns`
    LineId moved_line = no_line;
};

bool role_fits(Role role, Facing facing, const SessionFacts& facts) noexcept {
    if (facts.app_status != AppStatus::known || facts.roles_open) return true;
    const bool reversed = facing == Facing::egress ? role == Role::peer_is_client : role == Role::peer_is_server;
    return facts.app_reversed == reversed;
}

bool operation_fits(const Conditions& conditions, const SessionFacts& facts) noexcept {
    if (facts.operation.empty()) return true;
    for (const AllowedOperations& allowed : conditions.operations)
        if (allowed.app == facts.app) return std::ranges::find(allowed.names, facts.operation) != allowed.names.end();
    return true;
}

Difference difference_of(const Conditions& conditions, const ServiceItem& item, Facing facing, const SessionFacts& facts) noexcept {
    if (conditions.until <= facts.clock) return Difference::expired;
    if (!fits_app(item, facts)) return Difference::app;
    if (!role_fits(conditions.role, facing, facts)) return Difference::role;
    if (conditions.when && !conditions.when->holds(facts.clock)) return Difference::time;
    if (!operation_fits(conditions, facts)) return Difference::operation;
    return Difference::none;
}

/// A `deny` that names an application protocol waits until it is known: it cannot forbid what might be something else.
bool denies(const Conditions& conditions, const ServiceItem& item, const SessionFacts& facts) noexcept {
    if (conditions.until <= facts.clock) return false;
    return item.apps.empty() || (facts.app_status == AppStatus::known && item.apps.contains(facts.app));
}

class Evaluation {
public:
    Evaluation(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts, const NameTable* names) noexcept
        : policy_(policy), tables_(policy.tables()), facts_(facts), facing_(facing), equipment_(equipment), names_(names) {}

    Closest run(const Side& side) noexcept {
        const IpAddress& peer = facts_.peer(facing_);
        SetIndex::visit(std::span{tables_.ranges}.subspan(side.first_range, side.range_count), AddressKey::of(peer),
                        [&](std::uint32_t set) noexcept {
                            hold_against(tables_.side_sets[side.first_set + set]);
                            return true;
                        });
        if (const EquipmentId other = facts_.peer_equipment(facing_); other != no_equipment)
            for (const SideSelection& row : std::span{tables_.side_selections}.subspan(side.first_selection, side.selection_count))
                if (tables_.selections[row.selection].fits(policy_.equipment(other), &policy_.equipment(equipment_)))
                    hold_against(tables_.side_sets[side.first_set + row.set]);
        if (names_ != nullptr && side.dns_count != 0 && names_->mentions(equipment_, peer))
            for (const SideDns& row : std::span{tables_.side_dns}.subspan(side.first_dns, side.dns_count))
                hold_against_name(row, tables_.side_sets[side.first_set + row.set]);
        return closest_;
    }

private:
    void hold_against_name(const SideDns& row, const SideSet& set) noexcept {
        switch (names_->told(equipment_, facts_.peer(facing_), tables_.dns[row.pattern], facts_.clock)) {
            case NameTable::Told::nothing: return;
            case NameTable::Told::holds: hold_against(set); return;
            case NameTable::Told::moved:
                if (set.latest_until > facts_.clock && !closest_.moved_name) {
                    closest_.moved_name = row.pattern;
                    closest_.moved_line = tables_.entries[set.first_entry].line;
                }
        }
    }

    void hold_against(const SideSet& set) noexcept {
        closest_.peer_lives = closest_.peer_lives || set.latest_until > facts_.clock;
        const auto entries = std::span{tables_.entries}.subspan(set.first_entry, set.entry_count);
        hold_against(entries, entry_key(facts_.protocol, facts_.service_port()));
        hold_against(entries, entry_key(facts_.protocol));
        hold_against(entries, entry_key(any_ip_protocol));
    }

    void hold_against(std::span<const Entry> entries, std::uint32_t key) noexcept {
        for (auto entry = std::ranges::lower_bound(entries, key, {}, &Entry::key); entry != entries.end() && entry->key == key; ++entry) {
            const ServiceItem& item = tables_.items[entry->item];
            if (!item.accepts_ports(facts_.service_port(), facts_.client_port)) continue;
            const Line& line = tables_.lines[entry->line];
            const Conditions& conditions = policy_.conditions(line);
            if (line.heading == Heading::deny) {
                if (denies(conditions, item, facts_)) closest_.denied_by = std::min(closest_.denied_by, entry->line);
            } else {
                consider(entry->line, difference_of(conditions, item, facing_, facts_), conditions.limit.any());
            }
        }
    }

    void consider(LineId line, Difference difference, bool limited) noexcept {
        const auto rank = [](Difference d, bool has_limit, LineId id) { return std::tuple{d, !has_limit, ~id}; };
        if (closest_.line == no_line || rank(difference, limited, line) > rank(closest_.difference, closest_.limited, closest_.line)) {
            closest_.difference = difference;
            closest_.line = line;
            closest_.limited = limited;
        }
    }

    const Policy& policy_;
    const PolicyTables& tables_;
    const SessionFacts& facts_;
    Facing facing_;
    EquipmentId equipment_;
    const NameTable* names_;
    Closest closest_;
};

Kind kind_of(Difference difference, Facing facing, bool peer_lives) noexcept {
    if (difference == Difference::app) return Kind::protocol_mismatch;
    if (difference == Difference::role) return Kind::call_home;
    if (facing == Facing::ingress) return Kind::unexpected_ingress;
    return peer_lives ? Kind::unexpected_service : Kind::unexpected_destination;
}

Judgement judge_as_opened(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts,
                          const NameTable* names) noexcept {
    constexpr Severity high = 1, medium = 2;
    Judgement out;
    out.facing = facing;
    out.equipment = equipment;
    const ContractId contract = contract_for(policy, equipment, facts);
    if (contract == no_contract) {
        out.difference = Difference::contract;
        out.kind = kind_of(out.difference, facing, false);
        return out;
    }
    const Closest closest =
        Evaluation{policy, facing, equipment, facts, names}.run(policy.tables().sides[contract][static_cast<std::size_t>(facing)]);
    out.line = closest.line;
    out.difference = closest.line != no_line ? closest.difference : closest.peer_lives ? Difference::service : Difference::peer;
    if (closest.denied_by != no_line) {
        out.line = closest.denied_by;
        out.difference = Difference::denied;
        out.kind = kind_of(out.difference, facing, true);
        out.severity = policy.conditions(policy.line(out.line)).severity;
        return out;
    }
    if (out.difference == Difference::peer && closest.moved_name) {
        out.line = closest.moved_line;
        out.difference = Difference::moved;
        out.kind = Kind::dns_peer_changed;
        out.moved_name = *closest.moved_name;
        out.severity = high;
        return out;
    }
    out.allowed = out.difference == Difference::none;
    out.kind = kind_of(out.difference, facing, closest.peer_lives);
    out.severity = out.kind == Kind::protocol_mismatch || out.kind == Kind::call_home ? high : medium;
    return out;
}

/// The session as it would be had the other end opened it.
SessionFacts turned(SessionFacts facts) noexcept {
    std::swap(facts.client, facts.server);
    std::swap(facts.client_port, facts.server_port);
    std::swap(facts.client_equipment, facts.server_equipment);
    facts.app_reversed = facts.app_status == AppStatus::known && !facts.app_reversed;
    return facts;
}

}  // namespace

bool fits_transport(const ServiceItem& item, const SessionFacts& facts) noexcept {
    return (item.protocol == any_ip_protocol || item.protocol == facts.protocol) &&
           item.accepts_ports(facts.service_port(), facts.client_port);
}

bool fits_app(const ServiceItem& item, const SessionFacts& facts) noexcept {
    if (item.apps.empty()) return true;
    if (facts.app_status == AppStatus::known) return item.apps.contains(facts.app);
    return facts.app_status != AppStatus::unknown || !facts.payload_both_ways;
}

ContractId contract_for(const Policy& policy, EquipmentId equipment, const SessionFacts& facts) noexcept {
    return facts.inside != no_contract ? facts.inside : policy.equipment(equipment).contract;
}

bool includes(const Policy& policy, const PeerSet& peers, Facing facing, EquipmentId equipment, const SessionFacts& facts,
              const NameTable* names) noexcept {
    const PolicyTables& tables = policy.tables();
    const IpAddress& peer = facts.peer(facing);
    if (peers.contains(AddressKey::of(peer))) return true;
    if (const EquipmentId other = facts.peer_equipment(facing); other != no_equipment)
        for (const std::uint32_t row : peers.selections)
            if (tables.selections[row].fits(policy.equipment(other), &policy.equipment(equipment))) return true;
    return names != nullptr && std::ranges::any_of(peers.dns, [&](std::uint32_t row) {
               return names->told(equipment, peer, tables.dns[row], facts.clock) == NameTable::Told::holds;
           });
}

Judgement judge(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts, const NameTable* names) noexcept {
    const LinkTraffic* const link_traffic = find_link_traffic(facts);
    if (facts.expected || link_traffic != nullptr) {
        Judgement out;
        out.allowed = true;
        out.facing = facing;
        out.equipment = equipment;
        out.link_traffic = link_traffic;
        return out;
    }
    const Judgement judgement = judge_as_opened(policy, facing, equipment, facts, names);
    if (judgement.allowed || !facts.direction_guessed || judgement.difference == Difference::denied) return judgement;
    const Facing other = facing == Facing::egress ? Facing::ingress : Facing::egress;
    Judgement as_turned = judge_as_opened(policy, other, equipment, turned(facts), names);
    as_turned.facing = facing;  // as asked: the session itself stays as it is
    return as_turned.allowed ? as_turned : judgement;
}

Judgement over_limit(const Judgement& allowed, Difference which) noexcept {
    Judgement out = allowed;
    out.allowed = false;
    out.difference = which;
    out.kind = kind_of(which, allowed.facing, true);
    return out;
}

std::optional<IgnoreId> find_ignore(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts,
                                    const NameTable* names) noexcept {
    const PolicyTables& tables = policy.tables();
    const auto silences = [&](IgnoreId id) {
        const Ignore& ignore = tables.ignores[id];
        if (facts.clock >= ignore.until || !(facing == Facing::egress ? ignore.egress : ignore.ingress)) return false;
        if (ignore.peers && !includes(policy, tables.peer_sets[*ignore.peers], facing, equipment, facts, names))
            return false;
        if (!ignore.services) return true;
        const ServiceList& list = tables.service_lists[*ignore.services];
        return std::ranges::any_of(std::span{tables.items}.subspan(list.first_item, list.count),
                                   [&](const ServiceItem& item) { return fits_transport(item, facts) && fits_app(item, facts); });
    };
    const auto& own = tables.ignores_by_equipment;
    for (auto at = std::ranges::lower_bound(own, std::pair{equipment, IgnoreId{0}}); at != own.end() && at->first == equipment; ++at)
        if (silences(at->second)) return at->second;
    for (const IgnoreId id : tables.ignores_of_all)
        if (silences(id)) return id;
    return std::nullopt;
}

}  // namespace weir
