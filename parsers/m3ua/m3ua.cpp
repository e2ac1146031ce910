// SPDX-License-Identifier: Apache-2.0
#include "parsers/m3ua/m3ua.hpp"

#include <algorithm>

#include "parsers/base/code_name.hpp"
#include "parsers/base/cursor.hpp"

namespace weir::m3ua {
namespace {

constexpr std::size_t header_size = 8, parameter_head = 4;
constexpr std::uint32_t payload_protocol = 3;  // IANA, SCTP payload protocol identifiers
constexpr std::uint16_t data_parameter = 0x0210, error_parameter = 0x000c;

/// Class and type as one number.
constexpr std::array operations{
    CodeName{0x000, "error"},     CodeName{0x001, "notify"},    CodeName{0x101, "data"},      CodeName{0x201, "duna"},      CodeName{0x202, "dava"},
    CodeName{0x203, "daud"},      CodeName{0x204, "scon"},      CodeName{0x205, "dupu"},      CodeName{0x206, "drst"},      CodeName{0x301, "aspup"},
    CodeName{0x302, "aspdn"},     CodeName{0x303, "beat"},      CodeName{0x304, "aspup-ack"}, CodeName{0x305, "aspdn-ack"}, CodeName{0x306, "beat-ack"},
    CodeName{0x401, "aspac"},     CodeName{0x402, "aspia"},     CodeName{0x403, "aspac-ack"}, CodeName{0x404, "aspia-ack"}, CodeName{0x901, "reg-req"},
    CodeName{0x902, "reg-rsp"},   CodeName{0x903, "dereg-req"}, CodeName{0x904, "dereg-rsp"}};

/// RFC 4666 section 3.1: version 1, a reserved octet, class, type, length with the header.
bool read_header(Cursor& cursor, Transaction& transaction, std::size_t whole) noexcept {
    const std::uint8_t version = cursor.u8(), reserved = cursor.u8();
    transaction.message_class = cursor.u8();
    transaction.type = cursor.u8();
    const std::uint32_t length = cursor.be32();
    transaction.operation = name_of(operations, std::uint32_t{transaction.message_class} << 8 | transaction.type);
    // The last parameter's padding may or may not count.
    return cursor.ok() && version == 1 && reserved == 0 && length >= header_size && length % 4 == 0 && length + 4 > whole &&
           !transaction.operation.empty();
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::sctp) return Probe::no();
    Transaction transaction;
    Cursor cursor{offer.data};
    if (!read_header(cursor, transaction, offer.data.size())) return Probe::no();
    return offer.payload_protocol == payload_protocol || (offer.payload_protocol == 0 && offer.port_matches) ? Probe::yes() : Probe::no();
}

Fed State::feed(Direction direction, Bytes message, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    Cursor cursor{message};
    if (!read_header(cursor, transaction, message.size())) {
        emit.anomaly(1, direction);
        return Fed::ok(message.size());
    }
    while (cursor.remaining() >= parameter_head) {  // RFC 4666 section 3.2: tag, length with both, value, padding
        const std::uint16_t tag = cursor.be16(), length = cursor.be16();
        if (length < parameter_head) break;
        Cursor value = cursor.sub(std::min<std::size_t>(length - parameter_head, cursor.remaining()));
        cursor.skip(std::min<std::size_t>((4 - length % 4) % 4, cursor.remaining()));
        if (tag == data_parameter) {
            const std::uint32_t origin = value.be32(), destination = value.be32();
            const std::uint8_t service = value.u8();
            if (value.ok()) transaction.origin = origin, transaction.destination = destination, transaction.service = service;
        } else if (tag == error_parameter) {
            const std::uint32_t error = value.be32();
            if (value.ok()) transaction.error = error;
        }
    }
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    return Fed::ok(message.size());
}

}  // namespace weir::m3ua
