// SPDX-License-Identifier: Apache-2.0
// The worker: one thread that takes bursts of packets through all stages, in their order, and owns everything it touches.
#pragma once

#include <array>
#include <memory>

#include "sensor/config/config.hpp"
#include "sensor/decode/decode.hpp"
#include "sensor/contract/learn_survey.hpp"
#include "sensor/flow/expectations.hpp"
#include "sensor/flow/flow_table.hpp"
#include "sensor/inspect/app_layer.hpp"
#include "sensor/inspect/behavior_judge.hpp"
#include "sensor/inspect/contract_judge.hpp"
#include "sensor/inspect/reporter.hpp"
#include "sensor/inspect/rule_judge.hpp"
#include "sensor/inspect/stage_clock.hpp"
#include "sensor/metrics/prometheus.hpp"
#include "sensor/output/traffic_tally.hpp"
#include "sensor/stream/reassembly.hpp"

namespace weir {

/// What all workers share, read-only.
struct Shared {
    std::shared_ptr<const Policy> policy;  ///< null: none given
    std::shared_ptr<const RuleBook> rules;
    std::shared_ptr<const EveNames> names;
    std::shared_ptr<const Identifier> identifier;
    std::shared_ptr<const ServicePorts> services;
    EveConfig eve;
};

/// One per core. Not thread-safe; no allocation while it processes.
class Worker final : private AppListener {
public:
    Worker(const Config& config, const Shared& shared, EventRing& ring, Reporter::Wait wait, bool profile);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Takes packets through the stages. `next_number`: of the first packet behind this burst, over all workers.
    void process(const Burst& burst, std::uint64_t next_number) noexcept;
    /// What the packets of the latest burst deserve, by their places in it.
    [[nodiscard]] std::span<const Action> actions() const noexcept { return actions_; }
    /// Everything before `boundary` on the packets' clock has been processed: writes this worker's part of a `stats` event.
    void stats_due(Time boundary) noexcept;
    /// The input has ended: what is open is closed and reported. `clock` and `time` as of the last packet of all workers.
    void finish(Time clock, Time time) noexcept;

    /// From now on `survey` hears of every session that ends and of every transaction. It outlives the worker.
    void attach(learn::Survey& survey) noexcept { survey_ = &survey; }

    /// Adds this worker's counters to a page that sums over workers. All workers add in the same order.
    struct MetricBlock {
        std::span<const MetricRow> rows;
        const void* block;
    };
    [[nodiscard]] std::vector<MetricBlock> metric_blocks() const;
    /// The same tables without the counters.
    [[nodiscard]] static std::vector<std::span<const MetricRow>> metric_tables();
    /// StatsSource::paths of any worker.
    [[nodiscard]] static std::vector<std::string> stats_paths();
    [[nodiscard]] const StatsSource& stats() const noexcept { return stats_; }
    [[nodiscard]] const TrafficTally& traffic() const noexcept { return traffic_; }
    [[nodiscard]] const DecodeMetrics& decode_metrics() const noexcept { return decoder_.metrics(); }
    [[nodiscard]] const FlowMetrics& flow_metrics() const noexcept { return flow_metrics_; }
    [[nodiscard]] const StreamMetrics& stream_metrics() const noexcept { return stream_metrics_; }
    [[nodiscard]] const RuleJudgeMetrics& rule_metrics() const noexcept { return rule_judge_.metrics(); }
    [[nodiscard]] const BehaviorMetrics& behavior_metrics() const noexcept { return behavior_judge_.metrics(); }
    [[nodiscard]] const ContractJudge& contract() const noexcept { return contract_judge_; }
    [[nodiscard]] const AppLayer& apps() const noexcept { return apps_; }
    [[nodiscard]] const StageClock& stages() const noexcept { return stages_; }
    /// What each rule cost, as Compiled::plans; empty unless `profiling.rules.enabled`.
    [[nodiscard]] std::span<const rules::RuleCost> rule_costs() const noexcept { return rule_judge_.costs(); }

private:
    friend struct SessionStream;  ///< the stream stage's consumer

    void one_packet(const Packet& packet, const Decoded& decoded, std::size_t position) noexcept;
    void one_datagram(const Decoded& decoded, std::size_t layer, const PacketKey& key) noexcept;
    void show_behavior(const Layers& layers) noexcept;
    void show_parser(Session& session, const Layers& layers) noexcept;
    void session_started(const Decoded& decoded, std::size_t layer, const ContractJudge::Carrier& carrier) noexcept;
    void session_due(Session& session, const TimerEvent& event) noexcept;
    void session_ended(Session& session, SessionEnd end, Time time) noexcept;
    void let_time_pass(Time clock) noexcept;
    void decode_anomalies(const Packet& packet, const Decoded& decoded) noexcept;
    void learn_names(const void* transaction) noexcept;
    void judge_roles(Session& session) noexcept;

    void app_known(Session& session) noexcept override;
    void app_roles(Session& session) noexcept override;
    void app_transaction(Session& session, const ParserInfo& parser, const void* transaction, Report report,
                         Direction direction) noexcept override;
    void app_anomaly(Session& session, const ParserInfo& parser, unsigned id, Direction direction) noexcept override;
    void app_expects(Session& session, const Expectation& expectation) noexcept override;

    static constexpr std::size_t keys_per_packet = max_depth;

    Shared shared_;
    FlowMetrics flow_metrics_;
    StreamMetrics stream_metrics_;
    Decoder decoder_;
    FlowTable flows_;
    Expectations expectations_;
    Reassembler reassembler_;
    Reporter reporter_;
    AppLayer apps_;
    ContractJudge contract_judge_;
    RuleJudge rule_judge_;
    BehaviorJudge behavior_judge_;
    TrafficTally traffic_;
    learn::Survey* survey_ = nullptr;  ///< null: nobody learns
    StatsSource stats_;
    StageClock stages_;
    Moment moment_;
    std::array<Action, burst_size> actions_{};
    std::array<const Field*, ProtocolSet::capacity>
        operations_{};  ///< by ProtocolId: the field that names what is done; null: the protocol has none
    struct DnsFields {
        ProtocolId dns = no_protocol;
        const Field* query = nullptr;
        const Field* data = nullptr;
        const Field* ttl = nullptr;
    } dns_;
    std::unique_ptr<std::array<Decoded, burst_size>> decoded_;
    std::unique_ptr<std::array<std::array<PacketKey, keys_per_packet>, burst_size>> keys_;
};

}  // namespace weir
