// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/policy.hpp"

#include <algorithm>

namespace weir {

std::uint64_t dns_hash(std::string_view lower_case_name) noexcept {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;  // FNV-1a; whoever looks up compares the names, too
    for (const char c : lower_case_name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
    return hash;
}

namespace {

/// `ranges` are sorted and disjoint.
bool covers(std::span<const AddressRange> ranges, const AddressKey& address) noexcept {
    const auto after = std::ranges::upper_bound(ranges, address, {}, &AddressRange::first);
    return after != ranges.begin() && address <= std::prev(after)->last;
}

}  // namespace

bool PeerSet::contains(const AddressKey& address) const noexcept { return covers(ranges, address); }

EquipmentId Policy::find_equipment(std::string_view name) const noexcept {
    const auto at = std::ranges::find(tables_.equipment, name, &Equipment::name);
    return at == tables_.equipment.end() ? no_equipment : static_cast<EquipmentId>(at - tables_.equipment.begin());
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
