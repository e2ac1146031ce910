// SPDX-License-Identifier: Apache-2.0
#include "parsers/bgp/bgp.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::bgp {
namespace {

enum Type : std::uint8_t { open = 1, update, notification, keepalive, route_refresh };
constexpr std::size_t marker_size = 16;

bool is_marker(Bytes bytes) noexcept {
    return std::ranges::all_of(first_of(bytes, marker_size), [](std::uint8_t byte) { return byte == 0xff; });
}

/// RFC 4271 section 4.1; `length` is that of the whole message.
bool is_header(Bytes bytes, std::size_t& length) noexcept {
    length = static_cast<std::size_t>(bytes[16] << 8 | bytes[17]);
    const std::uint8_t type = bytes[18];
    constexpr std::array<std::size_t, 6> least{0, 29, 23, 21, header_size, 23};  // by type
    return is_marker(bytes) && type >= open && type <= route_refresh && length >= least[type] && (type != keepalive || length == header_size);
}

/// RFC 4271 section 4.2; the four-octet AS number is a capability, RFC 6793 section 3.
bool read_open(Cursor cursor, Transaction& transaction) noexcept {
    constexpr std::uint8_t capabilities = 2, four_octet_as = 65;
    const std::uint8_t version = cursor.u8();
    transaction.as_number = cursor.be16();
    transaction.hold_time = cursor.be16();
    transaction.identifier = cursor.take(4);
    Cursor parameters = cursor.sub(cursor.u8());
    if (!cursor.ok() || version != 4) return false;
    while (parameters.remaining() != 0) {
        const std::uint8_t type = parameters.u8();
        Cursor parameter = parameters.sub(parameters.u8());
        while (type == capabilities && parameter.remaining() != 0) {
            const std::uint8_t code = parameter.u8();
            Cursor value = parameter.sub(parameter.u8());
            if (code == four_octet_as && value.remaining() == 4) transaction.as_number = value.be32();
        }
        if (!parameter.ok()) return false;
    }
    return parameters.ok();
}

/// RFC 4271 section 4.3: a length in bits, then as many octets as they need.
bool read_prefixes(Cursor cursor, InlineVector<Prefix, max_prefixes>& prefixes) noexcept {
    while (cursor.remaining() != 0) {
        const std::uint8_t bits = cursor.u8();
        const Bytes octets = cursor.take((bits + 7u) / 8);
        if (!cursor.ok() || bits > 32) return false;
        (void)prefixes.push_back({bits, octets});
    }
    return cursor.ok();
}

/// AS_PATH, RFC 4271 section 4.3 b: segments of a type, a count and AS numbers of two or four octets, which the sizes show.
std::optional<std::uint32_t> last_as(Bytes path) noexcept {
    for (const std::size_t size : {4u, 2u}) {
        Cursor cursor{path};
        std::optional<std::uint32_t> last;
        while (cursor.remaining() != 0) {
            const std::uint8_t type = cursor.u8(), count = cursor.u8();
            const Bytes numbers = cursor.take(count * size);
            if (!cursor.ok() || type == 0 || type > 4 || count == 0) break;
            Cursor number{numbers.last(size)};
            last = size == 4 ? number.be32() : number.be16();
        }
        if (cursor.ok() && cursor.remaining() == 0) return last;
    }
    return {};
}

bool read_update(Cursor cursor, Transaction& transaction) noexcept {
    constexpr std::uint8_t as_path = 2, next_hop = 3, extended_length = 0x10;
    if (!read_prefixes(cursor.sub(cursor.be16()), transaction.withdrawn)) return false;
    Cursor attributes = cursor.sub(cursor.be16());
    if (!cursor.ok()) return false;
    while (attributes.remaining() != 0) {
        const std::uint8_t flags = attributes.u8(), type = attributes.u8();
        const std::size_t size = (flags & extended_length) != 0 ? attributes.be16() : attributes.u8();
        const Bytes value = attributes.take(size);
        if (!attributes.ok()) return false;
        if (type == as_path) transaction.origin_as = last_as(value);
        if (type == next_hop && value.size() == 4) transaction.next_hop = value;
    }
    return read_prefixes(cursor, transaction.announced);
}

bool read_notification(Cursor cursor, Transaction& transaction) noexcept {
    constexpr std::uint8_t cease = 6, shutdown = 2, reset = 4;
    const std::uint8_t code = cursor.u8(), subcode = cursor.u8();
    if (!cursor.ok()) return false;
    transaction.error_code = code;
    transaction.error_subcode = subcode;
    if (code == cease && (subcode == shutdown || subcode == reset) && cursor.remaining() > 1) {
        const Bytes text = cursor.take(cursor.u8());
        if (cursor.ok()) transaction.reason = text;
    }
    return true;
}

bool read_body(std::uint8_t type, Bytes body, Transaction& transaction) noexcept {
    switch (type) {
        case open: return read_open(Cursor{body}, transaction);
        case update: return read_update(Cursor{body}, transaction);
        case notification: return read_notification(Cursor{body}, transaction);
        default: return true;
    }
}

/// `203.0.113.0/24` in scratch memory.
Value text_of(const Transaction& transaction, const InlineVector<Prefix, max_prefixes>& prefixes, std::size_t index) noexcept {
    if (index >= prefixes.size()) return {};
    const Prefix& prefix = prefixes[index];
    return detail::value_of(write_in(*transaction.scratch, [&](TextWriter& writer) {
        for (std::size_t i = 0; i < 4; ++i) {
            if (i != 0) writer.put('.');
            writer.decimal(i < prefix.octets.size() ? prefix.octets[i] : 0);
        }
        writer.put('/').decimal(prefix.bits);
    }));
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || !is_marker(offer.data)) return Probe::no();
    if (offer.data.size() < header_size) return Probe::more();
    std::size_t length = 0;
    return is_header(offer.data, length) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return message(direction, rest, emit); });
}

Fed State::message(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    bool& lost = lost_[static_cast<std::size_t>(direction)];
    if (bytes.size() < header_size) return Fed::need_more(0, header_size);
    std::size_t length = 0;
    if (!is_header(bytes, length)) {
        if (!lost) emit.anomaly(1, direction);
        lost = true;
        return Fed::ok(1);
    }
    if (bytes.size() < length) return Fed::need_more(0, length);
    lost = false;
    const std::uint8_t type = bytes[18];
    Transaction transaction;
    transaction.operation = operations[type - open];
    transaction.scratch = &emit.scratch();
    if (!read_body(type, bytes.subspan(header_size, length - header_size), transaction)) emit.anomaly(2, direction);
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(length);
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

namespace fields {

Value announced(const Transaction& transaction, std::size_t index) noexcept { return text_of(transaction, transaction.announced, index); }
Value withdrawn(const Transaction& transaction, std::size_t index) noexcept { return text_of(transaction, transaction.withdrawn, index); }

}  // namespace fields
}  // namespace weir::bgp
