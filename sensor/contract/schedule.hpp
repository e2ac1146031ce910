// SPDX-License-Identifier: Apache-2.0
// When a contract line holds: dates (`until`) and weekly hours (`when`), on packet time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sensor/contract/time_zone.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// The end of a day written as `2027-01-31`, in UTC: the first nanosecond that no longer belongs to it.
[[nodiscard]] std::optional<Time> end_of_day(std::string_view date) noexcept;

/// Weekly hours in a time zone.
class Schedule {
public:
    /// `Mon-Fri 08:00-18:00 Europe/Prague`: days (`Mon`, `Mon,Wed`, `Fri-Mon`, `daily`), hours (the end may be 24:00, and
    /// may lie before the start: over midnight), zone (UTC where there is none). `reason` says what is wrong.
    [[nodiscard]] static std::optional<Schedule> parse(std::string_view text, std::string& reason);
    [[nodiscard]] bool holds(Time time) const noexcept;

private:
    std::uint8_t days_ = 0;             ///< bit 0: Monday
    std::int32_t start_ = 0, end_ = 0;  ///< seconds of the day
    std::shared_ptr<const TimeZone> zone_;
};

}  // namespace weir
