// SPDX-License-Identifier: Apache-2.0
// `weir policy test F`: sessions with the verdict that a policy must give them, kept in a file beside it.
#pragma once

#include <iosfwd>
#include <string>

#include "sensor/source/packet.hpp"

namespace weir::cli {

/// Reads the expectations and the policy that they name, and asks the policy about each session. Says on `out` which came out
/// otherwise, as `file:line: ...`. `now` is when the sessions begin that do not say `at`. Gives the exit code: 0 all as expected,
/// 3 some are not, 2 mistakes in the file or in the policy.
[[nodiscard]] int policy_test(const std::string& file, Time now, std::ostream& out, std::ostream& err);

}  // namespace weir::cli
