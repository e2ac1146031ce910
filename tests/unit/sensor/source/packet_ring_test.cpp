// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/packet_ring.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/random.hpp"

using namespace weir;
using test::Random;

namespace {

constexpr std::size_t capacity = 64u << 10;
using Places = std::array<VerdictEntry, burst_size>;

/// Bytes that their packet's number and size tell.
std::vector<std::uint8_t> bytes_of(std::uint64_t number, std::size_t size) {
    std::vector<std::uint8_t> out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(number * 37 + i);
    return out;
}

/// A ring in a file, and its writer.
struct Ring {
    test::TemporaryFolder folder;
    std::string file = (folder / "packets").string();
    SharedMemory memory = *create_packet_ring(file, capacity);
    PacketRingWriter writer{memory};
    std::uint64_t next = 1;

    std::optional<std::uint64_t> push(std::size_t size) {
        const auto bytes = bytes_of(next, size);
        Packet packet;
        packet.data = bytes;
        packet.wire_length = static_cast<std::uint32_t>(size + 4);
        packet.origin = static_cast<std::uint16_t>(next % 2);
        packet.time = static_cast<Time>(next) * 1000;
        packet.number = next;
        const auto end = writer.push(packet, next * 3);
        if (end) ++next;
        return end;
    }
    void publish() { writer.publish(static_cast<Time>(next) * 1000, next); }
    [[nodiscard]] PacketRingReader reader() const {
        auto opened = PacketRingReader::open(file);
        REQUIRE(opened);
        opened->take_over();
        return *std::move(opened);
    }
    /// What an inspector may write, as a hostile one would.
    [[nodiscard]] packet_ring::Consumer& page() const { return *reinterpret_cast<packet_ring::Consumer*>(memory.data() + packet_ring::consumer_at); }
    [[nodiscard]] const packet_ring::Producer& producer() const { return *reinterpret_cast<const packet_ring::Producer*>(memory.data()); }
};

/// A packet is what `Ring::push` made of this number and size.
bool is_whole(const Packet& packet, std::uint64_t number, std::size_t size) {
    return packet.number == number && packet.time == static_cast<Time>(number) * 1000 && packet.clock == packet.time && packet.origin == number % 2 &&
           packet.wire_length == size + 4 && std::ranges::equal(packet.data, bytes_of(number, size));
}

std::vector<std::uint64_t> numbers_of(const Burst& burst) {
    std::vector<std::uint64_t> out;
    for (const Packet& packet : burst.packets) out.push_back(packet.number);
    return out;
}

}  // namespace

TEST_CASE("packet ring: packets of any size come out whole and in order, around the end many times") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    Random random{11};
    std::deque<std::pair<std::size_t, std::uint64_t>> under_way;  // size, and position behind it
    std::uint64_t read = 1;
    Burst burst;
    Places places;
    while (read <= 30'000) {
        if (!random.one_in(3)) {
            const std::size_t size = random.one_in(30) ? random.below(30'000) : random.below(1600);
            if (const auto end = ring.push(size)) under_way.emplace_back(size, *end);
            if (random.one_in(4)) ring.publish();
            continue;
        }
        const std::uint64_t next = reader.take(burst, places);
        for (std::size_t i = 0; i < burst.packets.size(); ++i) {
            const auto [size, end] = under_way.front();
            under_way.pop_front();
            REQUIRE(is_whole(burst.packets[i], read, size));
            REQUIRE((places[i].position == end && places[i].tag == read * 3));
            REQUIRE(burst.clock >= burst.packets[i].clock);
            ++read;
        }
        REQUIRE(next >= read);
        reader.release();
        REQUIRE(ring.writer.used() <= ring.writer.capacity());
    }
    CHECK(ring.writer.nonsense() == 0);
    CHECK(ring.page().done.load() == read - 1);
    CHECK(ring.page().skipped.load() == 0);
}

