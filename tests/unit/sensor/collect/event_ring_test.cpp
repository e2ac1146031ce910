// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/event_ring.hpp"

#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "sensor/output/eve.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace weir;

namespace {
constexpr std::size_t small = 256u << 10;

/// Text that its number and size tell.
std::string body_of(std::uint64_t number, std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(number * 31 + i);
    return out;
}
RecordHead head_of(std::uint64_t number) {
    RecordHead head;
    head.key.number = number;
    return head;
}

/// Memory that two rings share, as two processes do: one writes, and one reads what may have become of it. On the heap, so that the
/// address sanitizer sees who reads beyond it.
struct SharedRing {
    static constexpr std::size_t line = 64;
    SharedRing() : bytes(static_cast<std::byte*>(::operator new(size, std::align_val_t{line}))) {
        std::memset(bytes, 0, size);
        producer.emplace(std::span{bytes, size});
        consumer.emplace(std::span{bytes, size});
    }
    ~SharedRing() { ::operator delete(bytes, std::align_val_t{line}); }
    SharedRing(const SharedRing&) = delete;
    SharedRing& operator=(const SharedRing&) = delete;

    template <class Number>
    void put(std::size_t at, Number number) const {
        std::memcpy(bytes + at, &number, sizeof number);
    }
    /// Whether the record lies in the memory, behind its frame.
    [[nodiscard]] bool holds(std::string_view body) const {
        const auto* const begin = reinterpret_cast<const std::byte*>(body.data());
        return begin >= bytes + data && begin + body.size() <= bytes + size;
    }

    const std::size_t size = EventRing::shared_size(small);
    const std::size_t data = size - small;  ///< where the first frame stands
    std::byte* bytes;
    std::optional<EventRing> producer, consumer;
};
constexpr std::size_t record_head = 8;  // of a frame
}  // namespace

TEST_CASE("event ring: records of any size come out whole and in order, around the end many times") {
    EventRing ring{small};
    std::mt19937 random{3};
    std::uint64_t pushed = 0, popped = 0;
    std::vector<std::size_t> sizes;
    while (popped < 20'000) {
        if (pushed < 20'000 && random() % 3 != 0) {
            const std::size_t size = random() % 20 == 0 ? random() % (small / 4) : random() % 300;
            if (ring.push(head_of(pushed), body_of(pushed, size))) {
                sizes.push_back(size);
                ++pushed;
            }
            continue;
        }
        const auto record = ring.front();
        if (!record) continue;
        REQUIRE(record->head.key.number == popped);
        REQUIRE(record->body == body_of(popped, sizes[popped]));
        ring.pop();
        ++popped;
    }
    CHECK(!ring.front());
    CHECK(ring.used() == 0);
}

TEST_CASE("event ring: what is reserved may be used in part, or not at all") {
    EventRing ring{small};
    (void)ring.reserve(1000);
    const auto room = ring.reserve(1000);
    REQUIRE(room.size() == 1000);
    std::copy_n("abc", 3, room.begin());
    RecordHead head = head_of(1);
    head.size = 3;
    ring.commit(head);
    CHECK(ring.front()->body == "abc");
    CHECK(ring.used() < 300);
    ring.pop();
    CHECK(!ring.front());
}

TEST_CASE("event ring: a full ring refuses, or waits as long as it is told to") {
    EventRing ring{small};
    std::uint64_t count = 0;
    while (ring.push(head_of(count), body_of(count, 1000))) ++count;
    CHECK(count > 200);
    CHECK(ring.reserve(1000).data() == nullptr);
    int waited = 0;
    CHECK(!ring.push(head_of(count), body_of(count, 1000), [&] { return ++waited < 5; }));
    CHECK(waited == 5);
    CHECK(ring.push(head_of(count), body_of(count, 1000), [&] {
        (void)ring.front();
        ring.pop();
        return true;
    }));
    CHECK(ring.push(head_of(0), {}) == false);
}

TEST_CASE("event ring: a record without a body") {
    EventRing ring{small};
    CHECK(ring.push(head_of(9), {}));
    CHECK(ring.front()->body.empty());
    CHECK(ring.front()->head.key.number == 9);
}

