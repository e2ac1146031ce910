// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/replay.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <memory>
#include <thread>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/progress.hpp"
#include "sensor/cli/rule_cache.hpp"
#include "sensor/cli/rules.hpp"
#include "sensor/cli/rules_explain.hpp"
#include "sensor/config/yaml.hpp"
#include "sensor/inspect/pipeline.hpp"
#include "sensor/metrics/prometheus.hpp"
#include "sensor/output/file_sink.hpp"
#include "sensor/output/summary.hpp"

namespace weir::cli {
namespace {

struct Options {
    std::string policy, config, output = "weir-out", fail_on;
    std::vector<std::string> rules, settings, captures;
    unsigned threads = 1;
    bool no_rules = false, profile = false, profile_rules = false, quiet = false;
};

/// What goes wrong before a run: a sentence (or several), and exit code 2.
struct Refusal {
    std::string text;
};
template <class T>
using Loaded = Result<T, Refusal>;

std::string lines_of(const std::vector<FileError>& errors) {
    std::string out;
    for (const FileError& error : errors) out += (out.empty() ? "" : "\n") + error.text();
    return out;
}

Loaded<Config> load_settings(const Options& options) {
    Config config;
    if (!options.config.empty()) {
        auto text = yaml::read_text(options.config);
        if (!text) return Unexpected{Refusal{text.error().text()}};
        auto loaded = load_config(options.config, *text);
        if (!loaded) return Unexpected{Refusal{lines_of(loaded.error())}};
        config = std::move(*loaded);
    }
    for (const std::string& setting : options.settings) {
        const std::size_t equals = setting.find('=');
        if (equals == std::string::npos) return Unexpected{Refusal{"--set " + setting + ": expected KEY=VALUE"}};
        if (const auto error = set(config, setting.substr(0, equals), setting.substr(equals + 1))) return Unexpected{Refusal{"--set " + *error}};
    }
    return config;
}

Loaded<EveConfig> eve_config(const Config& config) {
    EveConfig eve;
    eve.dns_version = config.dns_version;
    eve.community_id_seed = config.community_id_seed;
    if (config.eve_types == "all") return eve;
    std::vector<std::string> names;
    for (std::string_view rest = config.eve_types; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(','));
        names.emplace_back(name);
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    const std::string_view wrong = eve.select(names);
    if (!wrong.empty()) return Unexpected{Refusal{fmt::format("outputs.eve.types: '{}' is no event type, expected alert, anomaly, flow, stats or a protocol's", wrong)}};
    return eve;
}

/// `high`, `2`: Suricata's priorities by number or by name; 0 where nothing was asked for.
Loaded<Severity> fail_on(const std::string& text) {
    constexpr std::array<std::pair<std::string_view, Severity>, 10> names{
        {{"", 0}, {"critical", 1}, {"high", 1}, {"1", 1}, {"medium", 2}, {"2", 2}, {"low", 3}, {"3", 3}, {"info", 4}, {"4", 4}}};
    for (const auto& [name, severity] : names)
        if (name == text) return severity;
    return Unexpected{Refusal{fmt::format("--fail-on {}: expected critical, high, medium, low, info or 1 to 4", text)}};
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
        for (const Equipment& equipment : policy->equipment()) names->equipment.push_back({equipment.name, equipment.vendor, equipment.role, equipment.site});
    for (const std::string& capture : captures) names->origins.push_back({"", capture});
    return names;
}

/// Everything that a replay needs, checked before the first packet is read.
struct Run {
    Config config;
    Shared shared;
    std::shared_ptr<const rules::RuleText> rules;
    std::vector<std::string> captures;
    PipelineConfig pipeline;
};

Loaded<std::shared_ptr<const RuleBook>> load_rule_book(const Options& options, const Config& config, const Policy* policy) {
    LoadedRules loaded;
    if (!options.no_rules) {
        auto read = load_rules(options.rules, config, equipment_ranges(policy));
        if (!read) return Unexpected{Refusal{read.error()}};
        loaded = std::move(*read);
        for (const FileError& error : loaded.result.errors) fmt::print(stderr, "weir: rule refused: {}\n", error.text());
    }
    RuleCache cache{config.rule_cache};
    auto compiled = rules::compile(std::move(loaded.result.rules), rules::CompileOptions{&cache});
    if (!compiled) return Unexpected{Refusal{compiled.error()}};
    for (const FileError& error : (*compiled)->rejected()) fmt::print(stderr, "weir: rule refused: {}\n", error.text());
    return std::shared_ptr<const RuleBook>{std::make_shared<RuleBook>(std::move(*compiled))};
}

/// threshold.config, which may name the rules' address variables.
Loaded<ThresholdFile> load_threshold_file(const Config& config, const Policy* policy) {
    ThresholdFile out;
    if (config.threshold_file.empty()) return out;
    const auto text = yaml::read_text(config.threshold_file);
    if (!text) return Unexpected{Refusal{text.error().text()}};
    const auto errors = load_thresholds(config.threshold_file, *text, rule_variables(config, equipment_ranges(policy)), out);
    if (!errors.empty()) return Unexpected{Refusal{lines_of(errors)}};
    return out;
}

Loaded<Run> prepare(const Options& options) {
    Run run;
    auto captures = find_captures(options.captures);
    if (!captures) return Unexpected{Refusal{captures.error()}};
    run.captures = std::move(*captures);
    auto config = load_settings(options);
    if (!config) return Unexpected{config.error()};
    run.config = std::move(*config);
    run.config.profile_rules = run.config.profile_rules || options.profile_rules;
    const auto eve = eve_config(run.config);
    if (!eve) return Unexpected{eve.error()};
    run.shared.eve = *eve;
    const auto severity = fail_on(options.fail_on);
    if (!severity) return Unexpected{severity.error()};
    if (!options.policy.empty()) {
        auto policy = load_policy_file(options.policy);
        if (!policy) return Unexpected{Refusal{lines_of(policy.error())}};
        run.shared.policy = std::move(*policy);
    }
    auto book = load_rule_book(options, run.config, run.shared.policy.get());
    if (!book) return Unexpected{book.error()};
    run.shared.rules = std::move(*book);
    run.rules = std::shared_ptr<const rules::RuleText>{run.shared.rules, &run.shared.rules->rules->text()};
    run.shared.names = names_of(run.shared.policy.get(), run.captures);
    run.shared.identifier = std::make_shared<Identifier>();
    run.shared.services = std::make_shared<ServicePorts>();
    run.pipeline.workers = options.threads;
    run.pipeline.profile = options.profile;
    run.pipeline.collector.directory = options.output;
    run.pipeline.collector.fail_on = *severity;
    auto thresholds = load_threshold_file(run.config, run.shared.policy.get());
    if (!thresholds) return Unexpected{thresholds.error()};
    run.pipeline.collector.thresholds = std::move(*thresholds);
    run.pipeline.collector.evidence.session_bytes = run.config.evidence ? run.config.evidence_session_bytes : 0;
    run.pipeline.collector.evidence.total_bytes = run.config.evidence_total_bytes;
    return run;
}

std::string metrics_page(const Pipeline& pipeline, const CaptureSource& source) {
    MetricsPage page;
    page.info("weir_build_info", "The program that wrote this", {{"version", "0.1.0"}});
    page.add(source_metrics, {&source.metrics()});
    const auto& workers = pipeline.workers();
    const std::vector<Worker::MetricBlock> first = workers[0]->metric_blocks();
    for (std::size_t row = 0; row < first.size(); ++row) {
        std::vector<const void*> blocks;
        for (const auto& worker : workers) blocks.push_back(worker->metric_blocks()[row].block);
        page.add(first[row].rows, std::move(blocks));
    }
    page.add(collector_metrics(), {&pipeline.collector().metrics()});
    page.add(evidence_metrics(), {&pipeline.collector().evidence_metrics()});
    return page.text();
}

/// Sums a counter over the workers.
template <class Get>
std::uint64_t sum(const Pipeline& pipeline, Get&& get) {
    std::uint64_t total = 0;
    for (const auto& worker : pipeline.workers()) total += get(*worker);
    return total;
}

std::vector<Blind> what_could_not_be_seen(const Pipeline& pipeline, const CaptureSource& source) {
    std::vector<Blind> out;
    for (std::size_t i = 1; i < drop_reasons.size(); ++i)
        out.push_back({sum(pipeline, [i](const Worker& w) { return w.decode_metrics().dropped[i].get(); }),
                       fmt::format("packets not inspected, {}: {}", drop_reasons[i].name, drop_reasons[i].doc)});
    out.push_back({source.metrics().snapped.get(), "packets cut by the capture's snap length"});
    out.push_back({source.metrics().time_backwards.get(), "packets with a time before their predecessor's"});
    for (const CaptureReport& report : source.reports()) {
        if (report.cut_off) out.push_back({1, report.name + " ends inside a record"});
        if (!report.damage.empty()) out.push_back({1, report.name + ": not read to its end: " + report.damage});
    }
    const auto add = [&](std::string text, auto get) { out.push_back({sum(pipeline, get), std::move(text)}); };
    add("holes in TCP streams", [](const Worker& w) { return w.stream_metrics().gaps.get(); });
    add("bytes missing in them", [](const Worker& w) { return w.stream_metrics().gap_bytes.get(); });
    add("datagrams whose fragments did not all come", [](const Worker& w) { return w.decode_metrics().timed_out.get() + w.decode_metrics().evicted.get(); });
    add("sessions evicted because the table was full", [](const Worker& w) { return w.flow_metrics().ended_evicted.get(); });
    add("TCP sessions not reassembled because the table was full", [](const Worker& w) { return w.stream_metrics().sessions_evicted.get(); });
    add("sessions not parsed because the memory for parsers was full", [](const Worker& w) { return w.apps().pool_metrics().full.get(); });
    add("regular expressions stopped at their limit", [](const Worker& w) { return w.rule_metrics().pcre_limits.get(); });
    return out;
}

std::string render(const Options& options, const Run& run, const Pipeline& pipeline, const CaptureSource& source, double seconds) {
    SummaryInput input;
    for (const CaptureReport& report : source.reports()) {
        ++input.files;
        if (report.packets == 0) continue;
        input.first = input.packets == 0 ? report.first : std::min(input.first, report.first);
        input.last = std::max(input.last, report.last);
        input.packets += report.packets;
        input.bytes += report.bytes;
    }
    input.seconds = seconds;
    input.policy = run.shared.policy != nullptr;
    input.names = run.shared.names.get();
    std::vector<const TrafficTally*> tallies;
    for (const auto& worker : pipeline.workers()) tallies.push_back(&worker->traffic());
    input.traffic = TrafficTally::merge(tallies);
    for (const TrafficRow& row : input.traffic) input.sessions += row.sessions;
    for (const TrafficTally* const tally : tallies) input.sessions += tally->unlisted();
    const Collector& collector = pipeline.collector();
    input.alerts = collector.digest().groups();
    input.alerts_total = collector.alerts();
    input.alerts_ungrouped = collector.digest().ungrouped();
    input.alerts_held_back = collector.held_back();
    input.blind = what_could_not_be_seen(pipeline, source);
    input.outputs.push_back(fmt::format("{}/eve.json       {} events", options.output, collector.lines()));
    input.outputs.push_back(fmt::format("{}/metrics.prom", options.output));
    if (collector.evidence_metrics().files.get() != 0)
        input.outputs.push_back(fmt::format("{}/evidence/      {} captures", options.output, collector.evidence_metrics().files.get()));
    input.learn_command = fmt::format("weir learn -o policy.yaml {}", fmt::join(options.captures, " "));
    SummaryStyle style;
    style.color = ::isatty(STDOUT_FILENO) == 1;
    return render_summary(input, style);
}

void print_profile(const Pipeline& pipeline, std::uint64_t packets) {
    fmt::print(stderr, "cycles per packet, by stage:\n");
    for (std::size_t stage = 0; stage < stage_names.size(); ++stage) {
        const std::uint64_t cycles = sum(pipeline, [stage](const Worker& worker) { return worker.stages().cycles(static_cast<Stage>(stage)); });
        fmt::print(stderr, "  {:<28} {:>8.1f}\n", stage_names[stage], packets == 0 ? 0.0 : static_cast<double>(cycles) / static_cast<double>(packets));
    }
}

void print_rule_profile(const Pipeline& pipeline, const RuleBook& book) {
    std::vector<std::span<const rules::RuleCost>> costs;
    for (const auto& worker : pipeline.workers()) costs.push_back(worker->rule_costs());
    fmt::print(stderr, "{}", profile_text(*book.rules, costs));
}

int replay(const Options& options) {
    auto prepared = prepare(options);
    if (!prepared) {
        fmt::print(stderr, "weir: {}\n", prepared.error().text);
        return exit_code::usage;
    }
    Run& run = *prepared;
    const auto refuse = [](const std::string& sentence) {
        fmt::print(stderr, "weir: {}\n", sentence);
        return exit_code::failed;
    };
    if (const auto error = make_folder(options.output)) return refuse(*error);
    auto opened = Pipeline::open(run.config, run.pipeline, run.shared, run.rules);
    if (!opened) return refuse(opened.error());
    Pipeline& pipeline = **opened;

    CaptureSource source{run.captures};
    const auto start = std::chrono::steady_clock::now();
    std::optional<std::string> error;
    {
        Progress progress;
        error = pipeline.run(source, [&] { progress.update(source.position(), source.total(), source.packets()); });
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (error) return refuse(*error);
    for (const CaptureReport& report : source.reports()) {
        if (report.recognised) continue;  // what was not checked beforehand: standard input, or a file that has changed since
        fmt::print(stderr, "weir: {}: not a capture, expected pcap or pcapng (plain, .gz, .zst)\n", report.name);
        return exit_code::usage;
    }
    if (const auto failed = write_file(std::filesystem::path{options.output} / "metrics.prom", metrics_page(pipeline, source))) return refuse(*failed);
    if (!options.quiet) fmt::print("{}", render(options, run, pipeline, source, seconds));
    if (run.config.profile_rules) print_rule_profile(pipeline, *run.shared.rules);
    if (options.profile) print_profile(pipeline, source.packets());
    return pipeline.collector().reached_fail_on() ? exit_code::alerts : exit_code::done;
}

}  // namespace

void add_replay(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("replay", "Runs captures through the whole pipeline and says what it found");
    auto options = std::make_shared<Options>();
    // `--policy "$POLICY"` with nothing in it must not become a run without a policy.
    const CLI::Validator named{[](const std::string& name) { return name.empty() ? std::string{"an empty name"} : std::string{}; }, ""};
    command->add_option("--policy", options->policy, "Who is watched and what they may do (policy.yaml)")->check(named);
    command->add_option("--rules", options->rules, "A rule file or a folder of *.rules, instead of the shipped packs; may be repeated")->allow_extra_args(false)->check(named);
    command->add_flag("--no-rules", options->no_rules, "No rules at all")->excludes("--rules");
    command->add_option("--config", options->config, "Settings (weir.yaml)")->check(named);
    command->add_option("--set", options->settings, "One setting, KEY=VALUE, over the file's; may be repeated")->allow_extra_args(false);
    command->add_option("--output", options->output, "Folder for eve.json, metrics.prom and evidence/")->capture_default_str()->check(named);
    command->add_option("--threads", options->threads, "Workers; the output does not depend on it")->check(CLI::Range(1, 64))->capture_default_str();
    command->add_option("--fail-on", options->fail_on, "Exit code 3 when an alert is at least this severe: critical, high, medium, low, info, or 1 to 4");
    command->add_flag("--profile", options->profile, "Print cycles per packet and stage at the end");
    command->add_flag("--profile-rules", options->profile_rules, "Print what each rule cost at the end, the dearest first");
    command->add_flag("--quiet", options->quiet, "No summary");
    command->add_option("CAPTURE", options->captures, "Captures: pcap or pcapng, plain, .gz or .zst; folders of them; - for standard input")->required();
    command->callback([options, &code] { code = replay(*options); });
}

}  // namespace weir::cli
