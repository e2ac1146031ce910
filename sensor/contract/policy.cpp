// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/policy.hpp"

#include <algorithm>

namespace weir {

std::uint64_t dns_hash(std::string_view lower_case_name) noexcept {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;  // FNV-1a; whoever looks up compares the names, too
    for (const char c : lower_case_name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
    return hash;
}

bool Selection::fits(const Equipment& candidate, const Equipment* self) const noexcept {
    for (std::size_t trait = 0; trait < wanted.size(); ++trait) {
        const std::string& value = candidate.*equipment_traits[trait].member;
        const Wanted& ask = wanted[trait];
        if (ask.same) {
            if (self == nullptr || value.empty() || value != self->*equipment_traits[trait].member) return false;
        } else if (!ask.values.empty() && std::ranges::find(ask.values, value) == ask.values.end()) {
            return false;
        }
    }
    return true;
}

std::size_t Selection::asked() const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(wanted, [](const Wanted& ask) { return ask.same || !ask.values.empty(); }));
}

Time life_grain(std::span<const Duty> duties) noexcept { return std::ranges::min_element(duties, {}, &Duty::every)->grain(); }

bool PeerSet::contains(const AddressKey& address) const noexcept { return covers(ranges, address); }

EquipmentId Policy::find_equipment(std::string_view name) const noexcept {
    const auto at = std::ranges::find(tables_.equipment, name, &Equipment::name);
    return at == tables_.equipment.end() ? no_equipment : static_cast<EquipmentId>(at - tables_.equipment.begin());
}

bool Policy::has_line(ContractId contract, const Line& line) const noexcept {
    return contract != no_contract && std::ranges::find(tables_.lineage[contract], line.contract) != tables_.lineage[contract].end();
}

std::string_view Policy::name_of(const IpAddress& address) const noexcept {
    if (const EquipmentId id = find(address); id != no_equipment) return equipment(id).name;
    const AddressKey key = AddressKey::of(address);
    for (const NamedNetwork& network : tables_.networks)
        if (covers(network.ranges, key)) return network.name;
    return {};
}

std::vector<FileError> Policy::expired(Time now) const {
    std::vector<FileError> found;
    for (const Line& line : tables_.lines)
        if (const Conditions& condition = conditions(line); condition.until <= now)
            found.push_back({tables_.file, line.file_line, 0,
                             "this line of contract `" + tables_.contracts[line.contract] + "` ended on " + condition.until_text});
    for (const Ignore& ignore : tables_.ignores)
        if (ignore.until <= now)
            found.push_back({tables_.file, ignore.file_line, 0, "this `ignore` entry has ended: \"" + ignore.reason + '"'});
    return found;
}

}  // namespace weir
