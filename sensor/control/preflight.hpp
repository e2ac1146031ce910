// SPDX-License-Identifier: Apache-2.0
// `weir run --check`: whether this machine can run the sensor as it is configured, in words that say what to do.
#pragma once

#include <string>
#include <vector>

#include "sensor/config/config.hpp"

namespace weir {

struct Remark {
    enum class Weight { good, warning, problem };
    Weight weight = Weight::good;
    std::string text;  ///< a sentence, with what to do about it
};

/// Where the system tells of itself; other folders for tests.
struct SystemPlace {
    std::string sys = "/sys", proc = "/proc";
    std::string ssh_connection;  ///< SSH_CONNECTION of the person's session: `CLIENT PORT SERVER PORT`; empty: not over SSH
};

/// Looks at privileges, memory, drivers, links, and at whether a port carries the person's own session. Changes nothing.
[[nodiscard]] std::vector<Remark> preflight(const Config& config, const std::vector<std::string>& ports, const SystemPlace& place);

}  // namespace weir
