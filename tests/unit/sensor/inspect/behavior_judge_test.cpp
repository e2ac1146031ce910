// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/behavior_judge.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view device = "10.0.0.1", peer = "203.0.113.9";

/// Somebody types at one end, irregularly, and the other end answers with this and that.
Traffic typed(std::string_view from, std::string_view to, Direction typist, std::size_t lines = 10, std::string_view banner = {}) {
    Traffic traffic;
    TcpTalk talk{traffic, {from, 40000}, {to, 4444}};
    talk.handshake();
    if (!banner.empty()) talk.send(banner).answer(banner);
    for (std::size_t i = 0; i < lines; ++i) {
        traffic.wait(second + static_cast<Time>(i * 7 % 5) * second);
        const std::string answer(40 + 9 * i, 'o');
        if (typist == Direction::to_server)
            talk.send("ls -l\n").answer(answer);
        else
            talk.answer("ls -l\n").send(answer);
    }
    talk.close();
    return traffic;
}

std::string policy(std::string_view egress, std::string_view ingress = "[]") {
    return "contracts:\n  box:\n    egress: " + std::string{egress} + "\n    ingress: " + std::string{ingress} +
           "\nequipment:\n  - {name: box-1, address: 10.0.0.1, contract: box}\n";
}

}  // namespace

TEST_CASE("Behaviour judge: the contract decides what typing is worth") {
    constexpr Direction opener = Direction::to_server, acceptor = Direction::to_client;
    struct Case {
        std::string_view what, policy_egress, policy_ingress;
        bool opened;  ///< the equipment opened the session
        Direction typist;
        std::size_t lines;
        bool found;
    };
    const std::string_view any = "{proto: tcp, port: 4444}";
    const std::string to_peer = "[{to: 203.0.113.9, service: " + std::string{any} + "}]",
                      from_peer = "[{from: 203.0.113.9, service: " + std::string{any} + "}]";
    const std::string to_typed = "[{to: 203.0.113.9, service: " + std::string{any} + ", interactive: allowed}]";
    const std::string from_never = "[{from: 203.0.113.9, service: " + std::string{any} + ", interactive: never}]";
    const Case cases[]{
        {"driven from outside, not allowed", "[]", "[]", true, acceptor, 6, true},
        {"driven from outside, allowed session", to_peer, "[]", true, acceptor, 10, true},
        {"driven from outside, allowed session, too little to say", to_peer, "[]", true, acceptor, 6, false},
        {"driven from outside, typing allowed", to_typed, "[]", true, acceptor, 10, false},
        {"typing on the equipment", to_peer, "[]", true, opener, 10, true},
        {"an administrator logged in", "[]", from_peer, false, opener, 10, false},
        {"a login where nobody may type", "[]", from_never, false, opener, 6, true},
        {"a login that is not allowed", "[]", "[]", false, opener, 6, true},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const Traffic traffic = c.opened ? typed(device, peer, c.typist, c.lines) : typed(peer, device, c.typist, c.lines);
        const Replay replay{traffic, {.policy = policy(c.policy_egress, c.policy_ingress)}};
        std::size_t found = 0;
        for (const auto& alert : replay.of("alert")) {
            if (alert.at("weir").at("judge") != "behavior") continue;
            ++found;
            CHECK(alert.at("weir").at("kind") == "interactive");
            CHECK(alert.at("weir").at("equipment").at("name") == "box-1");
            CHECK(alert.at("alert").at("gid") == behavior_gid);
            CHECK(alert.at("weir").at("direction") == (c.opened ? "egress" : "ingress"));
        }
        CHECK(found == (c.found ? 1 : 0));
    }
}

TEST_CASE("Behaviour judge: of unknown hosts only the odd direction is told") {
    CHECK(Replay{typed(device, peer, Direction::to_client)}.kinds() == std::vector<std::string>{"interactive"});
    CHECK(Replay{typed(device, peer, Direction::to_server)}.kinds().empty());
}

