// SPDX-License-Identifier: Apache-2.0
// Packets with long headers (RFC 9000 section 17.2, RFC 9369 section 3.2), and the frames of Initial packets.
#pragma once

#include "parsers/base/cursor.hpp"
#include "parsers/quic/protection.hpp"

namespace weir::quic {

enum class PacketType : std::uint8_t { initial, zero_rtt, handshake, retry, negotiation, other };

struct LongPacket {
    PacketType type = PacketType::other;  ///< `other`: of a version whose packets are not read
    std::uint32_t version = 0;
    Bytes destination{}, source{};  ///< connection identifiers
    Bytes token{};                  ///< of an Initial packet
    Bytes versions{};               ///< of a Version Negotiation packet, four octets each
    Bytes bytes{};                  ///< the packet, of its datagram
    std::size_t number_at = 0;      ///< where the protected packet number begins
};

/// The packet that `datagram` begins with. False where it has no long header, or its lengths do not fit.
[[nodiscard]] bool read_long_packet(Bytes datagram, LongPacket& packet) noexcept;

/// RFC 9000 section 16.
[[nodiscard]] std::uint64_t variable_integer(Cursor& cursor) noexcept;

/// Calls `visit(offset, data)` for each CRYPTO frame. False where `frames` are not the frames of an Initial packet
/// (section 17.2.2).
template <class Visit>
[[nodiscard]] bool for_each_crypto(Bytes frames, Visit&& visit) noexcept {
    constexpr std::uint8_t padding = 0, ping = 1, ack = 2, ack_ecn = 3, crypto = 6, connection_close = 0x1c;
    Cursor cursor{frames};
    while (!cursor.empty()) {
        const std::uint8_t type = cursor.u8();
        switch (type) {
            case padding:
            case ping: break;
            case ack:
            case ack_ecn: {
                for (int i = 0; i < 2; ++i) (void)variable_integer(cursor);  // largest acknowledged, delay
                const std::uint64_t ranges = variable_integer(cursor);
                if (ranges > cursor.remaining() / 2) return false;
                for (std::uint64_t i = 0; i < 1 + 2 * ranges; ++i) (void)variable_integer(cursor);
                for (int i = 0; type == ack_ecn && i < 3; ++i) (void)variable_integer(cursor);
                break;
            }
            case crypto: {
                const std::uint64_t offset = variable_integer(cursor), length = variable_integer(cursor);
                if (length > cursor.remaining()) return false;
                visit(offset, cursor.take(static_cast<std::size_t>(length)));
                break;
            }
            case connection_close: {
                for (int i = 0; i < 2; ++i) (void)variable_integer(cursor);  // error, frame type
                const std::uint64_t length = variable_integer(cursor);
                if (length > cursor.remaining()) return false;
                cursor.skip(static_cast<std::size_t>(length));
                break;
            }
            default: return false;
        }
        if (!cursor.ok()) return false;
    }
    return !frames.empty();
}

}  // namespace weir::quic
