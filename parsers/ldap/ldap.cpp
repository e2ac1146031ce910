// SPDX-License-Identifier: Apache-2.0
#include "parsers/ldap/ldap.hpp"

#include <algorithm>

#include "parsers/base/steps.hpp"
#include "parsers/ldap/ldap_filter.hpp"

namespace weir::ldap {
namespace {

constexpr std::size_t filter_room = 4096;          // octets of scratch in which a filter's text is written
constexpr std::uint64_t enough_to_judge = 512;     // octets of a first message: a longer one is known by its head
constexpr std::uint64_t max_message = 16'777'216;  // octets; no server takes longer ones
constexpr std::uint32_t success = 0;
constexpr std::uint32_t max_version = 3;

/// The filter as text in scratch memory; absent where it is broken or too long to be written.
Bytes filter_text(Bytes filter, Scratch& scratch) noexcept {
    if (filter.empty()) return {};
    const auto room = scratch.take(filter_room);
    TextWriter writer{room};
    const bool good = write_filter(filter, writer);
    scratch.give_back(room.size() - writer.text().size());
    return good ? first_of(writer.text(), max_filter_text) : Bytes{};
}

/// The request with everything that is shown of it, as it stands in the message.
Transaction transaction_of(const Message& message, const Request& request, Scratch& scratch) noexcept {
    Transaction transaction;
    transaction.request = &request;
    transaction.dn = message.dn;
    transaction.mechanism = message.mechanism;
    transaction.filter = filter_text(message.filter, scratch);
    transaction.oid = message.oid;
    transaction.asked = &message;
    return transaction;
}

Request request_of(const Message& message) noexcept {
    return {message.op,    message.id,      message.authentication, message.version,
            message.scope, message.aliases, message.size_limit,     message.time_limit};
}

bool is_plausible(const Message& message) noexcept {
    if (message.version) return *message.version >= 1 && *message.version <= max_version;
    return message.id != 0 || message.op == Op::extended_response;  // RFC 4511 section 4.4: unsolicited notifications
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    const bool stream = offer.transport == Transport::tcp;
    const Head head = read_head(offer.data);
    if (head.state == Head::State::none || head.size > max_message) return Probe::no();
    const Probe match = Probe::yes(is_request(head.op) ? Probe::Sender::client : Probe::Sender::server);
    if (head.state == Head::State::more) return stream ? Probe::more() : Probe::no();
    if (offer.data.size() < head.size) {
        if (!stream) return Probe::no();
        return offer.data.size() < enough_to_judge ? Probe::more() : match;
    }
    const auto message = read_message(offer.data);
    return message && is_plausible(*message) ? match : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (transport_ == Transport::tcp)
        return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept { return element(direction, rest, emit); });
    const auto read = read_message(bytes);
    if (!read)
        emit.anomaly(Parser::malformed_data, direction);
    else
        (void)message(direction, *read, emit);
    return Fed::ok(bytes.size());
}

Fed State::element(Direction direction, Bytes rest, Emit<Transaction> emit) noexcept {
    bool& lost = lost_[static_cast<std::size_t>(direction)];
    const Head head = read_head(rest);
    if (head.state == Head::State::none || head.size > max_message) {
        // A security layer puts four octets of length before each of its buffers (RFC 4422 section 3.7).
        if (lost || protected_) return Fed::done(0);
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::malformed();
    }
    if (head.state == Head::State::more) return Fed::need_more(0);
    std::optional<Message> read;
    if (head.size > max_read) {
        read.emplace();
        read->id = head.id;
        read->op = head.op;
    } else {
        if (rest.size() < head.size) return Fed::need_more(0, static_cast<std::size_t>(head.size));
        read = read_message(rest);
    }
    if (!read) {
        if (lost) return Fed::done(0);
        emit.anomaly(Parser::malformed_data, direction);
        return Fed::skip_after(0, head.size);
    }
    lost = false;
    const auto at_hand = static_cast<std::size_t>(std::min<std::uint64_t>(head.size, rest.size()));
    if (message(direction, *read, emit)) return Fed::upgraded(at_hand);
    return Fed::skip_after(at_hand, head.size - at_hand);
}

bool State::message(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    if (!is_request(message.op)) return answered(direction, message, emit);
    asked(direction, message, emit);
    return false;
}

void State::asked(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    const Request request = request_of(message);
    const Transaction transaction = transaction_of(message, request, emit.scratch());
    if (!has_answer(message.op)) {
        emit(transaction, Report::request | Report::log, direction);
        return;
    }
    emit(transaction, Report::request, direction);
    if (pending_.full()) {
        emit.anomaly(Parser::too_many_requests, direction);
        emit(pending_[0].transaction(), Report::log, direction);
        drop(0);
    }
    Pending kept;
    kept.request = request;
    kept.dn.keep(transaction.dn);
    kept.filter.keep(transaction.filter);
    kept.oid.keep(transaction.oid);
    kept.mechanism.keep(transaction.mechanism);
    (void)pending_.push_back(kept);
}

bool State::answered(Direction direction, const Message& message, Emit<Transaction> emit) noexcept {
    const auto found = std::ranges::find_if(pending_, [&](const Pending& pending) { return pending.request.id == message.id; });
    const bool known = found != pending_.end();
    Transaction transaction;
    if (known) {
        ++found->responses;
        if (message.op == Op::search_result_entry) ++found->entries;
        transaction = found->transaction();
    } else {
        transaction.responses = 1;
        transaction.entries = message.op == Op::search_result_entry ? 1 : 0;
    }
    transaction.answer = &message;
    // An entry whose search was not seen is judged, but each would be a line of its own.
    const bool last = !is_partial(message.op);
    emit(transaction, last ? Report::response | Report::log : Report::response, direction);
    const bool succeeded = message.result == success;
    if (known && succeeded && found->request.authentication == Authentication::sasl) protected_ = true;
    const Bytes oid = message.oid.empty() ? transaction.oid : message.oid;
    const bool upgraded = message.op == Op::extended_response && succeeded && as_text(oid) == start_tls;
    if (known && last) drop(static_cast<std::size_t>(found - pending_.begin()));
    return upgraded;
}

void State::drop(std::size_t index) noexcept {
    std::move(pending_.begin() + index + 1, pending_.end(), pending_.begin() + index);
    pending_.pop_back();
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

void State::finish(Emit<Transaction> emit) noexcept {
    for (const Pending& pending : pending_) emit(pending.transaction(), Report::log, Direction::to_client);
    pending_.clear();
}

Transaction State::Pending::transaction() const noexcept {
    Transaction transaction;
    transaction.request = &request;
    transaction.dn = dn.get();
    transaction.mechanism = mechanism.get();
    transaction.filter = filter.get();
    transaction.oid = oid.get();
    transaction.responses = responses;
    transaction.entries = entries;
    return transaction;
}

namespace fields {
namespace {

template <class Get>
Value from_request(const Transaction& transaction, std::size_t index, Get&& get) noexcept {
    if (index != 0) return {};
    return transaction.request != nullptr ? get(*transaction.request) : Value::none();
}
/// Responses are a list of at most one.
template <class Get>
Value from_response(const Transaction& transaction, std::size_t index, Get&& get) noexcept {
    return index == 0 && transaction.answer != nullptr ? get(*transaction.answer) : Value{};
}
Value attribute(const Message* message, std::size_t index) noexcept {
    return message != nullptr ? form_of<&Message::attributes>(*message, index) : Value{};
}

}  // namespace

Value request_op(const Transaction& transaction, std::size_t index) noexcept {
    return from_request(transaction, index, [](const Request& request) { return detail::value_of(request.op); });
}
Value request_op_name(const Transaction& transaction, std::size_t index) noexcept {
    return from_request(transaction, index, [](const Request& request) { return detail::value_of(op_name(request.op)); });
}
Value operation(const Transaction& transaction, std::size_t index) noexcept {
    return from_request(transaction, index, [](const Request& request) { return detail::value_of(operation_name(request.op)); });
}
Value request_id(const Transaction& transaction, std::size_t index) noexcept {
    return from_request(transaction, index, [](const Request& request) { return Value::of(request.id); });
}
Value authentication(const Transaction& transaction, std::size_t index) noexcept {
    return from_request(transaction, index,
                        [](const Request& request) { return detail::value_of(authentication_name(request.authentication)); });
}
Value password(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const bool there = transaction.asked != nullptr && transaction.asked->authentication == Authentication::simple;
    return there ? Value::of(transaction.asked->password) : Value::none();
}
Value request_attribute(const Transaction& transaction, std::size_t index) noexcept { return attribute(transaction.asked, index); }
Value response_attribute(const Transaction& transaction, std::size_t index) noexcept { return attribute(transaction.answer, index); }

Value response_op(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) { return detail::value_of(answer.op); });
}
Value response_op_name(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) { return detail::value_of(op_name(answer.op)); });
}
Value response_id(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index,
                         [&](const Message& answer) { return transaction.request == nullptr ? Value::of(answer.id) : Value::none(); });
}
Value response_dn(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) { return detail::value_of(answer.dn); });
}
Value response_text(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) { return detail::value_of(answer.text); });
}
Value result(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) { return form_of<&Message::result>(answer, 0); });
}
Value result_name(const Transaction& transaction, std::size_t index) noexcept {
    return from_response(transaction, index, [](const Message& answer) {
        return answer.result ? detail::value_of(ldap::result_name(*answer.result)) : Value::none();
    });
}

}  // namespace fields
}  // namespace weir::ldap
