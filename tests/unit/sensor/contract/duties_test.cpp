// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/duties.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr Time minute = 60 * second;

constexpr std::string_view duties_policy = R"(
contracts:
  box:
    egress:
      - {to: 10.9.0.1, service: syslog, expect: {every: 8m}}
      - {to: 10.9.0.2, service: ntp, expect: {every: 80m}, when: "Mon-Fri 08:00-18:00"}
equipment:
  - {name: box-1, address: 10.0.0.1, contract: box}
  - {name: boxes, network: 10.1.0.0/16, contract: box}
)";

/// A device whose packets come at minutes after noon.
struct Watch {
    std::shared_ptr<const Policy> policy = policy_of(duties_policy);
    DutyTable table{policy, 4};
    DutyTable::Device device{0, {}};

    void kept(Time at, LineId line = 0) {
        table.kept(device, line, noon + at * minute, {ip("10.0.0.1"), ip("10.9.0.1"), 514, 17, Facing::egress, 77, noon + at * minute});
        CHECK(table.alive(device, noon + at * minute, noon + at * minute).empty());
    }
    void moved(Time at) { table.moved(device, 0, noon + at * minute); }
    /// How many duties are missed at that minute.
    std::size_t alive(Time at) { return table.alive(device, noon + at * minute, noon + at * minute).size(); }
};

}  // namespace

TEST_CASE("Duties: missed after a time and a quarter, told once, and again after it was done") {
    Watch watch;
    watch.kept(0);
    for (Time at = 1; at <= 10; ++at) CHECK(watch.alive(at) == 0);
    const auto missed = watch.table.alive(watch.device, noon + 11 * minute, noon + 11 * minute);
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].line == 0);
    REQUIRE(missed[0].last);
    CHECK(missed[0].last->flow_id == 77);
    CHECK(missed[0].since == noon);
    for (Time at = 12; at <= 40; ++at) CHECK(watch.alive(at) == 0);
    watch.kept(41);
    for (Time at = 42; at <= 51; ++at) CHECK(watch.alive(at) == 0);
    CHECK(watch.alive(52) == 1);
    CHECK(watch.table.metrics().missed.get() == 2);
}

TEST_CASE("Duties: one that was never done counts from the device's first packet") {
    Watch watch;
    for (Time at = 0; at <= 10; ++at) CHECK(watch.alive(at) == 0);
    const auto missed = watch.table.alive(watch.device, noon + 11 * minute, noon + 11 * minute);
    REQUIRE(missed.size() == 1);
    CHECK_FALSE(missed[0].last);
    CHECK(missed[0].since == noon);
}

TEST_CASE("Duties: done on time is never missed, with jitter too") {
    Watch watch;
    for (Time at = 0; at < 200; ++at) {
        if (at % 9 == 0) watch.kept(at);
        if (at % 90 == 0) watch.kept(at, 1);
        if (at % 9 != 0) CHECK(watch.alive(at) == 0);
    }
}

TEST_CASE("Duties: a silent device owes nothing, and gets as long anew when it is back, but not forever") {
    Watch watch;
    watch.kept(0);
    CHECK(watch.alive(60) == 0);  // back from an hour's silence
    for (Time at = 61; at <= 70; ++at) CHECK(watch.alive(at) == 0);
    CHECK(watch.alive(71) == 1);

    Watch rare;
    rare.kept(0);
    for (unsigned i = 1; i <= DutyTable::chances; ++i) CHECK(rare.alive(Time{i} * 20) == 0);
    CHECK(rare.alive(80) == 1);
}

TEST_CASE("Duties: what has gone to another peer is not told again") {
    Watch watch;
    watch.kept(0);
    watch.moved(3);
    for (Time at = 1; at <= 30; ++at) CHECK(watch.alive(at) == 0);
    CHECK(watch.table.metrics().redirected.get() == 1);
    CHECK(watch.table.metrics().missed.get() == 0);
    watch.kept(31);
    for (Time at = 32; at <= 41; ++at) CHECK(watch.alive(at) == 0);
    CHECK(watch.alive(42) == 1);  // this time it went nowhere
}

TEST_CASE("Duties: outside the line's hours nothing is owed") {
    Watch watch;
    constexpr Time hour = 60;
    for (Time at = 0; at < 16 * hour; ++at) {  // noon to four in the morning: six hours of these are owed
        if (at % 8 == 0) watch.kept(at);
        if (at % 60 == 1 && at < 6 * hour) watch.kept(at, 1);
        CHECK(watch.alive(at) == 0);
    }
}

TEST_CASE("Duties: marks that come again change nothing") {
    Watch watch;
    watch.kept(0);
    const DutyDone later{ip("10.0.0.1"), ip("10.9.0.9"), 514, 17, Facing::egress, 99, noon + 30 * second};
    watch.table.kept(watch.device, 0, noon + 30 * second, later);  // another worker's first of the same grain
    for (Time at = 1; at <= 10; ++at) CHECK(watch.alive(at) == 0);
    const auto missed = watch.table.alive(watch.device, noon + 11 * minute, noon + 11 * minute);
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].last->flow_id == 77);
}

TEST_CASE("Duties: each address of a range is a device, and the table is bounded") {
    Watch watch;
    for (unsigned i = 1; i <= 6; ++i) {
        watch.device = {1, IpAddress::v4(0x0a010000u + i)};
        watch.kept(0);
    }
    CHECK(watch.table.metrics().devices.get() == 4);
    CHECK(watch.table.metrics().evicted.get() == 2);
    for (Time at = 1; at <= 10; ++at) CHECK(watch.alive(at) == 0);
    CHECK(watch.alive(11) == 1);
}
