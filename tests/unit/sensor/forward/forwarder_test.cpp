// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/forwarder.hpp"

#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <thread>

#include "sensor/decode/steer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/random.hpp"

using namespace weir;
using namespace std::chrono_literals;
using test::Frame;
using test::PacketBuilder;
using test::Random;
using Frames = std::vector<Frame>;

namespace {

constexpr std::size_t ring_size = 1024;  // of the wire: one packet less fits

/// Two ports of which the test holds the other ends. DPDK starts once in a process, without hugepages.
class Wire {
public:
    static Wire& get() {
        static Wire wire;
        return wire;
    }
    [[nodiscard]] const Ports& both() const { return both_; }
    [[nodiscard]] Ports tap() const { return {{both_.ids[0]}, both_.pool}; }

    /// A frame arrives at a port; `segment`: bytes of each of the pieces that the device gives it in.
    void arrive(std::size_t side, const Frame& frame, std::size_t segment = 65'535, std::optional<std::uint16_t> stripped_tag = {}) {
        rte_mbuf* const packet = piece(frame, 0, segment);
        for (std::size_t at = segment; at < frame.size(); at += segment) REQUIRE(rte_pktmbuf_chain(packet, piece(frame, at, segment)) == 0);
        if (stripped_tag) {
            packet->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
            packet->vlan_tci = *stripped_tag;
        }
        REQUIRE(rte_ring_enqueue(in_[side], packet) == 0);
    }
    /// What has been put out by a port.
    [[nodiscard]] Frames left(std::size_t side) {
        Frames out;
        for (void* object; rte_ring_dequeue(out_[side], &object) == 0;) {
            auto* const packet = static_cast<rte_mbuf*>(object);
            Frame frame(rte_pktmbuf_pkt_len(packet));
            const void* const bytes = rte_pktmbuf_read(packet, 0, static_cast<std::uint32_t>(frame.size()), frame.data());
            if (bytes != frame.data()) std::memcpy(frame.data(), bytes, frame.size());
            rte_pktmbuf_free(packet);
            out.push_back(std::move(frame));
        }
        return out;
    }
    /// Buffers that nobody has.
    [[nodiscard]] unsigned unused() const { return rte_mempool_avail_count(both_.pool); }

private:
    Wire() {
        PortsConfig config;
        config.names = {"net_null0,size=64,no-rx=1"};
        config.prefix = "weir-test-" + std::to_string(::getpid());
        auto opened = Ports::open(config);
        if (!opened) throw std::runtime_error(opened.error());
        both_.pool = opened->pool;
        for (std::size_t side = 0; side < 2; ++side) {
            const std::string name = std::to_string(side);
            in_[side] = rte_ring_create(("in" + name).c_str(), ring_size, SOCKET_ID_ANY, 0);
            out_[side] = rte_ring_create(("out" + name).c_str(), ring_size, SOCKET_ID_ANY, 0);
            const int id = rte_eth_from_rings(("wire" + name).c_str(), &in_[side], 1, &out_[side], 1, 0);
            if (id < 0) throw std::runtime_error("no port");
            const auto port = static_cast<std::uint16_t>(id);
            const rte_eth_conf conf{};
            rte_eth_dev_configure(port, 1, 1, &conf);
            rte_eth_rx_queue_setup(port, 0, ring_size, SOCKET_ID_ANY, nullptr, both_.pool);
            rte_eth_tx_queue_setup(port, 0, ring_size, SOCKET_ID_ANY, nullptr);
            rte_eth_dev_start(port);
            both_.ids.push_back(port);
        }
    }
    rte_mbuf* piece(const Frame& frame, std::size_t at, std::size_t size) {
        rte_mbuf* const packet = rte_pktmbuf_alloc(both_.pool);
        REQUIRE(packet != nullptr);
        const std::size_t count = std::min(size, frame.size() - at);
        std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(count)), frame.data() + at, count);
        return packet;
    }

    Ports both_;
    std::array<rte_ring*, 2> in_{}, out_{};
};

