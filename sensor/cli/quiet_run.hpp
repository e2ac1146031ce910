// SPDX-License-Identifier: Apache-2.0
// Captures through workers that write nothing: for commands that want to know what a replay would see or say.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sensor/inspect/worker.hpp"
#include "sensor/source/capture_source.hpp"

namespace weir::cli {

/// One reader, and a worker for each policy; every worker sees every packet, with the shipped rule packs.
class QuietRun {
public:
    /// The error is a sentence: a capture that is not there.
    [[nodiscard]] static Result<QuietRun, std::string> open(const std::vector<std::string>& captures);

    /// A worker with this policy (null: none). The error is a sentence: rules that cannot be compiled.
    [[nodiscard]] Result<Worker*, std::string> add(std::shared_ptr<const Policy> policy);

    /// Reads the captures to their end. `found` hears of every finding, before thresholds, with the number of its worker.
    /// The error is a sentence: something that is no capture. Captures that could be read in part are told on `warnings`.
    [[nodiscard]] std::optional<std::string> run(const std::function<void(std::size_t, const RecordHead&)>& found,
                                                 std::vector<std::string>& warnings);

    [[nodiscard]] const std::vector<std::string>& captures() const noexcept { return captures_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    /// The latest time of a packet; 0: there was none.
    [[nodiscard]] Time last() const noexcept { return last_; }

private:
    explicit QuietRun(std::vector<std::string> captures);
    struct Lane {
        std::unique_ptr<EventRing> ring;
        std::unique_ptr<Worker> worker;
    };

    std::vector<std::string> captures_;
    std::uint64_t packets_ = 0;
    Time last_ = 0;
    Config config_;
    std::vector<Lane> lanes_;
};

}  // namespace weir::cli
