// SPDX-License-Identifier: Apache-2.0
#include "rules/rule.hpp"

#include <algorithm>

namespace weir::rules {
namespace {

template <class Range, class T>
bool any_contains(const std::vector<Range>& ranges, const T& value) noexcept {
    const auto after = std::ranges::upper_bound(ranges, value, {}, &Range::first);
    return after != ranges.begin() && value <= std::prev(after)->last;
}

}  // namespace

bool AddressList::contains(const IpAddress& address) const noexcept { return any || any_contains(ranges, address); }
bool PortList::contains(std::uint16_t port) const noexcept { return any || any_contains(ranges, port); }

}  // namespace weir::rules
