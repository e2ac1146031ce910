// SPDX-License-Identifier: Apache-2.0
// Lays a policy's lines out for evaluation: per contract and side an index from peer address to the lines that name it, and
// per set of peers those lines sorted by protocol and port. So the cost of a session does not grow with the list.
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "sensor/contract/policy.hpp"

namespace weir {
namespace {

constexpr std::size_t ports_filed_singly = 8;  ///< services with more ports are filed under their protocol

class SideCompiler {
public:
    explicit SideCompiler(PolicyTables& tables) : tables_(tables) {}

    [[nodiscard]] bool compile(std::span<const LineId> lines, Facing facing, Side& side) {
        side.first_line = size32(tables_.side_lines);
        sets_.clear();
        by_set_.clear();
        for (const LineId id : lines) {
            const Line& line = tables_.lines[id];
            if (!(facing == Facing::egress ? line.faces_egress : line.faces_ingress)) continue;
            tables_.side_lines.push_back(id);
            const auto [at, is_new] = sets_.try_emplace(line.peers, size32(by_set_));
            if (is_new) by_set_.push_back({line.peers, {}});
            by_set_[at->second].lines.push_back(id);
        }
        side.line_count = size32(tables_.side_lines) - side.first_line;
        return file_peers(side) && file_services(side);
    }

private:
    struct Group {
        std::uint32_t peers;
        std::vector<LineId> lines;
    };
    template <class T>
    static std::uint32_t size32(const std::vector<T>& list) noexcept {
        return static_cast<std::uint32_t>(list.size());
    }

    bool file_peers(Side& side) {
        side.first_range = size32(tables_.ranges);
        side.first_dns = size32(tables_.side_dns);
        side.first_selection = size32(tables_.side_selections);
        for (std::uint32_t set = 0; set < by_set_.size(); ++set) {
            const PeerSet& peers = tables_.peer_sets[by_set_[set].peers];
            if (tables_.ranges.size() + peers.ranges.size() > max_compiled_rows) return false;
            for (const AddressRange& range : peers.ranges) tables_.ranges.push_back({range, {}, set});
            for (const std::uint32_t pattern : peers.dns) tables_.side_dns.push_back({pattern, set});
            for (const std::uint32_t selection : peers.selections) tables_.side_selections.push_back({selection, set});
        }
        side.range_count = size32(tables_.ranges) - side.first_range;
        side.dns_count = size32(tables_.side_dns) - side.first_dns;
        side.selection_count = size32(tables_.side_selections) - side.first_selection;
        SetIndex::build(std::span{tables_.ranges}.subspan(side.first_range));
        return true;
    }

    bool file_services(Side& side) {
        side.first_set = size32(tables_.side_sets);
        for (const Group& group : by_set_) {
            SideSet set;
            set.first_entry = size32(tables_.entries);
            for (const LineId id : group.lines) {
                const Line& line = tables_.lines[id];
                if (line.heading != Heading::deny) set.latest_until = std::max(set.latest_until, tables_.conditions[line.conditions].until);
                const ServiceList& list = tables_.service_lists[line.services];
                for (std::uint32_t item = list.first_item; item < list.first_item + list.count; ++item) file(item, id);
                if (tables_.entries.size() > max_compiled_rows) return false;
            }
            const auto entries = std::span{tables_.entries}.subspan(set.first_entry);
            std::ranges::sort(entries, [](const Entry& left, const Entry& right) {
                return std::tie(left.key, left.line, left.item) < std::tie(right.key, right.line, right.item);
            });
            set.entry_count = size32(tables_.entries) - set.first_entry;
            tables_.side_sets.push_back(set);
        }
        return true;
    }

    void file(std::uint32_t item_row, LineId line) {
        const ServiceItem& item = tables_.items[item_row];
        std::size_t ports = 0;
        for (const PortRange& range : item.ports) ports += std::size_t{range.last} - range.first + 1;
        if (item.protocol == any_ip_protocol || ports == 0 || ports > ports_filed_singly) {
            tables_.entries.push_back({entry_key(item.protocol), item_row, line});
            return;
        }
        for (const PortRange& range : item.ports)
            for (unsigned port = range.first; port <= range.last; ++port)
                tables_.entries.push_back({entry_key(item.protocol, static_cast<std::uint16_t>(port)), item_row, line});
    }

    PolicyTables& tables_;
    std::unordered_map<std::uint32_t, std::uint32_t> sets_;  ///< looked up only, never walked: the order is by_set_'s
    std::vector<Group> by_set_;
};

}  // namespace

bool compile(PolicyTables& tables) {
    std::vector<std::vector<LineId>> lines_of(tables.contracts.size());
    for (LineId id = 0; id < tables.lines.size(); ++id) lines_of[tables.lines[id].contract].push_back(id);
    tables.sides.resize(tables.contracts.size());
    tables.duties.resize(tables.contracts.size());
    SideCompiler compiler{tables};
    std::vector<LineId> lines;
    for (std::size_t contract = 0; contract < lines_of.size(); ++contract) {
        lines.clear();
        for (const ContractId member : tables.lineage[contract]) lines.insert(lines.end(), lines_of[member].begin(), lines_of[member].end());
        std::ranges::sort(lines);
        for (const Facing facing : {Facing::egress, Facing::ingress})
            if (!compiler.compile(lines, facing, tables.sides[contract][static_cast<std::size_t>(facing)])) return false;
        for (const LineId line : lines)
            if (const Time every = tables.conditions[tables.lines[line].conditions].every; every != 0) {
                tables.duties[contract].push_back({line, every});
                tables.any_duty = true;
            }
    }

    for (IgnoreId id = 0; id < tables.ignores.size(); ++id) {
        for (const EquipmentId equipment : tables.ignores[id].equipment) tables.ignores_by_equipment.emplace_back(equipment, id);
        if (tables.ignores[id].equipment.empty()) tables.ignores_of_all.push_back(id);
    }
    std::ranges::sort(tables.ignores_by_equipment);
    return true;
}

}  // namespace weir
