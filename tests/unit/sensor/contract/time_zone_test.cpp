// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/time_zone.hpp"

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
std::int32_t libc_offset(std::int64_t utc) {
    const std::time_t time = utc;
    std::tm local{};
    localtime_r(&time, &local);
    return static_cast<std::int32_t>(local.tm_gmtoff);
}
std::vector<std::uint8_t> file_of(const char* zone) {
    std::ifstream stream{std::string{"/usr/share/zoneinfo/"} + zone, std::ios::binary};
    return {std::istreambuf_iterator<char>(stream), {}};
}
}  // namespace

TEST_CASE("time zone: the offsets are the C library's, past and future") {
    for (const char* name : {"Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo",
                             "Africa/Casablanca", "Europe/Dublin", "Pacific/Auckland", "America/St_Johns", "Asia/Gaza"}) {
        INFO(name);
        const auto zone = TimeZone::load(name);
        REQUIRE(zone.has_value());
        ::setenv("TZ", name, 1);
        ::tzset();
        std::size_t differing = 0;
        for (std::int64_t utc = -1'000'000'000; utc < 4'000'000'000; utc += 86'400 * 2 + 977)
            differing += zone->offset_at(utc) != libc_offset(utc);
        CHECK(differing == 0);
    }
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("time zone: UTC needs no file, other names must be plain and known") {
    REQUIRE(TimeZone::load("UTC", "/nonexistent").has_value());
    CHECK(TimeZone::load("UTC")->offset_at(1'700'000'000) == 0);
    for (const char* name : {"", "Nowhere/Land", "../etc/passwd", "/etc/localtime", "Europe", "Europe/Pra gue"})
        CHECK_FALSE(TimeZone::load(name).has_value());
}

TEST_CASE("time zone: every prefix of a zone's file is refused") {
    const auto file = file_of("Europe/Prague");
    REQUIRE(file.size() > 100);
    REQUIRE(TimeZone::from_tzif(file).has_value());
    for (std::size_t length = 0; length < file.size(); ++length) CHECK_FALSE(TimeZone::from_tzif(Bytes{file}.first(length)).has_value());
}
