// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/identify.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

constexpr std::size_t enough_bytes = 1024;       // of one direction: a probe that still cannot tell will not
constexpr std::uint8_t enough_datagrams = 3;     // of one direction

void add_hint(auto& hints, std::uint16_t port, std::uint64_t bit) {
    for (auto& hint : hints)
        if (hint.port == port) {
            hint.protocols |= bit;
            return;
        }
    hints.push_back({port, bit});
}

std::uint64_t at_port(const auto& hints, std::uint16_t port) noexcept {
    const auto found = std::lower_bound(hints.begin(), hints.end(), port, [](const auto& hint, std::uint16_t wanted) { return hint.port < wanted; });
    return found != hints.end() && found->port == port ? found->protocols : 0;
}

}  // namespace

Identifier::Identifier() {
    const std::span<const ParserInfo> all = protocols();
    for (std::size_t id = 0; id < all.size(); ++id) {
        const std::uint64_t bit = std::uint64_t{1} << id;
        if (all[id].tcp) tcp_mask_ |= bit;
        if (all[id].udp) udp_mask_ |= bit;
        for (const Hint& hint : all[id].hints) add_hint(hint.transport == Transport::tcp ? tcp_ : udp_, hint.port, bit);
    }
    for (auto* hints : {&tcp_, &udp_}) std::sort(hints->begin(), hints->end(), [](const PortHint& a, const PortHint& b) { return a.port < b.port; });
}

std::uint64_t Identifier::hinted(const Session& session, Transport transport) const noexcept {
    const auto& hints = transport == Transport::tcp ? tcp_ : udp_;
    return at_port(hints, session.key.low_port) | at_port(hints, session.key.high_port);
}

Identifier::Outcome Identifier::offer(Session& session, Direction direction, Bytes data, Transport transport) const noexcept {
    const auto side = static_cast<std::size_t>(direction);
    const std::uint64_t possible = transport == Transport::tcp ? tcp_mask_ : udp_mask_;
    std::uint64_t& left = session.probe_left[side];
    left &= possible;
    session.app_status = AppStatus::probing;
    const std::uint64_t near_port = hinted(session, transport);
    for (const std::uint64_t round : {left & near_port, left & ~near_port}) {
        for (std::uint64_t rest = round; rest != 0; rest &= rest - 1) {
            const auto id = static_cast<ProtocolId>(std::countr_zero(rest));
            const Probe probe = protocols()[id].probe(Offer{data, transport, direction, (near_port >> id & 1) != 0});
            if (probe.answer == Probe::Answer::match) {
                session.app = id;
                session.app_status = AppStatus::known;
                const bool from_opener = direction == Direction::to_server;
                session.app_reversed = probe.sender != Probe::Sender::unknown && (probe.sender == Probe::Sender::client) != from_opener;
                return Outcome::known;
            }
            if (probe.answer == Probe::Answer::no_match && transport == Transport::tcp) left &= ~(std::uint64_t{1} << id);
        }
    }
    const bool enough = transport == Transport::tcp ? data.size() >= enough_bytes : session.payload_packets[side] >= enough_datagrams;
    if (enough) left = 0;
    const std::uint64_t other = session.probe_left[1 - side] & possible;
    // One-sided captures: the other direction is not waited for without end.
    const bool other_may_tell = other != 0 && session.payload_packets[1 - side] < enough_datagrams && data.size() < 4 * enough_bytes;
    if (left == 0 && !other_may_tell) {
        session.app_status = AppStatus::unknown;
        return Outcome::unknown;
    }
    return Outcome::waiting;
}

}  // namespace weir
