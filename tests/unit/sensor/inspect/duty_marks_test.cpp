// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/duty_marks.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Kinds = std::vector<std::string>;

constexpr Time minute = 60 * second;
constexpr Traffic::End logs{"10.9.0.1", 514}, clock_server{"10.9.0.2", 9000}, thief{"203.0.113.9", 514};
constexpr std::string_view heartbeat = "<134>Nov 24 10:00:00 box app: alive";

/// box-2 has the lower address: its sessions with box-1 are another worker's than those of box-1 with the servers.
std::string policy(std::string_view more = {}) {
    return R"(
contracts:
  box:
    egress:
      - {to: 10.9.0.1, service: syslog, expect: {every: 8m}}
      - {to: [10.9.0.2, 10.0.0.2], service: {proto: udp, port: 9000}}
    ingress: [{from: 10.0.0.0/24, service: {proto: udp, port: 9000}}]
equipment:
  - {name: box-1, site: north, address: 10.0.0.9, contract: box}
  - {name: box-2, address: 10.0.0.2}
ignore:
  - {equipment: box-2, until: 2040-01-01, reason: test}
)" + std::string{more};
}

/// Minutes of life of box-1, every minute a packet; its heartbeat goes to `target(minute)`, none where that has no port.
template <class Target>
Traffic life(Time minutes, Target&& target) {
    Traffic traffic;
    for (Time at = 0; at < minutes; ++at) {
        const Traffic::End to = target(at);
        if (to.port != 0) traffic.udp({"10.0.0.9", static_cast<std::uint16_t>(30000 + at)}, to, heartbeat);
        // Life shows in sessions of either worker, in turns.
        traffic.udp({"10.0.0.9", 9000}, at % 2 == 0 ? clock_server : Traffic::End{"10.0.0.2", 9000}, "time");
        traffic.wait(minute);
    }
    return traffic;
}

Replay replay(const Traffic& traffic, std::string_view more = {}) {
    const Replay one{traffic, {.policy = policy(more)}};
    const Replay two{traffic, {.policy = policy(more), .workers = 2}};
    CHECK(one.text() == two.text());
    return Replay{traffic, {.policy = policy(more)}};
}

}  // namespace

TEST_CASE("Duty marks: a heartbeat that stops is one alert per outage, the same for any number of workers") {
    const auto beats = [](Time at) { return (at < 20 && at % 7 == 0) || at == 60 ? logs : Traffic::End{"", 0}; };
    const Replay run = replay(life(100, beats));
    REQUIRE(run.kinds() == Kinds{"duty-missed", "duty-missed"});
    const auto alert = run.of("alert")[0];
    CHECK(alert.at("src_ip") == "10.0.0.9");
    CHECK(alert.at("dest_ip") == "10.9.0.1");
    CHECK(alert.at("dest_port") == 514);
    CHECK(alert.at("alert").at("gid") == contract_gid);
    const auto& weir = alert.at("weir");
    CHECK(weir.at("judge") == "contract");
    CHECK(weir.at("equipment").at("name") == "box-1");
    CHECK(weir.at("peer").at("ip") == "10.9.0.1");
    CHECK(weir.at("direction") == "egress");
    CHECK(weir.at("why").get<std::string>().starts_with(
        "box-1 has sent nothing by line 5 (to: 10.9.0.1, service: syslog) since 2023-11-14T22:27:20Z ("));
    CHECK(weir.at("why").get<std::string>().ends_with("and is alive; contract box expects it every 8m"));
    CHECK(weir.at("allow") == "- {to: 10.9.0.1, service: syslog}");
    CHECK_FALSE(weir.contains("evidence"));
    CHECK(run.pipeline().collector().duty_metrics().missed.get() == 2);
    CHECK(run.pipeline().collector().duty_metrics().devices.get() == 1);
}

TEST_CASE("Duty marks: done on time is quiet, and so is a device that says nothing at all") {
    CHECK(replay(life(100, [](Time at) { return at % 8 == 0 ? logs : Traffic::End{"", 0}; })).kinds().empty());
    Traffic silence = life(10, [](Time) { return logs; });
    silence.wait(1000 * minute).udp({"10.9.0.2", 5}, {"10.9.0.1", 5}, "others live");
    CHECK(replay(silence).kinds().empty());
}

TEST_CASE("Duty marks: the same duty with another peer is one finding, which says so") {
    Traffic traffic;
    for (Time at = 0; at < 60; ++at) {
        if (at % 4 == 0) traffic.udp({"10.0.0.9", 30000}, at < 20 ? logs : thief, heartbeat);
        traffic.udp({"10.0.0.9", 9000}, clock_server, "time").wait(30 * second);
        traffic.udp({"10.0.0.9", 9000}, clock_server, "time").wait(30 * second);
    }
    const Replay run = replay(traffic);
    const Kinds kinds = run.kinds();
    REQUIRE(kinds.size() > 1);
    CHECK(kinds[0] == "unexpected-destination");
    CHECK(std::ranges::count(kinds, "duty-missed") == 0);
    const std::string why = run.of("alert")[0].at("weir").at("why").get<std::string>();
    CHECK(why.ends_with("; line 5 (to: 10.9.0.1, service: syslog) expects this of it every 8m: the duty has moved to another peer"));
    CHECK(run.pipeline().collector().duty_metrics().redirected.get() == 1);
    CHECK(run.pipeline().collector().duty_metrics().missed.get() == 0);

    // Where a person has silenced the other peer, the duty is missed.
    CHECK(replay(traffic, "  - {equipment: box-1, to: 203.0.113.9, until: 2040-01-01, reason: test}\n").kinds() == Kinds{"duty-missed"});
}

TEST_CASE("Duty marks: an ignore entry for the duty's own peer silences it") {
    const auto never = [](Time) { return Traffic::End{"", 0}; };
    const Replay told = replay(life(30, never));
    REQUIRE(told.kinds() == Kinds{"duty-missed"});
    CHECK(told.of("alert")[0].at("weir").at("why").get<std::string>().starts_with("box-1 has never sent anything by line 5"));
    CHECK(replay(life(30, never), "  - {equipment: box-1, to: 10.9.0.1, until: 2040-01-01, reason: test}\n").kinds().empty());
    CHECK(replay(life(30, never), "  - {equipment: box-1, service: syslog, until: 2040-01-01, reason: test}\n").kinds().empty());
    CHECK(replay(life(30, never), "  - {equipment: {site: north}, until: 2040-01-01, reason: test}\n").kinds().empty());
}