/// A forwarder with its rings, and the inspectors' ends of them.
struct Bench {
    explicit Bench(const ForwarderConfig& config = {}, unsigned workers = 1, std::size_t ring_bytes = 1u << 20, Steering steering = {}, bool tap = false) {
        std::vector<PacketRingWriter> writers;
        for (unsigned worker = 0; worker < workers; ++worker) {
            const std::string file = (folder / std::to_string(worker)).string();
            rings.push_back(*create_packet_ring(file, ring_bytes));
            attend(worker, true);
            writers.emplace_back(rings.back());
            readers.push_back(*PacketRingReader::open(file));
            readers.back().take_over();
        }
        forwarder = std::make_unique<Forwarder>(config, tap ? wire.tap() : wire.both(), *account, std::move(writers), std::move(steering));
        turns(1);  // it has found that all is well
    }
    ~Bench() {
        forwarder->finish();
        for (const std::size_t side : {0, 1}) (void)wire.left(side);
        CHECK(wire.unused() == unused_before);  // no buffer is lost
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void attend(unsigned worker, bool attended) const {
        reinterpret_cast<packet_ring::Supervisor*>(rings[worker].data() + packet_ring::supervisor_at)->attended.store(attended);
    }
    void turns(int count = 40) const {
        for (int i = 0; i < count; ++i) forwarder->turn();
    }
    /// The inspector looks at what there is and, packet by packet, says what is to become of it.
    template <class Judge>
    std::size_t inspect(unsigned worker, Judge&& judge) {
        Burst burst;
        std::array<VerdictEntry, burst_size> places;
        std::size_t count = 0;
        do {
            (void)readers[worker].take(burst, places);
            for (std::size_t i = 0; i < burst.packets.size(); ++i) {
                places[i].action = static_cast<std::uint32_t>(judge(burst.packets[i]));
                if (places[i].action != 0) (void)readers[worker].give_verdict(places[i]);
            }
            readers[worker].release();
            count += burst.packets.size();
        } while (!burst.packets.empty());
        return count;
    }
    std::size_t inspect() {
        return inspect(0, [](const Packet&) { return Action::pass; });
    }
    [[nodiscard]] std::uint64_t dropped(std::size_t side, ForwardDrop reason) const { return account->port[side].dropped[static_cast<std::size_t>(reason)].get(); }
    [[nodiscard]] std::uint64_t bypassed(Bypass reason, unsigned worker = 0) const { return account->lane[worker].bypassed[static_cast<std::size_t>(reason)].get(); }
    /// Every packet is somewhere.
    void check_sums() const {
        std::uint64_t received = 0, seen = 0;
        for (const PortAccount& port : account->port) {
            received += port.received.get();
            std::uint64_t sum = port.forwarded.get() + port.held.get();
            for (const Counter& reason : port.dropped) sum += reason.get();
            CHECK(port.received.get() == sum);
        }
        for (const LaneAccount& lane : account->lane) {
            seen += lane.copied.get();
            for (const Counter& reason : lane.bypassed) seen += reason.get();
        }
        CHECK(received == seen);
    }

    Wire& wire = Wire::get();
    unsigned unused_before = wire.unused();
    test::TemporaryFolder folder;
    std::unique_ptr<ForwardAccount> account = std::make_unique<ForwardAccount>();
    std::vector<SharedMemory> rings;
    std::vector<PacketRingReader> readers;
    std::unique_ptr<Forwarder> forwarder;
};

/// The first bytes of the payload say which packet of the session it is.
Frame udp(std::uint16_t session, std::uint8_t number = 0, std::size_t size = 20) {
    std::string payload(size, static_cast<char>(number));
    return PacketBuilder{}.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(static_cast<std::uint16_t>(10'000 + session), 53).payload(payload).bytes();
}

const Frames odd_frames{
    udp(1),
    PacketBuilder{}.ethernet().vlan(100).vlan(7).ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payload("tagged").bytes(),
    PacketBuilder{}.ethernet().ipv6("2001:db8::1", "2001:db8::2").udp(1, 2).payload("six").bytes(),
    PacketBuilder{}.ethernet().ipv4({.source = "10.0.0.1", .destination = "10.0.0.2", .total_length = 9999, .checksum = 0xbad}).udp(1, 2).payload("wrong").bytes(),
    PacketBuilder{}.ethernet({.destination = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, .type = 0x0806}).payload("who has").bytes(),
    PacketBuilder{}.ethernet({.type = 0x88cc}).payload("lldp").bytes(),
    Frame(14, 0),
    Frame(3, 1),
    udp(2, 9, 1472),
    udp(3, 9, 1900),
};

constexpr Time patient = 3600 * second;
const ForwarderConfig enforce{.enforce = true, .fail_open = true, .deadline = patient};
ForwarderConfig enforce_for(bool fail_open, Time deadline, std::size_t held = 2048) { return {.enforce = true, .fail_open = fail_open, .deadline = deadline, .held = held}; }

}  // namespace

TEST_CASE("forwarder: any frame goes through unchanged, both ways, and a copy of it to the inspector") {
    Bench bench;
    for (const std::size_t side : {0, 1}) {
        INFO("from port " << side);
        for (const Frame& frame : odd_frames) bench.wire.arrive(side, frame);
        bench.turns();
        CHECK(bench.wire.left(1 - side) == odd_frames);
        CHECK(bench.wire.left(side).empty());
        Frames copies;
        std::uint64_t number = side * odd_frames.size();
        CHECK(bench.inspect(0, [&](const Packet& packet) {
            CHECK(packet.number == ++number);
            CHECK(packet.origin == side);
            CHECK(packet.wire_length == packet.data.size());
            copies.emplace_back(packet.data.begin(), packet.data.end());
            return Action::pass;
        }) == odd_frames.size());
        CHECK(copies == odd_frames);
        const std::size_t bytes = std::accumulate(odd_frames.begin(), odd_frames.end(), std::size_t{0}, [](std::size_t sum, const Frame& frame) { return sum + frame.size(); });
        CHECK(bench.account->port[side].forwarded.get() == odd_frames.size());
        CHECK(bench.account->port[side].received_bytes.get() == bytes);
        CHECK(bench.account->port[side].forwarded_bytes.get() == bytes);
    }
    bench.check_sums();
}

TEST_CASE("forwarder: a frame in pieces, and one whose tag stands beside it") {
    Bench bench;
    const Frame large = udp(1, 5, 1900);
    bench.wire.arrive(0, large, 100);
    bench.wire.arrive(0, udp(2), 65'535, std::uint16_t{0x2064});
    bench.turns();
    const Frames expected{large, PacketBuilder{}.ethernet().vlan(0x2064).ipv4("10.0.0.1", "10.0.0.2").udp(10'002, 53).payload(std::string(20, '\0')).bytes()};
    CHECK(bench.wire.left(1) == expected);
    Frames copies;
    bench.inspect(0, [&](const Packet& packet) {
        copies.emplace_back(packet.data.begin(), packet.data.end());
        return Action::pass;
    });
    CHECK(copies == expected);
    bench.check_sums();
}

TEST_CASE("forwarder: a tap puts nothing out") {
    Bench bench{{}, 1, 1u << 20, {}, true};
    for (const Frame& frame : odd_frames) bench.wire.arrive(0, frame);
    bench.turns();
    CHECK(bench.wire.left(0).empty());
    CHECK(bench.wire.left(1).empty());
    CHECK(bench.dropped(0, ForwardDrop::tapped) == odd_frames.size());
    CHECK(bench.inspect() == odd_frames.size());
    bench.check_sums();
}

TEST_CASE("forwarder: in monitor mode no inspector holds up the wire") {
    struct Case {
        const char* what;
        bool attended;
        std::size_t ring_bytes;
        Bypass reason;
    };
    for (const Case& c : {Case{"none is there", false, 1u << 20, Bypass::no_inspector}, Case{"it does not move", true, 64u << 10, Bypass::ring_full}}) {
        INFO(c.what);
        Bench bench{{}, 1, c.ring_bytes};
        bench.attend(0, c.attended);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 500; ++i) bench.wire.arrive(0, udp(1, 0, 200));
            bench.turns();
            CHECK(bench.wire.left(1).size() == 500);
        }
        CHECK(bench.bypassed(c.reason) + bench.account->lane[0].copied.get() == 1500);
        CHECK(bench.bypassed(c.reason) > 1000);
        bench.check_sums();
        bench.attend(0, true);  // it is back
        const std::size_t waiting = bench.inspect();
        bench.wire.arrive(0, udp(1));
        bench.turns();
        CHECK(bench.inspect() == 1);
        CHECK(waiting == bench.account->lane[0].copied.get() - 1);
    }
}

TEST_CASE("forwarder: what the other port does not take is counted") {
    Bench bench;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 800; ++i) bench.wire.arrive(0, udp(1));
        bench.turns();
    }
    CHECK(bench.wire.left(1).size() == ring_size - 1);
    CHECK(bench.account->port[0].forwarded.get() == ring_size - 1);
    CHECK(bench.dropped(0, ForwardDrop::output_full) == 1600 - (ring_size - 1));
    CHECK(bench.account->port[0].forwarded_bytes.get() == (ring_size - 1) * udp(1).size());
    bench.check_sums();
}

TEST_CASE("forwarder: each packet goes to the worker of its equipment") {
    const auto address = [](const char* text) { return *IpAddress::parse(text); };
    const Steering steering{{{address("10.0.0.0"), address("10.0.0.255")}}};
    Bench bench{{}, 3, 1u << 20, steering};
    std::map<std::uint32_t, std::size_t> expected;
    for (int i = 0; i < 60; ++i) {
        const std::string equipment = "10.0.0." + std::to_string(i % 20);
        const Frame frame = PacketBuilder{}.ethernet().ipv4(i % 2 == 0 ? equipment : "8.8.8." + std::to_string(i), i % 2 == 0 ? "8.8.8.8" : equipment).udp(1, 2).payload("x").bytes();
        ++expected[choose_worker(test::as_packet(frame), 3, [&](const IpAddress& one) { return steering.contains(one); })];
        bench.wire.arrive(0, frame);
    }
    bench.turns();
    std::map<std::string, std::set<unsigned>> workers_of;
    for (unsigned worker = 0; worker < 3; ++worker) {
        CHECK(bench.inspect(worker, [&](const Packet& packet) {
            const auto pair = outer_pair(packet);
            workers_of[(steering.contains(pair->source) ? pair->source : pair->destination).text()].insert(worker);
            return Action::pass;
        }) == expected[worker]);
        CHECK(expected[worker] > 0);
    }
    CHECK(workers_of.size() == 20);
    for (const auto& [equipment, workers] : workers_of) CHECK(workers.size() == 1);
    bench.check_sums();
}

// ---------------------------------------------------------------- enforce

TEST_CASE("forwarder: in enforce mode a packet waits until it has been looked at") {
    Bench bench{enforce};
    for (const Frame& frame : odd_frames) bench.wire.arrive(0, frame);
    bench.turns();
    CHECK(bench.wire.left(1).empty());
    CHECK(bench.account->port[0].held.get() == odd_frames.size());
    bench.check_sums();
    CHECK(bench.inspect() == odd_frames.size());
    bench.turns(1);
    CHECK(bench.wire.left(1) == odd_frames);
    CHECK(bench.account->port[0].held.get() == 0);
    CHECK(bench.account->lane[0].deadlines.get() == 0);
    bench.check_sums();
}

TEST_CASE("forwarder: a verdict holds for its packet, and for what follows in its session") {
    for (const Action action : {Action::drop, Action::reject}) {
        Bench bench{enforce};
        for (std::uint8_t number = 0; number < 3; ++number)
            for (const std::uint16_t session : {1, 2}) bench.wire.arrive(0, udp(session, number));
        bench.turns();
        const Frame refused = udp(2, 1);
        bench.inspect(0, [&](const Packet& packet) { return std::ranges::equal(packet.data, refused) ? action : Action::pass; });
        bench.turns(1);
        CHECK(bench.wire.left(1).size() == 4);  // the receiver of a datagram is told nothing
        CHECK(bench.wire.left(0).size() == (action == Action::reject ? 2 : 0));  // its sender is, for each
        CHECK(bench.account->port[0].rejects.get() == (action == Action::reject ? 2 : 0));
        CHECK(bench.dropped(0, ForwardDrop::verdict) == 2);
        CHECK(bench.account->lane[0].remembered.get() == 1);
        // Later packets need not wait, in either direction; the inspector still sees them.
        bench.wire.arrive(0, udp(2, 7));
        bench.wire.arrive(1, PacketBuilder{}.ethernet().ipv4("10.0.0.2", "10.0.0.1").udp(53, 10'002).payload("x").bytes());
        bench.wire.arrive(0, udp(1, 7));
        bench.turns();
        CHECK(bench.dropped(0, ForwardDrop::verdict) == 3);
        CHECK(bench.dropped(1, ForwardDrop::verdict) == 1);
        CHECK(bench.account->port[0].held.get() == 1);
        CHECK(bench.inspect() == 3);
        bench.turns(1);
        const Frames out = bench.wire.left(1);
        CHECK(std::ranges::count(out, udp(1, 7)) == 1);
        CHECK(std::ranges::count(out, udp(2, 7)) == 0);
        bench.check_sums();
    }
}

TEST_CASE("forwarder: without a verdict in time, a packet goes on or does not, as was chosen") {
    for (const bool fail_open : {true, false}) {
        INFO((fail_open ? "fail open" : "fail closed"));
        Bench bench{enforce_for(fail_open, 1'000'000)};
        for (const Frame& frame : odd_frames) bench.wire.arrive(0, frame);
        bench.turns(1);
        std::this_thread::sleep_for(3ms);
        bench.turns(1);
        CHECK(bench.wire.left(1) == (fail_open ? odd_frames : Frames{}));
        CHECK(bench.dropped(0, ForwardDrop::fail_closed) == (fail_open ? 0 : odd_frames.size()));
        CHECK(bench.account->lane[0].deadlines.get() == odd_frames.size());
        bench.check_sums();
    }
}

TEST_CASE("forwarder: a verdict that comes too late for its packet still holds for the session") {
    Bench bench{enforce_for(true, 1'000'000)};
    bench.wire.arrive(0, udp(1, 0));
    bench.turns(1);
    std::this_thread::sleep_for(3ms);
    bench.turns(1);
    CHECK(bench.wire.left(1).size() == 1);
    bench.inspect(0, [](const Packet&) { return Action::drop; });
    bench.wire.arrive(0, udp(1, 1));
    bench.turns(1);
    bench.inspect();
    bench.turns(1);
    CHECK(bench.wire.left(1).empty());
    CHECK(bench.dropped(0, ForwardDrop::verdict) == 1);
    bench.check_sums();
}

TEST_CASE("forwarder: packets do not wait where nobody looks") {
    struct Case {
        const char* what;
        bool attended, fail_open;
    };
    for (const Case& c : {Case{"no inspector, fail open", false, true}, Case{"no inspector, fail closed", false, false}, Case{"one that has stopped, fail open", true, true},
                          Case{"one that has stopped, fail closed", true, false}}) {
        INFO(c.what);
        Bench bench{enforce_for(c.fail_open, 1'000'000)};
        bench.attend(0, c.attended);
        if (c.attended) {  // it is found out after a tenth of a second
            bench.wire.arrive(0, udp(1, 0));
            bench.turns(1);
            std::this_thread::sleep_for(120ms);
            bench.turns(1);
        }
        (void)bench.wire.left(1);
        bench.wire.arrive(0, udp(1, 1));
        bench.turns(1);
        CHECK(bench.wire.left(1).size() == (c.fail_open ? 1 : 0));
        CHECK(bench.bypassed(Bypass::no_inspector) == 1);
        CHECK(bench.account->port[0].held.get() == 0);
        bench.check_sums();
        if (!c.attended) continue;
        bench.inspect();  // it moves again
        std::this_thread::sleep_for(1ms);
        bench.turns(1);
        bench.wire.arrive(0, udp(1, 2));
        bench.turns(1);
        CHECK(bench.bypassed(Bypass::no_inspector) == 1);
        CHECK(bench.account->port[0].held.get() == 1);
    }
}

TEST_CASE("forwarder: as many packets wait as may, then the oldest goes") {
    for (const bool fail_open : {true, false}) {
        Bench bench{enforce_for(fail_open, patient, 8)};
        for (std::uint8_t number = 0; number < 20; ++number) bench.wire.arrive(0, udp(1, number));
        bench.turns();
        CHECK(bench.account->port[0].held.get() == 8);
        CHECK(bench.wire.left(1).size() == (fail_open ? 12 : 0));
        CHECK(bench.account->lane[0].deadlines.get() == 12);
        bench.check_sums();
    }
}

TEST_CASE("forwarder: at its end what waits goes its way, and what a killed one held is counted") {
    for (const bool fail_open : {true, false}) {
        Bench bench{enforce_for(fail_open, patient)};
        for (std::uint8_t number = 0; number < 5; ++number) bench.wire.arrive(0, udp(1, number));
        bench.turns();
        bench.forwarder->finish();
        CHECK(bench.wire.left(1).size() == (fail_open ? 5 : 0));
        CHECK(bench.account->port[0].held.get() == 0);
        bench.check_sums();
    }
    Bench bench{enforce};
    ForwardAccount after_a_kill;
    after_a_kill.port[1].received.add(7);
    after_a_kill.port[1].held.add(7);
    const Forwarder next{enforce, bench.wire.both(), after_a_kill, {PacketRingWriter{bench.rings[0]}}, {}};
    CHECK(after_a_kill.port[1].held.get() == 0);
    CHECK(after_a_kill.port[1].dropped[static_cast<std::size_t>(ForwardDrop::forwarder_ended)].get() == 7);
}

TEST_CASE("forwarder: nonsense from an inspector is counted, and changes nothing") {
    Bench bench{enforce_for(true, 1'000'000)};
    auto& page = *reinterpret_cast<packet_ring::Consumer*>(bench.rings[0].data() + packet_ring::consumer_at);
    Random random{7};
    Frames sent;
    for (int round = 0; round < 200; ++round) {
        sent.push_back(udp(1, static_cast<std::uint8_t>(round)));
        bench.wire.arrive(0, sent.back());
        page.tail.store(random.next() | std::uint64_t{1} << 40);
        page.verdict_head.store(random.next() | std::uint64_t{1} << 40);
        for (auto& entry : page.entries) entry = {random.next(), random.next(), 3 + static_cast<std::uint32_t>(random.below(1'000'000)), 0};
        bench.turns(1);
    }
    std::this_thread::sleep_for(3ms);
    bench.turns(1);
    CHECK(bench.wire.left(1) == sent);
    CHECK(bench.account->lane[0].nonsense.get() > 0);
    bench.check_sums();
}

TEST_CASE("forwarder: whatever inspectors do, every packet is accounted for, unchanged, and in its session's order") {
    struct Case {
        ForwarderConfig config;
        std::uint64_t seed;
    };
    for (const Case& c : {Case{{}, 1}, Case{enforce_for(true, 500'000, 64), 2}, Case{enforce_for(false, 500'000, 64), 3}, Case{enforce_for(true, patient, 256), 4}}) {
        INFO("seed " << c.seed);
        Bench bench{c.config, 2, 64u << 10};
        Random random{c.seed};
        std::array<std::array<std::uint8_t, 30>, 2> sent{}, seen{};  // of each session, by side
        std::array<std::uint64_t, 2> arrived{}, left{};
        for (int round = 0; round < 600; ++round) {
            for (std::uint64_t i = random.below(40); i > 0; --i) {
                const std::size_t side = random.below(2), session = random.below(30);
                if (sent[side][session] == 255) continue;
                const std::string client = "10.0." + std::to_string(session) + ".1", server = "10.1." + std::to_string(side) + ".2";
                bench.wire.arrive(side, PacketBuilder{}.ethernet().ipv4(client, server).udp(1, 2).payload(std::string(1 + random.below(1400), static_cast<char>(++sent[side][session]))).bytes());
                ++arrived[side];
            }
            bench.turns(1);
            for (const unsigned worker : {0, 1}) {
                if (random.one_in(30)) bench.attend(worker, random.one_in(2));
                if (random.one_in(3)) bench.inspect(worker, [&](const Packet&) { return random.one_in(50) ? Action::drop : Action::pass; });
            }
            for (const std::size_t side : {0, 1})
                for (const Frame& frame : bench.wire.left(1 - side)) {
                    const std::size_t session = frame[14 + 14];  // third byte of the client's address
                    const std::uint8_t number = frame.back();
                    REQUIRE(number > seen[side][session]);  // never the same again, never one before
                    REQUIRE(number <= sent[side][session]);
                    REQUIRE(std::ranges::all_of(frame.begin() + 42, frame.end(), [&](std::uint8_t byte) { return byte == number; }));
                    seen[side][session] = number;
                    ++left[side];
                }
            bench.check_sums();
        }
        bench.attend(0, true);
        for (const std::size_t side : {0, 1}) {
            CHECK(bench.account->port[side].received.get() == arrived[side]);
            CHECK(bench.account->port[side].forwarded.get() == left[side]);
            if (!c.config.enforce) CHECK(left[side] == arrived[side]);
        }
        CHECK(arrived[0] + arrived[1] > 5000);
    }
}
