// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/alert_digest.hpp"

#include <algorithm>

namespace weir {

void AlertDigest::add(const RecordHead& alert, std::string_view text) {
    ++total_;
    const bool opened = alert.facing == Facing::egress;
    const IpAddress& local = opened ? alert.source : alert.destination;
    const IpAddress& peer = opened ? alert.destination : alert.source;
    // A piece of equipment may have many addresses: its name says enough.
    const Key key{alert.severity, alert.kind, alert.facing, alert.equipment, alert.equipment == no_equipment ? local : IpAddress{}, alert.gid, alert.sid,
                  alert.protocol, alert.destination_port};
    auto found = groups_.find(key);
    if (found == groups_.end()) {
        if (groups_.size() >= capacity_) {
            ++ungrouped_;
            return;
        }
        AlertGroup group;
        group.severity = alert.severity;
        group.kind = alert.kind;
        group.judge = alert.judge;
        group.facing = alert.facing;
        group.equipment = alert.equipment;
        group.local = local;
        group.gid = alert.gid;
        group.sid = alert.sid;
        group.text = text;
        group.protocol = alert.protocol;
        group.port = alert.destination_port;
        group.first = group.last = alert.time;
        found = groups_.emplace(key, std::move(group)).first;
    }
    AlertGroup& group = found->second;
    ++group.alerts;
    group.first = std::min(group.first, alert.time);
    group.last = std::max(group.last, alert.time);
    if (const auto known = std::ranges::find(group.peers, peer, &AlertGroup::Peer::address); known != group.peers.end())
        ++known->alerts;
    else if (group.peers.size() < AlertGroup::max_peers)
        group.peers.push_back({peer, 1});
    else
        ++group.more_peers;
}

std::vector<AlertGroup> AlertDigest::groups() const {
    std::vector<AlertGroup> out;
    out.reserve(groups_.size());
    for (const auto& [key, group] : groups_) out.push_back(group);
    std::ranges::stable_sort(out, [](const AlertGroup& left, const AlertGroup& right) {
        return std::tuple{left.severity, right.alerts} < std::tuple{right.severity, left.alerts};  // equal: as the map has them
    });
    return out;
}

}  // namespace weir
