// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/schedule.hpp"

#include <array>
#include <chrono>

#include "sensor/config/yaml.hpp"

namespace weir {
namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::array<std::string_view, 7> day_names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/// `count` digits at `text[at]` as a number; -1 when they are not digits.
int digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// `08:00` in seconds; nothing when it is no time of day.
std::optional<std::int32_t> time_of_day(std::string_view text) noexcept {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const int hours = digits(text, 0, 2), minutes = digits(text, 3, 2);
    if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 24 * 60) return std::nullopt;
    return hours * 3600 + minutes * 60;
}

std::optional<unsigned> day_of(std::string_view name) noexcept {
    for (unsigned i = 0; i < day_names.size(); ++i)
        if (day_names[i] == name) return i;
    return std::nullopt;
}

/// Bits for `Mon-Fri`, `Mon,Wed`, `daily`; 0 when it is none of these.
std::uint8_t days_of(std::string_view text) noexcept {
    if (text == "daily") return 0x7f;
    unsigned days = 0;
    while (true) {
        const std::size_t comma = text.find(',');
        const std::string_view piece = text.substr(0, comma);
        const std::size_t dash = piece.find('-');
        const auto first = day_of(piece.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : day_of(piece.substr(dash + 1));
        if (!first || !last) return 0;
        for (unsigned day = *first;; day = (day + 1) % 7) {
            days |= 1u << day;
            if (day == *last) break;
        }
        if (comma == std::string_view::npos) return static_cast<std::uint8_t>(days);
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

std::optional<Time> end_of_day(std::string_view date) noexcept {
    if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
    const int year = digits(date, 0, 4), month = digits(date, 5, 2), day = digits(date, 8, 2);
    constexpr int last_year = 2261;  // 63 bits of nanoseconds end in 2262
    const std::chrono::year_month_day civil{std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                                            std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1970 || year > last_year || month < 1 || day < 1 || !civil.ok()) return std::nullopt;
    return (std::chrono::sys_days{civil}.time_since_epoch().count() + 1) * day_seconds * second;
}

std::optional<Schedule> Schedule::parse(std::string_view text, std::string& reason) {
    std::array<std::string_view, 3> words;
    std::size_t count = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t space = rest.find(' ');
        if (space != 0) {
            if (count == words.size()) {
                count = 0;
                break;
            }
            words[count++] = rest.substr(0, space);
        }
        rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
    }
    Schedule schedule;
    schedule.days_ = days_of(words[0]);
    const std::size_t dash = words[1].find('-');
    const auto start = time_of_day(words[1].substr(0, dash));
    const auto end = dash == std::string_view::npos ? std::nullopt : time_of_day(words[1].substr(dash + 1));
    if (count < 2 || schedule.days_ == 0 || !start || !end || *start == *end || *start == day_seconds) {
        reason =
            yaml::quoted(text) + " is no weekly time; expected days, hours and a time zone, such as `Mon-Fri 08:00-18:00 Europe/Prague`";
        return std::nullopt;
    }
    schedule.start_ = *start;
    schedule.end_ = *end;
    auto zone = TimeZone::load(count == 3 ? words[2] : "UTC");
    if (!zone) {
        reason = "time zone " + yaml::quoted(words[2]) +
                 " is not known on this system; expected a name of the IANA database such as `Europe/Prague` (package tzdata)";
        return std::nullopt;
    }
    schedule.zone_ = std::make_shared<const TimeZone>(std::move(*zone));
    return schedule;
}

bool Schedule::holds(Time time) const noexcept {
    const std::int64_t utc = time / second;
    const std::int64_t local = utc + zone_->offset_at(utc);
    const std::int64_t day = local / day_seconds - (local % day_seconds < 0);
    const std::int64_t seconds = local - day * day_seconds;
    const auto weekday = static_cast<unsigned>(((day + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    const bool today = (days_ >> weekday & 1) != 0, yesterday = (days_ >> ((weekday + 6) % 7) & 1) != 0;
    if (start_ < end_) return today && seconds >= start_ && seconds < end_;
    return (today && seconds >= start_) || (yesterday && seconds < end_);
}

}  // namespace weir
