// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/stats_schedule.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

/// A worker that notes what it is told.
struct Noted {
    std::string text;
    void process(const Burst& burst, std::uint64_t next_number) {
        text += '[';
        for (const Packet& packet : burst.packets) text += std::to_string(packet.number) + ' ';
        text += "clock " + std::to_string(burst.clock) + " next " + std::to_string(next_number) + "] ";
    }
    void stats_due(Time boundary) { text += "due " + std::to_string(boundary) + ' '; }
};

Burst burst_of(std::uint64_t first_number, const std::vector<Time>& clocks, Time clock) {
    Burst burst;
    for (const Time at : clocks) {
        Packet packet;
        packet.clock = packet.time = at;
        packet.number = first_number++;
        burst.packets.push_back(packet);
    }
    burst.clock = clock;
    return burst;
}

}  // namespace

TEST_CASE("stats schedule: boundaries are multiples of the interval, from the second one on") {
    struct Case {
        Time clock;
        std::optional<Time> boundary;
    };
    StatsSchedule schedule{10};
    for (const Case& c : {Case{25, {}}, Case{29, {}}, Case{30, 30}, Case{31, {}}, Case{39, {}}, Case{41, 40}, Case{75, 50}, Case{79, {}}, Case{80, 80}}) {
        INFO(c.clock);
        CHECK(schedule.ahead(c.clock) == (!c.boundary && c.clock != 25));
        CHECK(schedule.crossed(c.clock) == c.boundary);
    }
}

TEST_CASE("stats schedule: an interval of 0 is never due") {
    StatsSchedule schedule{0};
    CHECK(schedule.ahead(latest_time));
    CHECK(!schedule.crossed(latest_time));
}

TEST_CASE("stats schedule: a burst is cut where its packets cross a boundary") {
    struct Case {
        const char* what;
        std::vector<Time> clocks;
        Time clock;
        const char* noted;
    };
    for (const Case& c : {Case{"none crosses", {101, 105}, 108, "[1 2 clock 108 next 9] "}, Case{"in the middle", {105, 109, 110, 115}, 116, "[1 2 clock 109 next 3] due 110 [3 4 clock 116 next 9] "},
                          Case{"the first packet", {112, 113}, 114, "due 110 [1 2 clock 114 next 9] "},
                          Case{"two boundaries", {109, 111, 125}, 126, "[1 clock 109 next 2] due 110 [2 clock 111 next 3] due 120 [3 clock 126 next 9] "},
                          Case{"the clock alone", {105}, 117, "[1 clock 117 next 9] "}, Case{"no packet", {}, 117, "[clock 117 next 9] "}}) {
        INFO(c.what);
        StatsSchedule schedule{10};
        CHECK(!schedule.crossed(100));
        Noted noted;
        process_with_stats(noted, burst_of(1, c.clocks, c.clock), 9, schedule);
        CHECK(noted.text == c.noted);
    }
}

TEST_CASE("stats schedule: it makes no difference how packets are cut into bursts") {
    const std::vector<Time> clocks{100, 103, 110, 111, 119, 120, 145, 146, 150};
    const auto due = [&](std::size_t size) {
        StatsSchedule schedule{10};
        Noted noted;
        for (std::size_t at = 0; at < clocks.size(); at += size) {
            const std::vector<Time> some(clocks.begin() + static_cast<std::ptrdiff_t>(at), clocks.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, clocks.size())));
            process_with_stats(noted, burst_of(at + 1, some, some.back()), at + 1 + some.size(), schedule);
        }
        std::string out;  // what stands between the boundaries
        for (std::size_t at = noted.text.find("due"); at != std::string::npos; at = noted.text.find("due", at + 1)) out += noted.text.substr(at, 8);
        return out;
    };
    CHECK(due(1) == "due 110 due 120 due 130 due 150 ");
    for (std::size_t size = 2; size <= clocks.size(); ++size) CHECK(due(size) == due(1));
}
