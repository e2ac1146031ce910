// SPDX-License-Identifier: Apache-2.0
#include "parsers/syslog/syslog.hpp"

#include <algorithm>

#include "parsers/base/steps.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir::syslog {
namespace {

constexpr std::size_t max_count_digits = 6;  // of an octet count: far above what anybody sends
constexpr std::size_t looked_at = 64;        // octets that must be text where there is no priority

/// RFC 6587 section 3.4.1: `LENGTH `, then the message, which begins with its priority.
struct Count {
    enum class Kind : std::uint8_t { none, undecided, bad, good } kind = Kind::none;
    std::size_t head = 0;    ///< octets of digits and blank
    std::size_t length = 0;  ///< of the message
};
Count count_at(Bytes bytes) noexcept {
    Count count;
    std::size_t digits = 0;
    while (digits < bytes.size() && digits <= max_count_digits && bytes[digits] >= '0' && bytes[digits] <= '9')
        count.length = count.length * 10 + (bytes[digits++] - '0');
    if (digits == 0) return count;
    count.head = digits + 1;
    if (digits > max_count_digits) return count;
    if (bytes.size() <= count.head) {  // the blank and the first octet of the message decide
        if (digits == bytes.size() || bytes[digits] == ' ') count.kind = Count::Kind::undecided;
        return count;
    }
    if (bytes[digits] != ' ' || bytes[count.head] != '<') return count;
    count.kind = bytes[0] == '0' || count.length == 0 ? Count::Kind::bad : Count::Kind::good;
    return count;
}

/// A message without what only ends it: line ends and NULs.
Bytes without_end(Bytes message) noexcept {
    while (!message.empty() && (message.back() == '\n' || message.back() == '\r' || message.back() == 0))
        message = message.first(message.size() - 1);
    return message;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    const bool stream = offer.transport == Transport::tcp;
    Bytes message = offer.data;
    if (stream) {
        const Count count = count_at(message);
        if (count.kind == Count::Kind::undecided) return Probe::more();
        if (count.kind == Count::Kind::good) message = first_of(message.subspan(count.head), count.length);
    }
    const Probe yes = Probe::yes(Probe::Sender::client);
    switch (start_of(message)) {
        case Start::certain: return yes;
        case Start::priority: return offer.port_matches ? yes : Probe::no();
        case Start::undecided:
            if (stream) return Probe::more();
            return offer.port_matches && !message.empty() ? yes : Probe::no();
        case Start::other: break;
    }
    const bool text = !message.empty() && is_text(first_of(without_end(message), looked_at));
    return !stream && offer.port_matches && text ? yes : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (transport_ == Transport::tcp) return feed_stream(direction, bytes, emit);
    report(direction, bytes, emit);
    return Fed::ok(bytes.size());
}

Fed State::feed_stream(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (direction == Direction::to_client) return Fed::done(bytes.size());  // a receiver says nothing
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        if (to_line_end_) {
            const TextLine lost = first_line(rest);
            to_line_end_ = !lost.complete();
            return Fed::ok(lost.complete() ? lost.size : rest.size());
        }
        const Count count = count_at(rest);
        switch (count.kind) {
            case Count::Kind::undecided: return Fed::need_more(0);
            case Count::Kind::good: return counted(direction, count.head, count.length, rest, emit);
            case Count::Kind::none: return line(direction, rest, emit);
            case Count::Kind::bad: break;
        }
        emit.anomaly(Parser::bad_octet_count, direction);
        return Fed::malformed();
    });
}

Fed State::counted(Direction direction, std::size_t head, std::size_t length, Bytes rest, Emit<Transaction> emit) noexcept {
    counted_ = true;
    const std::size_t kept = std::min(length, max_message);
    if (rest.size() < head + kept) return Fed::need_more(0, head + kept);
    report(direction, rest.subspan(head, kept), emit);
    if (length > max_message) emit.anomaly(Parser::message_too_long, direction);
    return Fed::skip_after(head + kept, length - kept);
}

Fed State::line(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept {
    const TextLine line = first_line(first_of(rest, max_message + 1));
    if (line.complete()) {
        if (!without_end(line.text).empty()) report(direction, line.text, emit);
        return Fed::ok(line.size);
    }
    if (rest.size() <= max_message) return Fed::need_more(0);
    report(direction, rest.first(max_message), emit);
    emit.anomaly(Parser::message_too_long, direction);
    to_line_end_ = true;
    return Fed::ok(max_message);
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept {
    if (counted_) return Fed::done(0);
    to_line_end_ = true;
    return Fed::ok(0);
}

void State::end(Direction direction, Bytes unconsumed, Emit<Transaction> emit) noexcept {
    const Count count = count_at(unconsumed);
    const Bytes message = count.kind == Count::Kind::good ? unconsumed.subspan(count.head) : unconsumed;
    if (transport_ == Transport::tcp && !without_end(message).empty()) report(direction, message, emit);
}

void State::report(Direction direction, Bytes wire, Emit<Transaction> emit) noexcept {
    const Transaction transaction{read_message(without_end(wire))};
    if (!transaction.message.priority) emit.anomaly(Parser::missing_priority, direction);
    emit(transaction, Report::request | Report::log, direction);
}

namespace fields {

Value facility(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& priority = transaction.message.priority;
    return priority ? Value::of(*priority / 8u) : Value::none();
}
Value severity(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& priority = transaction.message.priority;
    return priority ? Value::of(*priority % 8u) : Value::none();
}
Value facility_text(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& priority = transaction.message.priority;
    return priority ? Value::of(facility_name(*priority / 8u)) : Value::none();
}
Value severity_text(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const auto& priority = transaction.message.priority;
    return priority ? Value::of(severity_name(*priority % 8u)) : Value::none();
}
Value version(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    return transaction.message.version != 0 ? Value::of(transaction.message.version) : Value::none();
}
Value logged(const Transaction& transaction, std::size_t index) noexcept {
    return index == 0 ? Value::of(first_of(transaction.message.text, max_logged)) : Value{};
}

}  // namespace fields
}  // namespace weir::syslog
