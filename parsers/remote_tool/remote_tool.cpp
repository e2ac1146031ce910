// SPDX-License-Identifier: Apache-2.0
#include "parsers/remote_tool/remote_tool.hpp"

namespace weir::remote_tool {

Probe Parser::probe(const Offer& offer) noexcept { return find_sign(offer, true).probe; }

Fed State::feed(Direction direction, Bytes bytes, Emit<Transaction> emit) noexcept {
    if (reported) return over_tcp ? Fed::done(0) : Fed::ok(bytes.size());
    const Transport transport = over_tcp ? Transport::tcp : Transport::udp;
    const Sign sign = find_sign(Offer{bytes, transport, direction, true}, false);
    if (over_tcp && sign.probe.answer == Probe::Answer::need_more) return Fed::need_more(0);
    if (sign.probe.answer != Probe::Answer::match) return over_tcp ? Fed::done(0) : Fed::ok(bytes.size());
    reported = true;
    const Transaction transaction{sign.tool, sign.version, sign.host, sign.user, sign.identifier};
    emit(transaction, (direction == Direction::to_server ? Report::request : Report::response) | Report::log, direction);
    if (sign.before_tls != 0) return Fed::upgraded(sign.before_tls);
    return over_tcp ? Fed::done(0) : Fed::ok(bytes.size());
}

Fed State::gap(Direction, std::uint64_t, Emit<Transaction>) noexcept { return Fed::done(0); }

}  // namespace weir::remote_tool
