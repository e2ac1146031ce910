// SPDX-License-Identifier: Apache-2.0
// Captures through workers that write nothing: for commands that want to know what a replay would see or say.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sensor/cli/prepare.hpp"

namespace weir::cli {

/// One reader, and a worker for each policy; every worker sees every packet, with the shipped rule packs.
class QuietRun {
public:
    /// `captures` as a replay takes them.
    explicit QuietRun(std::vector<std::string> captures) : names_(std::move(captures)) {}

    /// One more worker, with the policy of this file (empty: none). The error is a sentence, or several in as many lines: a capture
    /// that is not there, mistakes in the policy.
    [[nodiscard]] Result<Worker*, std::string> add(const std::string& policy_file);
    /// The policy of a worker, by the order of `add`; null: none.
    [[nodiscard]] const Policy* policy(std::size_t worker) const noexcept { return lanes_[worker].plan->shared.policy.get(); }

    /// Reads the captures to their end, after at least one `add`. `found` hears of every finding, before thresholds, with the number
    /// of its worker. The error is a sentence: something that is no capture.
    [[nodiscard]] std::optional<std::string> run(const std::function<void(std::size_t, const RecordHead&)>& found);

    [[nodiscard]] const std::vector<std::string>& captures() const noexcept { return lanes_[0].plan->captures; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    /// The latest time of a packet; 0: there was none.
    [[nodiscard]] Time last() const noexcept { return last_; }
    /// What is odd about the run nevertheless, a sentence each.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

private:
    struct Lane {
        std::unique_ptr<ReplayPlan> plan;
        std::unique_ptr<EventRing> ring;
        std::unique_ptr<Worker> worker;
        std::unique_ptr<DutyJudge> duties;  ///< null: the policy expects nothing
    };

    std::vector<std::string> names_, warnings_;
    std::vector<Lane> lanes_;
    std::uint64_t packets_ = 0;
    Time last_ = 0;
};

}  // namespace weir::cli
