// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/duties.hpp"

#include <algorithm>
#include <utility>

#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::int64_t grains_until_missed = Duty::grains + 3;  // ten of them whole
constexpr std::int64_t grains_of_silence = Duty::grains + 1;    // longer than `every`, whatever lies in the first and the last

}  // namespace

std::size_t DutyTable::Hash::operator()(const Device& device) const noexcept {
    return static_cast<std::size_t>(hash_chain(device.equipment, device.address));
}

DutyTable::DutyTable(std::shared_ptr<const Policy> policy, std::size_t devices)
    : policy_(std::move(policy)), capacity_(std::max<std::size_t>(devices, 1)) {
    metrics_.devices_limit.set(capacity_);
}

std::span<const Duty> DutyTable::duties(const Device& device) const noexcept {
    return policy_->duties(policy_->equipment(device.equipment).contract);
}

DutyTable::Entry& DutyTable::entry_of(const Device& device) {
    if (const auto found = index_.find(device); found != index_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return entries_.front();
    }
    if (entries_.size() == capacity_) {
        index_.erase(entries_.back().device);
        entries_.pop_back();
        metrics_.evicted.add();
    }
    entries_.emplace_front().device = device;
    entries_.front().states.resize(duties(device).size());
    index_.emplace(device, entries_.begin());
    metrics_.devices.set(entries_.size());
    return entries_.front();
}

DutyTable::State* DutyTable::state_of(const Device& device, LineId line, const Duty*& duty) {
    const auto owed = duties(device);
    const auto at = std::ranges::find(owed, line, &Duty::line);
    if (at == owed.end()) return nullptr;
    duty = &*at;
    return &entry_of(device).states[static_cast<std::size_t>(at - owed.begin())];
}

void DutyTable::kept(const Device& device, LineId line, Time clock, const DutyDone& done) {
    const Duty* duty = nullptr;
    State* const state = state_of(device, line, duty);
    if (state == nullptr || std::exchange(state->kept, duty->grain_of(clock)) == duty->grain_of(clock)) return;
    state->since = state->kept;
    state->restarts = 0;
    state->told = false;
    state->last = done;
}

void DutyTable::moved(const Device& device, LineId line, Time clock) {
    const Duty* duty = nullptr;
    if (State* const state = state_of(device, line, duty)) state->moved = std::max(state->moved, duty->grain_of(clock));
}

std::vector<MissedDuty> DutyTable::alive(const Device& device, Time clock, Time time) {
    std::vector<MissedDuty> missed;
    const auto owed = duties(device);
    if (owed.empty()) return missed;
    Entry& entry = entry_of(device);
    const std::int64_t life = clock / life_grain(owed);
    if (std::exchange(entry.alive, life) == life) return missed;
    const bool is_first = !entry.first;
    if (is_first) entry.first = time;
    for (std::size_t i = 0; i < owed.size(); ++i) {
        State& state = entry.states[i];
        const std::int64_t grain = owed[i].grain_of(clock);
        if (is_first) state.seen = grain;
        if (!overdue(state, owed[i], grain, clock)) continue;
        state.told = true;
        if (state.moved >= *state.since) {
            metrics_.redirected.add();
            continue;
        }
        metrics_.missed.add();
        missed.push_back({owed[i].line, state.last, state.last ? state.last->time : *entry.first});
    }
    return missed;
}

bool DutyTable::overdue(State& state, const Duty& duty, std::int64_t grain, Time clock) const {
    const Conditions& conditions = policy_->conditions(policy_->line(duty.line));
    const bool was_silent = grain - std::exchange(state.seen, grain) >= grains_of_silence;
    if (!state.since || conditions.until <= clock || (conditions.when && !conditions.when->holds(clock))) {
        state.since = grain;  // nothing is owed yet, or now
        return false;
    }
    if (was_silent && *state.since != grain && state.restarts < chances) {
        ++state.restarts;
        state.since = grain;
        return false;
    }
    return !state.told && grain - *state.since >= grains_until_missed;
}

}  // namespace weir
