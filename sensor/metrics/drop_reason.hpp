// SPDX-License-Identifier: Apache-2.0
// Named losses: why a packet was not inspected.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

enum class DropReason : std::uint8_t {
    none,  ///< inspected
#define WEIR_DROP(name, doc) name,
#include "sensor/metrics/drop_reason.list"
#undef WEIR_DROP
    count
};

struct DropReasonInfo {
    std::string_view name;
    std::string_view doc;
};

/// Name and sentence per reason; row 0 is `none`.
inline constexpr std::array drop_reasons{
    DropReasonInfo{"none", "Inspected"},
#define WEIR_DROP(name, doc) DropReasonInfo{#name, doc},
#include "sensor/metrics/drop_reason.list"
#undef WEIR_DROP
};
static_assert(drop_reasons.size() == static_cast<std::size_t>(DropReason::count));

}  // namespace weir
