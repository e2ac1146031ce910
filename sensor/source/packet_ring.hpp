// SPDX-License-Identifier: Apache-2.0
// Packets on their way from the forwarder to one inspector, and the inspector's verdicts on their way back: rings in memory that two
// processes share, of which the first trusts nothing that the second writes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "sensor/source/packet.hpp"
#include "sensor/source/shared_memory.hpp"

namespace weir {

/// What an inspector says of one packet.
struct VerdictEntry {
    std::uint64_t position = 0;  ///< the ring's position behind the packet
    std::uint64_t tag = 0;       ///< the packet's, which its whole session shares
    std::uint32_t action = 0;    ///< Action; any number may stand here
    std::uint32_t unused = 0;
};

namespace packet_ring {

inline constexpr std::size_t verdicts = 4096;  ///< a power of two

/// Written by the forwarder; read by the others.
struct Producer {
    std::uint64_t capacity = 0;            ///< of the packets' memory, a power of two; set before anybody else looks
    alignas(64) std::atomic<std::uint64_t> head{0};    ///< bytes ever published
    std::atomic<Time> clock{0};            ///< no later packet has an earlier one
    std::atomic<std::uint64_t> number{1};  ///< of the next packet, over all rings
    std::atomic<std::uint64_t> verdict_tail{0};  ///< verdicts ever taken
};
/// Written by the supervisor.
struct Supervisor {
    std::atomic<std::uint32_t> attended{0};  ///< 0: nobody will read, so nothing need be copied
    std::atomic<std::uint32_t> turn{0};      ///< the ticket of the inspector that reads; 0: none, whoever does stops
    std::atomic<std::uint32_t> last{0};      ///< not 0: no more packets will come; whoever reads stops when all are read
};
/// Written by the inspector: hostile, as far as the others are concerned.
struct Consumer {
    std::atomic<std::uint64_t> tail{0};      ///< bytes ever done with: the verdict cursor
    std::atomic<std::uint64_t> reading{0};   ///< where the burst ends that is being looked at
    std::atomic<std::uint64_t> beats{0};     ///< grows as long as the inspector moves
    std::atomic<std::uint64_t> done{0};      ///< packets ever looked at to their end
    std::atomic<std::uint64_t> skipped{0};   ///< packets that an inspector left behind by its end, ever
    std::atomic<std::uint32_t> released{0};  ///< the latest ticket that will not read any more
    std::atomic<std::uint64_t> verdict_head{0};  ///< verdicts ever given
    std::array<VerdictEntry, verdicts> entries{};
};

inline constexpr std::size_t supervisor_at = SharedMemory::page;
inline constexpr std::size_t consumer_at = 2 * SharedMemory::page;
inline constexpr std::size_t consumer_size = (sizeof(Consumer) + SharedMemory::page - 1) / SharedMemory::page * SharedMemory::page;
inline constexpr std::size_t data_at = consumer_at + consumer_size;
static_assert(sizeof(Producer) <= SharedMemory::page && sizeof(Supervisor) <= SharedMemory::page);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<Time>::is_always_lock_free);

/// What stands before each packet. It never wraps: where it would, one without a packet fills the rest of the memory.
struct Frame {
    std::uint32_t size = 0;      ///< of the whole frame, a multiple of `alignment`
    std::uint32_t captured = 0;  ///< bytes that follow; ~0: a filler
    std::uint32_t wire_length = 0;
    std::uint16_t port = 0;
    std::uint16_t unused = 0;
    Time time = 0;
    std::uint64_t number = 0;
    std::uint64_t tag = 0;
    std::uint64_t unused_too = 0;
};
inline constexpr std::uint32_t filler = 0xffff'ffff;
inline constexpr std::size_t alignment = 16;
static_assert(sizeof(Frame) % alignment == 0);

}  // namespace packet_ring

/// Makes the shared file of a ring for `capacity` bytes of packets, rounded up to a power of two, at least 64 KiB.
[[nodiscard]] Result<SharedMemory, std::string> create_packet_ring(const std::string& file, std::size_t capacity);

