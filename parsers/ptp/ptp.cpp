// SPDX-License-Identifier: Apache-2.0
#include "parsers/ptp/ptp.hpp"

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::ptp {
namespace {

constexpr std::uint8_t announce = 11;
constexpr std::array operations{CodeName{0, "sync"},           CodeName{1, "delay-req"},   CodeName{2, "pdelay-req"},
                                CodeName{3, "pdelay-resp"},    CodeName{8, "follow-up"},   CodeName{9, "delay-resp"},
                                CodeName{10, "pdelay-resp-follow-up"}, CodeName{announce, "announce"}, CodeName{12, "signaling"},
                                CodeName{13, "management"}};

/// IEEE 1588-2019 clause 13.3: 34 octets. False where they are none.
bool read_header(Cursor& cursor, Transaction& transaction) noexcept {
    constexpr std::size_t header_size = 34;
    const std::size_t whole = cursor.remaining();
    transaction.type = cursor.u8() & 0x0f;
    transaction.version = cursor.u8() & 0x0f;
    const std::size_t length = cursor.be16();
    transaction.domain = cursor.u8();
    cursor.skip(1 + 2 + 8 + 4);  // minor SDO, flags, correction, type specific
    transaction.clock = cursor.take(8);
    transaction.port = cursor.be16();
    transaction.sequence = cursor.be16();
    cursor.skip(2);  // control, interval
    transaction.operation = name_of(operations, transaction.type);
    return cursor.ok() && transaction.version == 2 && length >= header_size && length <= whole && !transaction.operation.empty();
}

/// IEEE 1588-2019 clause 13.5.
void read_announce(Cursor& cursor, Transaction& transaction) noexcept {
    cursor.skip(10 + 2 + 1);  // origin timestamp, offset to UTC, reserved
    const std::uint8_t priority1 = cursor.u8(), clock_class = cursor.u8();
    cursor.skip(3);  // accuracy, variance
    const std::uint8_t priority2 = cursor.u8();
    const Bytes grandmaster = cursor.take(8);
    const std::uint16_t steps = cursor.be16();
    const std::uint8_t source = cursor.u8();
    if (!cursor.ok()) return;
    transaction.priority1 = priority1;
    transaction.clock_class = clock_class;
    transaction.priority2 = priority2;
    transaction.grandmaster = grandmaster;
    transaction.steps_removed = steps;
    transaction.time_source = source;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp || !offer.port_matches) return Probe::no();
    Transaction transaction;
    Cursor cursor{offer.data};
    return read_header(cursor, transaction) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes message, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    Cursor cursor{message};
    if (!read_header(cursor, transaction)) {
        emit.anomaly(1, direction);
        return Fed::ok(message.size());
    }
    if (transaction.type == announce) read_announce(cursor, transaction);
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(message.size());
}

}  // namespace weir::ptp
