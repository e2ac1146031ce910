// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/event_ring.hpp"

#include <random>
#include <string>
#include <thread>

#include "tests/support/catch.hpp"

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
