// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/lateral.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "parsers/ssh/ssh.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::unexpected_destination);
        CHECK(suspicion.weak);
        said.emplace_back(suspicion.why);
        about.push_back(suspicion.about);
        return true;
    }
    std::vector<std::string> said;
    std::vector<std::optional<Facing>> about;
};

struct Bench {
    Session between(std::uint32_t from, std::uint32_t to, std::uint16_t port, bool equipment) {
        Session session;
        session.id = ++sessions;
        session.client_is_low = from < to;
        session.key.low = IpAddress::v4(std::min(from, to));
        session.key.high = IpAddress::v4(std::max(from, to));
        (session.client_is_low ? session.key.high_port : session.key.low_port) = port;
        session.key.protocol = 6;
        session.equipment = {1, equipment ? 2 : no_equipment};
        return session;
    }
    void dial(std::uint32_t to, std::uint16_t port, Time after = second / 10, bool equipment = false) {
        clock += after;
        detector.contact(between(0x0a14'010b, to, port, equipment), {Direction::to_server, 0, clock}, listener);
    }
    std::uint64_t sessions = 0;
    Time clock = 1'000 * second;
    Listener listener;
    LateralDetector detector;
};

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("Lateral: many services within a while, told once a while") {
    Bench ports;
    for (std::uint16_t port = 1; port <= 60; ++port) ports.dial(0xcb00'7132, port);
    CHECK(ports.listener.said == Said{"it opened sessions to 20 services within 1 s that its contract does not allow"});
    for (std::uint16_t port = 1; port <= 60; ++port) ports.dial(0xcb00'7132, port, port == 1 ? 60 * second : second / 10);
    CHECK(ports.listener.said.size() == 2);

    Bench hosts;
    for (std::uint32_t host = 0; host < 30; ++host) hosts.dial(0xcb00'7100 + host, 22);
    CHECK(hosts.listener.said.size() == 1);
}

TEST_CASE("Lateral: the same few services again and again, or many slowly, are no looking around") {
    Bench same;
    for (int i = 0; i < 500; ++i) same.dial(0xcb00'7132, static_cast<std::uint16_t>(80 + i % 5));
    CHECK(same.listener.said.empty());
    Bench slow;
    for (std::uint16_t port = 1; port <= 100; ++port) slow.dial(0xcb00'7132, port, 4 * second);
    CHECK(slow.listener.said.empty());
}

TEST_CASE("Lateral: only sessions that this device's worker sees for sure are counted") {
    Bench lower;
    for (std::uint32_t host = 0; host < 40; ++host) lower.dial(0x0a14'0000 + host, 22, second / 10, true);
    CHECK(lower.listener.said.empty());
    Bench higher;
    for (std::uint32_t host = 0; host < 40; ++host) higher.dial(0x0a14'0200 + host, 22, second / 10, true);
    CHECK(higher.listener.said.size() == 1);
}

TEST_CASE("Lateral: equipment that manages equipment, once a session, seen from the one that manages") {
    Bench bench;
    const ssh::Transaction transaction;
    Session session = bench.between(1, 2, 22, true);
    const auto show = [&](std::string_view protocol) {
        for (int i = 0; i < 3; ++i) bench.detector.transaction(session, {find_protocol(protocol), &transaction, second, second}, bench.listener);
    };
    show("ssh");
    CHECK(bench.listener.said.size() == 1);
    CHECK(bench.listener.about[0] == Facing::egress);
    show("ntp");
    session = bench.between(1, 2, 22, true);
    session.app_reversed = true;
    show("ssh");
    REQUIRE(bench.listener.said.size() == 2);
    CHECK(bench.listener.about[1] == Facing::ingress);
    session = bench.between(1, 2, 22, false);
    show("ssh");
    CHECK(bench.listener.said.size() == 2);
}