TEST_CASE("packet ring: nothing is seen before it is published, and an idle ring still has a clock") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    Burst burst;
    Places places;
    CHECK(ring.push(100));
    CHECK(reader.take(burst, places) == 1);
    CHECK(burst.packets.empty());
    CHECK(burst.clock == 0);
    ring.publish();
    CHECK(reader.take(burst, places) == 2);
    CHECK(numbers_of(burst) == std::vector<std::uint64_t>{1});
    CHECK(burst.clock == 2000);
    reader.release();
    ring.writer.publish(77'000, 9);  // packets 2 to 8 went elsewhere
    CHECK(reader.take(burst, places) == 9);
    CHECK(burst.packets.empty());
    CHECK(burst.clock == 77'000);
}

TEST_CASE("packet ring: a burst that leaves packets behind vouches for no more than itself") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    for (int i = 0; i < 100; ++i) REQUIRE(ring.push(60));
    ring.publish();
    Burst burst;
    Places places;
    CHECK(reader.take(burst, places) == 65);
    CHECK(burst.packets.size() == burst_size);
    CHECK(burst.clock == 64'000);
    CHECK(reader.take(burst, places) == 101);
    CHECK(burst.packets.size() == 36);
    CHECK(burst.clock == 101'000);
}

TEST_CASE("packet ring: a full ring refuses, and takes more once packets are done with") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    while (ring.push(1000)) continue;
    const std::uint64_t count = ring.next - 1;
    CHECK(count == capacity / (sizeof(packet_ring::Frame) + 1008));
    ring.publish();
    Burst burst;
    Places places;
    std::uint64_t read = 1;
    do {
        (void)reader.take(burst, places);
        for (const Packet& packet : burst.packets) CHECK(is_whole(packet, read++, 1000));
        CHECK((burst.packets.empty() || !ring.push(1000)));  // as long as the packets are looked at
        reader.release();
    } while (!burst.packets.empty());
    CHECK(read == count + 1);
    CHECK(ring.push(1000));
    CHECK(!ring.push(capacity));  // never
    CHECK(!ring.push(capacity - sizeof(packet_ring::Frame) + 1));
}

TEST_CASE("packet ring: verdicts come back in order, as many as there is room for") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    for (std::uint64_t round = 0, number = 0; round < 3; ++round) {
        std::uint64_t given = number;
        while (reader.give_verdict({given, given * 5, 1, 0})) ++given;
        CHECK(given - number == packet_ring::verdicts);
        for (; number < given; ++number) {
            const auto verdict = ring.writer.next_verdict();
            REQUIRE(verdict);
            REQUIRE((verdict->position == number && verdict->tag == number * 5 && verdict->action == 1));
        }
        CHECK(!ring.writer.next_verdict());
    }
    CHECK(ring.writer.nonsense() == 0);
}

TEST_CASE("packet ring: a reader goes on behind the burst in which the one before ended") {
    Ring ring;
    Burst burst;
    Places places;
    Random random{5};
    std::uint64_t expected = 1, left_behind = 0, done = 0;
    for (int end = 0; end < 200; ++end) {  // the ring wraps several times: some of the bursts hold a filler
        for (int i = 0; i < 40; ++i) (void)ring.push(random.below(1500));
        ring.publish();
        PacketRingReader reader = ring.reader();
        CHECK(ring.page().skipped.load() == left_behind);
        (void)reader.take(burst, places);
        for (const Packet& packet : burst.packets) REQUIRE(packet.number == expected++);
        (void)reader.give_verdict({1, 1, 1, 0});
        if (random.one_in(2)) {
            reader.release();
            done += burst.packets.size();
        } else {
            left_behind += burst.packets.size();
        }
    }
    CHECK(expected > 2000);
    (void)ring.reader();
    CHECK(ring.page().skipped.load() == left_behind);
    CHECK(ring.page().done.load() == done);
    CHECK(!ring.writer.next_verdict());  // those of a reader that has ended are void
}

