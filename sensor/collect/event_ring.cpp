// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/event_ring.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <new>
#include <type_traits>

#include "sensor/output/eve.hpp"

namespace weir {

/// What stands before each record. A frame never wraps: where it would, one without a record fills the rest of the ring.
struct EventRing::Frame {
    std::uint32_t size = 0;    ///< of the whole frame, a multiple of `alignment`
    std::uint32_t filler = 0;  ///< 1: no record; a number, as any bytes may stand here
    RecordHead head;
};

namespace {
constexpr std::size_t alignment = 16;
constexpr std::size_t min_capacity = 256u << 10;
constexpr std::size_t align_up(std::size_t size) noexcept { return (size + alignment - 1) / alignment * alignment; }
static_assert(std::is_trivially_copyable_v<RecordHead>);
}  // namespace

std::size_t EventRing::shared_size(std::size_t capacity) noexcept {
    return sizeof(Control) + std::bit_ceil(std::max(capacity, min_capacity));
}

EventRing::EventRing(std::size_t capacity)
    : capacity_(std::bit_ceil(std::max(capacity, min_capacity))),
      own_(std::make_unique_for_overwrite<std::byte[]>(shared_size(capacity) + alignof(Control))) {
    static_assert(sizeof(Control) % alignment == 0 && alignment % alignof(Frame) == 0);
    static_assert(offsetof(Frame, head) <= alignment, "a filler's own members fit in any piece that is left");
    void* place = own_.get();
    std::size_t room = shared_size(capacity) + alignof(Control);
    control_ = new (std::align(alignof(Control), sizeof(Control), place, room)) Control;
    memory_ = reinterpret_cast<char*>(control_ + 1);
}

EventRing::EventRing(std::span<std::byte> shared)
    : capacity_(std::bit_floor(shared.size() - sizeof(Control))),
      control_(reinterpret_cast<Control*>(shared.data())),
      memory_(reinterpret_cast<char*>(control_ + 1)) {
    assert(reinterpret_cast<std::uintptr_t>(shared.data()) % alignof(Control) == 0);
}

EventRing::~EventRing() = default;

std::span<char> EventRing::reserve(std::size_t size) noexcept {
    assert(size <= capacity_ / 4);
    const std::size_t whole = align_up(sizeof(Frame) + size);
    std::uint64_t head = control_->head.load(std::memory_order_relaxed);
    const std::size_t left = capacity_ - (head & (capacity_ - 1));  // to the end of the memory
    const std::size_t needed = whole <= left ? whole : left + whole;
    if (head + needed - cached_tail_ > capacity_) {
        cached_tail_ = control_->tail.load(std::memory_order_acquire);
        if (head + needed - cached_tail_ > capacity_) return {};
    }
    if (whole > left) {
        Frame* const filler = reinterpret_cast<Frame*>(at(head));
        filler->size = static_cast<std::uint32_t>(left);
        filler->filler = 1;
        head += left;
    }
    reserved_at_ = head;
    return {at(head) + sizeof(Frame), size};
}

void EventRing::commit(const RecordHead& record) noexcept {
    const std::size_t whole = align_up(sizeof(Frame) + record.size);
    Frame* const frame = reinterpret_cast<Frame*>(at(reserved_at_));
    frame->size = static_cast<std::uint32_t>(whole);
    frame->filler = 0;
    frame->head = record;
    control_->head.store(reserved_at_ + whole, std::memory_order_release);
}

void EventRing::advance(Watermark mark) noexcept {
    // The reader takes the number first: what it then finds as the clock is that number's or a later one, of which it claims
    // too little rather than too much.
    control_->mark_clock.store(mark.clock, std::memory_order_release);
    control_->mark_number.store(mark.number, std::memory_order_release);
}

void EventRing::close() noexcept { control_->closed.store(1, std::memory_order_release); }

Watermark EventRing::watermark() const noexcept {
    const std::uint64_t number = control_->mark_number.load(std::memory_order_acquire);
    return {control_->mark_clock.load(std::memory_order_acquire), number};
}

std::optional<EventRing::Record> EventRing::refuse() noexcept {
    broken_ = true;
    return std::nullopt;
}

std::optional<EventRing::Record> EventRing::front() noexcept {
    while (!broken_) {
        if (taken_ == cached_head_) {
            const std::uint64_t head = control_->head.load(std::memory_order_acquire);
            if (head == taken_) return std::nullopt;
            if (head < taken_ || head - taken_ > capacity_ || head % alignment != 0) return refuse();
            cached_head_ = head;
        }
        const Frame* const shared = reinterpret_cast<const Frame*>(at(taken_));
        const std::size_t left = capacity_ - (taken_ & (capacity_ - 1));
        const std::uint32_t size = *static_cast<const volatile std::uint32_t*>(&shared->size);  // once: it may change
        if (size == 0 || size % alignment != 0 || size > left || size > cached_head_ - taken_) return refuse();
        if (*static_cast<const volatile std::uint32_t*>(&shared->filler) != 0) {
            // It ends where the memory does, and never fills all of it: else fillers without end could keep the consumer here.
            if (size != left || left == capacity_) return refuse();
            taken_ += size;
            control_->tail.store(taken_, std::memory_order_release);
            continue;
        }
        if (size < sizeof(Frame)) return refuse();
        Record record;
        record.head = shared->head;
        std::atomic_signal_fence(std::memory_order_seq_cst);  // what is checked is the copy: the compiler must not look again
        const RecordHead& head = record.head;
        if (head.size > size - sizeof(Frame) || head.type > RecordType::duty || head.kind >= Kind::count || head.judge > Judge::behavior ||
            head.event_type >= event_type_count() || head.facing > Facing::ingress || head.key.clock < 0 || head.time < 0)
            return refuse();
        record.body = {reinterpret_cast<const char*>(shared + 1), head.size};
        front_size_ = size;
        return record;
    }
    return std::nullopt;
}

void EventRing::pop() noexcept {
    taken_ += front_size_;
    control_->tail.store(taken_, std::memory_order_release);
}

}  // namespace weir
