// SPDX-License-Identifier: Apache-2.0
#include "parsers/ospf/ospf.hpp"

#include "parsers/base/cursor.hpp"

namespace weir::ospf {
namespace {

constexpr std::array<std::string_view, 3> authentications{"null", "simple", "cryptographic"};
constexpr std::uint8_t hello = 1, simple_password = 1;
constexpr std::size_t header_v2 = 24, header_v3 = 16, password_size = 8;

/// RFC 2328 section A.3.1, RFC 5340 section A.3.1. What follows the header stays in `cursor`; false where it is none.
bool read_header(Cursor& cursor, Transaction& transaction) noexcept {
    const std::size_t whole = cursor.remaining();
    transaction.version = cursor.u8();
    transaction.type = cursor.u8();
    const std::size_t length = cursor.be16();
    transaction.router = cursor.take(4);
    transaction.area = cursor.take(4);
    cursor.skip(2);  // checksum
    const std::uint16_t authentication_or_instance = cursor.be16();
    if (!cursor.ok() || transaction.type == 0 || transaction.type > operations.size()) return false;
    transaction.operation = operations[transaction.type - 1];
    if (transaction.version == 3) return length >= header_v3 && length <= whole;
    if (transaction.version != 2 || length < header_v2 || length > whole || authentication_or_instance >= authentications.size()) return false;
    transaction.authentication = authentications[authentication_or_instance];
    const Bytes data = cursor.take(password_size);
    if (authentication_or_instance == simple_password) {
        std::size_t size = data.size();
        while (size > 0 && data[size - 1] == 0) --size;
        transaction.password = data.first(size);
    }
    return cursor.ok();
}

/// RFC 2328 section A.3.2, RFC 5340 section A.3.2.
void read_hello(Cursor cursor, std::size_t length, Transaction& transaction) noexcept {
    const bool v2 = transaction.version == 2;
    const std::size_t begin = cursor.position();
    cursor.skip(v2 ? 4 : 8);  // network mask; interface, priority, options
    const std::uint16_t interval = cursor.be16();
    cursor.skip(v2 ? 6 : 2);  // options, priority, dead interval
    const Bytes designated = cursor.take(4);
    cursor.skip(4);  // backup
    if (!cursor.ok()) return;
    transaction.hello_interval = interval;
    transaction.designated_router = designated;
    const std::size_t used = (v2 ? header_v2 : header_v3) + cursor.position() - begin;
    transaction.neighbors = static_cast<std::uint32_t>(length > used ? (length - used) / 4 : 0);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::ip || !offer.port_matches) return Probe::no();
    Transaction transaction;
    Cursor cursor{offer.data};
    return read_header(cursor, transaction) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes packet, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    Cursor cursor{packet};
    if (!read_header(cursor, transaction)) {
        emit.anomaly(1, direction);
        return Fed::ok(packet.size());
    }
    const std::size_t length = std::size_t{packet[2]} << 8 | packet[3];
    if (transaction.type == hello) read_hello(cursor, length, transaction);
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(packet.size());
}

}  // namespace weir::ospf
