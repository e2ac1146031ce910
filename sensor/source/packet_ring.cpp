// SPDX-License-Identifier: Apache-2.0
#include "sensor/source/packet_ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace weir {

using namespace packet_ring;

namespace {

constexpr std::size_t least_capacity = 64u << 10;
constexpr std::size_t align_up(std::size_t size) noexcept { return (size + alignment - 1) / alignment * alignment; }

}  // namespace

Result<SharedMemory, std::string> create_packet_ring(const std::string& file, std::size_t capacity) {
    const std::size_t size = std::bit_ceil(std::max(capacity, least_capacity));
    auto memory = SharedMemory::create(file, data_at + size);
    if (!memory) return memory;
    new (memory->data()) Producer{};
    new (memory->data() + supervisor_at) Supervisor{};
    new (memory->data() + consumer_at) Consumer{};
    reinterpret_cast<Producer*>(memory->data())->capacity = size;
    return memory;
}

// ---------------------------------------------------------------- the forwarder's end

PacketRingWriter::PacketRingWriter(const SharedMemory& memory) noexcept
    : data_(memory.data() + data_at),
      producer_(reinterpret_cast<Producer*>(memory.data())),
      supervisor_(reinterpret_cast<const Supervisor*>(memory.data() + supervisor_at)),
      consumer_(reinterpret_cast<const Consumer*>(memory.data() + consumer_at)),
      capacity_(memory.size() - data_at),
      head_(producer_->head.load(std::memory_order_relaxed)),
      cursor_(head_ - std::min(head_, capacity_)) {}

std::uint64_t PacketRingWriter::cursor() noexcept {
    const std::uint64_t tail = consumer_->tail.load(std::memory_order_acquire);
    if (tail >= cursor_ && tail <= producer_->head.load(std::memory_order_relaxed)) {
        cursor_ = tail;
    } else if (tail != cursor_) {
        ++nonsense_;
    }
    return cursor_;
}

std::optional<std::uint64_t> PacketRingWriter::push(const Packet& packet, std::uint64_t tag) noexcept {
    const std::size_t whole = align_up(sizeof(Frame) + packet.data.size());
    const std::size_t at = head_ & (capacity_ - 1), left = capacity_ - at;  // to the end of the memory
    const std::size_t needed = whole <= left ? whole : left + whole;
    if (needed > capacity_) return std::nullopt;
    if (head_ + needed - cursor_ > capacity_ && head_ + needed - cursor() > capacity_) return std::nullopt;
    if (whole > left) {
        Frame* const rest = reinterpret_cast<Frame*>(data_ + at);  // there is room for its first two members, if for no more
        rest->size = static_cast<std::uint32_t>(left);
        rest->captured = filler;
        head_ += left;
    }
    std::byte* const place = data_ + (head_ & (capacity_ - 1));
    Frame frame;
    frame.size = static_cast<std::uint32_t>(whole);
    frame.captured = static_cast<std::uint32_t>(packet.data.size());
    frame.wire_length = packet.wire_length;
    frame.port = packet.origin;
    frame.time = packet.time;
    frame.number = packet.number;
    frame.tag = tag;
    std::memcpy(place, &frame, sizeof frame);
    if (!packet.data.empty()) std::memcpy(place + sizeof frame, packet.data.data(), packet.data.size());
    head_ += whole;
    return head_;
}

void PacketRingWriter::publish(Time clock, std::uint64_t next_number) noexcept {
    producer_->head.store(head_, std::memory_order_release);
    // As EventRing::advance: who reads the number first claims too little rather than too much.
    producer_->clock.store(clock, std::memory_order_release);
    producer_->number.store(next_number, std::memory_order_release);
}

std::optional<VerdictEntry> PacketRingWriter::next_verdict() noexcept {
    const std::uint64_t tail = producer_->verdict_tail.load(std::memory_order_relaxed);
    const std::uint64_t head = consumer_->verdict_head.load(std::memory_order_acquire);
    if (head == tail) return std::nullopt;
    if (head - tail > verdicts) {
        ++nonsense_;
        producer_->verdict_tail.store(head, std::memory_order_release);
        return std::nullopt;
    }
    const VerdictEntry entry = consumer_->entries[tail & (verdicts - 1)];
    producer_->verdict_tail.store(tail + 1, std::memory_order_release);
    return entry;
}

// ---------------------------------------------------------------- the inspector's end

Result<PacketRingReader, std::string> PacketRingReader::open(const std::string& file) {
    auto whole = SharedMemory::open(file, SharedMemory::Access::read);
    if (!whole) return Unexpected{whole.error()};
    auto own = SharedMemory::open(file, SharedMemory::Access::write, consumer_at, consumer_size);
    if (!own) return Unexpected{own.error()};
    if (whole->size() < data_at || !std::has_single_bit(whole->size() - data_at) ||
        reinterpret_cast<const Producer*>(whole->data())->capacity != whole->size() - data_at)
        return Unexpected{file + ": not a ring of packets"};
    return PacketRingReader{*std::move(whole), *std::move(own)};
}

