// SPDX-License-Identifier: Apache-2.0
// The command line around `weir policy`.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the commands; they leave their exit code in `code`.
void add_policy(CLI::App& app, int& code);

}  // namespace weir::cli
