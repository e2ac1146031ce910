// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/collector.hpp"

#include <algorithm>
#include <limits>

namespace weir {
namespace {

constexpr std::string_view line_end = "}}\n";  // of an alert: `weir`, then the line
constexpr std::size_t polled_at_once = 65'536;
constexpr auto kinds = static_cast<std::size_t>(Kind::count);
constexpr std::size_t severities = std::tuple_size_v<decltype(CollectorMetrics::alerts_by_severity)>;
constexpr std::array<std::string_view, severities> severity_names{"1", "2", "3", "4"};

template <auto Member, std::size_t Index>
std::uint64_t at(const void* block) noexcept {
    return (static_cast<const CollectorMetrics*>(block)->*Member)[Index].get();
}

/// One row per element of an array of counters; elements without a label value are left out.
template <auto Member, std::size_t Count, class Label>
void add_rows(std::vector<MetricRow>& rows, std::string_view name, std::string_view label, std::string_view help, Label&& label_value) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        const auto add = [&](std::string_view value, std::uint64_t (*get)(const void*) noexcept) {
            if (!value.empty()) rows.push_back({name, label, value, help, MetricKind::counter, get});
        };
        (add(label_value(Index), &at<Member, Index>), ...);
    }(std::make_index_sequence<Count>{});
}

std::vector<MetricRow> make_rows() {
    std::vector<MetricRow> rows;
    add_rows<&CollectorMetrics::alerts_by_kind, kinds>(rows, "weir_alerts_total", "kind", "Alerts written, by kind",
                                                       [](std::size_t i) { return kind_names[i]; });
    add_rows<&CollectorMetrics::alerts_by_severity, severities>(rows, "weir_alerts_by_severity_total", "severity",
                                                                "Alerts written, by severity: 1 is the worst", [](std::size_t i) { return severity_names[i]; });
    // Several protocols may share an event (then they share a counter, too): the first one of that name has the row.
    add_rows<&CollectorMetrics::lines, event_type::limit>(rows, "weir_eve_lines_total", "event_type", "Lines written to eve.json, by event type",
                                                          [](std::size_t i) -> std::string_view {
                                                              const auto type = static_cast<EventType>(i);
                                                              return canonical(type) == type ? event_name(type) : std::string_view{};
                                                          });
    rows.push_back(counter<&CollectorMetrics::eve_bytes>("weir_eve_bytes_total", "Bytes written to eve.json"));
    rows.push_back(counter<&CollectorMetrics::held_back>("weir_alerts_held_back_total", "Findings that thresholds kept from becoming alerts"));
    rows.push_back(counter<&CollectorMetrics::updates>("weir_alert_updates_total", "Alerts written that go on with the story of their session"));
    rows.push_back(counter<&CollectorMetrics::repeated>("weir_alerts_repeated_total", "Findings that repeated what was told: a later alert's `weir.count` stands for them"));
    rows.push_back(gauge<&CollectorMetrics::story_entries>("weir_stories", "Sessions with alerts, and findings that may become storms, that are remembered"));
    rows.push_back(gauge<&CollectorMetrics::story_limit>("weir_stories_limit", "Such sessions and findings that are remembered at most"));
    rows.push_back(counter<&CollectorMetrics::story_evictions>("weir_story_evictions_total", "Such sessions and findings that made room for others"));
    rows.push_back(gauge<&CollectorMetrics::facts>("weir_exposure_facts", "Facts about equipment that make it weaker, in the inventory"));
    rows.push_back(counter<&CollectorMetrics::facts_refused>("weir_exposure_facts_refused_total", "Such facts for which the inventory had no room"));
    rows.push_back(gauge<&CollectorMetrics::threshold_entries>("weir_threshold_entries", "Entries in the table of thresholds"));
    rows.push_back(gauge<&CollectorMetrics::threshold_limit>("weir_threshold_entries_limit", "Entries that the table of thresholds holds at most"));
    rows.push_back(counter<&CollectorMetrics::threshold_evictions>("weir_threshold_evictions_total", "Entries of the table of thresholds that made room for others"));
    return rows;
}

