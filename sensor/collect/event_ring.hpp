// SPDX-License-Identifier: Apache-2.0
// One worker's records on their way to the collector: a single-producer single-consumer ring of variable-size records,
// rendered in place.
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

    struct Record {
        const RecordHead* head = nullptr;
        std::string_view body;
    };
    /// The oldest record, until `pop`; nothing when the ring is empty. Consumer only.
    [[nodiscard]] std::optional<Record> front() noexcept;
    void pop() noexcept;
    /// Read it BEFORE finding the ring empty: then the ring is known to be empty up to this mark. Consumer only.
    [[nodiscard]] Watermark watermark() const noexcept;
    [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// Bytes in use, for metrics. Any thread.
    [[nodiscard]] std::size_t used() const noexcept {
        return static_cast<std::size_t>(head_.load(std::memory_order_relaxed) - tail_.load(std::memory_order_relaxed));
    }

private:
    struct Frame;
    [[nodiscard]] char* at(std::uint64_t position) const noexcept { return memory_.get() + (position & (capacity_ - 1)); }

    std::size_t capacity_;
    std::unique_ptr<char[]> memory_;

    alignas(64) std::atomic<std::uint64_t> head_{0};  ///< producer writes: bytes ever published
    std::uint64_t cached_tail_ = 0;                   ///< producer's copy
    std::uint64_t reserved_at_ = 0;                   ///< where the latest reservation's frame stands
    std::atomic<Time> mark_clock_{0};
    std::atomic<std::uint64_t> mark_number_{0};
    std::atomic<bool> closed_{false};

    alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< consumer writes: bytes ever taken
    std::uint64_t cached_head_ = 0;                   ///< consumer's copy
};

}  // namespace weir
