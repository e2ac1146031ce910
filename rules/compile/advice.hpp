// SPDX-License-Identifier: Apache-2.0
// What is odd about rules that are in order: they can never fire, or cost more than they need.
#pragma once

#include <vector>

#include "parsers/base/result.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// One remark or none per rule and matter, in the order of the rules. Nothing of it keeps a rule from being loaded.
[[nodiscard]] std::vector<FileError> advise(const RuleText& text);

/// Why a rule costs much whatever it looks at, as a sentence; empty: it does not.
[[nodiscard]] std::string why_slow(const Rule& rule);

/// Whether some number satisfies both comparisons.
[[nodiscard]] bool can_both_hold(const IntegerRange& left, const IntegerRange& right) noexcept;

}  // namespace weir::rules
