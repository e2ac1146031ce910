// SPDX-License-Identifier: Apache-2.0
// What can be odd about a packet's headers: the closed list behind DecodeEvent::id and behind most drop reasons.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sensor/metrics/drop_reason.hpp"

namespace weir {

/// Outcome of reading a header: `none`, or what is wrong with it.
enum class Oddity : std::uint8_t {
#define WEIR_DECODE_EVENT(id, name, drop, doc) id,
#include "sensor/decode/event.list"
#undef WEIR_DECODE_EVENT
    none  ///< nothing odd; has no row
};

struct DecodeEventInfo {
    std::string_view name;  ///< EVE's anomaly.event, `ipv4.trunc_pkt`
    DropReason drop;        ///< why a packet is dropped whose outermost headers show it; `none`: it is not
    std::string_view doc;
};

/// One row per oddity; DecodeEvent::id is the index.
inline constexpr std::array decode_events{
#define WEIR_DECODE_EVENT(id, name, drop, doc) DecodeEventInfo{name, DropReason::drop, doc},
#include "sensor/decode/event.list"
#undef WEIR_DECODE_EVENT
};
static_assert(decode_events.size() == static_cast<std::size_t>(Oddity::none));

}  // namespace weir
