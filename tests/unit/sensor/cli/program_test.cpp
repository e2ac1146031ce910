// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/program.hpp"

#include <CLI/CLI.hpp>

#include "sensor/cli/policy_command.hpp"
#include "sensor/cli/replay.hpp"
#include "sensor/cli/rules.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

/// The sentence for a command line that is refused, without its second line.
std::string refused(const std::string& line) {
    CLI::App app;
    app.require_subcommand(1);
    int code = 0;
    cli::add_replay(app, code);
    cli::add_policy(app, code);
    cli::add_rules(app, code);
    try {
        app.parse(line);
    } catch (const CLI::ParseError& error) {
        const std::string said = cli::usage_sentence(app, error);
        const std::size_t end = said.find('\n');
        CHECK(said.substr(end).find(" --help` says what it accepts") != std::string::npos);
        return said.substr(0, end);
    }
    return "accepted";
}

}  // namespace

TEST_CASE("program: what is not understood is named, before what is missing") {
    CHECK(refused("nosuch") == "unknown command `nosuch`; expected one of: replay, policy, rules");
    CHECK(refused("replya a.pcap") == "unknown command `replya`, did you mean `replay`?; expected one of: replay, policy, rules");
    CHECK(refused("--bogus") == "unknown option `--bogus`");
    CHECK(refused("replay --polcy") == "unknown option `--polcy`, did you mean `--policy`?");
    CHECK(refused("replay --bogus a.pcap") == "unknown option `--bogus`");
    CHECK(refused("policy nosuch") == "unknown command `nosuch`; expected one of: check, services, explain, test, usage, diff, import-mud, import-csv, import-inventory, export-mud");
    CHECK(refused("policy check a.yaml b.yaml") == "`b.yaml` is one argument too many");
    CHECK(refused("policy explain --polcy a.yaml") == "unknown option `--polcy`, did you mean `--policy`?");
}

TEST_CASE("program: what is missing, or given too often") {
    CHECK(refused("") == "expected a command: replay, policy, rules");
    CHECK(refused("rules") == "expected a command: check, explain, keywords");
    CHECK(refused("replay") == "CAPTURE is required");
    CHECK(refused("replay a.pcap --threads") == "--threads: expected a value behind it");
    CHECK(refused("replay --threads 1 --threads 2 a.pcap") == "--threads: given 2 times, expected once");
    CHECK(refused("replay --policy a --policy b a.pcap") == "--policy: given 2 times, expected once");
    CHECK(refused("policy explain --policy p --from") == "--from: expected a value behind it");
    CHECK(refused("policy explain --policy p") == "--from is required");
}
