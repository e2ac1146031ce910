// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipfix/ipfix.hpp"

#include <algorithm>

#include "parsers/base/cursor.hpp"
#include "parsers/base/steps.hpp"

namespace weir::ipfix {
namespace {

constexpr std::uint16_t stream_version = 10;  // only IPFIX goes over TCP
constexpr std::size_t set_header_size = 4;

constexpr std::uint64_t key_of(std::uint32_t source, std::uint16_t id, std::uint16_t fields) noexcept {
    return std::uint64_t{source} << 32 | std::uint32_t{id} << 16 | fields;
}

/// Whether `data`, the beginning of a stream, can be that of a message with a set in it, as far as it goes.
bool may_begin_stream(Bytes data) noexcept {
    Cursor cursor{data};
    if (data.size() < header_size + set_header_size)
        return data.empty() || (data[0] == 0 && (data.size() < 2 || data[1] == stream_version));
    const std::uint16_t version = cursor.be16(), length = cursor.be16();
    cursor.skip(header_size - cursor.position());
    const std::uint16_t set = cursor.be16(), set_length = cursor.be16();
    const bool set_exists = set == 2 || set == 3 || set >= 256;
    return version == stream_version && set_exists && set_length >= set_header_size && length >= header_size + set_length;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    Bytes wire = offer.data;
    if (offer.transport == Transport::tcp) {
        if (!may_begin_stream(wire)) return Probe::no();
        if (wire.size() < header_size + set_header_size) return Probe::more();
        const std::size_t length = Cursor{wire.subspan(2)}.be16();
        if (wire.size() < length) return offer.port_matches ? Probe::yes(Probe::Sender::client) : Probe::more();
        wire = wire.first(length);
    }
    return read_message(wire) ? Probe::yes(Probe::Sender::client) : Probe::no();
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
    if (rest.size() < header_size + set_header_size) return Fed::need_more(0, header_size + set_header_size);
    if (!may_begin_stream(rest)) {
        if (lost) return Fed::done(0);
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::malformed();
    }
    const std::size_t length = Cursor{rest.subspan(2)}.be16();
    if (length > max_read) {
        emit.anomaly(Parser::message_too_long, direction);
        return Fed::skip_after(0, length);
    }
    if (rest.size() < length) return Fed::need_more(0, length);
    lost = false;
    if (const auto message = read_message(rest.first(length)))
        report(direction, *message, emit);
    else
        emit.anomaly(Parser::malformed_data, direction);
    return Fed::ok(length);
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

bool State::is_new(std::uint64_t key) noexcept {
    if (std::ranges::find(known_, key) != known_.end()) return false;
    if (known_.full()) known_[key % max_known] = key;
    (void)known_.push_back(key);
    return true;
}

void State::report(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    ++messages_;
    // Exporters send without end, and their templates again and again: an event is written of what is new, and one at the end
    // that counts.
    bool written = is_new(key_of(message.source, 0, 0));
    for (const Template& one : message.templates) written |= is_new(key_of(message.source, one.id, one.fields));
    unwritten_ = !written;
    if (unwritten_) latest_ = message;
    emit({&message, messages_}, written ? Report::request | Report::log : Report::request, direction);
}

void State::finish(Emit<Transaction> emit) noexcept {
    if (unwritten_) emit({&latest_, messages_}, Report::log, Direction::to_server);
    unwritten_ = false;
}

namespace fields {
namespace {

template <class Get>
Value of_template(const Transaction& transaction, std::size_t index, Get&& get) noexcept {
    const auto& list = transaction.message->templates;
    return index < list.size() ? get(list[index]) : Value{};
}

}  // namespace

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return Value::of(std::string_view{transaction.message->templates.empty() ? "data" : "template"});
}
Value template_id(const Transaction& transaction, std::size_t index) noexcept {
    return of_template(transaction, index, [](const Template& one) { return Value::of(one.id); });
}
Value template_fields(const Transaction& transaction, std::size_t index) noexcept {
    return of_template(transaction, index, [](const Template& one) { return Value::of(one.fields); });
}
Value template_options(const Transaction& transaction, std::size_t index) noexcept {
    return of_template(transaction, index, [](const Template& one) { return Value::flag(one.options); });
}

}  // namespace fields
}  // namespace weir::ipfix
