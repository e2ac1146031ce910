// SPDX-License-Identifier: Apache-2.0
// `weir rules explain`: how one rule is matched; and the table of what rules cost that a replay prints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rules/compile/compiled.hpp"
#include "rules/match/engine.hpp"

namespace CLI {
class App;
}

namespace weir::cli {

/// Adds `explain` to `weir rules`; it leaves its exit code in `code`.
void add_rules_explain(CLI::App& rules, int& code);

/// A rule as it was understood, the literal that it waits for, where it stands, and why it is slow if it is.
[[nodiscard]] std::string explain_text(const rules::Compiled& compiled, const rules::Explanation& explanation);

/// One line per rule that was looked at, the dearest first. `costs`: of each worker, as Compiled::plans.
[[nodiscard]] std::string profile_text(const rules::Compiled& compiled, const std::vector<std::span<const rules::RuleCost>>& costs);

}  // namespace weir::cli
