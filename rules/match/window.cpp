// SPDX-License-Identifier: Apache-2.0
#include "rules/match/window.hpp"

#include <algorithm>

namespace weir::rules {

void WindowPool::append(Window& window, Bytes bytes) noexcept {
    if (bytes.size() > longest) bytes = bytes.subspan(bytes.size() - longest);
    if (bytes.empty()) return;
    if (window.size + bytes.size() > longest) drop_front(window, window.size + bytes.size() - longest);
    touch(window);
    if (window.owner == 0) return;
    while (!bytes.empty()) {
        const std::size_t at = (window.skip + window.size) % page_size;
        if (window.last == 0 || at == 0) {
            const std::uint32_t page = new_page(window);
            if (page == 0) {  // a hole would be worse than nothing
                clear(window);
                return;
            }
            (window.last == 0 ? window.first : pages_[window.last].next) = page;
            window.last = page;
        }
        const std::size_t count = std::min(bytes.size(), page_size - at);
        std::memcpy(pages_[window.last].bytes.data() + at, bytes.data(), count);
        window.size = static_cast<std::uint16_t>(window.size + count);
        bytes = bytes.subspan(count);
    }
}

void WindowPool::clear(Window& window) noexcept {
    for (std::uint32_t page = window.first; page != 0;) {
        const std::uint32_t next = pages_[page].next;
        pages_.give_back(page);
        page = next;
    }
    unlink(window);
    window = Window{};
}

std::size_t WindowPool::copy(const Window& window, std::span<std::uint8_t> out) const noexcept {
    std::size_t done = 0, skip = window.skip;
    for (std::uint32_t page = window.first; page != 0 && done < window.size; page = pages_[page].next) {
        const std::size_t count = std::min<std::size_t>(page_size - skip, window.size - done);
        std::memcpy(out.data() + done, pages_[page].bytes.data() + skip, count);
        done += count;
        skip = 0;
    }
    return done;
}

void WindowPool::drop_front(Window& window, std::size_t count) noexcept {
    if (count >= window.size) {
        clear(window);
        return;
    }
    std::size_t skip = window.skip + count;
    for (; skip >= page_size; skip -= page_size) {
        const std::uint32_t next = pages_[window.first].next;
        pages_.give_back(window.first);
        window.first = next;
    }
    window.skip = static_cast<std::uint16_t>(skip);
    window.size = static_cast<std::uint16_t>(window.size - count);
}

std::uint32_t WindowPool::new_page(const Window& asking) noexcept {
    const std::uint32_t page = pages_.take();
    if (page != 0) return page;
    if (oldest_ == 0 || oldest_ == asking.owner) return 0;
    ++evictions_;
    clear(*owners_[oldest_]);
    return pages_.take();
}

void WindowPool::touch(Window& window) noexcept {
    if (window.owner != 0 && window.owner == newest_) return;
    if (window.owner == 0) {
        window.owner = owners_.take();
        if (window.owner == 0) return;
        owners_[window.owner] = &window;
    } else {
        (window.older != 0 ? owners_[window.older]->newer : oldest_) = window.newer;
        owners_[window.newer]->older = window.older;
    }
    window.older = newest_;
    window.newer = 0;
    (newest_ != 0 ? owners_[newest_]->newer : oldest_) = window.owner;
    newest_ = window.owner;
}

void WindowPool::unlink(Window& window) noexcept {
    if (window.owner == 0) return;
    (window.older != 0 ? owners_[window.older]->newer : oldest_) = window.newer;
    (window.newer != 0 ? owners_[window.newer]->older : newest_) = window.older;
    owners_.give_back(window.owner);
}

}  // namespace weir::rules
