// SPDX-License-Identifier: Apache-2.0
// A replay's threads: one reader, N workers, one collector; with one worker all three are one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sensor/collect/collector.hpp"
#include "sensor/inspect/stats_schedule.hpp"
#include "sensor/inspect/worker.hpp"
#include "sensor/source/capture_source.hpp"

namespace weir {

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
