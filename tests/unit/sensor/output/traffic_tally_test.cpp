// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/traffic_tally.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("traffic tally: sessions of one kind are one row, over all workers") {
    TrafficTally one, two;
    Session session = tcp_session();
    one.add(session);
    session.key.low_port = 41'000;
    session.alerted = true;
    one.add(session);
    two.add(session);
    session.key.high_port = 80;
    two.add(session);
    const std::array<const TrafficTally*, 2> all{&one, &two};
    const auto rows = TrafficTally::merge(all);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].key.server_port == 80);
    CHECK(rows[1].key.server_port == 443);
    CHECK(rows[1].sessions == 3);
    CHECK(rows[1].alerted == 2);
    CHECK(rows[1].packets == 54);
    CHECK(rows[1].bytes == 15'000);
}

TEST_CASE("traffic tally: what finds no room is counted, not lost") {
    TrafficTally tally{100};
    Session session = tcp_session();
    for (std::uint16_t port = 1; port <= 1000; ++port) {
        session.key.high_port = port;
        tally.add(session);
        tally.add(session);
    }
    CHECK(tally.size() == 128);
    CHECK(tally.unlisted() == 2 * (1000 - 128));
    const std::array<const TrafficTally*, 1> all{&tally};
    for (const TrafficRow& row : TrafficTally::merge(all)) CHECK(row.sessions == 2);
}
