// SPDX-License-Identifier: Apache-2.0
// When `stats` events are due, on the packets' clock, and bursts cut there.
#pragma once

#include <optional>

#include "sensor/source/packet.hpp"

namespace weir {

/// One for all workers of a replay, or one like it for each live worker: their sums must not depend on their number.
class StatsSchedule {
public:
    /// 0: never.
    explicit StatsSchedule(Time interval) noexcept : interval_(interval) {}
    /// A packet with this clock comes next: the boundary that it crosses, if any. A boundary that no packet crosses is left out.
    [[nodiscard]] std::optional<Time> crossed(Time clock) noexcept {
        if (interval_ == 0 || clock < next_) return std::nullopt;
        const Time boundary = next_;
        next_ = (clock / interval_ + 1) * interval_;
        return boundary != 0 ? std::optional{boundary} : std::nullopt;
    }

    /// Whether packets up to this clock cross none.
    [[nodiscard]] bool ahead(Time clock) const noexcept { return interval_ == 0 || (next_ != 0 && clock < next_); }

private:
    Time interval_;
    Time next_ = 0;
};

/// Has `worker` process a burst, in parts where it crosses a boundary. `next_number`: of the first packet behind the burst.
template <class Worker>
void process_with_stats(Worker& worker, const Burst& burst, std::uint64_t next_number, StatsSchedule& schedule) noexcept {
    if (schedule.ahead(burst.clock)) {
        worker.process(burst, next_number);
        return;
    }
    Burst part;
    for (const Packet& packet : burst.packets) {
        if (const auto boundary = schedule.crossed(packet.clock)) {
            if (!part.packets.empty()) worker.process(part, packet.number);
            part.packets.clear();
            worker.stats_due(*boundary);
        }
        part.packets.push_back(packet);
        part.clock = packet.clock;
    }
    part.clock = burst.clock;
    worker.process(part, next_number);
}

}  // namespace weir
