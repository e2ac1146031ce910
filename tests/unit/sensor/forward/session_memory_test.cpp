// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/session_memory.hpp"

#include <unordered_map>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace weir;

namespace {
/// Tags that share their places.
constexpr std::uint64_t in_set(std::uint64_t set, std::uint64_t which) { return set << 32 | which << 1 | 1; }
}  // namespace

TEST_CASE("session memory: the worst that was said of a session holds") {
    SessionMemory memory{16};
    CHECK(memory.limit() == 64);
    CHECK(memory.find(5, 0) == Action::pass);
    memory.remember(5, Action::drop, 10);
    CHECK(memory.find(5, 11) == Action::drop);
    memory.remember(5, Action::reject, 12);
    CHECK(memory.find(5, 13) == Action::reject);
    memory.remember(5, Action::drop, 14);
    CHECK(memory.find(5, 15) == Action::reject);
    CHECK(memory.find(7, 16) == Action::pass);  // in the same places
    CHECK(memory.size() == 1);
    CHECK(memory.forgotten() == 0);
}

TEST_CASE("session memory: a verdict is kept as long as packets come, and two minutes longer") {
    SessionMemory memory{16};
    memory.remember(5, Action::drop, 0);
    Time now = 0;
    for (int i = 0; i < 5; ++i) CHECK(memory.find(5, now += SessionMemory::lifetime) == Action::drop);
    CHECK(memory.find(5, now + SessionMemory::lifetime + 1) == Action::pass);
    CHECK(memory.size() == 0);
    CHECK(memory.forgotten() == 0);
    memory.remember(5, Action::drop, now);  // and may come back
    CHECK(memory.size() == 1);
}

TEST_CASE("session memory: the session that was longest not asked for makes room") {
    SessionMemory memory{16};
    for (std::uint64_t which = 0; which < SessionMemory::ways; ++which) memory.remember(in_set(3, which), Action::drop, static_cast<Time>(which));
    CHECK(memory.find(in_set(3, 0), 100) == Action::drop);  // now 1 is the oldest
    memory.remember(in_set(3, 9), Action::reject, 101);
    CHECK(memory.find(in_set(3, 1), 102) == Action::pass);
    for (const std::uint64_t which : {0, 2, 3}) CHECK(memory.find(in_set(3, which), 102) == Action::drop);
    CHECK(memory.find(in_set(3, 9), 102) == Action::reject);
    CHECK(memory.size() == SessionMemory::ways);
    CHECK(memory.forgotten() == 1);
    memory.remember(in_set(4, 0), Action::drop, 103);  // other places are free
    CHECK(memory.size() == SessionMemory::ways + 1);
    CHECK(memory.forgotten() == 1);
}

TEST_CASE("session memory: it never makes a verdict up, and forgets only what it says it forgets") {
    SessionMemory memory{64};
    test::Random random{3};
    std::unordered_map<std::uint64_t, Action> said;
    std::uint64_t given = 0;
    for (Time now = 0; now < 20'000; ++now) {
        const std::uint64_t tag = in_set(random.below(256), random.below(3));
        if (random.one_in(40)) {
            const Action action = random.one_in(2) ? Action::drop : Action::reject;
            given += memory.find(tag, now) == Action::pass;
            memory.remember(tag, action, now);
            said[tag] = std::max(said[tag], action);
            REQUIRE(memory.find(tag, now) != Action::pass);
        }
        const Action found = memory.find(tag, now);
        REQUIRE((found == Action::pass || said.contains(tag)));
        REQUIRE(memory.size() + memory.forgotten() == given);
        REQUIRE(memory.size() <= memory.limit());
    }
    CHECK(memory.forgotten() > 0);
}
