// SPDX-License-Identifier: Apache-2.0
#include "parsers/wireguard/wireguard.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/single_value.hpp"

namespace weir::wireguard {
namespace {

constexpr std::size_t initiation_size = 148, response_size = 92, cookie_reply_size = 64, min_data_size = 32;
constexpr std::size_t mac_size = 16;
constexpr std::size_t padding = 16;  // data is filled up to a multiple of it, but not beyond the MTU; its header has that size, too

/// type | zero (3) | sender or receiver index (4) | receiver index or counter ...
bool read(Bytes datagram, Transaction& transaction) noexcept {
    Cursor cursor{datagram};
    const std::uint32_t type = cursor.le32();  // the three octets behind the type are zero
    transaction.type = static_cast<Type>(type);
    const std::uint32_t first = cursor.le32();
    switch (type) {
        case static_cast<std::uint32_t>(Type::initiation): transaction.sender = first; break;
        case static_cast<std::uint32_t>(Type::response):
            transaction.sender = first;
            transaction.receiver = cursor.le32();
            break;
        case static_cast<std::uint32_t>(Type::cookie_reply): transaction.receiver = first; return datagram.size() == cookie_reply_size;
        case static_cast<std::uint32_t>(Type::data): transaction.receiver = first; return datagram.size() >= min_data_size;
        default: return false;
    }
    if (datagram.size() != (type == static_cast<std::uint32_t>(Type::initiation) ? initiation_size : response_size)) return false;
    transaction.has_mac2 = std::ranges::any_of(datagram.last(mac_size), [](std::uint8_t octet) { return octet != 0; });
    return true;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Transaction message;
    if (offer.transport != Transport::udp || !read(offer.data, message)) return Probe::no();
    switch (message.type) {
        case Type::initiation: return Probe::yes(Probe::Sender::client);
        case Type::response:
        case Type::cookie_reply: return Probe::yes(Probe::Sender::server);
        case Type::data: break;
    }
    if (offer.data.size() % padding != 0) return Probe::no();
    // Nobody sends 2^40 messages with one key: three octets of the counter are zero.
    Cursor cursor{offer.data};
    cursor.skip(8);
    return cursor.le64() >> 40 == 0 ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    if (!read(datagram, transaction)) {
        emit.anomaly(1, direction);
        return Fed::ok(datagram.size());
    }
    // Data tells something only where the handshake is not in the capture.
    if (transaction.type != Type::data || !reported)
        emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    reported = true;
    return Fed::ok(datagram.size());
}

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    constexpr std::array<std::string_view, 4> names{"initiation", "response", "cookie-reply", "data"};
    return index == 0 ? Value::of(names[static_cast<std::size_t>(transaction.type) - 1]) : Value{};
}
Value sender(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.sender); }
Value receiver(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.receiver); }
Value mac2(const Transaction& transaction, std::size_t index) noexcept { return single_flag(index, transaction.has_mac2); }

}  // namespace weir::wireguard
