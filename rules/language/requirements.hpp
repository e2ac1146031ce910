// SPDX-License-Identifier: Apache-2.0
// `requires:` - whether this build has what a rule asks for.
#pragma once

#include <optional>
#include <string>

#include "rules/language/text.hpp"

namespace weir::rules::language {

/// What is lacking, as a phrase; nothing where all of it is there. `value` is what stands behind `requires:`, its parts
/// `feature name`, `keyword name` and `version >= 7.0.3 < 8 | >= 8.0.1`. Refused: anything else.
[[nodiscard]] std::optional<std::string> unmet_requirement(Text value);

}  // namespace weir::rules::language
