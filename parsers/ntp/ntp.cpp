// SPDX-License-Identifier: Apache-2.0
#include "parsers/ntp/ntp.hpp"

#include "parsers/base/cursor.hpp"

namespace weir::ntp {
namespace {

constexpr std::size_t header_size = 48;   // RFC 5905 section 7.3
constexpr std::size_t control_size = 12;  // RFC 9327 section 2
constexpr std::size_t private_size = 4;   // ntpd's mode 7 request: flags, sequence, implementation, request code
constexpr std::uint8_t max_stratum = 16;
constexpr std::uint8_t client = 3, server = 4, broadcast = 5, control = 6, private_mode = 7;

struct FirstOctet {
    std::uint8_t leap, version, mode;
    explicit constexpr FirstOctet(std::uint8_t octet) noexcept
        : leap(octet >> 6), version((octet >> 3) & 7), mode(octet & 7) {}
};

constexpr std::size_t size_for(std::uint8_t mode) noexcept {
    return mode == control ? control_size : mode == private_mode ? private_size : header_size;
}

Probe::Sender sender_of(std::uint8_t mode) noexcept {
    if (mode == client) return Probe::Sender::client;
    if (mode == server || mode == broadcast) return Probe::Sender::server;
    return Probe::Sender::unknown;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp || offer.data.size() < private_size) return Probe::no();
    const FirstOctet first{offer.data[0]};
    if (first.version < 1 || first.version > 4 || first.mode == 0 || offer.data.size() < size_for(first.mode)) return Probe::no();
    if (offer.port_matches) return Probe::yes(sender_of(first.mode));
    // Elsewhere than on port 123 only the plain client and server packets are sure enough: 48 octets, a stratum that exists,
    // a poll interval and a precision in their ranges.
    if (first.mode != client && first.mode != server) return Probe::no();
    if (offer.data.size() != header_size || first.version < 3 || offer.data[1] > max_stratum) return Probe::no();
    const auto poll = static_cast<std::int8_t>(offer.data[2]);
    const auto precision = static_cast<std::int8_t>(offer.data[3]);
    const bool plausible = poll >= 0 && poll <= 17 && (precision < 0 || (precision <= 32 && first.mode == client));
    return plausible ? Probe::yes(sender_of(first.mode)) : Probe::no();
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Cursor cursor{datagram};
    const FirstOctet first{cursor.u8()};
    Transaction transaction;
    transaction.leap = first.leap;
    transaction.version = first.version;
    transaction.mode = first.mode;
    if (first.mode == control || first.mode == private_mode) {
        transaction.has_opcode = true;
        if (first.mode == control) {
            transaction.opcode = cursor.u8() & 0x1f;
        } else {
            cursor.skip(2);
            transaction.opcode = cursor.u8();
        }
        cursor.skip(size_for(first.mode) - cursor.position());
    } else {
        transaction.stratum = cursor.u8();
        cursor.skip(10);  // poll, precision, root delay, root dispersion
        transaction.reference_id = cursor.take(4);
        cursor.skip(32);  // reference, origin, receive and transmit timestamps
    }
    if (!cursor.ok()) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    transaction.extra = static_cast<std::uint32_t>(cursor.remaining());
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(datagram.size());
}

Value stratum(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.has_opcode ? Value::none() : Value::of(transaction.stratum);
}
Value reference_id(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.reference_id.empty() ? Value::none() : Value::hex(transaction.reference_id);
}
Value opcode(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.has_opcode ? Value::of(transaction.opcode) : Value::none();
}

}  // namespace weir::ntp
