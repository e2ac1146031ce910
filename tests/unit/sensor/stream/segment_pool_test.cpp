// SPDX-License-Identifier: Apache-2.0
#include "sensor/stream/segment_pool.hpp"

#include <cstring>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace weir;

TEST_CASE("Blocks are of powers of two") {
    SegmentPool pool{1 << 20};
    CHECK(pool.limit() == 1 << 20);
    for (const auto& [size, capacity] : std::vector<std::pair<std::size_t, std::size_t>>{
             {1, 256}, {256, 256}, {257, 512}, {1000, 1024}, {4097, 8192}, {65536, 65536}}) {
        const Handle block = pool.take(size);
        REQUIRE(block != 0);
        CHECK(pool.capacity_of(block) == capacity);
        CHECK(pool.used() == capacity);
        pool.give(block);
    }
    CHECK(pool.take(65537) == 0);
    CHECK(pool.used() == 0);
}

TEST_CASE("A page serves another size once it is empty") {
    SegmentPool pool{1};
    CHECK(pool.limit() == SegmentPool::max_block);
    std::vector<Handle> blocks;
    while (const Handle block = pool.take(256)) blocks.push_back(block);
    CHECK(blocks.size() == 256);
    CHECK(pool.used() == pool.limit());
    for (const Handle block : blocks) pool.give(block);
    const Handle whole = pool.take(65536);
    CHECK(whole != 0);
    CHECK(pool.take(1) == 0);
    pool.give(whole);
    CHECK(pool.take(1) != 0);
}

TEST_CASE("Blocks in use never share memory") {
    SegmentPool pool{1 << 20};
    test::Random random{7};
    struct Block {
        Handle handle;
        std::size_t size;
        std::uint8_t mark;
    };
    std::vector<Block> blocks;
    std::size_t refused = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (!blocks.empty() && random.one_in(2)) {
            const std::size_t at = random.below(blocks.size());
            const std::uint8_t* const bytes = pool.data(blocks[at].handle);
            REQUIRE(bytes[0] == blocks[at].mark);
            REQUIRE(std::memcmp(bytes, bytes + 1, blocks[at].size - 1) == 0);
            pool.give(blocks[at].handle);
            blocks[at] = blocks.back();
            blocks.pop_back();
        } else {
            const std::size_t size = 1 + random.below(std::size_t{1} << (4 + random.below(13)));
            const Handle handle = pool.take(size);
            if (handle == 0) {
                ++refused;
                continue;
            }
            const auto mark = static_cast<std::uint8_t>(random.next());
            REQUIRE(pool.capacity_of(handle) >= size);
            std::memset(pool.data(handle), mark, size);
            blocks.push_back({handle, size, mark});
        }
    }
    CHECK(refused > 0);
    for (const Block& block : blocks) pool.give(block.handle);
    CHECK(pool.used() == 0);
}
