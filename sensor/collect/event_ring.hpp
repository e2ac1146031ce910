// SPDX-License-Identifier: Apache-2.0
// One worker's records on their way to the collector: a single-producer single-consumer ring of variable-size records, rendered in
// place; in this process's memory, or in memory that two processes share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "sensor/collect/record.hpp"

namespace weir {

/// How far a worker has come: it will report nothing any more that stands before this.
struct Watermark {
    Time clock = 0;
    std::uint64_t number = 0;  ///< of the next packet at `clock`; 0: nothing of `clock` itself is done
    [[nodiscard]] bool passed(const OrderKey& key) const noexcept {
        return key.clock != clock ? key.clock < clock : key.number < number;
    }
};

/// Producer: `reserve`, write the text, `commit`; `advance` after each burst; `close` at the end. Consumer: `front`, `pop`.
/// Each index has its own cache line, and each side keeps a copy of the other's, so that they meet only when needed.
class EventRing {
public:
    static constexpr std::size_t default_capacity = 8u << 20;

    /// `capacity` is rounded up to a power of two, at least 256 KiB.
    explicit EventRing(std::size_t capacity = default_capacity);
    /// In memory of somebody else, which outlives the ring: `shared_size(capacity)` zeros, for both ends; the consumer believes nothing
    /// that stands in it.
    explicit EventRing(std::span<std::byte> shared);
    ~EventRing();
    /// Bytes that a ring takes in shared memory. `capacity`: as above.
    [[nodiscard]] static std::size_t shared_size(std::size_t capacity) noexcept;
    EventRing(const EventRing&) = delete;
    EventRing& operator=(const EventRing&) = delete;

    /// Room for a record of up to `size` bytes (at most a quarter of the ring); no data pointer when the ring is full. A
    /// reservation that is not committed is void. Producer only.
    [[nodiscard]] std::span<char> reserve(std::size_t size) noexcept;
    /// As above; as long as the ring is full, calls `wait()`, which returns false to give up.
    template <class Wait>
    [[nodiscard]] std::span<char> reserve(std::size_t size, Wait&& wait) {
        for (;;) {
            const std::span<char> room = reserve(size);
            if (room.data() != nullptr || !wait()) return room;
        }
    }
    /// Publishes what was written into the latest reservation: `head.size` bytes of it. Producer only.
    void commit(const RecordHead& head) noexcept;
    /// Reserve, copy and commit in one. False when the ring is full. Producer only.
    [[nodiscard]] bool push(const RecordHead& head, std::span<const char> body) noexcept {
        return push(head, body, [] { return false; });
    }
    /// As above, calling `wait()` as `reserve` does.
    template <class Wait>
    [[nodiscard]] bool push(RecordHead head, std::span<const char> body, Wait&& wait) {
        const std::span<char> room = reserve(body.size(), wait);
        if (room.data() == nullptr) return false;
        std::ranges::copy(body, room.begin());
        head.size = static_cast<std::uint32_t>(body.size());
        commit(head);
        return true;
    }

    /// Everything before `mark` has been reported. Must not run backwards. Producer only.
    void advance(Watermark mark) noexcept;
    /// No record will come any more. Producer only.
    void close() noexcept;

    /// A copy of the head: what the producer changes after it was checked makes no difference. It may change the body.
    struct Record {
        RecordHead head;
        std::string_view body;
    };
    /// The oldest record, until `pop`; nothing when the ring is empty or broken. Consumer only.
    [[nodiscard]] std::optional<Record> front() noexcept;
    void pop() noexcept;
    /// The ring holds what no producer of ours writes: nothing more will be taken from it. Consumer only.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    /// The producer is gone: what it published is all there will be. Consumer only.
    void abandon() noexcept { abandoned_ = true; }
    /// Read it BEFORE finding the ring empty: then the ring is known to be empty up to this mark. Consumer only.
    [[nodiscard]] Watermark watermark() const noexcept;
    [[nodiscard]] bool closed() const noexcept { return abandoned_ || broken_ || control_->closed.load(std::memory_order_acquire) != 0; }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// Bytes in use, for metrics. Any thread.
    [[nodiscard]] std::size_t used() const noexcept {
        return static_cast<std::size_t>(control_->head.load(std::memory_order_relaxed) - control_->tail.load(std::memory_order_relaxed));
    }

private:
    struct Frame;
    struct Control {
        alignas(64) std::atomic<std::uint64_t> head{0};  ///< producer writes: bytes ever published
        std::atomic<Time> mark_clock{0};
        std::atomic<std::uint64_t> mark_number{0};
        std::atomic<std::uint32_t> closed{0};
        alignas(64) std::atomic<std::uint64_t> tail{0};  ///< consumer writes: bytes ever taken
    };
    [[nodiscard]] char* at(std::uint64_t position) const noexcept { return memory_ + (position & (capacity_ - 1)); }
    [[nodiscard]] std::optional<Record> refuse() noexcept;

    std::size_t capacity_;
    std::unique_ptr<std::byte[]> own_;  ///< empty: the memory is somebody else's
    Control* control_;
    char* memory_;

    alignas(64) std::uint64_t cached_tail_ = 0;  ///< producer's copy
    std::uint64_t reserved_at_ = 0;              ///< where the latest reservation's frame stands

    alignas(64) std::uint64_t taken_ = 0;  ///< consumer's own count, which it believes rather than what stands in shared memory
    std::uint64_t cached_head_ = 0;        ///< consumer's copy
    std::uint32_t front_size_ = 0;         ///< of the record that `front` showed
    bool broken_ = false, abandoned_ = false;
};

}  // namespace weir
