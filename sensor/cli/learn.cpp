// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/learn.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/quiet_run.hpp"
#include "sensor/cli/say.hpp"
#include "sensor/contract/learn_text.hpp"
#include "sensor/output/file_sink.hpp"

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

int learn(const Options& options) {
    const auto refuse = [](std::string_view sentence, int code = exit_code::usage) {
        say_error(sentence);
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
            for (const FileError& error : loaded.error()) say_error(error.text());
            return exit_code::usage;
        }
        policy = std::move(*loaded);
        devices.policy = policy.get();
    }
    QuietRun run{options.captures};
    // Without the policy: what it does not allow would be findings, and these are to come from rules and detectors alone.
    const auto worker = run.add("");
    if (!worker) return refuse(worker.error());
    learn::Survey seen;
    (*worker)->attach(seen);
    if (const auto failed = run.run([](std::size_t, const RecordHead&) {})) return refuse(*failed);
    for (const std::string& warning : run.warnings()) say_warning(warning);

    const learn::Proposal proposal = learn::propose(seen, devices);
    const std::string text = learn::policy_text(proposal, seen, {run.captures(), run.packets(), options.policy});
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
