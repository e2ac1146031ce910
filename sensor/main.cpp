// SPDX-License-Identifier: Apache-2.0
// The program `weir`: sub-commands, nothing else.
#include <CLI/CLI.hpp>

#include "sensor/cli/docs.hpp"
#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/forward.hpp"
#include "sensor/cli/learn.hpp"
#include "sensor/cli/policy_command.hpp"
#include "sensor/cli/program.hpp"
#include "sensor/cli/protocols.hpp"
#include "sensor/cli/replay.hpp"
#include "sensor/cli/rules.hpp"
#include "sensor/cli/run.hpp"

int main(int argc, char** argv) {
    CLI::App app{"weir: is any of this equipment talking to somebody, or in some way, that it should not?"};
    app.set_version_flag("--version", "weir " WEIR_VERSION);
    app.require_subcommand(1);
    int code = weir::exit_code::done;
    weir::cli::add_replay(app, code);
    weir::cli::add_run(app, code);
    weir::cli::add_ctl(app, code);
    weir::cli::add_learn(app, code);
    weir::cli::add_policy(app, code);
    weir::cli::add_rules(app, code);
    weir::cli::add_protocols(app, code);
    weir::cli::add_docs(app, code);
    weir::cli::add_forward(app, code);
    return weir::cli::run_program(app, argc, argv, code);
}
