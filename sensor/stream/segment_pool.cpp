// SPDX-License-Identifier: Apache-2.0
#include "sensor/stream/segment_pool.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weir {
namespace {
constexpr std::size_t max_pages = (std::size_t{4} << 30) / SegmentPool::max_block;
std::size_t pages_for(std::size_t bytes) noexcept {
    return std::clamp<std::size_t>((bytes + SegmentPool::max_block - 1) / SegmentPool::max_block, 1, max_pages);
}
}  // namespace

SegmentPool::SegmentPool(std::size_t bytes) : memory_(pages_for(bytes) * max_block), pages_(pages_for(bytes)) { open_.fill(none); }

Handle SegmentPool::take(std::size_t size) noexcept {
    if (size > max_block) return 0;
    const auto size_class = static_cast<unsigned>(std::bit_width((std::max<std::size_t>(size, 1) - 1) / min_block));
    std::uint32_t at = open_[size_class];
    if (at == none && (at = fresh_page(size_class)) == none) return 0;
    Page& page = pages_[at];
    Handle block = page.free;
    if (block != 0) {
        std::memcpy(&page.free, data(block), sizeof page.free);
    } else {
        block = at * units + page.cut + 1;
        page.cut = static_cast<std::uint16_t>(page.cut + (1u << size_class));
    }
    ++page.blocks;
    if (page.free == 0 && page.cut == units) unlink(at, open_[size_class]);
    used_ += min_block << size_class;
    return block;
}

void SegmentPool::give(Handle block) noexcept {
    const std::uint32_t at = (block - 1) / units;
    Page& page = pages_[at];
    if (page.free == 0 && page.cut == units) link(at, open_[page.size_class]);
    std::memcpy(data(block), &page.free, sizeof page.free);
    page.free = block;
    used_ -= min_block << page.size_class;
    if (--page.blocks != 0) return;
    unlink(at, open_[page.size_class]);
    link(at, free_pages_);
}

/// A page for blocks of this class, in its list; `none` when memory is used up.
std::uint32_t SegmentPool::fresh_page(unsigned size_class) noexcept {
    std::uint32_t at = free_pages_;
    if (at != none)
        unlink(at, free_pages_);
    else if (touched_ < pages_.size())
        at = touched_++;
    else
        return none;
    Page& page = pages_[at];
    page.free = 0;
    page.cut = 0;
    page.blocks = 0;
    page.size_class = static_cast<std::uint8_t>(size_class);
    link(at, open_[size_class]);
    return at;
}

void SegmentPool::link(std::uint32_t page, std::uint32_t& list) noexcept {
    pages_[page].previous = none;
    pages_[page].next = list;
    if (list != none) pages_[list].previous = page;
    list = page;
}

void SegmentPool::unlink(std::uint32_t page, std::uint32_t& list) noexcept {
    const Page& node = pages_[page];
    (node.previous != none ? pages_[node.previous].next : list) = node.next;
    if (node.next != none) pages_[node.next].previous = node.previous;
}

}  // namespace weir
