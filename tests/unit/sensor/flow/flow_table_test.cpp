// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/flow_table.hpp"

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/flow_packets.hpp"
#include "tests/support/no_alloc.hpp"
#include "tests/support/random.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::uint8_t tcp = ip_protocol::tcp;
constexpr Time start = 1'700'000'000 * second;

const ServicePorts& services() {
    static const ServicePorts ports;
    return ports;
}

struct Ended {
    std::uint64_t id;
    SessionEnd reason;
    friend bool operator==(const Ended&, const Ended&) = default;
};
struct Fired {
    Time boundary;
    std::uint64_t order;
    TimerEvent::Kind kind;
    std::uint64_t id;
    Time due;
    friend auto operator<=>(const Fired&, const Fired&) = default;
};

/// A table with its worker's bookkeeping.
class Driver {
public:
    explicit Driver(const FlowConfig& config = small()) : table(config, services(), metrics) {}

    Tracked packet(const FlowPacket& from, Time clock, std::uint64_t packet_number = 0) {
        const DecodedPacket decoded{from};
        Packet packet;
        packet.clock = packet.time = clock;
        packet.wire_length = 100;
        packet.number = packet_number != 0 ? packet_number : ++number;
        advance(clock);
        const PacketKey key = make_key(decoded.layers());
        table.prefetch(key.hash);
        table.prefetch_session(key.hash);
        return table.track(key, decoded.decoded, 0, packet, [this](Session& session, SessionEnd reason) noexcept { ended.push_back({session.id, reason}); });
    }
    void advance(Time clock) {
        table.advance(clock, [this](Session& session, const TimerEvent& event) noexcept {
            fired.push_back({event.boundary, event.order, event.kind, session.id, event.due});
            if (event.kind == TimerEvent::Kind::end) ended.push_back({session.id, event.end});
        });
    }
    static FlowConfig small() {
        FlowConfig config;
        config.max_sessions = 1000;
        return config;
    }

    FlowMetrics metrics;
    FlowTable table;
    std::uint64_t number = 0;
    std::vector<Ended> ended;
    std::vector<Fired> fired;
};

FlowPacket numbered(std::uint32_t i, std::uint8_t protocol = ip_protocol::udp, std::uint8_t flags = 0) {
    return {.source = 0x0a000000 + (i >> 8), .source_port = static_cast<std::uint16_t>(20000 + (i & 0xff)), .protocol = protocol, .flags = flags};
}

}  // namespace

TEST_CASE("Packets of both directions meet in one session") {
    Driver driver;
    const Tracked first = driver.packet({}, start);
    CHECK(first.opened);
    CHECK(first.direction == Direction::to_server);
    const Tracked second_packet = driver.packet(answer({}), start + second);
    CHECK_FALSE(second_packet.opened);
    CHECK(second_packet.session == first.session);
    CHECK(second_packet.direction == Direction::to_client);
    const Session& session = *first.session;
    CHECK(session.state == SessionState::established);
    CHECK(session.packets == std::array<std::uint32_t, 2>{1, 1});
    CHECK(session.bytes == std::array<std::uint64_t, 2>{100, 100});
    CHECK(session.start == start);
    CHECK(session.end == start + second);
    CHECK(session.first_packet == 1);
    CHECK(session.client_port() == 40000);
    CHECK(session.id != 0);
    CHECK(session.id < std::uint64_t{1} << 51);
    CHECK(driver.table.size() == 1);
    CHECK(driver.metrics.opened_first.get() == 1);
}

TEST_CASE("A session's direction does not hang on which address is lower") {
    for (const bool low_opens : {true, false}) {
        Driver driver;
        const FlowPacket syn{.source = low_opens ? 1u : 2u, .destination = low_opens ? 2u : 1u, .protocol = tcp, .flags = tcp_flag::syn};
        const Tracked tracked = driver.packet(syn, start);
        CHECK(tracked.session->client() == IpAddress::v4(syn.source));
        CHECK(tracked.direction == Direction::to_server);
        FlowPacket syn_ack = answer(syn);
        syn_ack.flags = tcp_flag::syn | tcp_flag::ack;
        CHECK(driver.packet(syn_ack, start).direction == Direction::to_client);
        CHECK(tracked.session->tcp_state == static_cast<std::uint8_t>(TcpState::syn_recv));
        Driver late;
        const Tracked answered = late.packet(syn_ack, start);
        CHECK(answered.session->client() == IpAddress::v4(syn.source));
        CHECK(answered.direction == Direction::to_client);
        CHECK(answered.session->opening == Opening::syn_ack);
    }
}

