// SPDX-License-Identifier: Apache-2.0
// `weir forward`: the process that touches the wire, as `weir run` starts it.
#pragma once

namespace CLI {
class App;
}

namespace weir::cli {

void add_forward(CLI::App& app, int& code);

}  // namespace weir::cli
