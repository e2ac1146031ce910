// SPDX-License-Identifier: Apache-2.0
#include "parsers/krb5/krb5.hpp"

#include "parsers/base/steps.hpp"
#include "parsers/base/text_writer.hpp"

namespace weir::krb5 {
namespace {

constexpr std::size_t length_size = 4;           // before each message over TCP, RFC 4120 section 7.2.2
constexpr std::uint32_t max_message = 1u << 24;  // octets: KDCs take less
constexpr std::size_t min_message = 24;
constexpr std::size_t enough_to_judge = length_size + min_message;  // of a stream: the longest beginning with version and type

Bytes joined(const Name& name, Scratch& scratch) noexcept {
    if (name.empty()) return {};
    return write_in(scratch, [&](TextWriter& writer) {
        for (std::size_t i = 0; i < name.size(); ++i) {
            if (i != 0) writer.put('/');
            writer.put(name[i]);
        }
    });
}

std::uint32_t length_at(Bytes data) noexcept { return Cursor{data}.be32(); }

/// Whether `data`, the beginning of a stream, can be a length with a message behind it, as far as it goes.
bool may_begin_stream(Bytes data) noexcept {
    if (data.size() < length_size) return data.empty() || data[0] == 0;
    const std::uint32_t length = length_at(data);
    const Bytes message = data.subspan(length_size);
    if (length < min_message || length > max_message || !may_begin(message)) return false;
    const std::size_t size = ber::element_size(message);
    return size == 0 || size == length;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Bytes wire = offer.data;
    if (offer.transport == Transport::tcp) {
        if (!may_begin_stream(wire)) return Probe::no();
        if (wire.size() < enough_to_judge) return Probe::more();
        return Probe::yes(is_request(Type{static_cast<std::uint8_t>(wire[length_size] & 0x1f)}) ? Probe::Sender::client
                                                                                                : Probe::Sender::server);
    }
    const auto message = read_message(wire);
    if (!message) return Probe::no();
    return Probe::yes(is_request(message->type) ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (transport_ == Transport::tcp)
        return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return element(direction, rest, emit); });
    if (const auto message = read_message(bytes))
        report(direction, *message, emit);
    else
        emit.anomaly(Parser::malformed_data, direction);
    return Fed::ok(bytes.size());
}

Fed State::element(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept {
    bool& lost = lost_[static_cast<std::size_t>(direction)];
    if (rest.size() < enough_to_judge) return Fed::need_more(0, enough_to_judge);
    if (!may_begin_stream(rest)) {
        if (lost) return Fed::done(0);
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::malformed();
    }
    const std::uint32_t length = length_at(rest);
    if (length > max_read) {
        emit.anomaly(Parser::message_too_long, direction);
        return Fed::skip_after(length_size, length);
    }
    if (rest.size() - length_size < length) return Fed::need_more(0, length_size + length);
    lost = false;
    if (const auto message = read_message(rest.subspan(length_size, length)))
        report(direction, *message, emit);
    else
        emit.anomaly(Parser::malformed_data, direction);
    return Fed::ok(length_size + length);
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

void State::report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    const bool request = is_request(message.type);
    if (request) asked_ = message.type;
    Transaction transaction;
    transaction.message = message;
    transaction.client = joined(message.client, emit.scratch());
    transaction.server = joined(message.server, emit.scratch());
    if (message.type == Type::error) transaction.failed_request = asked_ ? type_name(*asked_) : "UNKNOWN";
    emit(transaction, (request ? Report::request : Report::response) | Report::log, direction);
}

namespace fields {
namespace {

template <class Get>
Value of_encryption(const std::optional<std::int32_t>& type, std::size_t index, Get&& get) noexcept {
    if (index != 0) return {};
    return type ? get(*type) : Value::none();
}
Value name_value(std::int32_t type) noexcept { return detail::value_of(krb5::encryption_name(type)); }
Value weak_value(std::int32_t type) noexcept { return Value::flag(is_weak(type)); }

}  // namespace

Value type(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? detail::value_of(transaction.message.type) : Value{};
}
Value type_name(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(krb5::type_name(transaction.message.type)) : Value{};
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(operation_name(transaction.message.type)) : Value{};
}
Value encryption_name(const Transaction& transaction, std::size_t index) noexcept {
    return of_encryption(transaction.message.encryption, index, name_value);
}
Value weak_encryption(const Transaction& transaction, std::size_t index) noexcept {
    return of_encryption(transaction.message.encryption, index, weak_value);
}
Value ticket_encryption_name(const Transaction& transaction, std::size_t index) noexcept {
    return of_encryption(transaction.message.ticket_encryption, index, name_value);
}
Value ticket_weak_encryption(const Transaction& transaction, std::size_t index) noexcept {
    return of_encryption(transaction.message.ticket_encryption, index, weak_value);
}
Value error_name(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& error = transaction.message.error;
    return error ? detail::value_of(krb5::error_name(*error)) : Value::none();
}
Value preauthentication(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const Message& message = transaction.message;
    return is_request(message.type) ? Value::flag(message.preauthenticated) : Value::none();
}
Value offered(const Transaction& transaction, std::size_t index) noexcept {
    const auto& list = transaction.message.offered;
    return index < list.size() ? Value::of(static_cast<std::uint32_t>(list[index])) : Value{};
}

}  // namespace fields
}  // namespace weir::krb5
