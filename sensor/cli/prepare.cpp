// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sensor/cli/rule_cache.hpp"
#include "sensor/cli/rules.hpp"
#include "sensor/config/yaml.hpp"

namespace weir::cli {
namespace {

template <class T>
using Loaded = Result<T, std::string>;

std::string lines_of(const std::vector<FileError>& errors) {
    std::string out;
    for (const FileError& error : errors) out += (out.empty() ? "" : "\n") + error.text();
    return out;
}

Loaded<Config> load_settings(const ReplayOptions& options) {
    Config config;
    if (!options.config.empty()) {
        auto text = yaml::read_text(options.config);
        if (!text) return Unexpected{text.error().text()};
        auto loaded = load_config(options.config, *text);
        if (!loaded) return Unexpected{lines_of(loaded.error())};
        config = std::move(*loaded);
    }
    for (const std::string& setting : options.settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos) return Unexpected{fmt::format("--set {}: expected KEY=VALUE", yaml::quoted(setting))};
        if (const auto error = set(config, setting.substr(0, equals), setting.substr(equals + 1))) return Unexpected{"--set " + *error};
    }
    return config;
}

Loaded<EveConfig> eve_config(const Config& config) {
    EveConfig eve;
    eve.dns_version = config.dns_version;
    eve.community_id_seed = config.community_id_seed;
    eve.secrets = {config.secrets, config.secret_salt};
    if (config.eve_types == "all") return eve;
    std::vector<std::string> names;
    std::string_view rest = config.eve_types;
    for (std::size_t comma = 0; comma != std::string_view::npos; rest.remove_prefix(std::min(rest.size(), comma + 1))) {
        comma = rest.find(',');
        names.emplace_back(rest.substr(0, comma));
    }
    const bool any_empty = std::ranges::find(names, std::string{}) != names.end();
    const std::string_view wrong = any_empty ? std::string_view{} : eve.select(names);
    if (any_empty || !wrong.empty())
        return Unexpected{fmt::format("outputs.eve.types: {} is no event type, expected alert, anomaly, flow, stats or a protocol's",
                                      yaml::quoted(wrong))};
    return eve;
}

/// `high`, `2`: Suricata's priorities by number or by name; 0 where nothing was asked for.
Loaded<Severity> fail_on(const std::string& text) {
    constexpr std::array<std::pair<std::string_view, Severity>, 10> names{
        {{"", 0}, {"critical", 1}, {"high", 1}, {"1", 1}, {"medium", 2}, {"2", 2}, {"low", 3}, {"3", 3}, {"info", 4}, {"4", 4}}};
    for (const auto& [name, severity] : names)
        if (name == text) return severity;
    return Unexpected{fmt::format("--fail-on {}: expected critical, high, medium, low, info or 1 to 4", text)};
}

std::vector<std::string> equipment_ranges(const Policy* policy) {
    std::vector<std::string> out;
    if (policy != nullptr)
        for (const AddressRange& range : policy->tables().equipment_ranges) out.push_back(range.text());
    return out;
}

std::shared_ptr<const EveNames> names_of(const Policy* policy, const std::vector<std::string>& captures) {
    auto names = std::make_shared<EveNames>();
    if (policy != nullptr)
        for (const Equipment& equipment : policy->equipment())
            names->equipment.push_back({equipment.name, equipment.vendor, equipment.role, equipment.site});
    for (const std::string& capture : captures) names->origins.push_back({"", capture});
    return names;
}

/// Loads and compiles the rules; an error sentence or none. A rule that is refused costs itself only.
std::optional<std::string> add_rules(const ReplayOptions& options, ReplayPlan& plan) {
    LoadedRules loaded;
    if (!options.no_rules) {
        auto read = load_rules(options.rules, plan.config, equipment_ranges(plan.shared.policy.get()));
        if (!read) return read.error();
        loaded = std::move(*read);
    }
    RuleCache cache{plan.config.rule_cache};
    auto compiled = rules::compile(std::move(loaded.result.rules), rules::CompileOptions{&cache});
    if (!compiled) return compiled.error();
    std::vector<FileError> refused = std::move(loaded.result.errors);
    refused.insert(refused.end(), (*compiled)->rejected().begin(), (*compiled)->rejected().end());
    for (const FileError& error : refused) plan.warnings.push_back("rule refused: " + error.text());
    plan.refused_rules = refused.size();
    if (!cache.problem().empty()) plan.warnings.push_back(cache.problem());
    plan.shared.rules = std::make_shared<RuleBook>(std::move(*compiled));
    plan.rules = std::shared_ptr<const rules::RuleText>{plan.shared.rules, &plan.shared.rules->rules->text()};
    return std::nullopt;
}

/// threshold.config, which may name the rules' address variables.
Loaded<ThresholdFile> load_threshold_file(const Config& config, const Policy* policy) {
    ThresholdFile out;
    if (config.threshold_file.empty()) return out;
    const auto text = yaml::read_text(config.threshold_file);
    if (!text) return Unexpected{text.error().text()};
    const auto errors = load_thresholds(config.threshold_file, *text, rule_variables(config, equipment_ranges(policy)), out);
    if (!errors.empty()) return Unexpected{lines_of(errors)};
    return out;
}

/// Whether what one session does can change what a rule says of another, outside thresholds, which are the collector's. Sessions of
/// different workers have no order among each other while they run, so such rules need one worker.
bool share_memory(const rules::RuleText& rules) {
    using Op = rules::DatasetCheck::Op;
    const auto changes_a_set = [](const rules::Check& check) {
        const auto* const dataset = std::get_if<rules::DatasetCheck>(&check);
        return dataset != nullptr && (dataset->op == Op::set || dataset->op == Op::unset);
    };
    const auto writes = [&](const rules::BufferGroup& group) { return std::ranges::any_of(group.checks, changes_a_set); };
    return !rules.hostbits.empty() || std::ranges::any_of(rules.rules, [&](const rules::Rule& rule) { return std::ranges::any_of(rule.groups, writes); });
}

}  // namespace