TEST_CASE("A session is over at its time exactly, whether its timer has fired or not") {
    const Time timeout = FlowConfig{}.udp.fresh;
    for (const Time begin : {start, start + 1, start + FlowTable::tick - 1}) {
        Driver driver;
        driver.packet({}, begin);
        CHECK_FALSE(driver.packet({}, begin + timeout - 1).opened);
        CHECK(driver.packet({}, begin + 2 * timeout - 1).opened);
        REQUIRE(driver.ended.size() == 1);
        CHECK(driver.ended[0].reason == SessionEnd::timeout);
        CHECK(driver.table.size() == 1);
    }
}

TEST_CASE("A timer fires at the first boundary at or after the moment") {
    Driver driver;
    const std::uint64_t id = driver.packet({}, start).session->id;
    const Time due = start + FlowConfig{}.udp.fresh;
    const Time boundary = (due + FlowTable::tick - 1) / FlowTable::tick * FlowTable::tick;
    driver.advance(boundary - 1);
    CHECK(driver.fired.empty());
    driver.advance(boundary + 5 * second);
    REQUIRE(driver.fired.size() == 1);
    CHECK(driver.fired[0].boundary == boundary);
    CHECK(driver.fired[0].due == due);
    CHECK(driver.fired[0].id == id);
    CHECK(driver.fired[0].kind == TimerEvent::Kind::end);
    CHECK(driver.table.size() == 0);
    CHECK(driver.metrics.ended_timeout.get() == 1);
}

TEST_CASE("Timeouts follow protocol and state") {
    struct Row {
        std::uint8_t protocol, flags;
        bool answered;
        Time timeout;
        SessionEnd end;
    };
    const auto row = GENERATE(values<Row>({
        {tcp, tcp_flag::syn, false, 60 * second, SessionEnd::timeout},
        {tcp, tcp_flag::ack, false, 600 * second, SessionEnd::timeout},
        {tcp, tcp_flag::rst, false, 10 * second, SessionEnd::closed},
        {ip_protocol::udp, 0, false, 30 * second, SessionEnd::timeout},
        {ip_protocol::udp, 0, true, 300 * second, SessionEnd::timeout},
        {ip_protocol::icmp, 0, false, 30 * second, SessionEnd::timeout},
        {ip_protocol::ospf, 0, true, 300 * second, SessionEnd::timeout},
    }));
    FlowConfig config = Driver::small();
    config.update_interval = 10'000 * second;
    Driver driver{config};
    const FlowPacket packet{.protocol = row.protocol, .flags = row.flags};
    const Tracked tracked = driver.packet(packet, start);
    if (row.answered) driver.packet(answer(packet), start);
    CHECK(driver.table.expiry_of(*tracked.session) == start + row.timeout);
    driver.advance(start + row.timeout - 1);
    CHECK(driver.ended.empty());
    driver.advance(start + row.timeout + second);
    REQUIRE(driver.ended.size() == 1);
    CHECK(driver.ended[0].reason == row.end);
}

TEST_CASE("A fragment that is held counts, and is judged by its addresses only") {
    Driver driver;
    DecodedPacket decoded{{.source_port = 0, .destination_port = 0, .protocol = tcp, .flags = 0xff, .icmp_type = 8}};
    decoded.decoded.layers[0].incomplete_fragment = true;
    Packet packet;
    packet.clock = start;
    packet.number = 1;
    const Tracked tracked = driver.table.track(make_key(decoded.layers()), decoded.decoded, 0, packet, [](Session&, SessionEnd) noexcept {});
    CHECK(tracked.direction == Direction::to_server);
    CHECK(tracked.session->opening == Opening::first);
    CHECK(tracked.session->tcp_flags[0] == 0);
    CHECK(tracked.session->icmp_type == 0);
    CHECK(tracked.session->packets[0] == 1);
}

TEST_CASE("A SYN with the ports of a closed session opens another one") {
    Driver driver;
    FlowPacket packet{.protocol = tcp, .flags = tcp_flag::syn};
    const std::uint64_t id = driver.packet(packet, start).session->id;
    CHECK_FALSE(driver.packet(packet, start).opened);
    packet.flags = tcp_flag::rst;
    driver.packet(packet, start);
    packet.flags = tcp_flag::ack;
    CHECK_FALSE(driver.packet(packet, start + second).opened);
    packet.flags = tcp_flag::syn;
    const Tracked again = driver.packet(packet, start + 2 * second);
    CHECK(again.opened);
    CHECK(again.session->id != id);
    CHECK(driver.ended == std::vector<Ended>{{id, SessionEnd::closed}});
    CHECK(driver.metrics.reused.get() == 1);
}

