// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/limits.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <tuple>
#include <utility>

namespace weir {
namespace {

constexpr std::size_t ways = 8;
constexpr Time hour_length = 3600 * second;

}  // namespace

LimitTracker::LimitTracker(std::size_t entries) : usage_(std::bit_ceil(std::max(entries, ways))) {}

LimitTracker::Usage& LimitTracker::usage_of(EquipmentId equipment, LineId line, Time clock) noexcept {
    const std::uint64_t mixed = (std::uint64_t{equipment} << 32 | line) * 0x9e37'79b9'7f4a'7c15;
    const std::size_t sets = usage_.size() / ways;
    const auto set = std::span{usage_}.subspan((mixed >> 32 & (sets - 1)) * ways, ways);
    const std::int64_t hour = clock / hour_length;
    Usage* const found =
        std::to_address(std::ranges::find_if(set, [&](const Usage& usage) { return usage.equipment == equipment && usage.line == line; }));
    if (found != set.data() + set.size()) {
        if (found->hour != hour) *found = {equipment, line, hour, 0, 0, false, false};
        return *found;
    }
    Usage& victim = *std::ranges::min_element(set, {}, [](const Usage& usage) {
        return std::tuple{usage.equipment != no_equipment, usage.hour, usage.bytes, usage.sessions};
    });
    if (victim.equipment != no_equipment && victim.hour == hour) metrics_.evicted.add();
    victim = {equipment, line, hour, 0, 0, false, false};
    return victim;
}

bool LimitTracker::count_session(const Policy& policy, EquipmentId equipment, LineId line, Time clock) noexcept {
    const std::uint64_t most = policy.conditions(policy.line(line)).limit.sessions_per_hour;
    if (most == 0) return false;
    Usage& usage = usage_of(equipment, line, clock);
    return ++usage.sessions > most && !std::exchange(usage.sessions_told, true);
}

bool LimitTracker::count_bytes(const Policy& policy, EquipmentId equipment, LineId line, std::uint64_t bytes, Time clock) noexcept {
    const std::uint64_t most = policy.conditions(policy.line(line)).limit.bytes_per_hour;
    if (most == 0) return false;
    Usage& usage = usage_of(equipment, line, clock);
    usage.bytes += bytes;
    return usage.bytes > most && !std::exchange(usage.bytes_told, true);
}

bool LimitTracker::too_long(const Policy& policy, LineId line, Time start, Time clock) noexcept {
    const Time most = policy.conditions(policy.line(line)).limit.duration;
    return most != 0 && clock - start > most;
}

}  // namespace weir
