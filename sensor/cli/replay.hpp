// SPDX-License-Identifier: Apache-2.0
// `weir replay`: captures through the whole pipeline, then a summary.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the command; it leaves its exit code in `code`.
void add_replay(CLI::App& app, int& code);

}  // namespace weir::cli
