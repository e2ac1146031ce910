// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/rule_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sensor/inspect/session_text.hpp"
#include "sensor/output/json_writer.hpp"

namespace weir {
namespace {

/// Suricata's `metadata`: each key once, its values as a list, in the order of first mention.
std::string metadata_json(const rules::Rule& rule) {
    if (rule.metadata.empty()) return {};
    std::vector<std::pair<std::string, std::vector<std::string>>> grouped;
    for (const rules::MetadataEntry& entry : rule.metadata) {
        auto found = std::find_if(grouped.begin(), grouped.end(), [&](const auto& group) { return group.first == entry.key; });
        if (found == grouped.end()) found = grouped.insert(grouped.end(), {entry.key, {}});
        found->second.push_back(entry.value);
    }
    std::string memory(64 * 1024, '\0');
    JsonWriter json{memory};
    for (const auto& [key, values] : grouped) {
        json.begin_array(key);
        for (const std::string& value : values) json.element(std::string_view{value});
        json.end_array();
    }
    memory.resize(json.finish() - 1);  // without the newline
    return memory;
}

Action action_of(rules::Action action) noexcept {
    switch (action) {
        case rules::Action::pass:
        case rules::Action::alert: return Action::pass;
        case rules::Action::drop: return Action::drop;
        default: return Action::reject;
    }
}

RuleFacts facts_of(const rules::Rule& rule) {
    RuleFacts facts;
    for (const rules::MetadataEntry& entry : rule.metadata) {
        if (entry.key == "weir_kind") facts.kind = find_kind(entry.value).value_or(Kind::signature);
        if (entry.key == "mitre_technique_id") facts.attack_text.push_back(entry.value);
        if (entry.key == "confidence") {
            // ET's words, or a number.
            double number = entry.value == "High" ? 0.9 : entry.value == "Medium" ? 0.7 : entry.value == "Low" ? 0.4 : -1;
            if (number < 0) {
                unsigned percent = 0;
                const auto [end, error] = std::from_chars(entry.value.data(), entry.value.data() + entry.value.size(), percent);
                number = error == std::errc{} && percent <= 100 ? percent / 100.0 : 1.0;
            }
            facts.confidence = number;
        }
    }
    facts.metadata_json = metadata_json(rule);
    return facts;
}

}  // namespace

RuleBook::RuleBook(std::shared_ptr<const rules::Compiled> compiled) : rules(std::move(compiled)) {
    facts.reserve(rules->text().rules.size());
    for (const rules::Rule& rule : rules->text().rules) facts.push_back(facts_of(rule));
    for (RuleFacts& fact : facts) fact.attack.assign(fact.attack_text.begin(), fact.attack_text.end());
}

RuleJudge::RuleJudge(std::shared_ptr<const RuleBook> book, const rules::EngineLimits& limits, ContractJudge& contract, Reporter& reporter, bool enforce)
    : enforce_(enforce), idle_(book->rules->text().rules.empty()), book_(std::move(book)), contract_(contract), engine_(book_->rules, limits), reporter_(reporter) {
    const rules::Compiled& compiled = *book_->rules;
    using Layer = rules::EventCheck::Layer;
    for (std::size_t i = 0; i < decode_events.size(); ++i) decode_rules_[i] = compiled.on_event(Layer::decode, decode_events[i].name);
    constexpr std::string_view stream = "stream.";
    for (std::size_t i = 0; i < stream_events.size(); ++i) stream_rules_[i] = compiled.on_event(Layer::stream, stream_events[i].event.substr(stream.size()));
    for (std::size_t app = 0; app < std::min(protocols().size(), app_rules_.size()); ++app)
        for (const Anomaly& row : protocols()[app].anomalies)
            app_rules_[app].push_back(compiled.on_event(Layer::app, fmt::format("{}.{}", protocols()[app].name, row.event)));

    const auto& all = compiled.text().rules;
    const Policy* const policy = contract_.policy();
    if (policy == nullptr || std::all_of(all.begin(), all.end(), [](const rules::Rule& rule) { return rule.policy_checks.empty(); })) return;
    constexpr std::size_t words_each = 5;
    words_.reserve(policy->equipment().size() * words_each);  // views stay where they are
    const auto lower = [this](std::string_view text) -> std::string_view {
        std::string& word = words_.emplace_back(text);
        std::transform(word.begin(), word.end(), word.begin(), [](char c) { return static_cast<char>(to_lower(static_cast<std::uint8_t>(c))); });
        return word;
    };
    for (const Equipment& row : policy->equipment())
        equipment_.push_back({lower(row.name), lower(row.vendor), lower(row.role), lower(row.site),
                              lower(row.contract == no_contract ? std::string_view{} : policy->contract_name(row.contract))});
}

rules::SessionView RuleJudge::session_view(const Moment& moment) const noexcept {
    rules::SessionView view = moment.session_view();
    if (equipment_.empty()) return view;
    const Session& session = *moment.session;
    for (std::size_t end = 0; end < view.equipment.size(); ++end) {
        if (session.equipment[end] < equipment_.size()) view.equipment[end] = &equipment_[session.equipment[end]];
        if (session.verdict[end] == Verdict::allowed) view.contract[end] = rules::ContractWord::expected;
        if (session.verdict[end] != Verdict::found) continue;
        view.contract[end] = rules::ContractWord::unexpected;
        view.finding[end] = name_of(session.found[end]);
    }
    return view;
}

void RuleJudge::event(const Moment& moment, EventRules rules, Direction direction) noexcept {
    if (rules == nullptr || moment.session == nullptr) return;
    moment_ = &moment;
    engine_.event(*rules, direction, moment.packet_view(), session_view(moment), moment.session->rules, *this);
}

void RuleJudge::decode_event(const Moment& moment, std::size_t id) noexcept { event(moment, decode_rules_[id], moment.direction); }

void RuleJudge::stream_event(const Moment& moment, StreamEvent kind, Direction direction) noexcept {
    event(moment, stream_rules_[static_cast<std::size_t>(kind)], direction);
}

void RuleJudge::app_event(const Moment& moment, const ParserInfo& parser, unsigned id, Direction direction) noexcept {
    const ProtocolId app = id_of(parser);
    if (app >= app_rules_.size()) return;
    for (std::size_t row = 0; row < app_rules_[app].size(); ++row)
        if (parser.anomalies[row].id == id) event(moment, app_rules_[app][row], moment.session->app_direction(direction));
}

void RuleJudge::packet(const Moment& moment) noexcept {
    if (idle_) return;
    const rules::SessionView session = session_view(moment);
    if (!engine_.wants_packets(session)) return;
    moment_ = &moment;
    engine_.packet(moment.packet_view(), session, moment.session->rules, *this);
}

bool RuleJudge::wants_stream(const Moment& moment) const noexcept { return !idle_ && engine_.wants_stream(session_view(moment)); }

void RuleJudge::stream(const Moment& moment, Direction direction, Bytes bytes, std::uint64_t offset) noexcept {
    moment_ = &moment;
    engine_.stream(direction, bytes, offset, moment.packet_view(), session_view(moment), moment.session->rules, *this);
}

void RuleJudge::gap(const Moment& moment, Direction direction, std::uint64_t missing) noexcept {
    engine_.gap(direction, missing, moment.session->rules);
}

void RuleJudge::transaction(const Moment& moment, const ParserInfo& parser, const void* transaction, Report report,
                            Direction direction) noexcept {
    if (idle_) return;
    moment_ = &moment;
    parser_ = &parser;
    transaction_ = transaction;
    rules::SessionView session = session_view(moment);
    session.app = id_of(parser);  // what stands inside another protocol's transaction is judged as its own
    engine_.transaction(parser, transaction, report, direction, moment.packet_view(), session, moment.session->rules, *this);
    parser_ = nullptr;
    transaction_ = nullptr;  // it dies with this call
}

void RuleJudge::app_known(const Moment& moment) noexcept {
    if (idle_) return;
    moment_ = &moment;
    engine_.app_known(moment.packet_view(), session_view(moment), moment.session->rules, *this);
}

void RuleJudge::hit(const rules::Hit& hit) noexcept {
    const auto index = static_cast<std::size_t>(hit.rule - book_->rules->text().rules.data());
    const RuleFacts& facts = book_->facts[index];
    const rules::Rule& rule = *hit.rule;
    if (rule.header.action == rules::Action::pass) return;  // it has let the packet or the session go: nothing to tell
    Session& session = *moment_->session;
    const Facing facing = session.equipment[0] != no_equipment || session.equipment[1] == no_equipment ? Facing::egress : Facing::ingress;
    const EquipmentId equipment = session.equipment[facing == Facing::egress ? 0 : 1];
    if (contract_.ignores(session, equipment, facing, moment_->clock)) return;

    Finding finding;
    finding.kind = facts.kind;
    finding.judge = Judge::rule;
    finding.severity = rule.priority;
    finding.confidence = facts.confidence;
    finding.gid = rule.gid;
    finding.sid = rule.sid;
    finding.rev = rule.rev;
    finding.signature = rule.message;
    finding.category = rule.class_text;
    finding.attack = facts.attack;
    finding.metadata_json = facts.metadata_json;
    finding.facing = facing;
    finding.equipment = equipment;
    if (enforce_) session.action = std::max(session.action, action_of(rule.header.action));
    finding.blocked = enforce_ && action_of(rule.header.action) != Action::pass;

    // Findings are rare: their sentence may cost a little.
    const std::string why = fmt::format(
        "{}; rule {} matches: {}", session_text(session, contract_.policy(), finding.equipment, finding.facing), rule.sid, rule.message);
    finding.why = why;

    AlertEvent event;
    event.place = {moment_->time, moment_->packet != nullptr ? moment_->packet->number : 0, session.origin, &session, nullptr};
    event.finding = &finding;
    event.direction = hit.direction;
    event.parser = parser_;
    event.transaction = transaction_;
    event.tx_id = session.transactions;
    reporter_.finding(session, event, static_cast<std::uint32_t>(index));
}

void RuleJudge::publish() noexcept {
    const rules::EngineCounters& counters = engine_.counters();
    metrics_.packets.set(counters.packets_scanned);
    metrics_.stream_bytes.set(counters.stream_bytes_scanned);
    metrics_.buffers.set(counters.buffers_scanned);
    metrics_.candidates.set(counters.candidates);
    metrics_.hits.set(counters.hits);
    metrics_.pcre_limits.set(counters.pcre_limit_hits);
    metrics_.table_full.set(counters.session_table_full);
    metrics_.windows_full.set(counters.window_memory_full);
    metrics_.host_bits_full.set(counters.host_bits_evicted);
    metrics_.datasets_full.set(counters.datasets_full);
    metrics_.sessions.set(counters.sessions);
}

}  // namespace weir