PacketRingReader::PacketRingReader(SharedMemory whole, SharedMemory own) noexcept
    : whole_(std::move(whole)),
      own_(std::move(own)),
      data_(whole_.data() + data_at),
      producer_(reinterpret_cast<const Producer*>(whole_.data())),
      supervisor_(reinterpret_cast<const Supervisor*>(whole_.data() + supervisor_at)),
      consumer_(reinterpret_cast<Consumer*>(own_.data())),
      capacity_(whole_.size() - data_at) {}

/// The frame that begins there and does not reach beyond `end`, which is at most a ring's size away; null: none does.
const Frame* PacketRingReader::frame_at(std::uint64_t position, std::uint64_t end) const noexcept {
    if (position % alignment != 0) return nullptr;
    const std::size_t at = position & (capacity_ - 1);
    const Frame* const frame = reinterpret_cast<const Frame*>(data_ + at);  // its first two members are there in any case
    const std::uint64_t size = frame->size;
    if (size == 0 || size % alignment != 0 || size > capacity_ - at || size > end - position) return nullptr;
    return frame->captured == filler || (size >= sizeof(Frame) && frame->captured <= size - sizeof(Frame)) ? frame : nullptr;
}

void PacketRingReader::take_over() noexcept {
    const std::uint64_t head = producer_->head.load(std::memory_order_acquire);
    const std::uint64_t tail = consumer_->tail.load(std::memory_order_acquire);
    const std::uint64_t reading = consumer_->reading.load(std::memory_order_relaxed);
    // The one before may have left anything here.
    bool sound = tail <= head && head - tail <= capacity_ && reading >= tail && reading <= head;
    std::uint64_t left_behind = 0;
    for (std::uint64_t at = tail; sound && at != reading;) {
        const Frame* const frame = frame_at(at, reading);
        sound = frame != nullptr;
        if (!sound) break;
        left_behind += frame->captured != filler;
        at += frame->size;
    }
    if (!sound) left_behind = 0;
    consumer_->skipped.store(consumer_->skipped.load(std::memory_order_relaxed) + left_behind, std::memory_order_relaxed);
    consumer_->verdict_head.store(producer_->verdict_tail.load(std::memory_order_acquire), std::memory_order_release);
    tail_ = reading_ = sound ? reading : head;
    consumer_->reading.store(tail_, std::memory_order_relaxed);
    consumer_->tail.store(tail_, std::memory_order_release);
}

std::uint64_t PacketRingReader::take(Burst& burst, std::array<VerdictEntry, burst_size>& places) noexcept {
    burst.packets.clear();
    // Before the head is read: then all that was published before these stands below the head.
    const std::uint64_t number = producer_->number.load(std::memory_order_acquire);
    const Time clock = producer_->clock.load(std::memory_order_acquire);
    const std::uint64_t head = producer_->head.load(std::memory_order_acquire);
    std::uint64_t at = reading_, next = number;
    Time latest = 0;
    while (at != head && !burst.packets.full()) {
        const Frame* const frame = frame_at(at, head);
        if (frame == nullptr) {  // the reader before has left a place at which no packet begins
            at = head;
            break;
        }
        at += frame->size;
        if (frame->captured == filler) continue;
        places[burst.packets.size()] = {at, frame->tag, 0, 0};
        Packet packet;
        packet.data = {reinterpret_cast<const std::uint8_t*>(frame + 1), frame->captured};
        packet.wire_length = frame->wire_length;
        packet.origin = frame->port;
        packet.time = packet.clock = latest = frame->time;
        packet.number = frame->number;
        next = std::max(next, frame->number + 1);
        burst.packets.push_back(packet);
    }
    reading_ = at;
    taken_ += burst.packets.size();
    consumer_->reading.store(at, std::memory_order_relaxed);
    // With packets left behind in the ring, the clock is that of the last one taken.
    burst.clock = at == head ? std::max(clock, latest) : latest;
    return at == head ? next : burst.packets.back().number + 1;
}

void PacketRingReader::release() noexcept {
    consumer_->done.store(consumer_->done.load(std::memory_order_relaxed) + taken_, std::memory_order_relaxed);
    taken_ = 0;
    tail_ = reading_;
    consumer_->tail.store(tail_, std::memory_order_release);
}

bool PacketRingReader::give_verdict(const VerdictEntry& verdict) noexcept {
    const std::uint64_t head = consumer_->verdict_head.load(std::memory_order_relaxed);
    if (head - producer_->verdict_tail.load(std::memory_order_acquire) >= verdicts) return false;
    consumer_->entries[head & (verdicts - 1)] = verdict;
    consumer_->verdict_head.store(head + 1, std::memory_order_release);
    return true;
}

}  // namespace weir
