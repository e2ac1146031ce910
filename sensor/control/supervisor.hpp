// SPDX-License-Identifier: Apache-2.0
// The process that starts, watches and restarts the others, writes what inspectors report, and answers questions about the sensor.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sensor/collect/collector.hpp"
#include "sensor/control/process.hpp"
#include "sensor/forward/account.hpp"
#include "sensor/inspect/live.hpp"

namespace weir {

/// What a sensor runs by: settings, rules and policy, all of it checked. Another one is made for each reload.
struct SensorPlan {
    Config config;
    Shared shared;
    std::shared_ptr<const rules::RuleText> rules;
    CollectorConfig collector;
    std::shared_ptr<DutyJudge> duties;  ///< made by the supervisor; null: no contract expects anything
    std::vector<std::string> warnings;  ///< sentences
};

struct SupervisorMetrics {
    Counter inspector_restarts, forwarder_restarts, reloads, failed_reloads;
    Counter generation;
    Counter outage;  ///< nanoseconds that the forwarder was away, all together
};

/// One thread, save for the compiling of a reload and for Prometheus' questions, which read counters only.
class Supervisor {
public:
    using Load = std::function<Result<std::unique_ptr<SensorPlan>, std::string>()>;
    using Say = void (*)(const std::string&);

    /// `load` makes the plan of a reload. The error is a sentence: a folder, shared memory or the forwarder.
    [[nodiscard]] static Result<std::unique_ptr<Supervisor>, std::string> start(std::unique_ptr<SensorPlan> plan, std::vector<std::string> ports,
                                                                                Load load, Say say);
    ~Supervisor();

    /// Looks after everything that is due now; call it every millisecond or so. The error is a sentence: nothing can be written any more.
    [[nodiscard]] std::optional<std::string> turn();
    /// Begins to make a new plan; what becomes of it shows in `say`, in an event and in the metrics.
    void reload();
    /// Ends the inspectors, what they have left to say, and the forwarder.
    [[nodiscard]] std::optional<std::string> stop();

    /// Inspectors look at packets, and the forwarder moves.
    [[nodiscard]] bool ready() const noexcept;
    /// Every process has moved since the call before: what a watchdog wants to know.
    [[nodiscard]] bool all_moved() noexcept;

    [[nodiscard]] const Collector& collector() const noexcept { return *collector_; }
    [[nodiscard]] const SensorPlan& plan() const noexcept { return *plan_; }
    [[nodiscard]] const SupervisorMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] const ForwardAccount& account() const noexcept { return *account_; }
    [[nodiscard]] const std::vector<std::string>& ports() const noexcept { return ports_; }
    [[nodiscard]] bool reloading() const noexcept { return loading_.joinable(); }
    /// Counters of all inspectors together, of those that have ended too, in the order of Worker::metric_tables. Any thread.
    [[nodiscard]] std::vector<std::uint64_t> inspector_values() const;
    /// What became of the packets that were copied for a worker: copied = inspected + skipped (left behind by inspectors that ended) + those
    /// that wait. Any thread.
    struct Inspected {
        std::uint64_t done = 0, skipped = 0;
    };
    [[nodiscard]] Inspected inspected(unsigned worker) const noexcept;
    struct InspectorState {
        unsigned worker;
        pid_t pid;
        std::uint32_t ticket, generation;
        bool active;
    };
    [[nodiscard]] std::vector<InspectorState> inspectors() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Lane;
    struct Inspector;

    Supervisor(std::unique_ptr<SensorPlan> plan, std::vector<std::string> ports, Load load, Say say);
    [[nodiscard]] std::optional<std::string> open();
    [[nodiscard]] std::optional<std::string> start_forwarder();
    [[nodiscard]] std::vector<std::string> forwarder_arguments() const;
    void take_up_duties();
    [[nodiscard]] std::optional<std::string> write_equipment() const;
    void watch_forwarder();
    [[nodiscard]] std::optional<std::string> start_inspector(unsigned worker);
    void watch_inspectors();
    void inspector_ended(Inspector& inspector, const std::string& how);
    void give_turns();
    void finish_reload();
    void event(std::string_view what, const std::string& message, std::optional<unsigned> worker = {});
    void keep_values(const Inspector& inspector);

    std::string folder_;
    std::vector<std::string> ports_;
    std::shared_ptr<SensorPlan> plan_;
    Load load_;
    Say say_;
    SharedMemory account_memory_;
    ForwardAccount* account_ = nullptr;
    Process forwarder_;
    std::optional<Clock::time_point> forwarder_gone_;
    std::uint64_t turns_seen_ = 0;
    Clock::time_point turns_at_ = Clock::now();
    std::vector<std::unique_ptr<Lane>> lanes_;
    std::list<std::unique_ptr<Inspector>> inspectors_;
    std::unique_ptr<Collector> collector_;
    mutable std::mutex values_mutex_;  ///< `inspectors_` as Prometheus' threads see it, and `ended_values_`
    std::vector<std::uint64_t> ended_values_;
    std::vector<bool> is_gauge_;
    std::uint32_t next_ticket_ = 1;
    std::uint32_t generation_ = 1;
    SupervisorMetrics metrics_;
    Clock::time_point flushed_{};

    std::thread loading_;
    std::mutex loaded_mutex_;
    std::optional<Result<std::unique_ptr<SensorPlan>, std::string>> loaded_;
};

}  // namespace weir
