// SPDX-License-Identifier: Apache-2.0
#include "parsers/diameter/diameter.hpp"

#include "parsers/base/steps.hpp"

namespace weir::diameter {
namespace {

constexpr bool is_request(const Header& header) noexcept { return (header.flags & request_flag) != 0; }

bool is_known(const Header& header) noexcept { return !command_name(header.command).empty(); }

/// Either end sends requests; but capabilities are asked for by who has opened the connection (RFC 6733 section 5.3).
Probe::Sender sender_of(const Header& header) noexcept {
    if (header.command != capabilities_exchange) return Probe::Sender::unknown;
    return is_request(header) ? Probe::Sender::client : Probe::Sender::server;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if ((offer.transport != Transport::tcp && offer.transport != Transport::sctp) || !may_begin(offer.data)) return Probe::no();
    if (offer.data.size() < header_size) return Probe::more();
    const Header header = read_header(offer.data);
    // Every command needs AVPs: the first of them must look like one.
    if (!is_known(header) || header.length == header_size || !may_begin_avps(offer.data.subspan(header_size))) return Probe::no();
    if (offer.data.size() < header_size + 8) return Probe::more();
    return Probe::yes(sender_of(header));
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    return feed_in_steps(bytes, emit.scratch(), [&](Bytes rest) noexcept {
        bool& lost = lost_[static_cast<std::size_t>(direction)];
        if (rest.size() < header_size) return Fed::need_more(0, header_size);
        if (!may_begin(rest)) {
            if (lost) return Fed::done(0);
            emit.anomaly(Parser::malformed_header, direction);
            return Fed::malformed();
        }
        Transaction transaction;
        transaction.header = read_header(rest);
        if (lost && !is_known(transaction.header)) return Fed::done(0);
        const std::size_t size = transaction.header.length;
        const bool readable = size <= max_read;
        if (readable && rest.size() < size) return Fed::need_more(0, size);
        lost = false;
        if (readable) {
            const AvpsRead read = read_avps(rest.subspan(header_size, size - header_size), transaction.avps);
            if (!read.complete) emit.anomaly(Parser::malformed_avp, direction);
            if (!read.room) emit.anomaly(Parser::too_many_avps, direction);
        } else {
            emit.anomaly(Parser::message_too_long, direction);
        }
        emit(transaction, (is_request(transaction.header) ? Report::request : Report::response) | Report::log, direction);
        return Fed::skip_after(header_size, size - header_size);
    });
}

Fed State::gap(Direction direction, std::uint64_t, Emit<Transaction>) noexcept {
    lost_[static_cast<std::size_t>(direction)] = true;
    return Fed::ok(0);
}

namespace fields {

Value operation(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    const std::string_view known = command_name(transaction.header.command);
    return Value::of(known.empty() ? std::string_view{"unknown"} : known);
}
Value host_address(const Transaction& transaction, std::size_t index) noexcept {
    const auto& list = transaction.avps.host_addresses;
    return index < list.size() ? Value::address(list[index]) : Value{};
}

}  // namespace fields
}  // namespace weir::diameter
