// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/expectations.hpp"

#include "sensor/decode/layers.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

const IpAddress client = IpAddress::v4(0x0a000001), server = IpAddress::v4(0x0a000002), stranger = IpAddress::v4(0x0a000003);

Session session_between(const IpAddress& from, std::uint16_t from_port, const IpAddress& to, std::uint16_t to_port, std::uint8_t protocol,
                        Opening opening = Opening::syn) {
    Session session;
    session.client_is_low = from < to;
    session.key.low = session.client_is_low ? from : to;
    session.key.high = session.client_is_low ? to : from;
    session.key.low_port = session.client_is_low ? from_port : to_port;
    session.key.high_port = session.client_is_low ? to_port : from_port;
    session.key.protocol = protocol;
    session.opening = opening;
    return session;
}
Session control() {
    Session session = session_between(client, 40000, server, 21, ip_protocol::tcp);
    session.id = 77;
    return session;
}
Expectation passive(std::uint16_t port) {
    Expectation out;
    out.port = port;
    out.protocol = "ntp";
    out.label = {"file.txt"};
    return out;
}

}  // namespace

TEST_CASE("An announced session is met once, with what its parent says") {
    FlowMetrics metrics;
    Expectations expectations{16, metrics};
    expectations.add(passive(5000), control(), true, 100 * second);
    CHECK(metrics.expectations.get() == 1);
    CHECK_FALSE(expectations.meet(session_between(client, 41000, server, 5001, ip_protocol::tcp), 101 * second).expected);
    CHECK_FALSE(expectations.meet(session_between(client, 41000, server, 5000, ip_protocol::udp), 101 * second).expected);
    CHECK_FALSE(expectations.meet(session_between(stranger, 41000, server, 5000, ip_protocol::tcp), 101 * second).expected);
    const auto match = expectations.meet(session_between(client, 41000, server, 5000, ip_protocol::tcp), 101 * second);
    REQUIRE(match.expected != nullptr);
    CHECK_FALSE(match.reversed);
    CHECK(match.expected->parent == 77);
    CHECK(match.expected->allowed);
    CHECK(match.expected->app == find_protocol("ntp"));
    CHECK(std::string_view(match.expected->label.data()) == "file.txt");
    CHECK_FALSE(expectations.meet(session_between(client, 41001, server, 5000, ip_protocol::tcp), 101 * second).expected);
    CHECK(metrics.expectations.get() == 0);
    CHECK(metrics.expectations_met.get() == 1);
}

TEST_CASE("The other end, its own port and a stranger's address") {
    FlowMetrics metrics;
    Expectations expectations{16, metrics};
    SECTION("a TFTP server answers to the client's port from a new one") {
        Expectation transfer;
        transfer.transport = Transport::udp;
        transfer.opened_towards = Direction::to_client;
        expectations.add(transfer, session_between(client, 40000, server, 69, ip_protocol::udp, Opening::first), false, 0);
        CHECK(expectations.meet(session_between(server, 33333, client, 40000, ip_protocol::udp, Opening::first), second).expected);
    }
    SECTION("the roles of a protocol that is spoken the other way round") {
        Session parent = control();
        parent.app_reversed = true;  // the end that accepted the session is the protocol's client
        expectations.add(passive(5000), parent, false, 0);
        CHECK(expectations.meet(session_between(server, 41000, client, 5000, ip_protocol::tcp), second).expected);
    }
    SECTION("a third address accepts") {
        Expectation elsewhere = passive(5000);
        elsewhere.address = stranger;
        expectations.add(elsewhere, control(), false, 0);
        CHECK(expectations.meet(session_between(client, 41000, stranger, 5000, ip_protocol::tcp), second).expected);
    }
    SECTION("anybody may open it") {
        Expected anybody;
        anybody.acceptor = server;
        anybody.port = 5000;
        anybody.protocol = ip_protocol::tcp;
        expectations.add(anybody, 0);
        CHECK(expectations.meet(session_between(stranger, 41000, server, 5000, ip_protocol::tcp), second).expected);
    }
    SECTION("a session held the wrong way round") {
        expectations.add(passive(5000), control(), false, 0);
        CHECK_FALSE(expectations.meet(session_between(server, 5000, client, 41000, ip_protocol::tcp, Opening::syn), second).expected);
        const auto match = expectations.meet(session_between(server, 5000, client, 41000, ip_protocol::tcp, Opening::guessed), second);
        CHECK(match.expected);
        CHECK(match.reversed);
    }
    SECTION("not in another VLAN") {
        expectations.add(passive(5000), control(), false, 0);
        Session tagged = session_between(client, 41000, server, 5000, ip_protocol::tcp);
        tagged.key.context = 9;
        CHECK_FALSE(expectations.meet(tagged, second).expected);
    }
}

TEST_CASE("Announcements are forgotten after a minute") {
    FlowMetrics metrics;
    Expectations expectations{16, metrics};
    expectations.add(passive(5000), control(), true, 0);
    CHECK_FALSE(expectations.meet(session_between(client, 41000, server, 5000, ip_protocol::tcp), Expectations::lifetime).expected);
    CHECK(metrics.expectations_expired.get() == 1);
    CHECK(metrics.expectations.get() == 0);
}

TEST_CASE("A full table forgets the oldest announcement") {
    FlowMetrics metrics;
    Expectations expectations{4, metrics};
    for (std::uint16_t port = 5000; port < 5006; ++port) expectations.add(passive(port), control(), true, port);
    CHECK(metrics.expectations_evicted.get() == 2);
    CHECK(metrics.expectations.get() == 4);
    const auto met = [&](std::uint16_t port) { return expectations.meet(session_between(client, 41000, server, port, ip_protocol::tcp), 6000).expected != nullptr; };
    CHECK_FALSE(met(5000));
    CHECK_FALSE(met(5001));
    for (std::uint16_t port = 5005; port >= 5002; --port) CHECK(met(port));
    for (std::uint16_t port = 6000; port < 6004; ++port) expectations.add(passive(port), control(), true, 7000);
    CHECK(metrics.expectations_evicted.get() == 2);
    CHECK(met(6003));
}
