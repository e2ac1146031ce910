// SPDX-License-Identifier: Apache-2.0
// Management interfaces over HTTP by the path that is asked for: RESTCONF, Redfish.
#pragma once

#include <algorithm>
#include <array>

#include "parsers/base/bytes.hpp"

namespace weir {

/// Absent (null) where the path belongs to none.
struct ManagementApi {
    std::string_view name{};  ///< restconf, redfish
    Bytes resource{};         ///< what is asked for: the path behind the interface's root, without a query
};

/// `target` is a request target in origin or absolute form (RFC 9112 section 3.2). RESTCONF's root is what RFC 8040 section 3.1
/// shows, or OpenDaylight's; Redfish's is fixed by DSP0266 section 6.2.
[[nodiscard]] inline ManagementApi management_api(Bytes target) noexcept {
    struct Root {
        std::string_view path, name;
    };
    constexpr std::array roots{Root{"/restconf", "restconf"}, Root{"/rests", "restconf"}, Root{"/redfish", "redfish"}};
    std::string_view path = as_text(target);
    if (const std::size_t scheme = path.find("://"); scheme != std::string_view::npos && scheme < 8)
        path.remove_prefix(std::min(path.find('/', scheme + 3), path.size()));
    path = path.substr(0, path.find_first_of("?#"));
    for (const Root& root : roots) {
        if (!path.starts_with(root.path)) continue;
        path.remove_prefix(root.path.size());
        if (path.empty()) return {root.name, as_bytes(path)};
        if (path.front() != '/') return {};
        return {root.name, as_bytes(path.substr(1))};
    }
    return {};
}

}  // namespace weir
