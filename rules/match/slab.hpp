// SPDX-License-Identifier: Apache-2.0
// A fixed number of equal slots, handed out by number. Memory that was never handed out is never touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace weir::rules {

/// Numbers run from 1 to the capacity; 0 means none.
template <class T>
class Slab {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    /// Takes address space for `capacity` slots (fewer where the system refuses), pages only as they are used.
    explicit Slab(std::size_t capacity) noexcept
        : memory_(static_cast<Slot*>(std::malloc(capacity * sizeof(Slot)))),
          capacity_(memory_ ? static_cast<std::uint32_t>(capacity) : 0) {}

    /// A value-initialised slot; 0 when all are taken.
    [[nodiscard]] std::uint32_t take() noexcept {
        std::uint32_t number = free_;
        if (number != 0)
            free_ = memory_.get()[number - 1].next_free;
        else if (fresh_ < capacity_)
            number = ++fresh_;
        else
            return 0;
        ++used_;
        new (&memory_.get()[number - 1].value) T{};
        return number;
    }
    void give_back(std::uint32_t number) noexcept {
        memory_.get()[number - 1].next_free = free_;
        free_ = number;
        --used_;
    }
    [[nodiscard]] T& operator[](std::uint32_t number) noexcept { return memory_.get()[number - 1].value; }
    [[nodiscard]] const T& operator[](std::uint32_t number) const noexcept { return memory_.get()[number - 1].value; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    union Slot {
        T value;
        std::uint32_t next_free;
    };
    struct Free {
        void operator()(Slot* slots) const noexcept { std::free(slots); }
    };
    std::unique_ptr<Slot, Free> memory_;
    std::uint32_t capacity_;
    std::uint32_t fresh_ = 0, free_ = 0;
    std::size_t used_ = 0;
};

}  // namespace weir::rules
