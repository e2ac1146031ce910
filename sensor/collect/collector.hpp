// SPDX-License-Identifier: Apache-2.0
// The collector: merges the workers' records in packet time, makes alerts of findings, and writes.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "parsers/base/result.hpp"
#include "rules/rule.hpp"
#include "sensor/collect/alert_digest.hpp"
#include "sensor/collect/duty_judge.hpp"
#include "sensor/collect/event_ring.hpp"
#include "sensor/collect/exposure_inventory.hpp"
#include "sensor/collect/stories.hpp"
#include "sensor/collect/threshold.hpp"
#include "sensor/metrics/counter.hpp"
#include "sensor/output/eve.hpp"
#include "sensor/output/evidence.hpp"
#include "sensor/output/file_sink.hpp"
#include "sensor/output/stats.hpp"

namespace weir {

struct CollectorConfig {
    std::filesystem::path directory = "weir-out";  ///< must exist
    Severity fail_on = 0;                           ///< an alert of this severity or a worse one (a lower number) fails the run; 0: none does
    bool go_on = false;                             ///< with an `eve.json` that is there already
    bool alert_lines = true;                        ///< false: alerts are counted and proven, but not written (`outputs.eve.types`)
    std::size_t threshold_entries = 65'536;
    ThresholdFile thresholds;                       ///< threshold.config
    EvidenceLimits evidence;
    std::shared_ptr<const Policy> policy;           ///< null: none; its duties are judged here
    std::shared_ptr<const EveNames> names;          ///< with a policy
    EveConfig eve;                                  ///< as the workers'
    Stories::Limits stories;
};

struct CollectorMetrics {
    std::array<Counter, static_cast<std::size_t>(Kind::count)> alerts_by_kind;
    std::array<Counter, 4> alerts_by_severity;      ///< 1 to 4
    std::array<Counter, event_type::limit> lines;   ///< by EventType
    Counter held_back;                              ///< findings that thresholds kept from becoming alerts
    Counter updates;                                ///< alerts that go on with the story of their session
    Counter repeated;                               ///< findings that a later alert's `weir.count` stands for
    Counter threshold_entries, threshold_limit, threshold_evictions;
    Counter story_entries, story_limit, story_evictions;
    Counter facts, facts_refused;                   ///< of devices, in the inventory
    Counter eve_bytes;
};
/// Rows for CollectorMetrics; made once, alive as long as the process.
[[nodiscard]] std::span<const MetricRow> collector_metrics();

/// Takes records from the workers' rings and writes `eve.json` and `evidence/`. One thread: its own, or in a replay with one
/// worker that worker's (then `poll` is what the ring's `wait` calls).
///
/// A record is written as soon as no worker can report one that stands before it: each other worker has a later record
/// waiting, has passed it with its watermark, or has closed its ring. Whoever feeds several workers must therefore see to it
/// that all of them hear of the clock before it waits for one of them.
class Collector {
public:
    /// `rules` names what RecordHead::rule counts, or is null. `stats_paths`: StatsSource::paths of (any) worker; empty: none.
    [[nodiscard]] static Result<std::unique_ptr<Collector>, std::string> open(CollectorConfig config, std::vector<EventRing*> rings,
                                                                              std::shared_ptr<const rules::RuleText> rules,
                                                                              std::vector<std::string> stats_paths);

    /// Writes every record that may be written now; how many there were, or the sentence that says why writing failed. Never
    /// waits. After an error records are still taken, so that no worker is held up, but nothing more is written.
    Result<std::size_t, std::string> poll();
    /// One more worker. `rules` names what its findings count; `duties` judges its marks, and may be null.
    void add(EventRing& ring, std::shared_ptr<const rules::RuleText> rules, std::shared_ptr<DutyJudge> duties) {
        sources_.push_back({&ring, std::move(rules), std::move(duties)});
    }
    /// A worker whose ring is closed and empty is no more.
    void remove(const EventRing& ring) { std::erase_if(sources_, [&](const Source& source) { return source.ring == &ring; }); }
    /// From now on these thresholds hold; counts begin anew.
    void change_thresholds(ThresholdFile thresholds) { thresholds_ = Thresholds{config_.threshold_entries, std::move(thresholds)}; }
    /// Writes a line that no worker has made, and everything before it, to the disk.
    void write(EventType type, std::string_view line);
    /// Goes on with a new `eve.json` where the old one has been moved away.
    void reopen() { eve_.reopen(); }
    /// Has the system write what was taken. An error sentence or none.
    std::optional<std::string> flush();

    /// All rings are closed: writes what is left and closes the files.
    std::optional<std::string> finish();

    [[nodiscard]] bool reached_fail_on() const noexcept { return reached_fail_on_; }
    [[nodiscard]] std::uint64_t alerts() const noexcept { return digest_.total(); }
    [[nodiscard]] std::uint64_t held_back() const noexcept { return metrics_.held_back.get() + metrics_.repeated.get(); }
    /// Sessions that alerts are about.
    [[nodiscard]] std::uint64_t stories() const noexcept { return digest_.total() - metrics_.updates.get(); }
    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
    [[nodiscard]] const AlertDigest& digest() const noexcept { return digest_; }
    [[nodiscard]] const Inventory& inventory() const noexcept { return inventory_; }
    [[nodiscard]] const CollectorMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] const DutyMetrics& duty_metrics() const noexcept { return duties_ ? duties_->metrics() : no_duties_; }
    [[nodiscard]] const EvidenceMetrics& evidence_metrics() const noexcept { return evidence_.metrics(); }

private:
    /// A worker, as seen from here.
    struct Source {
        EventRing* ring;
        std::shared_ptr<const rules::RuleText> rules;
        std::shared_ptr<DutyJudge> duties;  ///< null: no contract expects anything
    };
    Collector(CollectorConfig config, std::vector<Source> sources, std::vector<std::string> stats_paths, FileSink eve);
    [[nodiscard]] const Source* next_source();
    void take(const Source& source);
    void event(const RecordHead& head, FileSink::Pieces line);
    void alert(const RecordHead& head, std::string_view text, const rules::RuleText* rules, bool with_evidence = true);
    void stats(const RecordHead& head, std::string_view snapshot);
    void flush_stats();
    [[nodiscard]] std::optional<std::string> error() const;

    CollectorConfig config_;
    std::vector<Source> sources_;
    FileSink eve_;
    Evidence evidence_;
    Thresholds thresholds_;
    Inventory inventory_;
    Stories stories_;
    AlertDigest digest_;
    std::shared_ptr<DutyJudge> duties_;       ///< of the workers that were there from the start
    StatsEvent stats_event_;
    std::optional<OrderKey> stats_pending_;   ///< boundary whose snapshots are being added up
    Time stats_time_ = 0;
    std::optional<Time> first_clock_;
    CollectorMetrics metrics_;
    DutyMetrics no_duties_;
    std::uint64_t lines_ = 0;
    bool reached_fail_on_ = false;
};

}  // namespace weir
