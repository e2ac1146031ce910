// SPDX-License-Identifier: Apache-2.0
#include "parsers/pfcp/pfcp.hpp"

namespace weir::pfcp {
namespace {

constexpr unsigned max_messages = 16;  // of one datagram

bool is_answer(Bytes operation) noexcept { return as_text(operation).ends_with("-response"); }

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    Scratch no_texts{{}};
    const auto message = read_message(offer.data, no_texts);
    if (!message || message->operation.empty()) return Probe::no();
    const bool in_session = about_session(message->type);
    const std::size_t bare = in_session ? 12 : 4;  // the length of a message without elements
    const bool whole = message->followed || message->size == offer.data.size();
    const bool fits = message->seid.has_value() == in_session && message->extra == 0 && message->length > bare && whole;
    if (!fits && !offer.port_matches) return Probe::no();
    return Probe::yes(is_answer(message->operation) ? Probe::Sender::server : Probe::Sender::client);
}

Fed State::feed(Direction direction, Bytes datagram, Emit<Transaction> emit) noexcept {
    Bytes rest = datagram;
    for (unsigned count = 0; count < max_messages && !rest.empty(); ++count) {
        auto message = read_message(rest, emit.scratch());
        if (!message) {
            emit.anomaly(Parser::malformed_data, direction);
            break;
        }
        rest = rest.subspan(message->size);
        const bool last = !message->followed || rest.empty();
        if (last) message->extra += static_cast<std::uint32_t>(rest.size());
        emit(*message, (is_answer(message->operation) ? Report::response : Report::request) | Report::log, direction);
        if (last) break;
    }
    return Fed::ok(datagram.size());
}

Value node_id(const Transaction& transaction, std::size_t index) noexcept {
    if (index != 0) return {};
    if (transaction.node_address.data() != nullptr) return Value::address(transaction.node_address);
    return detail::value_of(transaction.node_name);
}

}  // namespace weir::pfcp
