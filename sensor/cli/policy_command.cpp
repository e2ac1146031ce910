// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_command.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "sensor/cli/policy.hpp"
#include "sensor/cli/policy_diff.hpp"
#include "sensor/cli/policy_expect.hpp"
#include "sensor/cli/policy_export.hpp"
#include "sensor/cli/policy_import.hpp"
#include "sensor/cli/policy_usage.hpp"
#include "sensor/contract/schedule.hpp"

namespace weir::cli {
namespace {

/// The person's own clock: questions about a policy are asked now. Replays know packet time alone.
Time now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Other people's files, in and out.
void add_exchange(CLI::App& command, int& code) {
    struct Import {
        std::vector<std::string> files;
        std::string self, peers;
    };
    constexpr const char* peers_help = "A file with `peers:`, what the names of others in it are: addresses, DNS names, equipment";
    auto import = std::make_shared<Import>();
    auto* const mud = command.add_subcommand("import-mud", "Contracts from MUD files (RFC 8520), to standard output");
    mud->add_option("FILE", import->files, "MUD files (JSON)")->required();
    mud->add_option("--peers", import->peers, peers_help);
    mud->callback([import, &code] { code = import_mud_files(import->files, import->peers, std::cout, std::cerr); });

    auto* const matrix = command.add_subcommand("import-csv", "A contract from a vendor's communication matrix, to standard output");
    matrix->add_option("FILE", import->files, "CSV with the columns source, destination, port, protocol, purpose")->required()->expected(1);
    matrix->add_option("--self", import->self, "What the equipment is called in it")->required();
    matrix->add_option("--peers", import->peers, peers_help);
    matrix->callback([import, &code] { code = import_matrix_file(import->files[0], import->self, import->peers, std::cout, std::cerr); });

    auto* const inventory = command.add_subcommand("import-inventory", "Equipment from CSV or from NetBox's JSON, to standard output");
    inventory->add_option("FILE", import->files, "CSV with the columns name, address, ...; or JSON as /api/dcim/devices/ gives it")->required()->expected(1);
    inventory->callback([import, &code] { code = import_inventory_file(import->files[0], std::cout, std::cerr); });

    auto* const out = command.add_subcommand("export-mud", "A contract as a MUD file (RFC 8520), to standard output, as far as MUD can say it");
    auto what = std::make_shared<MudExport>();
    out->add_option("POLICY", what->policy, "policy.yaml")->required();
    out->add_option("--contract", what->contract, "The contract's name")->required();
    out->add_option("--url", what->url, "Where the file will be found: its `mud-url`, https://...")->required();
    out->callback([what, &code] {
        what->now = now();
        code = export_mud(*what, std::cout, std::cerr);
    });
}

}  // namespace

void add_policy(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("policy", "Tools for policies");
    command->require_subcommand(1);

    auto* const check = command->add_subcommand("check", "Names every mistake in a policy; exit code 2 if there is one");
    auto file = std::make_shared<std::string>();
    check->add_option("POLICY", *file, "policy.yaml")->required();
    check->callback([file, &code] { code = policy_check(*file, now(), std::cout, std::cerr); });

    auto* const services = command->add_subcommand("services", "The services that a policy may name without describing them");
    auto listing = std::make_shared<Listing>(Listing::text);
    services->add_flag_callback("--json", [listing] { *listing = Listing::json; }, "As JSON");
    services->add_flag_callback("--markdown", [listing] { *listing = Listing::markdown; }, "As the table of docs/policy.md");
    services->callback([listing, &code] { code = policy_services(*listing, std::cout); });

    auto* const explain = command->add_subcommand("explain", "Would this session be allowed, by which line, or why not");
    auto question = std::make_shared<PolicyQuestion>();
    explain->add_option("--policy", question->file, "policy.yaml")->required();
    explain->add_option("--from", question->from, "Who opens the session: an address or a piece of equipment")->required();
    explain->add_option("--to", question->to, "Who accepts it")->required();
    explain->add_option("--service", question->service, "tcp/22, tcp/22/ssh, icmp/echo, ospf")->required();
    auto day = std::make_shared<std::string>();
    explain->add_option("--at", *day, "The day on which the session begins, at noon UTC, such as 2027-01-31; left out: now")
        ->check(CLI::Validator{[](const std::string& text) { return end_of_day(text) ? std::string{} : text + " is no date; expected one such as 2027-01-31"; }, "DATE"});
    explain->callback([question, day, &code] {
        constexpr Time half_day = 12 * 3600 * second;
        question->now = day->empty() ? now() : *end_of_day(*day) - half_day;
        code = policy_explain(*question, std::cout, std::cerr);
    });

    auto* const test = command->add_subcommand("test", "Asks the policy about the sessions of a file; exit code 3 if a verdict is not the expected one");
    auto expectations = std::make_shared<std::string>();
    test->add_option("EXPECTATIONS", *expectations, "A file with `policy:` and `expect:`")->required();
    test->callback([expectations, &code] { code = policy_test(*expectations, now(), std::cout, std::cerr); });

    auto* const usage = command->add_subcommand("usage", "Which lines of the contracts captures used, which were never used, have ended or will soon");
    struct Used {
        std::string file;
        std::vector<std::string> captures;
        bool json = false;
    };
    auto used = std::make_shared<Used>();
    usage->add_option("POLICY", used->file, "policy.yaml")->required();
    usage->add_option("CAPTURE", used->captures, "Captures, or folders of them")->required();
    usage->add_flag("--json", used->json, "As JSON");
    usage->callback([used, &code] { code = policy_usage(used->file, used->captures, used->json, std::cout, std::cerr); });

    auto* const diff = command->add_subcommand("diff", "Which alerts a change of the policy brings and takes away; exit code 3 if it brings one");
    struct Change {
        std::string before, after;
        std::vector<std::string> captures;
    };
    auto change = std::make_shared<Change>();
    diff->add_option("OLD", change->before, "The policy as it was")->required();
    diff->add_option("NEW", change->after, "The policy as it is to be")->required();
    diff->add_option("CAPTURE", change->captures, "Captures, or folders of them")->required();
    diff->callback([change, &code] { code = policy_diff(change->before, change->after, change->captures, std::cout, std::cerr); });
    add_exchange(*command, code);
}

}  // namespace weir::cli
