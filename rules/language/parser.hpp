// SPDX-License-Identifier: Apache-2.0
// From the text of rule files to checked rules. Text in, values out: no file is opened here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"
#include "rules/language/classification.hpp"
#include "rules/language/variables.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// A rule file that somebody has read. Views: they live until `load` returns.
struct RuleFile {
    std::string_view name;  ///< as messages and `Rule::file` show it
    std::string_view text;
};

struct LoadResult {
    RuleText rules;
    std::vector<FileError> errors;    ///< a rule that is refused each: what is wrong, what was expected
    std::vector<FileError> warnings;  ///< rules that are loaded, and what is odd about them
};

/// Reads rules, in the order of the files. A rule that is not understood is refused, the others load. Of two rules with one
/// gid and sid the higher revision is kept (a warning); another one of the same or a lower revision is refused.
[[nodiscard]] LoadResult load(std::span<const RuleFile> files, const Variables& variables, const Classification& classification);

}  // namespace weir::rules
