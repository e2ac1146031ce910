// SPDX-License-Identifier: Apache-2.0
#include "rules/match/window.hpp"

#include <random>
#include <string>

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

namespace {

std::string held(const WindowPool& pool, const Window& window) {
    std::string out(WindowPool::longest, '\0');
    out.resize(pool.copy(window, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()}));
    return out;
}

}  // namespace

TEST_CASE("a window holds the latest bytes") {
    WindowPool pool{64 * 1024};
    std::mt19937 random{1};
    std::vector<Window> windows(3);
    std::vector<std::string> all(3);
    for (int i = 0; i < 2000; ++i) {
        const std::size_t which = random() % 3;
        std::string bytes(random() % (i % 50 == 0 ? 9000 : 300), '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        pool.append(windows[which], as_bytes(bytes));
        all[which] += bytes;
        if (random() % 100 == 0) {
            pool.clear(windows[which]);
            all[which].clear();
        }
        if (all[which].size() > WindowPool::longest) all[which].erase(0, all[which].size() - WindowPool::longest);
        REQUIRE(held(pool, windows[which]) == all[which]);
    }
    CHECK(pool.evictions() == 0);
}

TEST_CASE("the window that was idle for longest gives up its pages") {
    WindowPool pool{8 * 512};
    std::vector<Window> windows(4);
    const std::string bytes(2 * WindowPool::page_size, 'x');
    for (Window& window : windows) pool.append(window, as_bytes(bytes));
    CHECK(pool.evictions() == 0);
    pool.append(windows[0], as_bytes("y"));  // needs a page: windows[1] is the idle one
    CHECK(pool.evictions() == 1);
    CHECK(windows[1].size == 0);
    CHECK(held(pool, windows[0]) == bytes + "y");
    CHECK(held(pool, windows[2]) == bytes);
    for (Window& window : windows) pool.clear(window);
    pool.append(windows[1], as_bytes(std::string(8 * WindowPool::page_size, 'z')));
    CHECK(windows[1].size == 8 * WindowPool::page_size);
    pool.append(windows[1], as_bytes("z"));  // nobody else has any
    CHECK(windows[1].size == 0);
}

TEST_CASE("a pool without memory holds nothing") {
    WindowPool pool{0};
    Window window;
    pool.append(window, as_bytes("abc"));
    CHECK(window.size == 0);
}