TEST_CASE("packet ring: a writer goes on where the one before ended") {
    Ring ring;
    PacketRingReader reader = ring.reader();
    REQUIRE(ring.push(100));
    ring.publish();
    REQUIRE(ring.push(200));  // and is killed before it publishes
    PacketRingWriter second{ring.memory};
    CHECK(second.used() > 0);
    const auto bytes = bytes_of(7, 50);
    Packet packet;
    packet.data = bytes;
    packet.number = 7;
    CHECK(second.push(packet, 0));
    second.publish(9000, 8);
    Burst burst;
    Places places;
    (void)reader.take(burst, places);
    CHECK(numbers_of(burst) == std::vector<std::uint64_t>{1, 7});
}

// ---------------------------------------------------------------- what an inspector writes is not believed

TEST_CASE("packet ring: a cursor that cannot be is not believed") {
    struct Case {
        const char* what;
        std::int64_t beyond_head;  // where the tail is put
        bool believed;
    };
    for (const Case& c : {Case{"behind the head", 16, false}, Case{"far away", std::int64_t{1} << 62, false}, Case{"backwards", -4000, false},
                          Case{"the head itself", 0, true}, Case{"within what is under way", -1024, true}}) {
        INFO(c.what);
        Ring ring;
        for (int i = 0; i < 8; ++i) REQUIRE(ring.push(1000));
        ring.publish();
        const std::uint64_t head = ring.producer().head.load();
        ring.page().tail.store(head - 2048);  // sound so far
        CHECK(ring.writer.cursor() == head - 2048);
        const std::uint64_t claimed = head + static_cast<std::uint64_t>(c.beyond_head);
        ring.page().tail.store(claimed);
        CHECK(ring.writer.cursor() == (c.believed ? claimed : head - 2048));
        CHECK(ring.writer.nonsense() == (c.believed ? 0 : 1));
        CHECK(ring.writer.used() == head - (c.believed ? claimed : head - 2048));
    }
}

TEST_CASE("packet ring: what has not been published cannot have been judged") {
    Ring ring;
    const auto end = ring.push(1000);
    ring.page().tail.store(*end);
    CHECK(ring.writer.cursor() == 0);
    CHECK(ring.writer.nonsense() == 1);
    ring.publish();
    CHECK(ring.writer.cursor() == *end);
}

TEST_CASE("packet ring: claims do not make a full ring empty") {
    Ring ring;
    while (ring.push(500)) continue;
    ring.publish();
    for (const std::uint64_t tail : {std::uint64_t{capacity * 2}, ~std::uint64_t{0}, std::uint64_t{1} << 63, ring.producer().head.load() + 1}) {
        ring.page().tail.store(tail);
        CHECK(!ring.push(500));
        CHECK(ring.writer.used() <= capacity);
    }
    CHECK(ring.writer.nonsense() >= 4);
}

