// SPDX-License-Identifier: Apache-2.0
// Where the marks of all workers meet: duties that equipment has stopped doing become alerts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sensor/collect/record.hpp"
#include "sensor/contract/duties.hpp"
#include "sensor/contract/facts.hpp"
#include "sensor/output/eve.hpp"

namespace weir {

/// Takes the marks of all workers in packet time; one thread. See docs/decisions/duties.md.
class DutyJudge {
public:
    DutyJudge(std::shared_ptr<const Policy> policy, const EveConfig& eve, std::shared_ptr<const EveNames> names);

    /// An alert as a worker would have sent it.
    struct Missed {
        RecordHead head;
        std::string text;
    };
    /// What the mark shows to be missed; usually nothing. An `ignore` entry of the policy silences it.
    [[nodiscard]] std::vector<Missed> take(const RecordHead& mark);

    [[nodiscard]] const DutyMetrics& metrics() const noexcept { return table_.metrics(); }

private:
    [[nodiscard]] Missed render(const RecordHead& mark, const MissedDuty& duty, const SessionFacts& facts);
    [[nodiscard]] Facing facing_of(const MissedDuty& duty) const noexcept;
    [[nodiscard]] SessionFacts facts_of(const RecordHead& mark, const MissedDuty& duty) const;

    std::shared_ptr<const Policy> policy_;
    DutyTable table_;
    Eve eve_;
    std::vector<char> room_;
};

}  // namespace weir
