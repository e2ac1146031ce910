// SPDX-License-Identifier: Apache-2.0
// Verdicts on sessions that later packets need not wait for: a bounded table by tag.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sensor/source/packet_ring.hpp"

namespace weir {

/// Four places for each tag; the one that was longest not asked for makes room. A verdict is kept until `lifetime` after the session's
/// latest packet.
class SessionMemory {
public:
    static constexpr Time lifetime = 120 * second;
    static constexpr std::size_t ways = 4;

    /// `sets`: a power of two.
    explicit SessionMemory(std::size_t sets) : places_(sets * ways), mask_(sets - 1) {}

    /// What is remembered of the session; keeps it alive.
    [[nodiscard]] Action find(std::uint64_t tag, Time now) noexcept {
        for (std::size_t way = 0; way < ways; ++way) {
            Place& place = at(tag, way);
            if (place.tag != tag || place.action == Action::pass) continue;
            if (now - place.last > lifetime) {
                place = {};
                --size_;
                return Action::pass;
            }
            place.last = now;
            return place.action;
        }
        return Action::pass;
    }
    void remember(std::uint64_t tag, Action action, Time now) noexcept {
        Place* oldest = &at(tag, 0);
        for (std::size_t way = 0; way < ways; ++way) {
            Place& place = at(tag, way);
            if (place.tag == tag && place.action != Action::pass) {
                place.action = std::max(place.action, action);
                place.last = now;
                return;
            }
            if (place.action == Action::pass || (oldest->action != Action::pass && place.last < oldest->last)) oldest = &place;
        }
        if (oldest->action != Action::pass)
            ++forgotten_;
        else
            ++size_;
        *oldest = {tag, now, action};
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t limit() const noexcept { return places_.size(); }
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
    struct Place {
        std::uint64_t tag = 0;
        Time last = 0;
        Action action = Action::pass;  ///< pass: the place is free
    };
    Place& at(std::uint64_t tag, std::size_t way) noexcept { return places_[((tag >> 32) & mask_) * ways + way]; }

    std::vector<Place> places_;
    std::size_t mask_;
    std::size_t size_ = 0;
    std::uint64_t forgotten_ = 0;
};

}  // namespace weir