TEST_CASE("Open sessions are due for an update every five minutes") {
    Driver driver;
    const FlowPacket packet{.protocol = tcp, .flags = tcp_flag::ack};
    driver.packet(packet, start);
    for (int minute = 1; minute <= 16; ++minute) driver.packet(packet, start + minute * 60 * second);
    REQUIRE(driver.fired.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(driver.fired[i].kind == TimerEvent::Kind::update);
        CHECK(driver.fired[i].due == start + static_cast<Time>(i + 1) * 300 * second);
    }
    driver.advance(start + 24 * 3600 * second);
    REQUIRE(driver.fired.size() == 6);  // 20 and 25 minutes, then the end at 26
    CHECK(driver.fired[5].kind == TimerEvent::Kind::end);
    CHECK(driver.fired[5].due == start + (16 * 60 + 600) * second);
}

TEST_CASE("A check comes once, when it was asked for") {
    Driver driver;
    Session& session = *driver.packet({}, start).session;
    driver.table.schedule_check(session, start + 7 * second);
    driver.table.schedule_check(session, start + 5 * second);
    driver.table.schedule_check(session, start + 9 * second);
    driver.advance(start + 20 * second);
    REQUIRE(driver.fired.size() == 1);
    CHECK(driver.fired[0].kind == TimerEvent::Kind::check);
    CHECK(driver.fired[0].due == start + 5 * second);
    driver.table.schedule_check(session, start + 31 * second);  // it will be gone by then
    driver.advance(start + 60 * second);
    REQUIRE(driver.fired.size() == 2);
    CHECK(driver.fired[1].kind == TimerEvent::Kind::end);
}

TEST_CASE("A handler may ask for the next check") {
    FlowMetrics metrics;
    FlowTable table{Driver::small(), services(), metrics};
    const DecodedPacket decoded{{}};
    Packet packet;
    packet.clock = start;
    packet.number = 1;
    Session& session = *table.track(make_key(decoded.layers()), decoded.decoded, 0, packet, [](Session&, SessionEnd) noexcept {}).session;
    table.schedule_check(session, start + second);
    int checks = 0;
    table.advance(start + 20 * second, [&](Session& due, const TimerEvent& event) noexcept {
        ++checks;
        table.schedule_check(due, event.due + second);
    });
    CHECK(checks == 19);  // the boundary for the twentieth lies ahead
}

TEST_CASE("A full table gives up the least valuable session") {
    FlowConfig config;
    config.max_sessions = 8;
    Driver driver{config};
    const auto fill = [&](std::uint32_t i, std::uint8_t flags) { return driver.packet(numbered(i, tcp, flags), start + i).session->id; };
    fill(0, tcp_flag::ack);
    const std::uint64_t unanswered = fill(1, tcp_flag::syn);
    const std::uint64_t closed = fill(2, tcp_flag::rst);
    const std::uint64_t later = fill(3, tcp_flag::syn);
    for (std::uint32_t i = 4; i < 8; ++i) fill(i, tcp_flag::ack);
    for (std::uint32_t i = 8; i < 11; ++i) fill(i, tcp_flag::ack);
    CHECK(driver.ended == std::vector<Ended>{{closed, SessionEnd::evicted}, {unanswered, SessionEnd::evicted}, {later, SessionEnd::evicted}});
    CHECK(driver.table.size() == 8);
    CHECK(driver.metrics.ended_evicted.get() == 3);
    CHECK_FALSE(driver.packet(numbered(0, tcp, tcp_flag::ack), start + 20).opened);
}

TEST_CASE("A table fills up before it evicts, and finds all that it holds") {
    FlowConfig config;
    config.max_sessions = 50'000;
    Driver driver{config};
    for (std::uint32_t i = 0; i < config.max_sessions; ++i) REQUIRE(driver.packet(numbered(i), start).opened);
    CHECK(driver.metrics.ended_evicted.get() == 0);
    CHECK(driver.table.size() == config.max_sessions);
    for (std::uint32_t i = 0; i < config.max_sessions; ++i) REQUIRE_FALSE(driver.packet(numbered(i), start).opened);
    std::vector<std::uint64_t> numbers;
    driver.table.shutdown([&](Session& session, SessionEnd) noexcept { numbers.push_back(session.first_packet); });
    CHECK(numbers.size() == config.max_sessions);
    CHECK(std::ranges::is_sorted(numbers));
    CHECK(driver.table.size() == 0);
    CHECK(driver.metrics.ended_shutdown.get() == config.max_sessions);
}

