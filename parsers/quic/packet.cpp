// SPDX-License-Identifier: Apache-2.0
#include "parsers/quic/packet.hpp"

namespace weir::quic {
namespace {

constexpr std::uint8_t long_form = 0x80, fixed_bit = 0x40;
constexpr std::size_t max_connection_id = 20;
constexpr std::size_t retry_tag_size = 16;

PacketType type_of(std::uint8_t first, std::uint32_t version) noexcept {
    const unsigned bits = first >> 4 & 3u;
    return static_cast<PacketType>(version == version_2 ? (bits + 3) % 4 : bits);
}

}  // namespace

std::uint64_t variable_integer(Cursor& cursor) noexcept {
    switch (cursor.peek() >> 6) {
        case 0: return cursor.u8();
        case 1: return cursor.be16() & 0x3fffu;
        case 2: return cursor.be32() & 0x3fffffffu;
        default: return cursor.be64() & 0x3fffffffffffffffu;
    }
}

bool read_long_packet(Bytes datagram, LongPacket& packet) noexcept {
    Cursor cursor{datagram};
    const std::uint8_t first = cursor.u8();
    packet.version = cursor.be32();
    if (!cursor.ok() || (first & long_form) == 0) return false;
    packet.bytes = datagram;
    const bool readable = is_readable(packet.version);
    if (!readable && packet.version != version_negotiation) return (first & fixed_bit) != 0;  // type and identifiers may mean other things
    const std::size_t destination = cursor.u8();
    packet.destination = cursor.take(destination);
    const std::size_t source = cursor.u8();
    packet.source = cursor.take(source);
    if (!cursor.ok() || destination > max_connection_id || source > max_connection_id) return false;
    if (!readable) {
        packet.type = PacketType::negotiation;
        packet.versions = cursor.take_rest();
        return !packet.versions.empty() && packet.versions.size() % 4 == 0;
    }
    if ((first & fixed_bit) == 0) return false;
    packet.type = type_of(first, packet.version);
    if (packet.type == PacketType::retry) return cursor.remaining() > retry_tag_size;
    if (packet.type == PacketType::initial) {
        const std::uint64_t token = variable_integer(cursor);
        if (token > cursor.remaining()) return false;
        packet.token = cursor.take(static_cast<std::size_t>(token));
    }
    const std::uint64_t length = variable_integer(cursor);
    if (!cursor.ok() || length == 0 || length > cursor.remaining()) return false;
    packet.number_at = cursor.position();
    packet.bytes = datagram.first(packet.number_at + static_cast<std::size_t>(length));
    return true;
}

}  // namespace weir::quic
