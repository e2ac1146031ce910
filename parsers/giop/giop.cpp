// SPDX-License-Identifier: Apache-2.0
#include "parsers/giop/giop.hpp"

#include <algorithm>

#include "parsers/base/steps.hpp"

namespace weir::giop {
namespace {

std::string_view version_name(std::uint8_t minor) noexcept {
    constexpr std::array<std::string_view, 4> names{"1.0", "1.1", "1.2", "1.3"};
    return names[std::min<std::size_t>(minor, names.size() - 1)];
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || !may_begin(offer.data)) return Probe::no();
    const auto header = read_header(offer.data);
    if (!header) return Probe::more();
    return Probe::yes(from_client(header->type) ? Probe::Sender::client : Probe::Sender::server);
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        const auto header = read_header(rest);
        if (!header) {
            if (rest.size() < header_size && may_begin(rest)) return Fed::need_more(0);
            emit.anomaly(Parser::invalid_header, direction);
            return Fed::malformed();
        }
        const std::uint64_t size = std::uint64_t{header->size} + header_size;
        const auto seen = static_cast<std::size_t>(std::min<std::uint64_t>(size, max_seen));
        if (rest.size() < seen) return Fed::need_more(0, seen);
        if (header->type != Type::fragment) {
            if (const auto message = read_message(*header, rest.first(seen), emit.scratch()))
                report(direction, *header, *message, emit);
            else
                emit.anomaly(Parser::malformed_data, direction);
        }
        return Fed::skip_after(seen, size - seen);
    });
}

void State::report(Direction direction, const Header& header, const Message& message, Emit<Transaction> emit) noexcept {
    Transaction transaction;
    transaction.type = type_name(header.type);
    transaction.version = version_name(header.minor);
    if (message.has_request_id) transaction.request_id = message.request_id;
    switch (header.type) {
        case Type::request:
        case Type::locate_request: {
            Request request;
            request.direction = direction;
            request.type = header.type;
            request.minor = header.minor;
            request.oneway = !message.response_expected;
            request.id = message.request_id;
            request.operation.keep_front(header.type == Type::request ? message.operation : as_bytes("locate"));
            request.object_key.keep_front(message.object_key);
            for (const Reference& reference : message.references) {
                if (request.references.full()) break;
                KeptReference kept;
                kept.host.keep_front(reference.host);
                kept.port = reference.port;
                (void)request.references.push_back(kept);
            }
            if (request.oneway) {
                describe(request, transaction);
                emit(transaction, Report::request | Report::log, direction);
                return;
            }
            const auto unanswered = [&](const Request& lost) noexcept {
                Transaction alone;
                describe(lost, alone);
                emit(alone, Report::log, lost.direction);
            };
            describe(outstanding_.add(request, unanswered), transaction);
            emit(transaction, Report::request, direction);
            return;
        }
        case Type::reply:
        case Type::locate_reply: {
            const auto asked = [&](const Request& candidate) {
                return candidate.id == message.request_id && candidate.direction != direction &&
                       candidate.type == (header.type == Type::reply ? Type::request : Type::locate_request);
            };
            const Request* const request = outstanding_.find(asked);
            if (request != nullptr) describe(*request, transaction);
            if (message.status) transaction.status = status_name(header.type, *message.status);
            transaction.exception = message.exception;
            transaction.reply_references = message.references;
            emit(transaction, Report::response | Report::log, direction);
            if (request != nullptr) outstanding_.remove(*request);
            return;
        }
        case Type::cancel_request: emit(transaction, Report::request | Report::log, direction); return;
        case Type::close_connection:
        case Type::message_error: emit(transaction, Report::response | Report::log, direction); return;
        case Type::fragment: return;
    }
}

void State::describe(const Request& request, Transaction& transaction) noexcept {
    transaction.type = type_name(request.type);
    transaction.version = version_name(request.minor);
    transaction.operation = request.operation.get();
    transaction.object_key = request.object_key.get();
    transaction.request_id = request.id;
    transaction.oneway = request.oneway;
    for (const KeptReference& reference : request.references)
        (void)transaction.references.push_back({reference.host.get(), reference.port});
}

void State::finish(Emit<Transaction> emit) noexcept {
    for (const Request& request : outstanding_) {
        Transaction transaction;
        describe(request, transaction);
        emit(transaction, Report::log, request.direction);
    }
    outstanding_.clear();
}

}  // namespace weir::giop
