// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/pipeline.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Sessions of several kinds, woven into each other.
Traffic busy(unsigned seed) {
    Traffic traffic;
    Random random{seed};
    const std::string_view hosts[]{"10.0.0.1", "10.0.0.2", "10.0.1.1", "192.0.2.1", "198.51.100.7"};
    for (int i = 0; i < 400; ++i) {
        const std::string_view from = hosts[random.below(5)], to = hosts[random.below(5)];
        const auto port = static_cast<std::uint16_t>(1024 + random.below(300));
        switch (random.below(4)) {
            case 0: traffic.udp({from, port}, {to, 514}, "<13>Oct 11 22:14:15 host app: text"); break;
            case 1: traffic.udp({from, port}, {to, 999}, "ping"); break;
            case 2:
                TcpTalk{traffic, {from, port}, {to, 80}}
                    .handshake()
                    .send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    .answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                break;
            default:
                TcpTalk{traffic, {from, port}, {to, 4444}}
                    .handshake()
                    .send("uid=0(root)\n")
                    .lose(Direction::to_client, 9)
                    .answer("id\n")
                    .close();
        }
        if (random.below(20) == 0) traffic.wait(static_cast<Time>(random.below(200)) * second);
    }
    return traffic;
}

/// The first line of `left` that is not so in `right`; a failed comparison of the whole would print both.
std::string first_difference(const std::string& left, const std::string& right) {
    if (left == right) return {};
    const auto [at, other] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    const auto start = left.rfind('\n', static_cast<std::size_t>(at - left.begin()));
    const std::size_t from = start == std::string::npos ? 0 : start + 1;
    return left.substr(from, left.find('\n', from) - from) + "\n  and not\n" + right.substr(from, right.find('\n', from) - from);
}

const ReplaySetup setup{
    .policy =
        "contracts:\n  box:\n    egress:\n      - {to: 10.0.0.0/8, service: http}\n"
        "equipment:\n  - {name: box-1, address: 10.0.0.1, contract: box}\n",
    .rules =
        "alert tcp any any -> any any (msg:\"a\"; content:\"uid=0\"; sid:1;)\n"
        "alert udp any any -> any 999 (msg:\"b\"; content:\"ping\"; threshold:type both, track by_src, count 4, seconds 30; sid:2;)\n",
    .settings = {"stats.interval=60"}};

}  // namespace

TEST_CASE("Pipeline: the output is the same to the byte, however many workers there are, and every time") {
    for (const unsigned seed : {1u, 2u, 3u}) {
        const Traffic traffic = busy(seed);
        ReplaySetup with = setup;
        const std::string expected = Replay{traffic, with}.text();
        CHECK(expected.size() > 10'000);
        CHECK(first_difference(Replay{traffic, with}.text(), expected) == "");
        for (with.workers = 2; with.workers <= 5; ++with.workers) {
            CAPTURE(seed, with.workers);
            CHECK(first_difference(Replay{traffic, with}.text(), expected) == "");
        }
    }
}

TEST_CASE("Pipeline: sums over the workers do not depend on their number") {
    const Traffic traffic = busy(4);
    const auto sums = [&](unsigned workers) {
        ReplaySetup with = setup;
        with.workers = workers;
        const Replay replay{traffic, with};
        std::uint64_t packets = 0, sessions = 0;
        for (const auto& worker : replay.pipeline().workers()) {
            packets += worker->decode_metrics().received_packets.get();
            const TrafficTally* const tally = &worker->traffic();
            for (const TrafficRow& row : TrafficTally::merge({&tally, 1})) sessions += row.sessions;
        }
        return std::pair{packets, sessions};
    };
    CHECK(sums(1) == sums(4));
    CHECK(sums(1).first == traffic.packets().size());
}

TEST_CASE("Pipeline: an empty capture gives an end, not an error") {
    const Replay replay{Traffic{}};
    CHECK(replay.of("flow").empty());
    CHECK(replay.of("stats").size() == 1);
}

TEST_CASE("Pipeline: an output folder that is a file is refused with a sentence") {
    const TemporaryFolder folder;
    std::ofstream{folder / "taken"} << "x";
    PipelineConfig config;
    config.collector.directory = (folder / "taken").string();
    Shared shared;
    shared.rules = std::make_shared<RuleBook>(compiled_from(rules_from("")));
    shared.names = std::make_shared<EveNames>();
    shared.identifier = std::make_shared<Identifier>();
    shared.services = std::make_shared<ServicePorts>();
    const auto opened = Pipeline::open({}, config, shared, nullptr);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().find("taken") != std::string::npos);
}
