// SPDX-License-Identifier: Apache-2.0
#include "parsers/gtp/gtp.hpp"

#include "parsers/gtp/gtp_names.hpp"

namespace weir::gtp {
namespace {

constexpr unsigned max_messages = 4;  // of one datagram; the standard allows two

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    Scratch no_texts{{}};
    const auto message = read_message(offer.data, no_texts);
    if (!message || message->operation.empty()) return Probe::no();
    if (!offer.port_matches) {
        // The user plane and GTP' show too little of themselves; a control message accounts for every octet.
        const bool control = !message->charging && message->version != 0 && !message->is_user_data() && message->sequence.has_value();
        if (!control || message->extra != 0 || (message->size != offer.data.size() && !message->piggybacked)) return Probe::no();
    }
    const std::string_view name = as_text(message->operation);
    if (message->is_user_data() || name == "error-indication") return Probe::yes();
    return Probe::yes(is_answer(name) ? Probe::Sender::server : Probe::Sender::client);
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
        if (message->is_user_data()) break;  // no packet, or the decoder would have taken it
        const bool last = !message->piggybacked || rest.empty();
        if (last) message->extra += static_cast<std::uint32_t>(rest.size());
        emit(*message, (is_answer(as_text(message->operation)) ? Report::response : Report::request) | Report::log, direction);
        if (last) break;
    }
    return Fed::ok(datagram.size());
}

}  // namespace weir::gtp
