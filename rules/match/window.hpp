// SPDX-License-Identifier: Apache-2.0
// The latest bytes of a stream's direction, kept in pages from a pool that all sessions of a worker share.
#pragma once

#include <array>
#include <span>

#include "parsers/base/bytes.hpp"
#include "rules/match/slab.hpp"

namespace weir::rules {

/// What one direction holds of the pool. Zero-initialised: nothing.
struct Window {
    std::uint32_t first = 0, last = 0;   ///< pages, oldest and newest
    std::uint16_t skip = 0;              ///< bytes of the first page that are no longer part of it
    std::uint16_t size = 0;              ///< bytes held
    std::uint32_t older = 0, newer = 0;  ///< neighbours in the pool's order of use
    std::uint32_t owner = 0;             ///< place in that order; 0: not in it
};

/// Pages for the windows of one worker. When they run out, the window that has been idle for longest gives up its own.
class WindowPool {
public:
    static constexpr std::size_t page_size = 500;     ///< with its link, half a kibibyte
    static constexpr std::size_t longest = 8 * 1024;  ///< bytes kept per direction at most

    explicit WindowPool(std::size_t memory) noexcept : pages_(memory / sizeof(Page)), owners_(pages_.capacity()) {}

    /// Appends bytes; what then stands more than `longest` bytes back is forgotten.
    void append(Window& window, Bytes bytes) noexcept;
    void clear(Window& window) noexcept;
    /// Copies the window into `out` (at least `longest` bytes); its size.
    [[nodiscard]] std::size_t copy(const Window& window, std::span<std::uint8_t> out) const noexcept;
    /// Times a window had to give up its pages for another one.
    [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

private:
    struct Page {
        std::uint32_t next = 0;
        std::array<std::uint8_t, page_size> bytes;
        Page() noexcept {}  // NOLINT: bytes are written before they are read
    };
    [[nodiscard]] std::uint32_t new_page(const Window& asking) noexcept;
    void drop_front(Window& window, std::size_t count) noexcept;
    void touch(Window& window) noexcept;
    void unlink(Window& window) noexcept;

    Slab<Page> pages_;
    Slab<Window*> owners_;
    std::uint32_t oldest_ = 0, newest_ = 0;
    std::uint64_t evictions_ = 0;
};

}  // namespace weir::rules
