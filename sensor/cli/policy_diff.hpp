// SPDX-License-Identifier: Apache-2.0
// `weir policy diff OLD NEW CAPTURE...`: which alerts a change of the policy brings, and which it takes away.
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "sensor/collect/record.hpp"
#include "sensor/contract/policy.hpp"

namespace weir::cli {

/// Alerts of one sort: the same judge says the same of sessions between the same ends.
struct AlertSort {
    std::string equipment;  ///< its name; empty: none
    Facing facing = Facing::egress;
    Kind kind = Kind::signature;
    std::uint32_t gid = 0, sid = 0;
    IpAddress source, destination;  ///< who opened, who accepted
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;
    friend auto operator<=>(const AlertSort&, const AlertSort&) = default;

    [[nodiscard]] static AlertSort of(const Policy& policy, const RecordHead& head);
};

/// How often each sort was said with the old policy, and with the new one.
using AlertCounts = std::map<AlertSort, std::array<std::uint64_t, 2>>;

/// Writes `+` for what appears and `-` for what vanishes, then a line of numbers. True when anything appears.
[[nodiscard]] bool write_difference(const AlertCounts& counts, std::ostream& out);

/// Gives the exit code: 0 nothing appears, 3 something does, 2 wrong policy or capture.
[[nodiscard]] int policy_diff(const std::string& old_file, const std::string& new_file, const std::vector<std::string>& captures, std::ostream& out,
                              std::ostream& err);

}  // namespace weir::cli
