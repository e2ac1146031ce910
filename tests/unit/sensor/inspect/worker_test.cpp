// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/worker.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/no_alloc.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view device = "10.0.0.1", peer = "192.0.2.1";

/// A DNS query for a.example, and its answer 192.0.2.7.
constexpr std::string_view dns_query{
    "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01"
    "a\x07"
    "example\x00\x00\x01\x00\x01",
    27};
constexpr std::string_view dns_answer{
    "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01"
    "a\x07"
    "example\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\xc0\x00\x02\x07",
    43};

}  // namespace

TEST_CASE("Worker: a session gives one flow event with what was counted") {
    Traffic traffic;
    traffic.udp({device, 40000}, {peer, 53}, dns_query).udp({peer, 53}, {device, 40000}, dns_answer);
    const Replay replay{traffic};
    const auto flows = replay.of("flow");
    REQUIRE(flows.size() == 1);
    const auto& flow = flows[0];
    CHECK(flow.at("src_ip") == device);
    CHECK(flow.at("dest_port") == 53);
    CHECK(flow.at("app_proto") == "dns");
    CHECK(flow.at("flow").at("pkts_toserver") == 1);
    CHECK(flow.at("flow").at("pkts_toclient") == 1);
    CHECK(flow.at("flow").at("bytes_toserver") == 14 + 20 + 8 + dns_query.size());
    CHECK(replay.of("dns").size() == 2);
    CHECK(replay.worker().traffic().unlisted() == 0);
}

TEST_CASE("Worker: a session that stays open is told of every five minutes, then once more at its end") {
    Traffic traffic;
    TcpTalk talk{traffic, {device, 40000}, {peer, 22}};
    talk.handshake();
    for (int minute = 0; minute < 11; ++minute) {
        talk.send("x");
        traffic.wait(60 * second);
    }
    talk.close();
    const auto flows = Replay{traffic}.of("flow");
    REQUIRE(flows.size() == 3);
    CHECK(flows[0].at("flow").at("state") == "established");
    CHECK(flows[0].at("flow").at("pkts_toserver") < flows[1].at("flow").at("pkts_toserver"));
    CHECK(flows[2].at("flow").at("state") == "closed");
    CHECK_FALSE(flows[0].at("flow").contains("reason"));
    CHECK(flows[2].at("flow").contains("reason"));
    CHECK(flows[0].at("flow_id") == flows[2].at("flow_id"));
}

TEST_CASE("Worker: what a tunnel carries is a session with the tunnel's as parent") {
    Traffic traffic;
    traffic.add(PacketBuilder{}
                    .ethernet()
                    .ipv4(device, peer)
                    .udp(40000, 4789)
                    .vxlan(7)
                    .ethernet()
                    .ipv4("172.16.0.1", "172.16.0.2")
                    .udp(50000, 53)
                    .payload(dns_query)
                    .bytes());
    const Replay replay{traffic};
    const auto flows = replay.of("flow");
    REQUIRE(flows.size() == 2);
    const auto& inner = flows[0].at("src_ip") == device ? flows[1] : flows[0];
    const auto& outer = flows[0].at("src_ip") == device ? flows[0] : flows[1];
    CHECK(inner.at("src_ip") == "172.16.0.1");
    CHECK(inner.at("app_proto") == "dns");
    CHECK(inner.at("parent_id") == outer.at("flow_id"));
    CHECK_FALSE(outer.contains("app_proto"));
}

