// SPDX-License-Identifier: Apache-2.0
// What a worker sees of the duties of equipment, told to the collector: a few marks per device and time, not one per packet.
#pragma once

#include <cstdint>
#include <vector>

#include "sensor/contract/evaluate.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/inspect/moment.hpp"
#include "sensor/inspect/reporter.hpp"

namespace weir {

/// One per worker. A mark that was made already in its grain of time is not made again, as far as a small table remembers; the
/// collector does not mind one too many. See docs/decisions/duties.md.
class DutyMarks {
public:
    /// Both outlive the object.
    DutyMarks(const Policy& policy, Reporter& reporter, std::size_t entries = 4096);

    /// The moment's packet: its sender is alive, and does its duty where the packet carries payload in a session that a line with
    /// `expect` allows.
    void heard(const Moment& moment) noexcept;
    /// The session was found to do elsewhere what a line expects (Session::duty).
    void moved(const Moment& moment, Facing facing) noexcept;

private:
    struct Made {
        IpAddress device;
        EquipmentId equipment = no_equipment;
        LineId line = no_line;
        std::int64_t grain = 0;
        DutyMark mark = DutyMark::alive;
        friend bool operator==(const Made&, const Made&) noexcept = default;
    };
    /// Whether it is the first of its grain, as far as is known.
    [[nodiscard]] bool is_new(const Made& mark) noexcept;
    void mark(const Moment& moment, Facing facing, DutyMark what, LineId line, Time grain) noexcept;

    const Policy& policy_;
    Reporter& reporter_;
    std::vector<Made> made_;  ///< by hash of all but the grain
};

/// The duty that this session would do had it gone to the line's own peers: its service is the line's. Null: none.
[[nodiscard]] const Duty* moved_duty(const Policy& policy, const Judgement& judgement, const SessionFacts& facts) noexcept;

}  // namespace weir
