// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/packet_history.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
Packet packet_of(std::string_view data, std::uint64_t number) {
    Packet packet;
    packet.data = as_bytes(data);
    packet.wire_length = static_cast<std::uint32_t>(data.size()) + 1;
    packet.link_type = 113;
    packet.number = number;
    packet.time = static_cast<Time>(number) * second;
    return packet;
}
std::vector<std::uint64_t> numbers(PacketHistory& history, const Session& session) {
    std::vector<std::uint64_t> out;
    history.walk(session, [&](const Packet& packet) { out.push_back(packet.number); });
    return out;
}
}  // namespace

TEST_CASE("packet history: a session's packets, the oldest first, with all that a capture needs") {
    PacketHistory history;
    Session one, two;
    CHECK(numbers(history, one).empty());
    history.remember(one, packet_of("a", 1));
    history.remember(two, packet_of("b", 2));
    history.remember(one, packet_of("c", 3));
    CHECK(numbers(history, one) == std::vector<std::uint64_t>{1, 3});
    CHECK(numbers(history, one) == std::vector<std::uint64_t>{1, 3});  // again: walking changes nothing
    CHECK(numbers(history, two) == std::vector<std::uint64_t>{2});
    history.walk(two, [](const Packet& packet) {
        CHECK(as_text(packet.data) == "b");
        CHECK(packet.wire_length == 2);
        CHECK(packet.link_type == 113);
        CHECK(packet.time == 2 * second);
    });
}

TEST_CASE("packet history: what has been overwritten is known, whoever wrote") {
    PacketHistory history{1u << 20};
    std::array<Session, 50> sessions;
    std::array<std::vector<std::string>, 50> sent;
    std::mt19937 random{11};
    for (std::uint64_t number = 1; number <= 20'000; ++number) {
        const std::size_t which = random() % sessions.size();
        sent[which].push_back(std::string(random() % 1500, static_cast<char>('a' + number % 26)));
        history.remember(sessions[which], packet_of(sent[which].back(), number));
        if (number % 100 != 0) continue;
        for (std::size_t i = 0; i < sessions.size(); ++i) {
            std::vector<std::string> found;
            history.walk(sessions[i], [&](const Packet& packet) { found.emplace_back(as_text(packet.data)); });
            REQUIRE(found.size() <= sent[i].size());
            REQUIRE(std::equal(found.rbegin(), found.rend(), sent[i].rbegin()));  // the latest ones, none between them missing
        }
    }
    Session quiet;
    history.remember(quiet, packet_of("x", 1));
    for (int i = 0; i < 2000; ++i) history.remember(sessions[0], packet_of(std::string(1000, 'y'), 2));
    CHECK(numbers(history, quiet).empty());
}

TEST_CASE("packet history: a session behind its cutoff is left alone") {
    PacketHistory history{1u << 20, 1000};
    Session session;
    session.bytes = {400, 600};
    history.remember(session, packet_of("in", 1));
    session.bytes = {400, 601};
    history.remember(session, packet_of("out", 2));
    CHECK(numbers(history, session) == std::vector<std::uint64_t>{1});
}

TEST_CASE("packet history: a frame larger than any is not kept") {
    PacketHistory history{1u << 20, 1u << 30};
    Session session;
    history.remember(session, packet_of(std::string(300'000, 'x'), 1));
    CHECK(numbers(history, session).empty());
}