TEST_CASE("event ring: the watermark says what has been passed") {
    EventRing ring{small};
    ring.advance({100, 5});
    const Watermark mark = ring.watermark();
    CHECK(mark.passed({99, 1000, 0, 0}));
    CHECK(mark.passed({100, 4, 9, 9}));
    CHECK(mark.passed(stats_key(100)));
    CHECK(!mark.passed({100, 5, 0, 0}));
    CHECK(!mark.passed({101, 0, 0, 0}));
    CHECK(!ring.closed());
    ring.close();
    CHECK(ring.closed());
}

TEST_CASE("event ring: two threads") {
    EventRing ring{small};
    constexpr std::uint64_t count = 50'000;
    std::thread producer([&] {
        std::mt19937 random{5};
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string body = body_of(i, random() % 500);
            (void)ring.push(head_of(i), body, [] {
                std::this_thread::yield();
                return true;
            });
            ring.advance({static_cast<Time>(i), i + 1});
        }
        ring.close();
    });
    bool good = true;
    std::uint64_t next = 0;
    while (next < count) {
        const Watermark mark = ring.watermark();
        const auto record = ring.front();
        if (!record) {
            good = good && mark.number <= next;  // empty: everything below the mark has been seen
            std::this_thread::yield();
            continue;
        }
        good = good && record->head.key.number == next && record->body == body_of(next, record->body.size());
        ring.pop();
        ++next;
    }
    producer.join();
    CHECK(good);
    CHECK(ring.closed());
}

TEST_CASE("event ring: in shared memory, with an end in each of two processes") {
    SharedRing ring;
    CHECK(ring.consumer->capacity() == small);
    test::Random random{9};
    std::uint64_t pushed = 0, popped = 0;
    while (popped < 3000) {
        const std::size_t size = random.below(2000);
        if (!random.one_in(3) && ring.producer->push(head_of(pushed), body_of(pushed, size))) ++pushed;
        const auto record = ring.consumer->front();
        if (!record) continue;
        REQUIRE(record->head.key.number == popped);
        REQUIRE(record->body == body_of(popped, record->body.size()));
        ring.consumer->pop();
        ++popped;
    }
    ring.producer->advance({500, 7});
    CHECK(ring.consumer->watermark().clock == 500);
    CHECK(ring.consumer->watermark().number == 7);
    CHECK(!ring.consumer->closed());
    CHECK(!ring.consumer->broken());
    ring.producer->close();
    CHECK(ring.consumer->closed());
}

TEST_CASE("event ring: a producer that is gone has said all it had to say") {
    SharedRing ring;
    CHECK(ring.producer->push(head_of(1), body_of(1, 10)));
    ring.consumer->abandon();
    CHECK(ring.consumer->closed());
    CHECK(ring.consumer->front()->head.key.number == 1);
    ring.consumer->pop();
    CHECK(!ring.consumer->front());
}