Result<ReplayPlan, std::string> prepare(const ReplayOptions& options) {
    ReplayPlan plan;
    auto captures = find_captures(options.captures);
    if (!captures) return Unexpected{captures.error()};
    plan.captures = std::move(*captures);
    auto config = load_settings(options);
    if (!config) return Unexpected{config.error()};
    plan.config = std::move(*config);
    plan.config.profile_rules = plan.config.profile_rules || options.profile_rules;
    const auto eve = eve_config(plan.config);
    if (!eve) return Unexpected{eve.error()};
    plan.shared.eve = *eve;
    const auto severity = fail_on(options.fail_on);
    if (!severity) return Unexpected{severity.error()};
    if (!options.policy.empty()) {
        auto policy = load_policy_file(options.policy);
        if (!policy) return Unexpected{lines_of(policy.error())};
        plan.shared.policy = std::move(*policy);
    }
    if (auto error = add_rules(options, plan)) return Unexpected{*std::move(error)};
    plan.shared.names = names_of(plan.shared.policy.get(), plan.captures);
    plan.shared.identifier = std::make_shared<Identifier>();
    plan.shared.services = std::make_shared<ServicePorts>();
    plan.pipeline.workers = options.threads;
    if (options.threads > 1 && share_memory(*plan.rules)) {
        plan.pipeline.workers = 1;
        plan.warnings.push_back("--threads: rules with xbits, hostbits or datasets that are set hold sessions together, so one worker does it all");
    }
    plan.pipeline.profile = options.profile;
    plan.pipeline.collector.directory = options.output;
    plan.pipeline.collector.fail_on = *severity;
    plan.pipeline.collector.alert_lines = eve->types[event_type::alert];
    auto thresholds = load_threshold_file(plan.config, plan.shared.policy.get());
    if (!thresholds) return Unexpected{thresholds.error()};
    plan.pipeline.collector.thresholds = std::move(*thresholds);
    plan.pipeline.collector.evidence.session_bytes = plan.config.evidence ? plan.config.evidence_session_bytes : 0;
    plan.pipeline.collector.evidence.total_bytes = plan.config.evidence_total_bytes;
    return plan;
}

}  // namespace weir::cli
