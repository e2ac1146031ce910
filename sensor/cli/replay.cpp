// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/replay.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>

#include "sensor/behavior/exposure_facts.hpp"
#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/interrupt.hpp"
#include "sensor/cli/prepare.hpp"
#include "sensor/cli/progress.hpp"
#include "sensor/cli/rules_explain.hpp"
#include "sensor/cli/say.hpp"
#include "sensor/cli/terminal.hpp"
#include "sensor/contract/policy_use.hpp"
#include "sensor/metrics/prometheus.hpp"
#include "sensor/output/file_sink.hpp"
#include "sensor/output/summary.hpp"

namespace weir::cli {
namespace {

std::string metrics_page(const Pipeline& pipeline, const CaptureSource& source) {
    MetricsPage page;
    page.info("weir_build_info", "The program that wrote this", {{"version", WEIR_VERSION}});
    page.add(source_metrics, {&source.metrics()});
    const auto& workers = pipeline.workers();
    const std::vector<Worker::MetricBlock> first = workers[0]->metric_blocks();
    for (std::size_t row = 0; row < first.size(); ++row) {
        std::vector<const void*> blocks;
        for (const auto& worker : workers) blocks.push_back(worker->metric_blocks()[row].block);
        page.add(first[row].rows, std::move(blocks));
    }
    page.add(collector_metrics(), {&pipeline.collector().metrics()});
    page.add(duty_metrics, {&pipeline.collector().duty_metrics()});
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

std::vector<Blind> what_could_not_be_seen(const ReplayPlan& plan, const Pipeline& pipeline, const CaptureSource& source, int signal) {
    std::vector<Blind> out;
    if (signal != 0) out.push_back({1, fmt::format("interrupted by {}: the rest of the input was not read", Interrupt::name_of(signal))});
    for (const CaptureReport& report : source.reports()) {
        if (report.cut_off) out.push_back({1, report.name + " ends inside a record"});
        if (!report.damage.empty()) out.push_back({1, report.name + ": not read to its end: " + report.damage});
    }
    for (std::size_t i = 1; i < drop_reasons.size(); ++i)
        out.push_back({sum(pipeline, [i](const Worker& w) { return w.decode_metrics().dropped[i].get(); }),
                       fmt::format("packets not inspected, {}: {}", drop_reasons[i].name, drop_reasons[i].doc)});
    out.push_back({source.metrics().snapped.get(), "packets cut by the capture's snap length"});
    out.push_back({source.metrics().time_backwards.get(), "packets with a time before their predecessor's"});
    const auto add = [&](std::string text, auto get) { out.push_back({sum(pipeline, get), std::move(text)}); };
    add("holes in TCP streams", [](const Worker& w) { return w.stream_metrics().gaps.get(); });
    add("bytes missing in them", [](const Worker& w) { return w.stream_metrics().gap_bytes.get(); });
    add("datagrams whose fragments did not all come", [](const Worker& w) { return w.decode_metrics().timed_out.get() + w.decode_metrics().evicted.get(); });
    add("sessions evicted because the table was full", [](const Worker& w) { return w.flow_metrics().ended_evicted.get(); });
    add("TCP sessions not reassembled because the table was full", [](const Worker& w) { return w.stream_metrics().sessions_evicted.get(); });
    add("sessions not parsed because the memory for parsers was full", [](const Worker& w) { return w.apps().pool_metrics().full.get(); });
    add("regular expressions stopped at their limit", [](const Worker& w) { return w.rule_metrics().pcre_limits.get(); });
    out.push_back({plan.refused_rules, "rules refused: what they look for was not looked for"});
    return out;
}

/// A name as a shell reads it back.
std::string in_shell(const std::string& name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view{"_-./,:+=@%"}.find(c) != std::string_view::npos; };
    if (std::ranges::all_of(name, plain)) return name;
    std::string out = "'";
    for (const char c : name) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + '\'';
}

std::vector<std::string> outputs_of(const ReplayOptions& options, const Collector& collector) {
    const std::filesystem::path folder{options.output};
    const std::uint64_t evidence = collector.evidence_metrics().files.get();
    const auto line = [&](const char* name, const std::string& what) {
        return fmt::format("{:<{}}  {}", (folder / name).string(), (folder / "metrics.prom").string().size(), what);
    };
    std::vector<std::string> out{line("eve.json", fmt::format("{} events", collector.lines())), line("metrics.prom", "counters, for Prometheus")};
    if (evidence != 0) out.push_back(line("evidence", fmt::format("{} {}", evidence, evidence == 1 ? "capture" : "captures")));
    return out;
}

/// How many sessions each contract line allowed, by LineId, over all workers.
std::vector<std::uint64_t> line_uses(const std::vector<std::unique_ptr<Worker>>& workers) {
    std::vector<std::uint64_t> total = workers[0]->contract().line_uses();
    for (std::size_t i = 1; i < workers.size(); ++i)
        std::ranges::transform(total, workers[i]->contract().line_uses(), total.begin(), std::plus{});
    return total;
}

std::string summary_of(const ReplayOptions& options, const ReplayPlan& plan, const Pipeline& pipeline, const CaptureSource& source, double seconds, int signal) {
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
    input.interrupted = signal != 0;
    if (const Policy* const policy = plan.shared.policy.get()) {
        input.policy = true;
        input.name_of = [policy](const IpAddress& address) { return policy->name_of(address); };
    }
    input.names = plan.shared.names.get();
    std::vector<const TrafficTally*> tallies;
    for (const auto& worker : pipeline.workers()) tallies.push_back(&worker->traffic());
    input.traffic = TrafficTally::merge(tallies);
    for (const TrafficRow& row : input.traffic) input.sessions += row.sessions;
    for (const TrafficTally* const tally : tallies) input.sessions += tally->unlisted();
    const Collector& collector = pipeline.collector();
    input.alerts = collector.digest().groups();
    input.alerts_total = collector.alerts();
    input.alerts_ungrouped = collector.digest().ungrouped();
    input.alert_sessions = collector.stories();
    input.alerts_held_back = collector.held_back();
    for (const Inventory::Row& row : collector.inventory().rows()) {
        ExposedDevice& device = input.exposed.emplace_back(ExposedDevice{row.device.first, row.device.second, {}});
        for (const std::uint32_t number : row.facts) device.facts.push_back(exposure_text(number));
    }
    input.blind = what_could_not_be_seen(plan, pipeline, source, signal);
    if (plan.shared.policy != nullptr) input.policy_notes = policy_notes(*plan.shared.policy, line_uses(pipeline.workers()), input.last);
    input.outputs = outputs_of(options, collector);
    input.learn_command = "weir learn -o policy.yaml";
    for (const std::string& capture : options.captures) input.learn_command += ' ' + in_shell(capture);
    SummaryStyle style;
    style.color = wants_color(STDOUT_FILENO);
    style.width = std::clamp(columns_of(STDOUT_FILENO, style.width), std::size_t{60}, style.width);
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

int refuse(const std::string& why, int code) {
    say_error(why);
    return code;
}

int replay(const ReplayOptions& options) {
    const auto prepared = prepare(options);
    if (!prepared) return refuse(prepared.error(), exit_code::usage);
    const ReplayPlan& plan = *prepared;
    for (const std::string& warning : plan.warnings) say_warning(warning);
    if (const auto error = make_folder(options.output)) return refuse(*error, exit_code::failed);
    auto opened = Pipeline::open(plan.config, plan.pipeline, plan.shared, plan.rules);
    if (!opened) return refuse(opened.error(), exit_code::failed);
    Pipeline& pipeline = **opened;

    CaptureSource source{plan.captures};
    const bool only_standard_input = plan.captures == std::vector<std::string>{"-"};
    const auto start = std::chrono::steady_clock::now();
    std::optional<std::string> error;
    int signal = 0;
    {
        const Interrupt interrupt;
        Progress progress;
        error = pipeline.run(source, [&] {
            // Standard input has ended with the signal; what had come of it by then is still looked at.
            if (Interrupt::received() != 0 && !only_standard_input) source.stop();
            progress.update(source.position(), source.total(), source.packets());
        });
        signal = Interrupt::received();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (error) return refuse(*error, exit_code::failed);
    for (const CaptureReport& report : source.reports())  // what was not checked beforehand: standard input, or a file that has changed since
        if (!report.recognised && signal == 0)
            return refuse(report.not_a_capture(), exit_code::usage);
    const std::filesystem::path metrics = std::filesystem::path{options.output} / "metrics.prom";
    if (const auto failed = write_file(metrics, metrics_page(pipeline, source))) return refuse(*failed, exit_code::failed);
    if (!options.quiet) fmt::print("{}", summary_of(options, plan, pipeline, source, seconds, signal));
    if (plan.config.profile_rules) print_rule_profile(pipeline, *plan.shared.rules);
    if (options.profile) print_profile(pipeline, source.packets());
    if (signal != 0) return refuse(fmt::format("interrupted by {}; the outputs hold what was read until then", Interrupt::name_of(signal)), exit_code::interrupted(signal));
    return pipeline.collector().reached_fail_on() ? exit_code::alerts : exit_code::done;
}

}  // namespace

void add_replay(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("replay", "Runs captures through the whole pipeline and says what it found");
    auto options = std::make_shared<ReplayOptions>();
    // `--policy "$POLICY"` with nothing in it must not become a run without a policy.
    const CLI::Validator named{[](const std::string& name) { return name.empty() ? std::string{"an empty name"} : std::string{}; }, ""};
    const CLI::Validator some{[](const std::string& value) { return value.empty() ? std::string{"an empty value"} : std::string{}; }, ""};
    command->add_option("--policy", options->policy, "Who is watched and what they may do (policy.yaml)")->check(named);
    command->add_option("--rules", options->rules, "A rule file or a folder of *.rules, instead of the shipped packs; may be repeated")->allow_extra_args(false)->check(named);
    command->add_flag("--no-rules", options->no_rules, "No rules at all")->excludes("--rules");
    command->add_option("--config", options->config, "Settings (weir.yaml)")->check(named);
    command->add_option("--set", options->settings, "One setting, KEY=VALUE, over the file's; may be repeated")->allow_extra_args(false)->check(some);
    command->add_option("--output", options->output, "Folder for eve.json, metrics.prom and evidence/")->capture_default_str()->check(named);
    command->add_option("--threads", options->threads, "Workers; the output does not depend on it")->check(CLI::Range(1, 64))->capture_default_str();
    command->add_option("--fail-on", options->fail_on, "Exit code 3 when an alert is at least this severe: critical, high, medium, low, info, or 1 to 4")->check(some);
    command->add_flag("--profile", options->profile, "Print cycles per packet and stage at the end");
    command->add_flag("--profile-rules", options->profile_rules, "Print what each rule cost at the end, the dearest first");
    command->add_flag("--quiet", options->quiet, "No summary");
    command->add_option("CAPTURE", options->captures, "Captures: pcap or pcapng, plain, .gz or .zst; folders of them; - for standard input")->required();
    command->callback([options, &code] { code = replay(*options); });
}

}  // namespace weir::cli