TEST_CASE("Worker: a contract says nothing of fragments before their datagram is whole") {
    const auto fragments = [](std::uint16_t port) {
        Traffic traffic;
        const Frame datagram = PacketBuilder{}.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(40000, port).payload(200, 'x').bytes();
        const std::size_t body = 14 + 20;
        for (std::size_t at = 0; body + at < datagram.size(); at += 64) {
            const std::size_t size = std::min<std::size_t>(64, datagram.size() - body - at);
            traffic.add(PacketBuilder{}
                            .ethernet()
                            .ipv4({.id = 7,
                                   .more_fragments = body + at + size < datagram.size(),
                                   .fragment_offset = static_cast<std::uint16_t>(at),
                                   .protocol = 17})
                            .payload(Bytes{datagram}.subspan(body + at, size))
                            .bytes());
        }
        return traffic;
    };
    const std::string policy =
        "contracts:\n  box:\n    egress: [{to: 10.0.0.2, service: {proto: udp, port: 514}}]\n"
        "equipment:\n  - {name: box, address: 10.0.0.1, contract: box}\n";
    CHECK(Replay{fragments(514), {.policy = policy}}.kinds().empty());
    CHECK(Replay{fragments(515), {.policy = policy}}.kinds() == std::vector<std::string>{"unexpected-service"});
}

TEST_CASE("Worker: received is inspected and dropped, by reason") {
    Traffic traffic;
    traffic.udp({device, 40000}, {peer, 53}, dns_query);
    traffic.add(shortened(PacketBuilder{}.ethernet().ipv4(device, peer).udp(1, 2).payload("abc").bytes(), 20));
    traffic.add(PacketBuilder{}.ethernet({.type = 0x88b5}).payload("experimental").bytes());
    traffic.add(Frame{1, 2, 3});
    const Replay replay{traffic};
    const DecodeMetrics& metrics = replay.worker().decode_metrics();
    std::uint64_t dropped = 0;
    for (std::size_t i = 1; i < drop_reasons.size(); ++i) dropped += metrics.dropped[i].get();
    CHECK(metrics.received_packets.get() == traffic.packets().size());
    CHECK(metrics.inspected_packets.get() + dropped == metrics.received_packets.get());
    CHECK(dropped > 0);
}

TEST_CASE("Worker: oddities of streams are told once per session and kind") {
    Traffic traffic;
    TcpTalk talk{traffic, {device, 40000}, {peer, 4444}};
    talk.handshake()
        .send("hello\n")
        .lose(Direction::to_server, 100)
        .send("world\n")
        .answer("ok\n")
        .lose(Direction::to_server, 50)
        .send("again\n")
        .answer("ok\n");
    talk.close();
    std::size_t gaps = 0;
    for (const auto& line : Replay{traffic}.of("anomaly")) gaps += line.at("anomaly").at("event") == "stream.reassembly_seq_gap" ? 1 : 0;
    CHECK(gaps == 1);
}

TEST_CASE("Worker: no packet costs an allocation") {
    Traffic traffic;
    for (int round = 0; round < 40; ++round) {
        const auto port = static_cast<std::uint16_t>(40000 + round % 8);
        traffic.udp({device, port}, {peer, 53}, dns_query).udp({peer, 53}, {device, port}, dns_answer);
        TcpTalk talk{traffic, {device, static_cast<std::uint16_t>(30000 + round)}, {peer, 80}};
        talk.handshake()
            .send("GET /a HTTP/1.1\r\nHost: h.example\r\n\r\n")
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .close();
    }
    const Config config;
    Shared shared;
    shared.rules = std::make_shared<RuleBook>(
        compiled_from(rules_from("alert http any any -> any any (msg:\"m\"; http.uri; content:\"/zzz\"; sid:1;)\n")));
    shared.names = std::make_shared<EveNames>();
    shared.identifier = std::make_shared<Identifier>();
    shared.services = std::make_shared<ServicePorts>();
    EventRing ring;
    Worker worker{config, shared, ring, Reporter::Wait{}, false};
    // The first round may let libraries set themselves up; the others may not allocate.
    std::uint64_t number = 0;
    const auto run = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            Burst burst;
            burst.packets.push_back(as_packet(traffic.packets()[i].frame, traffic.packets()[i].time, 1, ++number));
            burst.clock = traffic.packets()[i].time;
            worker.process(burst, number + 1);
        }
    };
    const std::size_t warm = traffic.packets().size() / 4;
    run(0, warm);
    {
        const NoAlloc guard;
        run(warm, traffic.packets().size());
    }
    CHECK(worker.decode_metrics().inspected_packets.get() == traffic.packets().size());
}
