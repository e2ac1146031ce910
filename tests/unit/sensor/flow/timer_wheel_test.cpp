// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/timer_wheel.hpp"

#include <map>
#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace weir;

TEST_CASE("A timer fires at its tick, neither before nor after") {
    for (const TimerWheel::Tick tick : {1ull, 63ull, 64ull, 65ull, 4095ull, 4096ull, 1ull << 20, (1ull << 30) + 12345, (1ull << 36) - 2}) {
        TimerWheel wheel{4};
        wheel.add(3, tick);
        CHECK(wheel.tick_of(3) == tick);
        CHECK_FALSE(wheel.next(tick - 1));
        CHECK(wheel.now() == tick - 1);
        CHECK(wheel.next(tick));
        CHECK(wheel.now() == tick);
        CHECK(wheel.pop() == 3);
        CHECK(wheel.pop() == TimerWheel::none);
        CHECK_FALSE(wheel.next(~0ull));
        CHECK(wheel.now() == TimerWheel::last_tick - 1);
    }
}

TEST_CASE("A jump over years passes timers in order") {
    TimerWheel wheel{3};
    wheel.add(0, 5);
    wheel.add(1, std::uint64_t{1} << 34);
    wheel.add(2, 1'000'000);
    const TimerWheel::Tick target = std::uint64_t{1} << 35;
    std::vector<std::uint32_t> order;
    while (wheel.next(target))
        for (std::uint32_t entry; (entry = wheel.pop()) != TimerWheel::none;) order.push_back(entry);
    CHECK(order == std::vector<std::uint32_t>{0, 2, 1});
    CHECK(wheel.now() == target);
}

TEST_CASE("What is past or too far is moved to where it can fire") {
    TimerWheel wheel{2};
    CHECK_FALSE(wheel.next(100));
    wheel.add(0, 50);
    CHECK(wheel.tick_of(0) == 101);
    wheel.add(1, ~0ull);
    CHECK(wheel.tick_of(1) == TimerWheel::last_tick);
    CHECK(wheel.next(~0ull));
    CHECK(wheel.pop() == 0);
    CHECK_FALSE(wheel.next(~0ull));
}

TEST_CASE("The wheel does as a sorted map does") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        test::Random random{seed};
        constexpr std::uint32_t entries = 200;
        TimerWheel wheel{entries};
        std::map<std::uint32_t, TimerWheel::Tick> model;
        for (int step = 0; step < 3000; ++step) {
            const auto entry = static_cast<std::uint32_t>(random.below(entries));
            switch (random.below(4)) {
                case 0:
                case 1: {
                    if (model.contains(entry)) wheel.remove(entry);
                    const TimerWheel::Tick tick = wheel.now() + 1 + (random.next() >> (28 + random.below(36)));
                    wheel.add(entry, tick);
                    model[entry] = std::min(tick, TimerWheel::last_tick);
                    break;
                }
                case 2:
                    if (model.erase(entry) != 0) wheel.remove(entry);
                    break;
                default: {
                    const TimerWheel::Tick target = std::min(TimerWheel::last_tick - 1, wheel.now() + (random.next() >> (28 + random.below(36))));
                    while (wheel.next(target)) {
                        std::set<std::uint32_t> fired, expected;
                        for (std::uint32_t due; (due = wheel.pop()) != TimerWheel::none;) fired.insert(due);
                        TimerWheel::Tick earliest = ~0ull;
                        for (const auto& [known, tick] : model) earliest = std::min(earliest, tick);
                        for (const auto& [known, tick] : model)
                            if (tick == earliest) expected.insert(known);
                        REQUIRE(wheel.now() == earliest);
                        REQUIRE(fired == expected);
                        for (const std::uint32_t due : fired) model.erase(due);
                    }
                    for (const auto& [known, tick] : model) REQUIRE(tick > target);
                    REQUIRE(wheel.now() == target);
                }
            }
        }
    }
}
