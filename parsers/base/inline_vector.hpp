// SPDX-License-Identifier: Apache-2.0
// A list with a fixed capacity and no heap: what does not fit is refused, and the caller counts it.
#pragma once

#include <array>
#include <cstddef>

namespace weir {

template <class T, std::size_t Capacity>
class InlineVector {
public:
    /// Appends `value`; false when the list is full.
    constexpr bool push_back(const T& value) noexcept {
        if (size_ == Capacity) return false;
        items_[size_++] = value;
        return true;
    }
    constexpr void clear() noexcept { size_ = 0; }
    constexpr void pop_back() noexcept { --size_; }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr bool full() const noexcept { return size_ == Capacity; }
    [[nodiscard]] static constexpr std::size_t capacity() noexcept { return Capacity; }

    [[nodiscard]] constexpr T& operator[](std::size_t i) noexcept { return items_[i]; }
    [[nodiscard]] constexpr const T& operator[](std::size_t i) const noexcept { return items_[i]; }
    [[nodiscard]] constexpr T& back() noexcept { return items_[size_ - 1]; }
    [[nodiscard]] constexpr const T& back() const noexcept { return items_[size_ - 1]; }
    [[nodiscard]] constexpr T* begin() noexcept { return items_.data(); }
    [[nodiscard]] constexpr T* end() noexcept { return items_.data() + size_; }
    [[nodiscard]] constexpr const T* begin() const noexcept { return items_.data(); }
    [[nodiscard]] constexpr const T* end() const noexcept { return items_.data() + size_; }

private:
    std::array<T, Capacity> items_{};
    std::size_t size_ = 0;
};

}  // namespace weir