TEST_CASE("packet ring: absurd numbers of verdicts are counted and passed over") {
    Ring ring;
    for (const std::uint64_t head : {std::uint64_t{packet_ring::verdicts} + 1, ~std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{3}}) {
        ring.page().verdict_head.store(head);
        const std::uint64_t before = ring.writer.nonsense();
        if (ring.producer().verdict_tail.load() == head) continue;
        CHECK(!ring.writer.next_verdict());
        CHECK(ring.writer.nonsense() == before + 1);
        CHECK(!ring.writer.next_verdict());  // and that was that
        CHECK(ring.writer.nonsense() == before + 1);
    }
    // Garbage as an entry is handed on as it stands: whoever takes it compares it with what he knows.
    const std::uint64_t tail = ring.producer().verdict_tail.load();
    ring.page().entries[tail % packet_ring::verdicts] = {~std::uint64_t{0}, 1, 0xdead'beef, 7};
    ring.page().verdict_head.store(tail + 1);
    const auto verdict = ring.writer.next_verdict();
    REQUIRE(verdict);
    CHECK(verdict->action == 0xdead'beef);
}

TEST_CASE("packet ring: whatever stands in the inspector's pages, the writer stays within its own") {
    Ring ring;
    Random random{23};
    const auto pages = [&](std::size_t at, std::size_t size) { return std::vector<std::byte>(ring.memory.data() + at, ring.memory.data() + at + size); };
    auto* const hostile = reinterpret_cast<std::uint8_t*>(&ring.page());
    std::uint64_t cursor = 0;
    for (int round = 0; round < 2000; ++round) {
        if (random.one_in(2))
            ring.page().tail.store(random.one_in(2) ? random.next() : ring.producer().head.load() - random.below(capacity));
        else
            for (std::size_t i = 0; i < 512; ++i) hostile[random.below(sizeof(packet_ring::Consumer))] = static_cast<std::uint8_t>(random.next());
        const auto others = pages(packet_ring::supervisor_at, packet_ring::data_at - packet_ring::supervisor_at);
        for (int i = 0; i < 20; ++i) (void)ring.push(random.below(3000));
        if (random.one_in(2)) ring.publish();
        REQUIRE(ring.writer.cursor() >= cursor);
        cursor = ring.writer.cursor();
        REQUIRE(cursor <= ring.producer().head.load());
        REQUIRE(ring.writer.used() <= capacity);
        std::size_t taken = 0;
        while (ring.writer.next_verdict()) REQUIRE(++taken <= packet_ring::verdicts);
        REQUIRE(pages(packet_ring::supervisor_at, others.size()) == others);
    }
    CHECK(ring.writer.nonsense() > 100);
}

TEST_CASE("packet ring: whatever the one before has left, a reader begins at a packet") {
    struct Case {
        const char* what;
        std::uint64_t tail, reading;
    };
    for (const Case& c : {Case{"all is well", 0, 0}, Case{"between two frames' parts", 8, 16}, Case{"within a packet", 64, 64}, Case{"a burst that ends within one", 0, 80},
                          Case{"beyond the head", 1 << 20, 1 << 20}, Case{"runs backwards", 1056, 0}, Case{"unaligned", 0, 1}, Case{"absurd", ~std::uint64_t{0}, 5}}) {
        INFO(c.what);
        Ring ring;
        for (int i = 0; i < 10; ++i) REQUIRE(ring.push(1008));
        ring.publish();
        ring.page().tail.store(c.tail);
        ring.page().reading.store(c.reading);
        PacketRingReader reader = ring.reader();
        Burst burst;
        Places places;
        (void)reader.take(burst, places);
        for (const Packet& packet : burst.packets) CHECK(is_whole(packet, packet.number, 1008));
        reader.release();
        REQUIRE(ring.push(1008));
        ring.publish();
        (void)reader.take(burst, places);
        CHECK(numbers_of(burst) == std::vector<std::uint64_t>{11});  // from here on all is well again
    }
}

TEST_CASE("packet ring: a reader left with random places reads no byte outside the ring") {
    Random random{31};
    for (int round = 0; round < 300; ++round) {
        Ring ring;
        for (int turn = 0; turn < 3; ++turn) {
            while (ring.push(random.below(2000))) continue;
            ring.publish();
            ring.page().tail.store(ring.producer().head.load());
            (void)ring.writer.cursor();
        }
        const std::uint64_t head = ring.producer().head.load();
        ring.page().tail.store(head - random.below(capacity));
        ring.page().reading.store(ring.page().tail.load() + (random.one_in(2) ? 0 : random.below(3000)));
        PacketRingReader reader = ring.reader();
        Burst burst;
        Places places;
        std::size_t bytes = 0;
        do {
            (void)reader.take(burst, places);
            for (const Packet& packet : burst.packets) bytes += packet.data.size() + static_cast<std::size_t>(std::ranges::count(packet.data, 0xff));
            reader.release();
        } while (!burst.packets.empty());
        REQUIRE(bytes <= 2 * capacity);
        REQUIRE(ring.page().tail.load() == head);
    }
}

TEST_CASE("packet ring: what is no ring is not opened") {
    const test::TemporaryFolder folder;
    CHECK(!PacketRingReader::open((folder / "none").string()));
    CHECK(SharedMemory::create((folder / "short").string(), 100));
    CHECK(!PacketRingReader::open((folder / "short").string()));
    CHECK(SharedMemory::create((folder / "zeros").string(), packet_ring::data_at + capacity));
    const auto refused = PacketRingReader::open((folder / "zeros").string());
    REQUIRE(!refused);
    CHECK(refused.error().find("not a ring of packets") != std::string::npos);
}
