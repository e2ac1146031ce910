// SPDX-License-Identifier: Apache-2.0
// `weir policy export-mud`: what a contract says and MUD (RFC 8520) can say.
#pragma once

#include <iosfwd>
#include <string>

#include "sensor/contract/policy.hpp"

namespace weir::cli {

struct MudExport {
    std::string policy;    ///< its file
    std::string contract;  ///< its name
    std::string url;       ///< `mud-url`: where the file will be found
    Time now = 0;          ///< `last-update`
};

/// A MUD file to `out`. What MUD cannot say is told to `err`, each with its line: what is left out, and what is said without a condition.
[[nodiscard]] int export_mud(const MudExport& what, std::ostream& out, std::ostream& err);

}  // namespace weir::cli
