// SPDX-License-Identifier: Apache-2.0
// `weir run`: the live sensor. `weir ctl`: questions to one that runs.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

void add_run(CLI::App& app, int& code);
void add_ctl(CLI::App& app, int& code);

}  // namespace weir::cli
