// SPDX-License-Identifier: Apache-2.0
// A time zone of the IANA database, read from the system's files (RFC 8536) into a table: no global state, no wall clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/bytes.hpp"

namespace weir {

/// Local time of a zone. Rules for the future are worked out up to the year 2100; after that the last offset stays.
class TimeZone {
public:
    /// UTC.
    TimeZone() = default;
    /// `Europe/Prague`, `UTC`; nothing when the system does not know the zone.
    [[nodiscard]] static std::optional<TimeZone> load(std::string_view name, const std::string& folder = "/usr/share/zoneinfo");
    /// From the bytes of a TZif file, version 2 or later.
    [[nodiscard]] static std::optional<TimeZone> from_tzif(Bytes file);

    /// Seconds to add to UTC at `utc` (seconds since 1970).
    [[nodiscard]] std::int32_t offset_at(std::int64_t utc) const noexcept;

private:
    struct Transition {
        std::int64_t utc;
        std::int32_t offset;
    };
    std::int32_t first_offset_ = 0;
    std::vector<Transition> transitions_;  ///< ascending
};

}  // namespace weir
