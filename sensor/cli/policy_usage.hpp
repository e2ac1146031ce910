// SPDX-License-Identifier: Apache-2.0
// `weir policy usage POLICY CAPTURE...`: how often each line of the contracts was used.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "sensor/contract/policy_use.hpp"

namespace weir::cli {

/// A table for people, or an array of objects.
void write_usage(const Policy& policy, const std::vector<LineUse>& lines, bool json, std::ostream& out);

/// Gives the exit code: 0 done, 2 wrong policy or capture.
[[nodiscard]] int policy_usage(const std::string& file, const std::vector<std::string>& captures, bool json, std::ostream& out, std::ostream& err);

}  // namespace weir::cli
