// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve_text.hpp"

#include <ctime>
#include <random>

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("eve text: time in UTC with microseconds, cut") {
    CHECK(eve_time(0).text() == "1970-01-01T00:00:00.000000+0000");
    CHECK(eve_time(1'695'017'621 * second + 532'140'999).text() == "2023-09-18T06:13:41.532140+0000");
    CHECK(eve_time(-1).text() == "1969-12-31T23:59:59.999999+0000");
    CHECK(eve_time(951'782'400 * second).text() == "2000-02-29T00:00:00.000000+0000");
    std::mt19937_64 random{1};
    for (int i = 0; i < 2000; ++i) {
        const std::time_t seconds = static_cast<std::time_t>(random() % 9'000'000'000u);
        char expected[40];
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000000+0000", &parts);
        REQUIRE(eve_time(seconds * second).text() == expected);
    }
}

TEST_CASE("eve text: IPv6 in full, IPv4 dotted") {
    CHECK(eve_address(*IpAddress::parse("2001:db8::1")).text() == "2001:0db8:0000:0000:0000:0000:0000:0001");
    CHECK(eve_address(*IpAddress::parse("255.10.0.9")).text() == "255.10.0.9");
    CHECK(eve_address(IpAddress{}).text() == "0000:0000:0000:0000:0000:0000:0000:0000");
}

TEST_CASE("eve text: protocols by Suricata's names") {
    CHECK(eve_protocol(6).text() == "TCP");
    CHECK(eve_protocol(58).text() == "IPv6-ICMP");
    CHECK(eve_protocol(253).text() == "253");
    CHECK(eve_protocol(9).text() == "009");
    CHECK(has_ports(132));
    CHECK(!has_ports(47));
}