TEST_CASE("Flow ids are unique") {
    Driver driver;
    std::set<std::uint64_t> ids;
    for (std::uint32_t i = 0; i < 20'000; ++i) ids.insert(driver.packet(numbered(i), start + i * second).session->id);
    CHECK(ids.size() == 20'000);
}

TEST_CASE("Time may stand before 1970 or at its end") {
    Driver driver;
    driver.packet({}, std::numeric_limits<Time>::min());
    driver.packet({}, -5);
    driver.packet({}, 0);
    driver.packet({.source_port = 7}, std::numeric_limits<Time>::max() - 5);
    driver.packet({.source_port = 8}, std::numeric_limits<Time>::max());
    driver.packet({.source_port = 8}, std::numeric_limits<Time>::max());
    driver.advance(std::numeric_limits<Time>::max());
    CHECK(driver.table.size() >= 1);
}

TEST_CASE("The table does as a plain model does") {
    // The model: a map from key to the last packet; a session ends when a packet or a boundary finds its time over.
    struct Known {
        std::uint64_t id;
        Time last;
        std::array<unsigned, 2> packets;
    };
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Random random{seed};
        Driver driver;
        std::map<std::uint32_t, Known> model;
        std::map<std::uint64_t, SessionEnd> expected_ends;
        Time clock = start;
        const auto expiry = [](const Known& known) { return known.last + (known.packets[0] != 0 && known.packets[1] != 0 ? 300 : 30) * second; };
        for (int step = 0; step < 3000; ++step) {
            clock += random.one_in(50) ? static_cast<Time>(random.below(400)) * second : static_cast<Time>(random.below(2'000'000'000));
            const auto i = static_cast<std::uint32_t>(random.below(60));
            const bool back = random.one_in(3);
            for (auto it = model.begin(); it != model.end();) {
                const Time boundary = (expiry(it->second) + FlowTable::tick - 1) / FlowTable::tick * FlowTable::tick;
                const bool over = boundary <= clock || (it->first == i && expiry(it->second) <= clock);
                if (over) expected_ends[it->second.id] = SessionEnd::timeout;
                it = over ? model.erase(it) : std::next(it);
            }
            const bool known = model.contains(i);
            const Tracked tracked = driver.packet(back && known ? answer(numbered(i)) : numbered(i), clock);
            REQUIRE(tracked.opened == !known);
            Known& entry = model[i];
            if (!known) entry = {tracked.session->id, 0, {}};
            REQUIRE(tracked.session->id == entry.id);
            entry.last = clock;
            ++entry.packets[back && known ? 1 : 0];
            REQUIRE(driver.table.size() == model.size());
        }
        std::map<std::uint64_t, SessionEnd> ends;
        for (const Ended& ended : driver.ended) ends[ended.id] = ended.reason;
        REQUIRE(ends == expected_ends);
        REQUIRE(ends.size() == driver.ended.size());
    }
}

TEST_CASE("The order of events does not hang on how sessions are spread over workers") {
    Random random{42};
    Driver one;
    std::array<Driver, 3> many;
    Time clock = start;
    for (int step = 0; step < 4000; ++step) {
        clock += random.one_in(100) ? 100 * second : static_cast<Time>(random.below(200'000'000));
        const auto i = static_cast<std::uint32_t>(random.below(300));
        const FlowPacket packet = numbered(i, random.one_in(2) ? tcp : ip_protocol::udp, random.one_in(5) ? tcp_flag::rst : tcp_flag::ack);
        const auto number = static_cast<std::uint64_t>(step + 1);
        const bool check = random.one_in(4);
        for (Driver* driver : {&one, &many[i % many.size()]}) {
            Session& session = *driver->packet(packet, clock, number).session;
            if (check) driver->table.schedule_check(session, clock + 3 * second);
        }
    }
    clock += 3600 * second;
    one.advance(clock);
    std::vector<Fired> merged;
    for (Driver& driver : many) {
        driver.advance(clock);
        CHECK(std::ranges::is_sorted(driver.fired));
        merged.insert(merged.end(), driver.fired.begin(), driver.fired.end());
    }
    std::ranges::sort(merged);
    CHECK(one.fired.size() > 1000);
    CHECK(merged == one.fired);
}

TEST_CASE("Nothing is allocated after construction") {
    FlowConfig config;
    config.max_sessions = 500;
    FlowMetrics metrics;
    FlowTable table{config, services(), metrics};
    Random random{3};
    std::uint64_t events = 0;
    {
        const NoAlloc guard;
        for (std::uint64_t i = 1; i < 20'000; ++i) {
            const DecodedPacket decoded{numbered(static_cast<std::uint32_t>(random.below(2000)), tcp, static_cast<std::uint8_t>(random.below(32)))};
            Packet packet;
            packet.clock = start + static_cast<Time>(i) * 20'000'000;
            packet.number = i;
            table.advance(packet.clock, [&](Session&, const TimerEvent&) noexcept { ++events; });
            table.track(make_key(decoded.layers()), decoded.decoded, 0, packet, [&](Session&, SessionEnd) noexcept { ++events; });
        }
        table.shutdown([&](Session&, SessionEnd) noexcept { ++events; });
    }
    CHECK(events > 1000);
    CHECK(metrics.sessions.get() == 0);
}