/// The forwarder's end. One thread.
class PacketRingWriter {
public:
    /// `memory` is a whole ring, mapped for writing; it outlives the writer.
    explicit PacketRingWriter(const SharedMemory& memory) noexcept;

    /// Whether an inspector is there to read.
    [[nodiscard]] bool attended() const noexcept { return supervisor_->attended.load(std::memory_order_relaxed) != 0; }
    /// Copies a packet; where it then ends, or nothing where there is no room. Seen by the reader with `publish`.
    [[nodiscard]] std::optional<std::uint64_t> push(const Packet& packet, std::uint64_t tag) noexcept;
    /// Publishes what was pushed, and vouches that no packet before `clock` comes any more, nor one with a number below `next`.
    void publish(Time clock, std::uint64_t next_number) noexcept;

    /// Up to where packets have been judged; never beyond what was published, whatever the reader claims.
    [[nodiscard]] std::uint64_t cursor() noexcept;
    /// The next verdict; none when all are taken, or when the reader's numbers make no sense. The fields may hold anything.
    [[nodiscard]] std::optional<VerdictEntry> next_verdict() noexcept;

    /// How often the reader's numbers made no sense.
    [[nodiscard]] std::uint64_t nonsense() const noexcept { return nonsense_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::size_t used() noexcept { return static_cast<std::size_t>(head_ - cursor()); }

private:
    std::byte* data_;
    packet_ring::Producer* producer_;
    const packet_ring::Supervisor* supervisor_;
    const packet_ring::Consumer* consumer_;
    std::uint64_t capacity_;
    std::uint64_t head_;       ///< with what is not published yet
    std::uint64_t cursor_;     ///< the latest that made sense
    std::uint64_t nonsense_ = 0;
};

/// An inspector's end: the ring is mapped for reading, save for what the inspector must write. One thread.
class PacketRingReader {
public:
    /// The error is a sentence: no such file, or not a ring.
    [[nodiscard]] static Result<PacketRingReader, std::string> open(const std::string& file);

    /// Goes on where the reader before it ended, behind the burst that it was busy with: that one may have been its end. Call it once,
    /// when it is this reader's turn.
    void take_over() noexcept;
    /// Up to a burst of packets, which live until `release`; the burst's clock is what the forwarder vouches for. The number is of the
    /// next packet behind them.
    [[nodiscard]] std::uint64_t take(Burst& burst, std::array<VerdictEntry, burst_size>& places) noexcept;
    /// The packets taken are done with. Verdicts on them come before.
    void release() noexcept;
    /// False when the forwarder does not take them as fast as they come.
    [[nodiscard]] bool give_verdict(const VerdictEntry& verdict) noexcept;

    void beat() noexcept { consumer_->beats.store(consumer_->beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint32_t turn() const noexcept { return supervisor_->turn.load(std::memory_order_acquire); }
    [[nodiscard]] bool last() const noexcept { return supervisor_->last.load(std::memory_order_acquire) != 0; }
    /// This reader reads no more.
    void hand_over(std::uint32_t ticket) noexcept { consumer_->released.store(ticket, std::memory_order_release); }
    /// Bytes that wait.
    [[nodiscard]] std::size_t waiting() const noexcept { return static_cast<std::size_t>(producer_->head.load(std::memory_order_relaxed) - tail_); }

private:
    PacketRingReader(SharedMemory whole, SharedMemory own) noexcept;
    [[nodiscard]] const packet_ring::Frame* frame_at(std::uint64_t position, std::uint64_t end) const noexcept;

    SharedMemory whole_, own_;
    const std::byte* data_;
    const packet_ring::Producer* producer_;
    const packet_ring::Supervisor* supervisor_;
    packet_ring::Consumer* consumer_;
    std::uint64_t capacity_;
    std::uint64_t tail_ = 0;
    std::uint64_t reading_ = 0;
    std::size_t taken_ = 0;  ///< packets between the two
};

}  // namespace weir