TEST_CASE("Behaviour judge: in protocols of programs nobody types") {
    Traffic traffic;
    TcpTalk talk{traffic, {device, 40000}, {peer, 80}};
    talk.handshake();
    for (int i = 0; i < 12; ++i) {
        traffic.wait(second + i * 7 % 5 * second);
        talk.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
    const auto kinds = Replay{traffic, {.policy = policy("[]")}}.kinds();
    CHECK(std::find(kinds.begin(), kinds.end(), "interactive") == kinds.end());
}

TEST_CASE("Behaviour judge: retransmissions are not typed twice, and states are given back") {
    Traffic once = typed(device, peer, Direction::to_client, 3), again;
    for (const auto& packet : once.packets()) {
        again.add(packet.frame).wait(second);
        again.add(packet.frame).wait(second);
    }
    const Replay replay{again};
    CHECK(replay.kinds().empty());
    CHECK(replay.pipeline().workers()[0]->behavior_metrics().sessions.get() == 0);
}

TEST_CASE("Behaviour judge: a tunnel is none of what a contract can mean, a weak sign of one is not told where it allows echoes") {
    const auto echoes = [](bool same, std::size_t count) {
        Traffic traffic;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t rest = 7u << 16 | i;
            const std::string question(80 + 20 * i, 'p'), answer(80 + 20 * i, same ? 'p' : 'q');
            traffic.add(PacketBuilder{}.ethernet().ipv4(device, peer).icmp(8, 0, rest).payload(question).bytes());
            traffic.add(PacketBuilder{}.ethernet().ipv4(peer, device).icmp(0, 0, rest).payload(answer).bytes());
        }
        return traffic;
    };
    const auto tunnels = [](const Replay& replay) {
        const auto kinds = replay.kinds();
        return std::count(kinds.begin(), kinds.end(), "icmp-tunnel");
    };
    const std::string allowed = policy("[{to: 203.0.113.9, service: {proto: icmp}}]");
    CHECK(tunnels(Replay{echoes(false, 10), {.policy = allowed}}) == 1);
    CHECK(tunnels(Replay{echoes(false, 10), {.policy = policy("[]")}}) == 1);
    CHECK(tunnels(Replay{echoes(false, 10)}) == 1);
    CHECK(tunnels(Replay{echoes(true, 10), {.policy = allowed}}) == 0);
    CHECK(tunnels(Replay{echoes(true, 10), {.policy = policy("[]")}}) == 1);
    CHECK(tunnels(Replay{echoes(true, 10)}) == 0);
    CHECK(tunnels(Replay{echoes(false, 2)}) == 0);
}

