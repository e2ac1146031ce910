// SPDX-License-Identifier: Apache-2.0
#include "parsers/tftp/tftp.hpp"

#include <algorithm>
#include <charconv>

#include "parsers/base/cursor.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir::tftp {
namespace {

constexpr std::size_t head_size = 4;                                 // operation and block or error code
constexpr std::uint32_t min_block_size = 8, max_block_size = 65464;  // RFC 2348

/// The text up to its NUL, which is read too; fails the cursor where there is none.
Bytes terminated(Cursor& cursor) noexcept {
    const Bytes rest = cursor.rest();
    const auto end = std::ranges::find(rest, std::uint8_t{0});
    const Bytes text = cursor.take(static_cast<std::size_t>(end - rest.begin()));
    cursor.skip(1);
    return cursor.ok() ? text : Bytes{};
}

constexpr bool is_request(Packet packet) noexcept { return packet == Packet::read_request || packet == Packet::write_request; }
bool is_mode(Bytes mode) noexcept { return equal_nocase(mode, "octet") || equal_nocase(mode, "netascii") || equal_nocase(mode, "mail"); }

Packet packet_of(std::uint16_t code) noexcept { return code >= 1 && code <= 6 ? static_cast<Packet>(code) : Packet::none; }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp || offer.data.size() < head_size) return Probe::no();
    Cursor cursor{offer.data};
    const Packet packet = packet_of(cursor.be16());
    if (is_request(packet)) {
        const Bytes file = terminated(cursor);
        const Bytes mode = terminated(cursor);
        const bool printable = std::ranges::all_of(file, [](std::uint8_t octet) { return octet >= 0x20 && octet != 0x7f; });
        return cursor.ok() && !file.empty() && is_mode(mode) && printable ? Probe::yes(Probe::Sender::client) : Probe::no();
    }
    // The packets of a transfer say too little to be known by: only in a session that was announced, or on the port.
    if (!offer.port_matches || packet == Packet::none) return Probe::no();
    if (packet == Packet::acknowledgement && offer.data.size() != head_size) return Probe::no();
    return Probe::yes(packet == Packet::option_acknowledgement ? Probe::Sender::server : Probe::Sender::unknown);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Cursor cursor{datagram};
    const Packet packet = packet_of(cursor.be16());
    if (!cursor.ok()) {
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::ok(datagram.size());
    }
    if (packet == Packet::none) {
        emit.anomaly(Parser::invalid_opcode, direction);
        return Fed::ok(datagram.size());
    }
    if (is_request(packet)) {
        request(direction, packet, cursor.rest(), emit);
        return Fed::ok(datagram.size());
    }
    if (!active_) first_ = direction;
    active_ = true;
    if (packet == Packet::option_acknowledgement) {
        granted(cursor.rest());
        return Fed::ok(datagram.size());
    }
    const std::uint16_t number = cursor.be16();
    if (!cursor.ok()) {
        emit.anomaly(Parser::malformed_data, direction);
    } else if (packet == Packet::data) {
        data(direction, number, cursor.remaining());
    } else if (packet == Packet::error && !has_error_) {
        has_error_ = true;
        error_code_ = number;
        error_message_.keep_front(terminated(cursor));
    }
    return Fed::ok(datagram.size());
}

void State::request(Direction direction, Packet packet, Bytes body, Emit<Transaction> emit) noexcept {
    Cursor cursor{body};
    Transaction transaction;
    transaction.packet = packet;
    transaction.file = terminated(cursor);
    transaction.mode = terminated(cursor);
    if (!cursor.ok()) {
        emit.anomaly(Parser::malformed_data, direction);
        return;
    }
    finish(emit);  // of a transfer before, where both ends kept their ports
    *this = State{};
    requested_ = packet;
    file_.keep_front(transaction.file);

    InlineVector<Option, max_options> options;
    while (!cursor.empty()) {
        Option option;
        option.name = terminated(cursor);
        option.value = terminated(cursor);
        if (!cursor.ok() || !options.push_back(option)) {
            emit.anomaly(Parser::malformed_options, direction);
            break;
        }
    }
    transaction.options = {options.begin(), options.size()};
    emit(transaction, Report::request | Report::log, direction);

    // The server answers from a port of its own choice to the one that the request came from, RFC 1350 section 4.
    Expectation transfer;
    transfer.transport = Transport::udp;
    transfer.opened_towards = Direction::to_client;
    transfer.protocol = Parser::name;
    const Bytes label = first_of(transaction.file, transfer.label.size() - 1);
    std::ranges::copy(label, transfer.label.begin());
    emit.expect(transfer);
}

void State::granted(Bytes body) noexcept {
    Cursor cursor{body};
    for (std::size_t i = 0; i < max_options && !cursor.empty(); ++i) {
        const Bytes name = terminated(cursor);
        const std::string_view value = as_text(terminated(cursor));
        std::uint32_t size = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
        const bool number = error == std::errc{} && end == value.data() + value.size() && !value.empty();
        if (number && equal_nocase(name, "blksize") && size >= min_block_size && size <= max_block_size) block_size_ = size;
    }
}

void State::data(Direction direction, std::uint16_t block, std::size_t size) noexcept {
    // Numbers wrap around in long transfers; a number that is not ahead of the last one is a retransmission.
    const bool ahead = static_cast<std::int16_t>(static_cast<std::uint16_t>(block - last_block_)) > 0;
    if (has_data_ && !ahead) return;
    has_data_ = true;
    data_ = direction;
    last_block_ = block;
    ++blocks_;
    bytes_ += size;
    complete_ = size < block_size_;
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (!active_) return;
    Transaction transaction;
    transaction.packet = requested_;
    // In a session of its own the server sends first: blocks that go the same way are read from it.
    if (requested_ == Packet::none && has_data_) transaction.packet = data_ == first_ ? Packet::read_request : Packet::write_request;
    transaction.file = file_.get();
    transaction.transfer = true;
    transaction.complete = complete_;
    transaction.bytes = bytes_;
    transaction.blocks = blocks_;
    transaction.has_error = has_error_;
    transaction.error_code = error_code_;
    transaction.error_message = error_message_.get();
    emit(transaction, Report::log, data_);
}

namespace fields {

Value packet(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (!is_request(transaction.packet)) return Value::none();
    return Value::of(std::string_view{transaction.packet == Packet::read_request ? "read" : "write"});
}
Value option_name(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.options.size() ? Value::of(transaction.options[index].name) : Value{};
}
Value option_value(const Transaction& transaction, std::size_t index) noexcept {
    return index < transaction.options.size() ? Value::of(transaction.options[index].value) : Value{};
}
Value error_code(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.has_error ? Value::of(transaction.error_code) : Value::none();
}
Value error_message(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? detail::value_of(transaction.error_message) : Value{};
}

}  // namespace fields
}  // namespace weir::tftp
