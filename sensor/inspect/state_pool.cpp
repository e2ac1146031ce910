// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/state_pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace weir {

StatePool::StatePool(std::size_t memory) : pages_(std::max<std::size_t>(memory / page, 1)), page_class_(pages_) {
    void* const region = ::mmap(nullptr, pages_ * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) throw std::bad_alloc{};
    region_ = static_cast<std::byte*>(region);
    metrics_.limit_bytes.set(pages_ * page);
}

StatePool::~StatePool() { ::munmap(region_, pages_ * page); }

std::size_t StatePool::class_of(std::size_t size) noexcept {
    return static_cast<std::size_t>(std::bit_width((std::max(size, unit) - 1) / unit));
}

Handle StatePool::take(std::size_t size) noexcept {
    const std::size_t wanted = class_of(size);
    if (free_[wanted] == 0) {
        if (next_page_ == pages_) {
            metrics_.full.add();
            return 0;
        }
        const std::size_t block = unit << wanted;
        page_class_[next_page_] = static_cast<std::uint8_t>(wanted);
        // Handle 0 means none, so the very first unit of the region is never handed out.
        for (std::size_t end = page; end >= block; end -= block) {
            const auto handle = static_cast<Handle>((next_page_ * page + end - block) / unit);
            if (handle == 0) break;
            std::memcpy(at(handle), &free_[wanted], sizeof(Handle));
            free_[wanted] = handle;
        }
        ++next_page_;
        if (free_[wanted] == 0) return take(size);  // a first page that holds a single block
    }
    const Handle handle = free_[wanted];
    std::memcpy(&free_[wanted], at(handle), sizeof(Handle));
    metrics_.used_bytes.add(unit << wanted);
    return handle;
}

void StatePool::give_back(Handle& handle) noexcept {
    if (handle == 0) return;
    const std::size_t size_class = page_class_[std::size_t{handle} * unit / page];
    std::memcpy(at(handle), &free_[size_class], sizeof(Handle));
    free_[size_class] = handle;
    metrics_.used_bytes.set(metrics_.used_bytes.get() - (unit << size_class));
    handle = 0;
}

}  // namespace weir
