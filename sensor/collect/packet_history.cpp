// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/packet_history.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weir {

/// Head of a remembered packet; its bytes follow.
struct PacketHistory::Entry {
    std::uint64_t previous;  ///< position of the session's packet before it; may be overwritten
    std::uint64_t next;      ///< written by `oldest` on its way back, read by `next` on the way forward
    Time time;
    std::uint64_t number;
    std::uint32_t size, wire_length;
    std::uint16_t link_type;
};

namespace {
constexpr std::size_t alignment = 16;
constexpr std::size_t min_capacity = 1u << 20;
constexpr std::size_t align_up(std::size_t size) noexcept { return (size + alignment - 1) / alignment * alignment; }
}  // namespace

PacketHistory::PacketHistory(std::size_t capacity, std::size_t cutoff)
    : capacity_(std::bit_ceil(std::max(capacity, min_capacity))), cutoff_(cutoff), memory_(new std::byte[capacity_]), head_(capacity_) {}

PacketHistory::Entry* PacketHistory::entry(std::uint64_t position) const noexcept {
    return reinterpret_cast<Entry*>(memory_.get() + (position & (capacity_ - 1)));
}

bool PacketHistory::alive(std::uint64_t position) const noexcept { return position != 0 && position + capacity_ >= head_; }

void PacketHistory::store(Session& session, const Packet& packet) noexcept {
    const std::size_t whole = align_up(sizeof(Entry) + packet.data.size());
    if (whole > capacity_ / 4) return;  // larger than any link's frame
    const std::size_t left = capacity_ - (head_ & (capacity_ - 1));
    const std::uint64_t position = whole <= left ? head_ : head_ + left;
    const std::uint64_t previous = session.evidence != 0 && session.evidence + capacity_ >= position + whole ? session.evidence : 0;
    Entry* const made = entry(position);
    *made = {previous, 0, packet.time, packet.number, static_cast<std::uint32_t>(packet.data.size()), packet.wire_length, packet.link_type};
    std::memcpy(made + 1, packet.data.data(), packet.data.size());
    head_ = position + whole;
    session.evidence = position;
}

std::uint64_t PacketHistory::oldest(const Session& session) noexcept {
    std::uint64_t position = session.evidence;
    if (!alive(position)) return 0;
    entry(position)->next = 0;
    for (std::uint64_t before = entry(position)->previous; alive(before); before = entry(position)->previous) {
        entry(before)->next = position;
        position = before;
    }
    return position;
}

std::uint64_t PacketHistory::next(std::uint64_t position) const noexcept { return entry(position)->next; }

Packet PacketHistory::packet_at(std::uint64_t position) const noexcept {
    const Entry* const found = entry(position);
    Packet packet;
    packet.data = {reinterpret_cast<const std::uint8_t*>(found + 1), found->size};
    packet.wire_length = found->wire_length;
    packet.link_type = found->link_type;
    packet.time = found->time;
    packet.number = found->number;
    return packet;
}

}  // namespace weir
