// SPDX-License-Identifier: Apache-2.0
// Zeroed memory for a big table, reserved at once and taken from the system only as it is touched.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace weir {

/// `count` objects of an implicit-lifetime type for which all-zero bytes are a value. Throws std::bad_alloc at construction, nothing later.
template <class T>
class LazyArray {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);

public:
    LazyArray() noexcept = default;
    explicit LazyArray(std::size_t count) : count_(count) {
        if (count == 0) return;
        void* const memory = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        data_ = static_cast<T*>(memory);
        if (bytes() >= huge_page) (void)::madvise(memory, bytes(), MADV_HUGEPAGE);  // fewer TLB misses; refusal is harmless
    }
    LazyArray(LazyArray&& other) noexcept : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    LazyArray& operator=(LazyArray&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
        return *this;
    }
    ~LazyArray() {
        if (data_ != nullptr) ::munmap(data_, bytes());
    }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] T& operator[](std::size_t i) noexcept { return data_[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data_[i]; }

private:
    static constexpr std::size_t huge_page = 2u << 20;
    [[nodiscard]] std::size_t bytes() const noexcept { return count_ * sizeof(T); }

    T* data_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace weir