TEST_CASE("Behaviour judge: a tunnel through the permitted resolver") {
    Traffic traffic;
    for (std::uint16_t i = 0; i < 30; ++i) {
        std::string message{"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12};
        message += '\x3c' + std::to_string(10 + i) + std::string(58, 'x') +
                   std::string{
                       "\x07"
                       "example\x03"
                       "com\x00\x00\x10\x00\x01",
                       17};
        traffic.udp({device, static_cast<std::uint16_t>(40000 + i)}, {peer, 53}, message).wait(second);
    }
    const std::string allowed = policy("[{to: 203.0.113.9, service: dns}]");
    const Replay replay{traffic, {.policy = allowed}};
    CHECK(replay.kinds() == std::vector<std::string>{"dns-tunnel"});
    CHECK(replay.text() == Replay{traffic, {.policy = allowed, .workers = 3}}.text());
}

TEST_CASE("Behaviour judge: regular contacts mean something where the contract does not name the peer") {
    const auto contacts = [](std::string_view from, bool anew) {
        Traffic traffic;
        TcpTalk lasting{traffic, {from, 50000}, {peer, 8443}};
        if (!anew) lasting.handshake();
        for (std::uint16_t i = 0; i < 14; ++i) {
            traffic.wait(60 * second + i % 4 * second);
            if (!anew) {
                lasting.send("anything to do?").answer("no");
                continue;
            }
            TcpTalk talk{traffic, {from, static_cast<std::uint16_t>(40000 + i)}, {peer, 8443}};
            talk.handshake().send("anything to do?").answer("no").close();
        }
        return traffic;
    };
    const auto beacons = [](const Replay& replay) {
        const auto kinds = replay.kinds();
        return std::count(kinds.begin(), kinds.end(), "beacon");
    };
    const std::string named = policy("[{to: 203.0.113.9, service: {proto: tcp, port: 8443}}]"), unnamed = policy("[]");
    for (const bool anew : {true, false}) {
        CAPTURE(anew);
        CHECK(beacons(Replay{contacts(device, anew), {.policy = unnamed}}) == 1);
        CHECK(beacons(Replay{contacts(device, anew), {.policy = named}}) == 0);
        CHECK(beacons(Replay{contacts(device, anew)}) == 0);
        CHECK(beacons(Replay{contacts("10.0.0.2", anew), {.policy = unnamed}}) == 0);
    }
    CHECK(Replay{contacts(device, true), {.policy = unnamed}}.text() ==
          Replay{contacts(device, true), {.policy = unnamed, .workers = 4}}.text());
}

TEST_CASE("Behaviour judge: tunnels of equipment need a line in its contract") {
    Traffic traffic;
    for (int i = 0; i < 3; ++i) {
        traffic.add(PacketBuilder{}.ethernet().ipv4(device, peer).gre().ipv4("172.16.0.1", "172.16.0.2").udp(1, 2).payload("x").bytes());
        traffic.udp({"10.0.0.7", 51820}, {device, 51820}, std::string{"\x01\x00\x00\x00", 4} + std::string(144, 'i'));
        traffic.udp({device, 51820}, {"10.0.0.7", 51820}, std::string{"\x02\x00\x00\x00", 4} + std::string(88, 'r'));
    }
    const auto tunnels = [&](const std::string& text) {
        const Replay replay{traffic, {.policy = text}};
        const auto kinds = replay.kinds();
        return std::count(kinds.begin(), kinds.end(), "ip-tunnel");
    };
    CHECK(tunnels(policy("[]")) == 2);
    CHECK(tunnels(policy("[{to: 203.0.113.9, service: {proto: 47}}]")) == 1);
    CHECK(tunnels(policy("[]", "[{from: 10.0.0.7, service: {proto: udp, port: 51820}}]")) == 1);
    CHECK(tunnels("") == 0);
}

TEST_CASE("Behaviour judge: a weakness is told once a device, and not where the contract names the service") {
    const auto logins = [] {
        Traffic traffic;
        for (std::uint16_t port = 40000; port < 40003; ++port) {
            TcpTalk talk{traffic, {peer, port}, {device, 23}};
            talk.handshake().answer("\xff\xfd\x18\xff\xfb\x01login: ").send("\xff\xfb\x18").send("admin\r\n").answer("Password: ");
            talk.send("secret\r\n").answer("\r\nbox> ").close();
        }
        return traffic;
    };
    const auto told = [&](std::string_view ingress, unsigned workers) {
        const Replay replay{logins(), {.policy = policy("[]", ingress), .workers = workers}};
        std::size_t count = 0;
        for (const auto& alert : replay.of("alert")) {
            if (alert.at("weir").at("kind") != "exposure") continue;
            ++count;
            CHECK(alert.at("alert").at("severity") == 3);
            CHECK(alert.at("alert").at("signature_id") == exposure_sid + 1);
        }
        const auto rows = replay.pipeline().collector().inventory().rows();
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].facts == std::vector<std::uint32_t>{1});
        return count;
    };
    for (const unsigned workers : {1u, 2u}) {
        CHECK(told("[]", workers) == 1);
        CHECK(told("[{from: 203.0.113.9, service: telnet}]", workers) == 0);
    }
}

TEST_CASE("Behaviour judge: what is hidden in allowed messages is told, where equipment is at one end") {
    Traffic traffic;
    std::string message("\x23\x02\x06\xe8", 4);
    message.resize(48);
    message += "pay no attention to the octets behind";
    for (std::uint16_t port = 5000; port < 5006; ++port) traffic.wait(second).udp({device, port}, {peer, 123}, message);
    const Replay replay{traffic, {.policy = policy("[{to: 203.0.113.9, service: ntp}]")}};
    CHECK(replay.kinds() == std::vector<std::string>{"protocol-mismatch"});
    CHECK(Replay{traffic}.kinds().empty());
}
