// SPDX-License-Identifier: Apache-2.0
// A fixed number of objects, set aside at construction; memory that was never used is never touched.
#pragma once

#include <cstdint>
#include <memory>

namespace weir {

/// Hands out objects by index. They are not initialised: who acquires one writes it.
template <class T>
class Slab {
public:
    static constexpr std::uint32_t none = 0xffff'ffff;

    explicit Slab(std::uint32_t capacity)
        : objects_(std::make_unique_for_overwrite<T[]>(capacity)),
          links_(std::make_unique_for_overwrite<std::uint32_t[]>(capacity)),
          capacity_(capacity) {}

    /// Index of a free object; `none` when all are in use.
    [[nodiscard]] std::uint32_t acquire() noexcept {
        if (free_ != none) {
            const std::uint32_t index = free_;
            free_ = links_[index];
            ++used_;
            return index;
        }
        if (fresh_ == capacity_) return none;
        ++used_;
        return fresh_++;
    }
    void release(std::uint32_t index) noexcept {
        links_[index] = free_;
        free_ = index;
        --used_;
    }

    [[nodiscard]] T& operator[](std::uint32_t index) noexcept { return objects_[index]; }
    [[nodiscard]] const T& operator[](std::uint32_t index) const noexcept { return objects_[index]; }
    [[nodiscard]] std::uint32_t used() const noexcept { return used_; }
    [[nodiscard]] std::uint32_t available() const noexcept { return capacity_ - used_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept { return capacity_; }

private:
    std::unique_ptr<T[]> objects_;
    std::unique_ptr<std::uint32_t[]> links_;
    std::uint32_t capacity_;
    std::uint32_t fresh_ = 0;  ///< objects from here on have never been handed out
    std::uint32_t free_ = none;
    std::uint32_t used_ = 0;
};

}  // namespace weir
