// SPDX-License-Identifier: Apache-2.0
#include "parsers/gtp/gtp.hpp"

#include "parsers/gtp/gtp_names.hpp"

namespace weir::gtp {
namespace {

constexpr unsigned max_messages = 4;  // of one datagram; the standard allows two

/// Whether a message can be believed on any port: one of the control plane that accounts for every octet of its datagram, with a
/// tunnel just where it must have one. The user plane and GTP' show too little of themselves.
bool proves_itself(const Message& message, std::size_t datagram_size) noexcept {
    constexpr std::uint8_t last_about_path = 3;  // echoes, and the answer to versions that are not known
    if (message.charging || message.version == 0 || message.is_user_data() || !message.sequence || message.extra != 0) return false;
    const bool about_path = message.type <= last_about_path;
    const bool tunnel_fits = message.version == 1 ? !about_path || message.teid == 0u : about_path != message.teid.has_value();
    return tunnel_fits && (message.size == datagram_size || message.piggybacked);
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::udp) return Probe::no();
    Scratch no_texts{{}};
    const auto message = read_message(offer.data, no_texts);
    if (!message || message->operation.empty()) return Probe::no();
    if (!offer.port_matches && !proves_itself(*message, offer.data.size())) return Probe::no();
    const std::string_view operation = as_text(message->operation);
    if (message->is_user_data() || operation == "error-indication") return Probe::yes();
    return Probe::yes(is_answer(operation) ? Probe::Sender::server : Probe::Sender::client);
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