/// Members of `weir` that say how an alert goes on with others; nothing for the first one about a session.
std::string story_members(const Stories::Part& part) {
    std::string out;
    if (part.update != 0) {
        out = ",\"update\":" + std::to_string(part.update) + ",\"kinds\":[";
        for (std::size_t kind = 0; kind < kinds; ++kind)
            if (part.kinds[kind]) out.append(out.back() == '[' ? "\"" : ",\"").append(kind_names[kind]).append("\"");
        out += ']';
    }
    if (part.count > 1) out += ",\"count\":" + std::to_string(part.count);
    return out;
}

}  // namespace

std::span<const MetricRow> collector_metrics() {
    static const std::vector<MetricRow> rows = make_rows();
    return rows;
}

Result<std::unique_ptr<Collector>, std::string> Collector::open(CollectorConfig config, std::vector<EventRing*> rings,
                                                                std::shared_ptr<const rules::RuleText> rules, std::vector<std::string> stats_paths) {
    const std::filesystem::path file = config.directory / "eve.json";
    auto eve = config.go_on ? FileSink::go_on(file) : FileSink::create(file);
    if (!eve) return Unexpected{eve.error()};
    std::vector<Source> sources;
    for (EventRing* const ring : rings) sources.push_back({ring, rules, nullptr});
    return std::unique_ptr<Collector>{new Collector{std::move(config), std::move(sources), std::move(stats_paths), *std::move(eve)}};
}

Collector::Collector(CollectorConfig config, std::vector<Source> sources, std::vector<std::string> stats_paths, FileSink eve)
    : config_(std::move(config)),
      sources_(std::move(sources)),
      eve_(std::move(eve)),
      evidence_(config_.directory, config_.evidence),
      thresholds_(config_.threshold_entries, std::move(config_.thresholds)),
      stories_(config_.stories),
      stats_event_(std::move(stats_paths)) {
    metrics_.threshold_limit.set(config_.threshold_entries);
    if (config_.policy && config_.policy->any_duty()) duties_ = std::make_shared<DutyJudge>(config_.policy, config_.eve, config_.names);
    for (Source& source : sources_) source.duties = duties_;
    metrics_.story_limit.set(config_.stories.sessions + config_.stories.findings);
}

std::optional<std::string> Collector::error() const { return eve_.error() ? eve_.error() : evidence_.error(); }

Result<std::size_t, std::string> Collector::poll() {
    std::size_t taken = 0;
    while (taken < polled_at_once) {
        const Source* const source = next_source();
        if (source == nullptr) break;
        take(*source);
        ++taken;
    }
    if (auto reason = error()) return Unexpected{*std::move(reason)};
    return taken;
}

/// The ring whose record comes next, or null while some worker may still report an earlier one.
const Collector::Source* Collector::next_source() {
    const Source* first = nullptr;
    OrderKey first_key;
    bool any_open = false;
    Watermark open_mark{std::numeric_limits<Time>::max(), 0};  // the lowest of the rings that are empty and not closed
    for (const Source& source : sources_) {
        EventRing* const ring = source.ring;
        // Read in this order: a ring that is found empty has reported all that the mark and the closing promised.
        const bool closed = ring->closed();
        const Watermark mark = ring->watermark();
        if (const auto record = ring->front()) {
            if (first == nullptr || record->head.key < first_key) {
                first = &source;
                first_key = record->head.key;
            }
        } else if (!closed) {
            any_open = true;
            if (std::pair{mark.clock, mark.number} < std::pair{open_mark.clock, open_mark.number}) open_mark = mark;
        }
    }
    return first != nullptr && (!any_open || open_mark.passed(first_key)) ? first : nullptr;
}

