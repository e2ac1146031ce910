// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/stories.hpp"

#include <utility>

namespace weir {
namespace {

/// 10, 100, 1,000 ...
bool is_power_of_ten(std::uint64_t number) noexcept {
    while (number >= 10 && number % 10 == 0) number /= 10;
    return number == 1;
}

}  // namespace

std::size_t Stories::Hash::operator()(const StormKey& key) const noexcept {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15u;
    std::uint64_t hash = key.equipment;
    for (const std::uint64_t part : {std::uint64_t{key.gid}, std::uint64_t{key.sid}, static_cast<std::uint64_t>(key.facing)}) hash = (hash ^ part) * odd;
    for (const std::uint8_t byte : key.local.bytes()) hash = (hash ^ byte) * odd;
    return hash ^ (hash >> 32);
}

/// A fact about a device is told once. Anything else once a session, a burst of it about one device, and then at powers of ten.
bool Stories::repeats(const RecordHead& finding, Story& story, Storm& storm) const noexcept {
    ++storm.untold;
    if (finding.kind == Kind::exposure) return ++storm.found > 1;
    if (finding.key.clock - storm.begun >= limits_.window) {
        storm.begun = finding.key.clock;
        storm.found = 0;
    }
    ++storm.found;
    auto& by_facing = story.found[finding.judge == Judge::behavior ? 1 : 0];
    std::uint32_t& found = by_facing[static_cast<std::size_t>(finding.facing)][static_cast<std::size_t>(finding.kind)];
    if (++found > 1) return !is_power_of_ten(found);
    return storm.found > limits_.burst && !is_power_of_ten(storm.found);
}

Stories::Part Stories::add(const RecordHead& finding) {
    Part part;
    Story& story = stories_.at(finding.flow_id);
    if (finding.judge != Judge::rule) {
        const IpAddress& local = finding.facing == Facing::egress ? finding.source : finding.destination;
        // Equipment may be a whole range: a fact is about one address of it, a storm comes from all of them.
        const bool by_name = finding.equipment != no_equipment && finding.kind != Kind::exposure;
        Storm& storm = storms_.at({finding.equipment, by_name ? IpAddress{} : local, finding.gid, finding.sid, finding.facing});
        if (repeats(finding, story, storm)) {
            part.tell = false;
            return part;
        }
        part.count = std::exchange(storm.untold, 0);
    }
    part.update = story.alerts++;
    story.kinds.set(static_cast<std::size_t>(finding.kind));
    part.kinds = story.kinds;
    return part;
}

}  // namespace weir