TEST_CASE("event ring: what cannot be breaks the ring, and nothing is taken from it") {
    struct Case {
        const char* what;
        void (*spoil)(const SharedRing&);
    };
    const auto cases = {
        Case{"a head beyond the ring", [](const SharedRing& r) { r.put<std::uint64_t>(0, small + 16); }},
        Case{"a head that is not aligned", [](const SharedRing& r) { r.put<std::uint64_t>(0, 24); }},
        Case{"a head far away", [](const SharedRing& r) { r.put(0, ~std::uint64_t{15}); }},
        Case{"no size", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 0); }},
        Case{"a size that is not aligned", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 40); }},
        Case{"a size beyond what is published", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 8192); }},
        Case{"a size beyond the memory", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 2 * small); }},
        Case{"the largest size", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 0xffff'fff0); }},
        Case{"a frame without room for its own head", [](const SharedRing& r) { r.put<std::uint32_t>(r.data, 16); }},
        Case{"a body beyond its frame", [](const SharedRing& r) { r.put<std::uint32_t>(r.data + record_head + offsetof(RecordHead, size), 4000); }},
        Case{"a body beyond everything", [](const SharedRing& r) { r.put(r.data + record_head + offsetof(RecordHead, size), ~std::uint32_t{0}); }},
        Case{"a type that there is not", [](const SharedRing& r) { r.put<std::uint8_t>(r.data + record_head + offsetof(RecordHead, type), 7); }},
        Case{"a kind that there is not",
             [](const SharedRing& r) { r.put(r.data + record_head + offsetof(RecordHead, kind), static_cast<std::uint8_t>(Kind::count)); }},
        Case{"a judge that there is not", [](const SharedRing& r) { r.put<std::uint8_t>(r.data + record_head + offsetof(RecordHead, judge), 3); }},
        Case{"a facing that there is not", [](const SharedRing& r) { r.put<std::uint8_t>(r.data + record_head + offsetof(RecordHead, facing), 2); }},
        Case{"an event that there is not",
             [](const SharedRing& r) { r.put(r.data + record_head + offsetof(RecordHead, event_type), static_cast<std::uint8_t>(event_type_count())); }},
        Case{"a time before all times", [](const SharedRing& r) { r.put(r.data + record_head + offsetof(RecordHead, time), std::numeric_limits<Time>::min()); }},
        Case{"a clock before all times",
             [](const SharedRing& r) { r.put(r.data + record_head + offsetof(RecordHead, key) + offsetof(OrderKey, clock), std::numeric_limits<Time>::min()); }},
        Case{"a filler in the middle", [](const SharedRing& r) { r.put<std::uint32_t>(r.data + 4, 1); }},
        Case{"a filler that is all of the ring",
             [](const SharedRing& r) {
                 r.put<std::uint64_t>(0, small);
                 r.put<std::uint32_t>(r.data, small);
                 r.put<std::uint32_t>(r.data + 4, 0xff);
             }},
    };
    for (const Case& c : cases) {
        INFO(c.what);
        SharedRing ring;
        REQUIRE(ring.producer->push(head_of(1), body_of(1, 100)));
        REQUIRE(ring.producer->push(head_of(2), body_of(2, 100)));
        c.spoil(ring);
        CHECK(!ring.consumer->front());
        CHECK(ring.consumer->broken());
        CHECK(ring.consumer->closed());
        CHECK(!ring.consumer->front());  // for good
    }
}

TEST_CASE("event ring: a head that runs backwards breaks the ring") {
    SharedRing ring;
    for (std::uint64_t i = 0; i < 2; ++i) REQUIRE(ring.producer->push(head_of(i), body_of(i, 100)));
    for (int i = 0; i < 2; ++i) {
        REQUIRE(ring.consumer->front());
        ring.consumer->pop();
    }
    ring.put<std::uint64_t>(0, 16);
    CHECK(!ring.consumer->front());
    CHECK(ring.consumer->broken());
}

TEST_CASE("event ring: the consumer goes by its own count, and by the head that it has checked") {
    SharedRing ring;
    for (std::uint64_t i = 0; i < 3; ++i) REQUIRE(ring.producer->push(head_of(i), body_of(i, 100)));
    const auto record = ring.consumer->front();
    REQUIRE(record);
    // While the record is looked at its producer changes it, and the consumer's index as well.
    ring.put(ring.data, ~std::uint32_t{0});
    ring.put(ring.data + record_head + offsetof(RecordHead, size), ~std::uint32_t{0});
    ring.put(64, ~std::uint64_t{0});
    CHECK(record->body.size() == 100);
    CHECK(record->head.size == 100);
    ring.consumer->pop();
    REQUIRE(ring.consumer->front());
    CHECK(ring.consumer->front()->head.key.number == 1);
}

TEST_CASE("event ring: random damage is never read beyond the ring") {
    test::Random random{17};
    std::size_t broken = 0, taken = 0;
    for (int round = 0; round < 400; ++round) {
        SharedRing ring;
        std::uint64_t number = 0;
        for (int step = 0; step < 60 && !ring.consumer->broken(); ++step) {
            for (const std::uint64_t end = number + random.below(40); number < end; ++number)
                (void)ring.producer->push(head_of(number), body_of(number, random.below(3000)));
            if (random.one_in(4)) {
                const std::size_t at = random.one_in(5) ? random.below(ring.data) : ring.data + random.below(small);
                ring.put(at & ~std::size_t{3}, static_cast<std::uint32_t>(random.one_in(2) ? random.next() : random.below(4096) & ~std::uint64_t{15}));
            }
            for (std::size_t count = 0; const auto record = ring.consumer->front(); ++count) {
                REQUIRE(ring.holds(record->body));
                REQUIRE((record->head.kind < Kind::count && record->head.type <= RecordType::duty));
                REQUIRE(count < small / 16);
                ring.consumer->pop();
                ++taken;
            }
        }
        broken += ring.consumer->broken();
    }
    CHECK(broken > 30);
    CHECK(taken > 10'000);
}
