// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/state_pool.hpp"

#include <cstring>
#include <set>

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("State pool: blocks are aligned, apart from each other, and used again") {
    StatePool pool{1u << 20};
    for (const std::size_t size : {1u, 64u, 65u, 500u, 4096u, 8192u}) {
        std::set<Handle> handles;
        for (int i = 0; i < 8; ++i) {
            const Handle handle = pool.take(size);
            REQUIRE(handle != 0);
            CHECK(handles.insert(handle).second);
            CHECK(reinterpret_cast<std::uintptr_t>(pool.at(handle)) % 16 == 0);
            std::memset(pool.at(handle), i, size);
        }
        for (const Handle handle : handles) {
            const auto* const bytes = static_cast<const unsigned char*>(pool.at(handle));
            for (std::size_t i = 1; i < size; ++i) REQUIRE(bytes[i] == bytes[0]);  // nobody else wrote here
        }
        const std::uint64_t used = pool.metrics().used_bytes.get();
        Handle last = *handles.begin();
        const Handle freed = last;
        pool.give_back(last);
        CHECK(last == 0);
        CHECK(pool.metrics().used_bytes.get() < used);
        CHECK(pool.take(size) == freed);
        CHECK(pool.metrics().used_bytes.get() == used);
    }
    CHECK(pool.metrics().full.get() == 0);
}

TEST_CASE("State pool: when it is full, it says so and goes on when something is given back") {
    StatePool pool{256u << 10};
    std::vector<Handle> taken;
    for (Handle handle = pool.take(8192); handle != 0; handle = pool.take(8192)) taken.push_back(handle);
    CHECK(taken.size() >= 8);
    CHECK(taken.size() <= 32);
    CHECK(pool.metrics().full.get() == 1);
    CHECK(pool.metrics().used_bytes.get() <= pool.metrics().limit_bytes.get());
    pool.give_back(taken.back());
    CHECK(pool.take(8000) != 0);
}
