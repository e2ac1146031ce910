// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/event_ring.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <type_traits>

namespace weir {

/// What stands before each record. A frame never wraps: where it would, one without a record fills the rest of the ring.
struct EventRing::Frame {
    std::uint32_t size = 0;  ///< of the whole frame, a multiple of `alignment`
    bool filler = false;
    RecordHead head;
};

namespace {
constexpr std::size_t alignment = 16;
constexpr std::size_t min_capacity = 256u << 10;
constexpr std::size_t align_up(std::size_t size) noexcept { return (size + alignment - 1) / alignment * alignment; }
static_assert(std::is_trivially_copyable_v<RecordHead>);
}  // namespace

EventRing::EventRing(std::size_t capacity)
    : capacity_(std::bit_ceil(std::max(capacity, min_capacity))), memory_(std::make_unique_for_overwrite<char[]>(capacity_)) {
    static_assert(alignof(Frame) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__ && alignment % alignof(Frame) == 0);
    static_assert(offsetof(Frame, head) <= alignment, "a filler's own members fit in any piece that is left");
}

std::span<char> EventRing::reserve(std::size_t size) noexcept {
    assert(size <= capacity_ / 4);
    const std::size_t whole = align_up(sizeof(Frame) + size);
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    const std::size_t left = capacity_ - (head & (capacity_ - 1));  // to the end of the memory
    const std::size_t needed = whole <= left ? whole : left + whole;
    if (head + needed - cached_tail_ > capacity_) {
        cached_tail_ = tail_.load(std::memory_order_acquire);
        if (head + needed - cached_tail_ > capacity_) return {};
    }
    if (whole > left) {
        Frame* const filler = reinterpret_cast<Frame*>(at(head));
        filler->size = static_cast<std::uint32_t>(left);
        filler->filler = true;
        head += left;
    }
    reserved_at_ = head;
    return {at(head) + sizeof(Frame), size};
}

void EventRing::commit(const RecordHead& record) noexcept {
    const std::size_t whole = align_up(sizeof(Frame) + record.size);
    Frame* const frame = reinterpret_cast<Frame*>(at(reserved_at_));
    frame->size = static_cast<std::uint32_t>(whole);
    frame->filler = false;
    frame->head = record;
    head_.store(reserved_at_ + whole, std::memory_order_release);
}

void EventRing::advance(Watermark mark) noexcept {
    // The reader takes the number first: what it then finds as the clock is that number's or a later one, of which it claims
    // too little rather than too much.
    mark_clock_.store(mark.clock, std::memory_order_release);
    mark_number_.store(mark.number, std::memory_order_release);
}

void EventRing::close() noexcept { closed_.store(true, std::memory_order_release); }

Watermark EventRing::watermark() const noexcept {
    const std::uint64_t number = mark_number_.load(std::memory_order_acquire);
    return {mark_clock_.load(std::memory_order_acquire), number};
}

std::optional<EventRing::Record> EventRing::front() noexcept {
    for (;;) {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (tail == cached_head_) {
            cached_head_ = head_.load(std::memory_order_acquire);
            if (tail == cached_head_) return std::nullopt;
        }
        const Frame* const frame = reinterpret_cast<const Frame*>(at(tail));
        if (!frame->filler) return Record{&frame->head, {reinterpret_cast<const char*>(frame + 1), frame->head.size}};
        tail_.store(tail + frame->size, std::memory_order_release);
    }
}

void EventRing::pop() noexcept {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    tail_.store(tail + reinterpret_cast<const Frame*>(at(tail))->size, std::memory_order_release);
}

}  // namespace weir
