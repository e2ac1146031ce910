// SPDX-License-Identifier: Apache-2.0
#include "parsers/rlogin/rlogin.hpp"

#include "parsers/base/terminated.hpp"

namespace weir::rlogin {
namespace {

constexpr std::size_t longest = 64;  // of each text

struct Start {
    Terminated::Kind kind = Terminated::Kind::incomplete;
    Transaction who{};
    std::size_t size = 0;
};
/// `NUL client-user NUL server-user NUL terminal/speed NUL`, RFC 1282 section 2.
Start read_start(Bytes bytes) noexcept {
    Start start;
    Cursor cursor{bytes};
    if (cursor.u8() != 0) {
        start.kind = Terminated::Kind::broken;
        return start;
    }
    for (Bytes* const text : {&start.who.client_user, &start.who.server_user, &start.who.terminal}) {
        const Terminated read = take_terminated(cursor, longest);
        start.kind = read.kind;
        if (read.kind != Terminated::Kind::whole) return start;
        *text = read.text;
    }
    const Bytes terminal = start.who.terminal;
    const auto slash = std::find(terminal.begin(), terminal.end(), '/');
    const bool speed = slash != terminal.end() && slash + 1 != terminal.end() &&
                       std::all_of(slash + 1, terminal.end(), [](std::uint8_t byte) { return byte >= '0' && byte <= '9'; });
    if (!speed || start.who.server_user.empty()) start.kind = Terminated::Kind::broken;
    start.size = cursor.position();
    return start;
}

}  // namespace

Probe Parser::probe(const Offer& offer) noexcept {
    if (offer.transport != Transport::tcp || offer.data.empty()) return Probe::no();
    const Start start = read_start(offer.data);
    if (start.kind == Terminated::Kind::incomplete) return Probe::more();
    return start.kind == Terminated::Kind::whole ? Probe::yes(Probe::Sender::client) : Probe::no();
}

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (direction == Direction::to_client) return Fed::done(0);
    const Start start = read_start(bytes);
    if (start.kind == Terminated::Kind::incomplete) return Fed::need_more(0);
    if (start.kind == Terminated::Kind::broken) {
        emit.anomaly(1, direction);
        return Fed::malformed();
    }
    emit(start.who, Report::request | Report::log, direction);
    return Fed::done(start.size);
}

}  // namespace weir::rlogin
