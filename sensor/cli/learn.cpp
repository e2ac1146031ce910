// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/learn.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/progress.hpp"
#include "sensor/cli/rule_cache.hpp"
#include "sensor/cli/rules.hpp"
#include "sensor/contract/learn_text.hpp"
#include "sensor/inspect/worker.hpp"
#include "sensor/output/file_sink.hpp"
#include "sensor/source/capture_source.hpp"

namespace weir::cli {
namespace {

struct Options {
    std::string policy, output;
    std::vector<std::string> equipment, home, captures;
    bool force = false;
};

/// `--equipment` and `--home`; the error is a sentence.
Result<std::vector<AddressRange>, std::string> ranges_of(const std::vector<std::string>& texts, std::string_view option) {
    std::vector<AddressRange> out;
    std::string reason;
    for (const std::string& text : texts)
        if (!AddressRange::parse(text, out, reason)) return Unexpected{fmt::format("{} {}: {}", option, text, reason)};
    normalise(out);
    return out;
}

/// The shipped packs: a session in which one of them finds something is never proposed without review.
Result<std::shared_ptr<const RuleBook>, std::string> shipped_rules(const Config& config) {
    auto loaded = load_rules({}, config, {});
    if (!loaded) return Unexpected{loaded.error()};
    RuleCache cache{config.rule_cache};
    auto compiled = rules::compile(std::move(loaded->result.rules), rules::CompileOptions{&cache});
    if (!compiled) return Unexpected{compiled.error()};
    return std::shared_ptr<const RuleBook>{std::make_shared<RuleBook>(std::move(*compiled))};
}

/// One worker without outputs; what it says is thrown away, what it sees goes to the survey.
void survey(CaptureSource& source, const Config& config, const Shared& shared, learn::Survey& survey) {
    EventRing ring;
    Worker worker{config, shared, ring, {}, false};
    worker.attach(survey);
    Burst burst;
    Time last_time = 0;
    Progress progress;
    while (source.next(burst)) {
        last_time = burst.packets.back().time;
        worker.process(burst, burst.packets.back().number + 1);
        while (ring.front()) ring.pop();
        progress.update(source.position(), source.total(), source.packets());
    }
    worker.finish(burst.clock, last_time);
}

int learn(const Options& options) {
    const auto refuse = [](std::string_view sentence, int code = exit_code::usage) {
        fmt::print(stderr, "weir: {}\n", sentence);
        return code;
    };
    if (!options.output.empty() && !options.force && std::filesystem::exists(options.output))
        return refuse(fmt::format("{} exists already: give another name, or --force to replace it", options.output));
    learn::DeviceOptions devices;
    auto equipment = ranges_of(options.equipment, "--equipment"), home = ranges_of(options.home, "--home");
    if (!equipment) return refuse(equipment.error());
    if (!home) return refuse(home.error());
    devices.equipment = std::move(*equipment);
    devices.home = std::move(*home);
    std::shared_ptr<const Policy> policy;
    if (!options.policy.empty()) {
        auto loaded = load_policy_file(options.policy);
        if (!loaded) {
            for (const FileError& error : loaded.error()) fmt::print(stderr, "weir: {}\n", error.text());
            return exit_code::usage;
        }
        policy = std::move(*loaded);
        devices.policy = policy.get();
    }
    auto captures = find_captures(options.captures);
    if (!captures) return refuse(captures.error());

    Config config;
    config.evidence = false;
    Shared shared;
    const std::vector<std::string> alerts_alone{"alert"};
    (void)shared.eve.select(alerts_alone);
    auto rules = shipped_rules(config);
    if (!rules) return refuse(rules.error());
    shared.rules = std::move(*rules);
    shared.names = std::make_shared<EveNames>();
    shared.identifier = std::make_shared<Identifier>();
    shared.services = std::make_shared<ServicePorts>();

    CaptureSource source{*captures};
    learn::Survey seen;
    survey(source, config, shared, seen);
    for (const CaptureReport& report : source.reports()) {
        if (!report.recognised) return refuse(report.name + ": not a capture, expected pcap or pcapng (plain, .gz, .zst)");
        if (!report.damage.empty()) fmt::print(stderr, "weir: {}: not read to its end: {}\n", report.name, report.damage);
    }
    const learn::Proposal proposal = learn::propose(seen, devices);
    const std::string text = learn::policy_text(proposal, seen, {*captures, source.packets(), options.policy});
    if (options.output.empty()) {
        fmt::print("{}", text);
        std::fflush(stdout);  // before what is said about it
    } else if (const auto failed = write_file(options.output, text)) {
        return refuse(*failed, exit_code::failed);
    }

    std::size_t lines = 0, review = 0;
    for (const learn::ProposedContract& contract : proposal.contracts)
        for (const learn::ProposedLine& line : contract.lines) ++(line.review.empty() ? lines : review);
    fmt::print(stderr, "weir: {} pieces of equipment, {} contracts with {} lines; {} lines for review (marked `{}`)\n", proposal.devices.list.size(),
               proposal.contracts.size(), lines, review, learn::review_mark);
    return exit_code::done;
}

}  // namespace

void add_learn(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("learn", "Proposes equipment and contracts from what it sees in captures, for a person to review");
    auto options = std::make_shared<Options>();
    const CLI::Validator named{[](const std::string& name) { return name.empty() ? std::string{"an empty name"} : std::string{}; }, ""};
    command->add_option("--policy", options->policy, "A policy that exists: only what it does not allow is proposed, as additions")->check(named);
    command->add_option("-o,--output", options->output, "The policy file to write; left out: standard output")->check(named);
    command->add_flag("--force", options->force, "Replace the file where it exists");
    command->add_option("--equipment", options->equipment, "Address, prefix or range whose hosts are the equipment, and no others; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--home", options->home, "Address, prefix or range of your own besides private ones: not foreign; may be repeated")
        ->allow_extra_args(false);
    command->add_option("CAPTURE", options->captures, "Captures: pcap or pcapng, plain, .gz or .zst; folders of them; - for standard input")->required();
    command->callback([options, &code] { code = learn(*options); });
}

}  // namespace weir::cli
