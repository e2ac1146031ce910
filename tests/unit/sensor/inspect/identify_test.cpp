// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/identify.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

Session session_on(std::uint16_t port) {
    Session session;
    session.key.low_port = 40000;
    session.key.high_port = port;
    session.payload_packets = {1, 0};
    return session;
}

constexpr std::string_view ssh_banner = "SSH-2.0-OpenSSH_9.2\r\n", http_request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                           http_response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

}  // namespace

TEST_CASE("Identification goes by the bytes, on whatever port") {
    struct Case {
        std::string_view bytes, protocol;
        Direction direction;
        bool reversed;
    };
    const Case cases[]{
        {ssh_banner, "ssh", Direction::to_server, false},
        {ssh_banner, "ssh", Direction::to_client, false},
        {http_request, "http", Direction::to_server, false},
        {http_request, "http", Direction::to_client, true},  // the end that accepted the session asks
        {http_response, "http", Direction::to_server, true},
        {http_response, "http", Direction::to_client, false},
    };
    const Identifier identifier;
    for (const Case& c : cases)
        for (const std::uint16_t port : {22, 53, 443, 50123}) {
            CAPTURE(c.bytes, port);
            Session session = session_on(port);
            CHECK(identifier.offer(session, c.direction, as_bytes(c.bytes), Transport::tcp) == Identifier::Outcome::known);
            CHECK(session.app == find_protocol(c.protocol));
            CHECK(session.app_status == AppStatus::known);
            CHECK(session.app_reversed == c.reversed);
        }
}

TEST_CASE("Identification waits for more of what may still be a protocol") {
    const Identifier identifier;
    Session session = session_on(50123);
    for (std::size_t size = 1; size < 4; ++size) {
        CHECK(identifier.offer(session, Direction::to_server, as_bytes(ssh_banner.substr(0, size)), Transport::tcp) ==
              Identifier::Outcome::waiting);
        CHECK(session.app_status == AppStatus::probing);
    }
    CHECK(identifier.offer(session, Direction::to_server, as_bytes(ssh_banner), Transport::tcp) == Identifier::Outcome::known);
}

TEST_CASE("Identification comes to an end: by the other direction's silence too") {
    const Identifier identifier;
    const std::string noise(16 * 1024, '\x01');
    Session session = session_on(50123);
    auto outcome = Identifier::Outcome::waiting;
    std::size_t size = 1;
    for (; size <= noise.size() && outcome == Identifier::Outcome::waiting; size *= 2)
        outcome = identifier.offer(session, Direction::to_server, as_bytes(std::string_view{noise}.substr(0, size)), Transport::tcp);
    CHECK(outcome == Identifier::Outcome::unknown);
    CHECK(session.app_status == AppStatus::unknown);
    CHECK(session.app == no_protocol);
}

TEST_CASE("Identification of datagrams ends after a few of each direction, or a dozen without an answer") {
    struct Case {
        bool answered;
        std::size_t most;
    };
    const Identifier identifier;
    for (const Case& c : {Case{true, 8}, Case{false, 12}}) {
        CAPTURE(c.answered);
        Session session = session_on(50123);
        session.payload_packets = {};
        std::size_t datagrams = 0;
        auto outcome = Identifier::Outcome::waiting;
        while (outcome == Identifier::Outcome::waiting && ++datagrams < 50) {
            const auto direction = c.answered && datagrams % 2 == 0 ? Direction::to_client : Direction::to_server;
            ++session.payload_packets[static_cast<std::size_t>(direction)];
            outcome = identifier.offer(session, direction, as_bytes(datagrams == 1 ? "a first line of text\r\n" : "\x01\x02\x03"), Transport::udp);
        }
        CHECK(outcome == Identifier::Outcome::unknown);
        CHECK(datagrams <= c.most);
        CHECK(session.look == PayloadLook::text);  // of the first datagram
    }
}

TEST_CASE("A set of protocols holds as many as a session may have to tell apart") {
    ProtocolSet set;
    CHECK(set.empty());
    for (const unsigned id : {0u, 63u, 64u, 127u}) set.insert(static_cast<ProtocolId>(id));
    CHECK(set.contains(64));
    CHECK_FALSE(set.contains(65));
    std::vector<unsigned> members;
    for (ProtocolSet rest = set; !rest.empty(); rest.erase(rest.first())) members.push_back(rest.first());
    CHECK(members == std::vector<unsigned>{0, 63, 64, 127});
    CHECK((set & ProtocolSet::of(63)) == ProtocolSet::of(63));
    CHECK((set - ProtocolSet::of(63)).contains(63) == false);
    CHECK((ProtocolSet::of(1) | set) - set == ProtocolSet::of(1));
    CHECK((set - ProtocolSet::all()).empty());
}