void Collector::take(const Source& source) {
    const auto front = source.ring->front();
    if (!front) return;  // it has been found broken since
    const EventRing::Record& record = *front;
    const RecordHead& head = record.head;
    if (!first_clock_) first_clock_ = head.key.clock;
    if (stats_pending_ && head.key != *stats_pending_) flush_stats();
    switch (head.type) {
        case RecordType::event: event(head, {record.body, {}}); break;
        case RecordType::alert: alert(head, record.body, source.rules.get()); break;
        case RecordType::packet: {
            Packet packet;
            packet.data = as_bytes(record.body);
            packet.wire_length = head.wire_length;
            packet.link_type = head.link_type;
            packet.time = head.time;
            evidence_.add(head.flow_id, packet);
            break;
        }
        case RecordType::fact:
            inventory_.add(head);
            metrics_.facts.set(inventory_.size());
            metrics_.facts_refused.set(inventory_.refused());
            break;
        case RecordType::end:
            evidence_.end(head.flow_id);
            stories_.end(head.flow_id);
            break;
        case RecordType::stats: stats(head, record.body); break;
        case RecordType::duty:
            if (source.duties)
                for (const DutyJudge::Missed& missed : source.duties->take(head)) alert(missed.head, missed.text, nullptr, false);
            break;
    }
    source.ring->pop();
}

void Collector::event(const RecordHead& head, FileSink::Pieces line) {
    if (!eve_.append(line)) return;
    ++lines_;
    metrics_.lines[canonical(head.event_type)].add();
    metrics_.eve_bytes.add(line.first.size() + line.second.size());
}

/// Silence has no packets: `with_evidence` is false.
void Collector::alert(const RecordHead& head, std::string_view text, const rules::RuleText* rules, bool with_evidence) {
    const rules::Rule* const rule = rules != nullptr && head.rule < rules->rules.size() ? &rules->rules[head.rule] : nullptr;
    if (rule != nullptr) {
        const bool pass = thresholds_.pass(*rule, head);
        metrics_.threshold_entries.set(thresholds_.size());
        metrics_.threshold_evictions.set(thresholds_.evicted());
        if (!pass) {
            metrics_.held_back.add();
            return;
        }
    }
    if (!inventory_.stands(head)) return;
    const Stories::Part part = stories_.add(head);
    metrics_.story_entries.set(stories_.size());
    metrics_.story_evictions.set(stories_.forgotten());
    if (!part.tell) {
        metrics_.repeated.add();
        return;
    }
    if (part.update != 0) metrics_.updates.add();
    digest_.add(head, rule != nullptr ? std::string_view{rule->message} : std::string_view{});
    metrics_.alerts_by_kind[static_cast<std::size_t>(head.kind)].add();
    if (head.severity >= 1 && head.severity <= severities) metrics_.alerts_by_severity[head.severity - 1u].add();
    reached_fail_on_ = reached_fail_on_ || head.severity <= config_.fail_on;

    const std::string_view file = with_evidence ? evidence_.assign(head.flow_id, digest_.total()) : std::string_view{};
    if (!config_.alert_lines) return;
    std::string end = story_members(part);
    if (!file.empty()) end.append(R"(,"evidence":")").append(file).append("\"");
    end += line_end;
    event(head, {text, end});
}

void Collector::stats(const RecordHead& head, std::string_view snapshot) {
    stats_event_.add(snapshot);
    stats_pending_ = head.key;
    stats_time_ = head.time;
}

/// All workers have reported this boundary.
void Collector::flush_stats() {
    const std::string line = stats_event_.render(stats_time_, stats_pending_->clock - *first_clock_);
    stats_pending_.reset();
    RecordHead head;
    head.event_type = event_type::stats;
    event(head, {line, {}});
}

void Collector::write(EventType type, std::string_view line) {
    RecordHead head;
    head.event_type = type;
    event(head, {line, {}});
    eve_.flush();
}

std::optional<std::string> Collector::flush() {
    eve_.flush();
    return error();
}

std::optional<std::string> Collector::finish() {
    while (const Source* const source = next_source()) take(*source);
    if (stats_pending_) flush_stats();
    evidence_.finish();
    eve_.flush();
    return error();
}

}  // namespace weir
