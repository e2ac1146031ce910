// SPDX-License-Identifier: Apache-2.0
#include "parsers/websocket/websocket.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::websocket {
namespace {

constexpr std::uint8_t fin_flag = 0x80, compressed_flag = 0x40, flags_mask = 0xf0;
constexpr std::uint8_t binary = 2, close = 8;
constexpr std::uint8_t longest_control = 125;  // RFC 6455 section 5.5

constexpr std::string_view name_of(std::uint8_t opcode) noexcept {  // Suricata's names
    switch (opcode) {
        case 0: return "continuation";
        case 1: return "text";
        case binary: return "binary";
        case close: return "connection_close";
        case 9: return "ping";
        case 10: return "pong";
        default: return {};
    }
}

/// The payload as it was before masking, in scratch memory.
Bytes unmasked(Bytes payload, Bytes key, Scratch& scratch) noexcept {
    const auto out = scratch.take(payload.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(payload[i] ^ key[i % 4]);
    return out;
}

}  // namespace

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return frame(direction, rest, emit); });
}

Fed State::frame(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    Cursor cursor{bytes};
    const std::uint8_t first = cursor.u8(), second = cursor.u8();
    const std::uint8_t length = second & 0x7f;
    Transaction transaction;
    transaction.flags = first & flags_mask;
    transaction.opcode = first & 0x0f;
    transaction.masked = (second & 0x80) != 0;
    transaction.length = length < 126 ? length : length == 126 ? cursor.be16() : cursor.be64();
    const Bytes key = transaction.masked ? cursor.take(4) : Bytes{};
    if (name_of(transaction.opcode).empty()) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    if (!cursor.ok()) return Fed::need_more(0);
    if (transaction.opcode >= close && (length > longest_control || (first & fin_flag) == 0)) {
        emit.anomaly(2, direction);
        return Fed::malformed();
    }
    const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(transaction.length, max_payload));
    if (cursor.remaining() < shown) return Fed::need_more(0, cursor.position() + shown);
    transaction.payload = cursor.take(shown);
    if (transaction.masked) {
        transaction.mask = Cursor{key}.be32();
        transaction.payload = unmasked(transaction.payload, key, emit.scratch());
    }
    transaction.subprotocol = subprotocol_.get();
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    if (transaction.opcode == binary && (transaction.flags & compressed_flag) == 0) emit.carries(transaction.payload, direction);
    return Fed::skip_after(cursor.position(), transaction.length - shown);
}

Value fin(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::flag((transaction.flags & fin_flag) != 0) : Value{};
}
Value opcode_name(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(name_of(transaction.opcode)) : Value{};
}
Value mask(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.masked ? Value::of(transaction.mask) : Value::none();
}
Value compressed(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return (transaction.flags & compressed_flag) != 0 ? Value::flag(true) : Value::none();
}
Value close_code(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.opcode != close || transaction.payload.size() < 2) return Value::none();
    return Value::of(Cursor{transaction.payload}.be16());
}
Value subprotocol(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.subprotocol.empty() ? Value::none() : Value::of(transaction.subprotocol);
}

}  // namespace weir::websocket
