// SPDX-License-Identifier: Apache-2.0
// A replay's threads: one reader, N workers, one collector; with one worker all three are one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sensor/collect/collector.hpp"
#include "sensor/inspect/worker.hpp"
#include "sensor/source/capture_source.hpp"

namespace weir {

/// When `stats` events are due, on the packets' clock: one for all workers, or their sums would depend on their number.
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

struct PipelineConfig {
    unsigned workers = 1;
    bool profile = false;  ///< count cycles per stage
    CollectorConfig collector;
};

/// Runs captures through the workers into the collector. The output is the same, byte for byte, for any number of workers.
class Pipeline {
public:
    /// The error is a sentence: the output folder cannot be written.
    [[nodiscard]] static Result<std::unique_ptr<Pipeline>, std::string> open(const Config& config, const PipelineConfig& pipeline,
                                                                             const Shared& shared,
                                                                             std::shared_ptr<const rules::RuleText> rules);
    ~Pipeline();

    /// Reads `source` to its end. `progress` is called now and then, on the reading thread. The error is a sentence: writing
    /// failed; what was written before is valid.
    [[nodiscard]] std::optional<std::string> run(CaptureSource& source, const std::function<void()>& progress);

    [[nodiscard]] const Collector& collector() const noexcept { return *collector_; }
    [[nodiscard]] const std::vector<std::unique_ptr<Worker>>& workers() const noexcept { return workers_; }

private:
    struct Lane;  ///< a worker's thread with the queue of bursts before it
    Pipeline(const Config& config, const PipelineConfig& pipeline, const Shared& shared);
    void process_with_stats(Worker& worker, const Burst& burst, std::uint64_t next_number) noexcept;
    [[nodiscard]] std::optional<std::string> run_alone(CaptureSource& source, const std::function<void()>& progress);
    [[nodiscard]] std::optional<std::string> run_threads(CaptureSource& source, const std::function<void()>& progress);

    std::shared_ptr<const Policy> policy_;
    StatsSchedule stats_;
    std::vector<std::unique_ptr<EventRing>> rings_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Collector> collector_;
    std::atomic<bool> failed_{false};
    std::optional<std::string> error_;
};

}  // namespace weir
