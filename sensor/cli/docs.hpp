// SPDX-License-Identifier: Apache-2.0
// `weir docs`: the reference tables of this build as Markdown, as they stand in docs/.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the command; it leaves its exit code in `code`.
void add_docs(CLI::App& app, int& code);

}  // namespace weir::cli
