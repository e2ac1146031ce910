// SPDX-License-Identifier: Apache-2.0
// `weir learn`: captures through the pipeline of a replay, then a policy that allows what was seen, for a person to review.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the command; it leaves its exit code in `code`.
void add_learn(CLI::App& app, int& code);

}  // namespace weir::cli
