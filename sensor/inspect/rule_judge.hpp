// SPDX-License-Identifier: Apache-2.0
// The judge by rules: shows the engine packets, streams and transactions, and makes findings of its hits.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rules/compile/compiled.hpp"
#include "rules/match/engine.hpp"
#include "sensor/decode/event.hpp"
#include "sensor/inspect/contract_judge.hpp"
#include "sensor/inspect/moment.hpp"
#include "sensor/inspect/reporter.hpp"
#include "sensor/stream/stream_event.hpp"

namespace weir {

/// What an alert says of its rule, rendered once.
struct RuleFacts {
    Kind kind = Kind::signature;
    double confidence = 1.0;
    std::vector<std::string> attack_text;
    std::vector<std::string_view> attack;  ///< views of attack_text
    std::string metadata_json;
};

/// Compiled rules with their facts. Immutable; shared by workers.
struct RuleBook {
    explicit RuleBook(std::shared_ptr<const rules::Compiled> rules);
    std::shared_ptr<const rules::Compiled> rules;
    std::vector<RuleFacts> facts;  ///< by index of the rule
};

struct RuleJudgeMetrics {
    Counter packets, stream_bytes, buffers, candidates, hits, pcre_limits, table_full, windows_full, host_bits_full, datasets_full, sessions;
};
inline constexpr std::array rule_judge_metrics{
    counter<&RuleJudgeMetrics::packets>("weir_rules_packets_scanned_total", "Packet payloads that rules looked at"),
    counter<&RuleJudgeMetrics::stream_bytes>("weir_rules_stream_scanned_bytes_total", "Stream bytes that rules looked at"),
    counter<&RuleJudgeMetrics::buffers>("weir_rules_buffers_scanned_total", "Buffers of transactions that rules looked at"),
    counter<&RuleJudgeMetrics::candidates>("weir_rules_candidates_total",
                                           "Rules whose first literal was seen and that were checked in full"),
    counter<&RuleJudgeMetrics::hits>("weir_rules_hits_total", "Rules that matched, before thresholds"),
    counter<&RuleJudgeMetrics::pcre_limits>("weir_rules_pcre_limit_total", "Regular expressions stopped at their limit"),
    counter<&RuleJudgeMetrics::table_full>("weir_rules_sessions_full_total", "Sessions judged without memory because the table was full"),
    counter<&RuleJudgeMetrics::windows_full>("weir_rules_windows_full_total", "Streams judged without a window because its memory was full"),
    counter<&RuleJudgeMetrics::host_bits_full>("weir_rules_xbits_evicted_total", "Marks of xbits and hostbits that made room for others before their time"),
    counter<&RuleJudgeMetrics::datasets_full>("weir_rules_datasets_full_total", "Members that rules could not add to datasets because the table was full"),
    gauge<&RuleJudgeMetrics::sessions>("weir_rules_sessions", "Sessions that rules remember something of"),
};

/// One per worker.
class RuleJudge final : private rules::HitSink {
public:
    RuleJudge(std::shared_ptr<const RuleBook> book, const rules::EngineLimits& limits, ContractJudge& contract, Reporter& reporter, bool enforce = false);

    void packet(const Moment& moment) noexcept;
    [[nodiscard]] bool wants_stream(const Moment& moment) const noexcept;
    void stream(const Moment& moment, Direction direction, Bytes bytes, std::uint64_t offset) noexcept;
    void gap(const Moment& moment, Direction direction, std::uint64_t missing) noexcept;
    void transaction(const Moment& moment, const ParserInfo& parser, const void* transaction, Report report, Direction direction) noexcept;
    void app_known(const Moment& moment) noexcept;
    /// Oddities that are seen: of the headers (row of `decode_events`), of the stream, of a parser (its anomaly's number).
    void decode_event(const Moment& moment, std::size_t id) noexcept;
    void stream_event(const Moment& moment, StreamEvent event, Direction direction) noexcept;
    void app_event(const Moment& moment, const ParserInfo& parser, unsigned id, Direction direction) noexcept;
    void release(Session& session) noexcept { engine_.release(session.rules); }

    /// Copies the engine's counters to where they can be read.
    void publish() noexcept;
    [[nodiscard]] const RuleJudgeMetrics& metrics() const noexcept { return metrics_; }
    /// What each rule cost, as Compiled::plans; empty unless the limits ask for it.
    [[nodiscard]] std::span<const rules::RuleCost> costs() const noexcept { return engine_.costs(); }

private:
    void hit(const rules::Hit& hit) noexcept override;
    /// As the moment shows it, with what the policy says of its ends.
    [[nodiscard]] rules::SessionView session_view(const Moment& moment) const noexcept;
    using EventRules = const std::vector<rules::RuleIndex>*;  ///< null: none
    void event(const Moment& moment, EventRules rules, Direction direction) noexcept;

    bool enforce_;  ///< actions of rules have effect
    bool idle_;  ///< no rule at all: nothing need be asked
    std::shared_ptr<const RuleBook> book_;
    ContractJudge& contract_;
    rules::Engine engine_;
    std::vector<std::string> words_;                   ///< what `equipment_` views
    std::vector<rules::EquipmentView> equipment_;      ///< by EquipmentId; empty: no rule asks
    std::array<EventRules, decode_events.size()> decode_rules_{};
    std::array<EventRules, stream_events.size()> stream_rules_{};
    std::array<std::vector<EventRules>, ProtocolSet::capacity> app_rules_;  ///< by ProtocolId, then as ParserInfo::anomalies
    Reporter& reporter_;
    const Moment* moment_ = nullptr;
    const ParserInfo* parser_ = nullptr;
    const void* transaction_ = nullptr;
    RuleJudgeMetrics metrics_;
};

}  // namespace weir
