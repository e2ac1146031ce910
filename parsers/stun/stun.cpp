// SPDX-License-Identifier: Apache-2.0
#include "parsers/stun/stun.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/single_value.hpp"
#include "parsers/base/steps.hpp"

namespace weir::stun {
namespace {

constexpr std::size_t header_size = 20;
constexpr std::uint32_t magic_cookie = 0x2112a442;
constexpr std::size_t max_length = 4096;  // of a message's attributes
constexpr std::size_t channel_header_size = 4;
constexpr std::uint8_t first_channel = 0x40, last_channel = 0x7f;  // first octets of ChannelData (RFC 8656 section 12)

namespace attribute {
constexpr std::uint16_t mapped_address = 0x0001, username = 0x0006, error_code = 0x0009, lifetime = 0x000d, xor_peer_address = 0x0012,
                        realm = 0x0014, xor_relayed_address = 0x0016, requested_transport = 0x0019, xor_mapped_address = 0x0020,
                        old_xor_mapped_address = 0x8020, software = 0x8022, alternate_server = 0x8023;
}

struct MethodName {
    std::uint16_t method;
    std::string_view name;
};
/// IANA's registry of STUN methods, and RFC 3489's shared secret.
constexpr std::array methods{MethodName{0x001, "binding"},
                             MethodName{0x002, "shared-secret"},
                             MethodName{0x003, "allocate"},
                             MethodName{0x004, "refresh"},
                             MethodName{0x006, "send"},
                             MethodName{0x007, "data"},
                             MethodName{0x008, "create-permission"},
                             MethodName{0x009, "channel-bind"},
                             MethodName{0x00a, "connect"},
                             MethodName{0x00b, "connection-bind"},
                             MethodName{0x00c, "connection-attempt"},
                             MethodName{0x080, "goog-ping"}};

std::string_view name_of(std::uint16_t method) noexcept {
    const auto found = std::ranges::find(methods, method, &MethodName::method);
    return found != methods.end() ? found->name : std::string_view{"unknown"};
}

/// Two bits of zero, twelve of method, in them two of class (RFC 8489 section 5).
void read_type(std::uint16_t type, Transaction& message) noexcept {
    message.kind = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
    message.method = static_cast<std::uint16_t>((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
}

/// 0 | family | port (2) | address (4 or 16), XORed with the cookie and the transaction ID where `mask` is given.
Address read_address(Bytes value, Bytes mask) noexcept {
    Address address;
    Cursor cursor{value};
    cursor.skip(1);
    const std::uint8_t family = cursor.u8();
    address.port = cursor.be16();
    const Bytes octets = cursor.take(family == 2 ? 16 : 4);
    if (!cursor.ok() || family < 1 || family > 2) return {};
    address.size = static_cast<std::uint8_t>(octets.size());
    std::ranges::copy(octets, address.octets.begin());
    if (mask.empty()) return address;
    address.port ^= static_cast<std::uint16_t>(mask[0] << 8 | mask[1]);
    for (std::size_t i = 0; i < octets.size(); ++i) address.octets[i] ^= mask[i];
    return address;
}

/// One message that fills `bytes`. False where it is none.
bool read_message(Bytes bytes, Transaction& message) noexcept {
    Cursor cursor{bytes};
    const std::uint16_t type = cursor.be16(), length = cursor.be16();
    const Bytes mask = first_of(cursor.rest(), 16);
    message.classic = cursor.be32() != magic_cookie;
    cursor.skip(12);
    if (!cursor.ok() || type >= 0x4000 || length % 4 != 0 || length != cursor.remaining()) return false;
    read_type(type, message);
    message.identifier = message.classic ? mask : mask.subspan(4);
    while (!cursor.empty()) {
        const std::uint16_t name = cursor.be16(), size = cursor.be16();
        const Bytes value = cursor.take(size);
        cursor.skip(std::min<std::size_t>((4 - size % 4u) % 4u, cursor.remaining()));
        if (!cursor.ok()) return false;
        Cursor in{value};
        switch (name) {
            case attribute::username: message.username = value; break;
            case attribute::realm: message.realm = value; break;
            case attribute::software: message.software = value; break;
            case attribute::mapped_address:
                if (message.mapped.size == 0) message.mapped = read_address(value, {});
                break;
            case attribute::xor_mapped_address:
            case attribute::old_xor_mapped_address: message.mapped = read_address(value, mask); break;
            case attribute::xor_relayed_address: message.relayed = read_address(value, mask); break;
            case attribute::xor_peer_address:
                if (message.peer.size == 0) message.peer = read_address(value, mask);
                break;
            case attribute::alternate_server: message.alternate = read_address(value, {}); break;
            case attribute::error_code: {
                in.skip(2);
                const unsigned hundreds = in.u8() & 7, rest = in.u8();
                if (in.ok()) message.error = static_cast<std::uint16_t>(hundreds * 100 + rest);
                break;
            }
            case attribute::lifetime: {
                const std::uint32_t seconds = in.be32();
                if (in.ok()) message.lifetime = seconds;
                break;
            }
            case attribute::requested_transport:
                if (!value.empty()) message.transport = value[0];
                break;
            default: break;
        }
    }
    return true;
}

Report report_of(Direction direction, const Transaction& message) noexcept {
    const Report report = direction == Direction::to_server ? Report::request : Report::response;
    return message.kind == Class::indication ? report : report | Report::log;  // indications carry the relay's bulk
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Bytes bytes = offer.data;
    if (bytes.size() < header_size)
        return offer.transport == Transport::tcp && (bytes.empty() || bytes[0] < 2) && bytes.size() > 0 ? Probe::more() : Probe::no();
    Cursor cursor{bytes};
    cursor.skip(2);
    const std::size_t length = cursor.be16();
    const bool classic = cursor.be32() != magic_cookie;
    if (length > max_length || (classic && (offer.transport == Transport::tcp || !offer.port_matches))) return Probe::no();
    if (offer.transport == Transport::tcp) {
        if (bytes.size() < header_size + length) return Probe::more();
        bytes = bytes.first(header_size + length);
    }
    Transaction message;
    if (!read_message(bytes, message)) return Probe::no();
    if (classic && message.method > 2) return Probe::no();
    switch (message.kind) {
        case Class::request: return Probe::yes(Probe::Sender::client);
        case Class::success:
        case Class::error: return Probe::yes(Probe::Sender::server);
        case Class::indication: break;
    }
    return Probe::yes();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    const auto one = [&](Bytes message_bytes) {
        Transaction message;
        if (!read_message(message_bytes, message)) return false;
        emit(message, report_of(direction, message), direction);
        return true;
    };
    if (!over_tcp) {
        // Media, DTLS and channels share the port (RFC 7983): first octets from 4 on are theirs.
        if (!bytes.empty() && bytes[0] < 4 && !one(bytes)) emit.anomaly(1, direction);
        return Fed::ok(bytes.size());
    }
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) {
        if (rest.size() < channel_header_size) return Fed::need_more(0, channel_header_size);
        Cursor cursor{rest};
        cursor.skip(2);
        const std::size_t length = cursor.be16();
        if (rest[0] >= first_channel && rest[0] <= last_channel) return Fed::skip_after(channel_header_size, (length + 3) / 4 * 4);
        if (rest[0] >= 4 || length > max_length) {
            emit.anomaly(1, direction);
            return Fed::malformed();
        }
        if (rest.size() < header_size + length) return Fed::need_more(0, header_size + length);
        if (one(rest.first(header_size + length))) return Fed::ok(header_size + length);
        emit.anomaly(1, direction);
        return Fed::malformed();
    });
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(name_of(transaction.method)) : Value{};
}
Value kind(const Transaction& transaction, std::size_t index) noexcept {
    constexpr std::array<std::string_view, 4> names{"request", "indication", "success", "error"};
    return index == 0 ? Value::of(names[static_cast<std::size_t>(transaction.kind)]) : Value{};
}
Value identifier(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::hex(transaction.identifier) : Value{};
}
Value error(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.error); }
Value lifetime(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.lifetime); }
Value transport(const Transaction& transaction, std::size_t index) noexcept { return single(index, transaction.transport); }
Value address_value(const Address& address, std::size_t index) noexcept {
    return single(index, address.size != 0, Value::address(Bytes{address.octets}.first(address.size)));
}
Value port_value(const Address& address, std::size_t index) noexcept { return single(index, address.size != 0, Value::of(address.port)); }

}  // namespace weir::stun
