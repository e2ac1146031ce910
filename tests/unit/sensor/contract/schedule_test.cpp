// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/schedule.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
constexpr Time hour = 3600 * second;
// 2026-07-29 is a Wednesday.
constexpr Time wednesday = 1'785'283'200 * second;

Schedule schedule(std::string_view text) {
    std::string reason;
    auto parsed = Schedule::parse(text, reason);
    INFO(text << ": " << reason);
    REQUIRE(parsed.has_value());
    return *parsed;
}
std::string reason_of(std::string_view text) {
    std::string reason;
    CHECK_FALSE(Schedule::parse(text, reason));
    return reason;
}
}  // namespace

TEST_CASE("schedule: a date ends with its day, in UTC") {
    CHECK(end_of_day("1970-01-01") == 86'400 * second);
    CHECK(end_of_day("2026-07-28") == wednesday);
    CHECK(end_of_day("2028-02-29").has_value());
    for (const char* wrong :
         {"2027-02-29", "2027-13-01", "2027-00-01", "2027-1-1", "tomorrow", "2027-01-31T", "9999-01-01", "1969-12-31", ""})
        CHECK_FALSE(end_of_day(wrong).has_value());
}

TEST_CASE("schedule: days and hours") {
    const Schedule week = schedule("Mon-Fri 08:00-18:00 UTC");
    CHECK_FALSE(week.holds(wednesday + 8 * hour - 1));
    CHECK(week.holds(wednesday + 8 * hour));
    CHECK(week.holds(wednesday + 18 * hour - 1));
    CHECK_FALSE(week.holds(wednesday + 18 * hour));
    CHECK_FALSE(week.holds(wednesday + 3 * 24 * hour + 9 * hour));  // Saturday
    CHECK(week.holds(wednesday + 5 * 24 * hour + 9 * hour));        // Monday
    CHECK(schedule("Fri-Mon 00:00-24:00").holds(wednesday + 4 * 24 * hour));
    CHECK_FALSE(schedule("Fri-Mon 00:00-24:00").holds(wednesday));
    CHECK(schedule("Mon,Wed 00:00-24:00").holds(wednesday));
}

TEST_CASE("schedule: hours over midnight belong to the day they begin on") {
    const Schedule night = schedule("Wed 22:00-06:00 UTC");
    CHECK(night.holds(wednesday + 23 * hour));
    CHECK(night.holds(wednesday + 29 * hour));
    CHECK_FALSE(night.holds(wednesday + 30 * hour));
    CHECK_FALSE(night.holds(wednesday + 5 * hour));
    CHECK_FALSE(night.holds(wednesday + 47 * hour));
}

TEST_CASE("schedule: a zone shifts the hours, in summer and in winter") {
    const Schedule prague = schedule("daily 08:00-18:00 Europe/Prague");
    CHECK(prague.holds(wednesday + 6 * hour));  // 08:00 CEST
    CHECK_FALSE(prague.holds(wednesday + 16 * hour));
    const Time january = *end_of_day("2026-01-13");
    CHECK_FALSE(prague.holds(january + 6 * hour));
    CHECK(prague.holds(january + 7 * hour));  // 08:00 CET
}

TEST_CASE("schedule: what is wrong is said") {
    for (const char* wrong : {"", "Mon", "Mon-Fri", "Mon-Fri 08:00", "Foo 08:00-09:00", "Mon 08:00-25:00", "Mon 8:00-9:00",
                              "Mon 08:00-08:00", "Mon 24:00-08:00", "Mon 08:00-09:00 UTC twice", "Mon 08:60-09:00", "Mon- 08:00-09:00"})
        CHECK(reason_of(wrong).find("is no weekly time") != std::string::npos);
    CHECK(reason_of("Mon 08:00-09:00 Europe/Atlantis").starts_with("time zone `Europe/Atlantis` is not known"));
    CHECK(reason_of("Mon 08:00-09:00 ../../etc/passwd").starts_with("time zone"));
}
