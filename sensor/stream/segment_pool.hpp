// SPDX-License-Identifier: Apache-2.0
// Blocks of 256 bytes to 64 KiB from a fixed amount of memory: segments out of order, bytes kept for parsers and for comparison.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sensor/flow/lazy_memory.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// Pages of 64 KiB, each cut into blocks of one size (a power of two) while any of them is in use. Every operation takes
/// constant time; pages are touched in order, so memory that was never needed costs nothing.
class SegmentPool {
public:
    static constexpr std::size_t min_block = 256, max_block = 64 * 1024;

    /// `bytes` of memory, rounded up to whole pages (at least one, at most 4 GiB).
    explicit SegmentPool(std::size_t bytes);

    /// A block of at least `size` bytes (1..max_block); 0 when there is none.
    [[nodiscard]] Handle take(std::size_t size) noexcept;
    /// Gives a block back.
    void give(Handle block) noexcept;

    [[nodiscard]] std::uint8_t* data(Handle block) noexcept { return memory_.data() + std::size_t{block - 1} * min_block; }
    [[nodiscard]] std::size_t capacity_of(Handle block) const noexcept { return min_block << pages_[(block - 1) / units].size_class; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t limit() const noexcept { return memory_.size(); }

private:
    static constexpr unsigned classes = 9;
    static constexpr std::uint32_t units = max_block / min_block;  ///< of min_block in a page
    static constexpr std::uint32_t none = 0xffff'ffff;

    struct Page {
        std::uint32_t next, previous;  ///< in the list of its class's pages with free blocks, or of free pages
        Handle free;                   ///< first free block; its first bytes name the next one
        std::uint16_t cut;             ///< units handed out from the page's start so far
        std::uint16_t blocks;          ///< in use
        std::uint8_t size_class;
    };
    [[nodiscard]] std::uint32_t fresh_page(unsigned size_class) noexcept;
    void link(std::uint32_t page, std::uint32_t& list) noexcept;
    void unlink(std::uint32_t page, std::uint32_t& list) noexcept;

    LazyArray<std::uint8_t> memory_;
    LazyArray<Page> pages_;
    std::array<std::uint32_t, classes> open_;  ///< per class: pages with free blocks
    std::uint32_t free_pages_ = none;
    std::uint32_t touched_ = 0;                ///< pages ever used
    std::size_t used_ = 0;
};

}  // namespace weir
