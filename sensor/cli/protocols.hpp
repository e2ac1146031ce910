// SPDX-License-Identifier: Apache-2.0
// `weir protocols`: the application protocols of this build, with their fields.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds the command; it leaves its exit code in `code`.
void add_protocols(CLI::App& app, int& code);

}  // namespace weir::cli
