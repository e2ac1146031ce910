// SPDX-License-Identifier: Apache-2.0
// A text that a parser's State keeps when the bytes that held it are gone.
#pragma once

#include <array>

#include "parsers/base/bytes.hpp"

namespace weir {

template <std::size_t Capacity>
class KeptText {
public:
    /// Keeps `text` whole, or nothing where it is absent (null) or too long.
    void keep(Bytes text) noexcept {
        present_ = text.data() != nullptr && text.size() <= Capacity;
        if (present_) copy(text);
    }
    /// Keeps as much of `text` as fits.
    void keep_front(Bytes text) noexcept {
        present_ = text.data() != nullptr;
        if (present_) copy(first_of(text, Capacity));
    }
    [[nodiscard]] bool present() const noexcept { return present_; }
    /// What is kept; absent (null) where nothing is.
    [[nodiscard]] Bytes get() const noexcept { return present_ ? Bytes{bytes_.data(), size_} : Bytes{}; }
    [[nodiscard]] static constexpr std::size_t capacity() noexcept { return Capacity; }

private:
    void copy(Bytes text) noexcept {
        size_ = static_cast<std::uint16_t>(text.size());
        if (size_ != 0) std::memcpy(bytes_.data(), text.data(), size_);
    }
    static_assert(Capacity <= 0xffff);
    std::uint16_t size_ = 0;
    bool present_ = false;
    std::array<std::uint8_t, Capacity> bytes_;
};

}  // namespace weir
