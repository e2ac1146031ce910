// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/identify.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t enough_bytes = 1024;    // of one direction: a probe that still cannot tell will not
constexpr std::uint8_t enough_datagrams = 3;  // of one direction

void add_hint(auto& hints, std::uint16_t port, ProtocolId id) {
    auto hint = std::find_if(hints.begin(), hints.end(), [port](const auto& known) { return known.port == port; });
    if (hint == hints.end()) hint = hints.insert(hint, {port, {}});
    hint->protocols.insert(id);
}

ProtocolSet at_port(const auto& hints, std::uint16_t port) noexcept {
    const auto found =
        std::lower_bound(hints.begin(), hints.end(), port, [](const auto& hint, std::uint16_t wanted) { return hint.port < wanted; });
    return found != hints.end() && found->port == port ? found->protocols : ProtocolSet{};
}

}  // namespace

Identifier::Identifier() {
    const std::span<const ParserInfo> all = protocols();
    for (ProtocolId id = 0; id < all.size(); ++id) {
        if (all[id].tcp) over_tcp_.insert(id);
        if (all[id].udp) over_udp_.insert(id);
        for (const Hint& hint : all[id].hints) add_hint(hint.transport == Transport::tcp ? tcp_ : udp_, hint.port, id);
    }
    for (auto* hints : {&tcp_, &udp_})
        std::sort(hints->begin(), hints->end(), [](const PortHint& a, const PortHint& b) { return a.port < b.port; });
}

ProtocolSet Identifier::hinted(const Session& session, Transport transport) const noexcept {
    const auto& hints = transport == Transport::tcp ? tcp_ : udp_;
    return at_port(hints, session.key.low_port) | at_port(hints, session.key.high_port);
}

Identifier::Outcome Identifier::offer(Session& session, Direction direction, Bytes data, Transport transport) const noexcept {
    const auto side = static_cast<std::size_t>(direction);
    const ProtocolSet possible = transport == Transport::tcp ? over_tcp_ : over_udp_;
    ProtocolSet& left = session.probe_left[side];
    left = left & possible;
    session.app_status = AppStatus::probing;
    const ProtocolSet near_port = hinted(session, transport);
    for (const ProtocolSet& round : {left & near_port, left - near_port}) {
        for (ProtocolSet rest = round; !rest.empty();) {
            const ProtocolId id = rest.first();
            rest.erase(id);
            const Probe probe = protocols()[id].probe(Offer{data, transport, direction, near_port.contains(id)});
            if (probe.answer == Probe::Answer::match) {
                session.app = id;
                session.app_status = AppStatus::known;
                const bool from_opener = direction == Direction::to_server;
                session.app_reversed = probe.sender != Probe::Sender::unknown && (probe.sender == Probe::Sender::client) != from_opener;
                return Outcome::known;
            }
            if (probe.answer == Probe::Answer::no_match && transport == Transport::tcp) left.erase(id);
        }
    }
    const bool enough = transport == Transport::tcp ? data.size() >= enough_bytes : session.payload_packets[side] >= enough_datagrams;
    if (enough) left.clear();
    const ProtocolSet other = session.probe_left[1 - side] & possible;
    // One-sided captures: the other direction is not waited for without end.
    const bool other_may_tell = !other.empty() && session.payload_packets[1 - side] < enough_datagrams && data.size() < 4 * enough_bytes;
    if (left.empty() && !other_may_tell) {
        session.app_status = AppStatus::unknown;
        return Outcome::unknown;
    }
    return Outcome::waiting;
}

}  // namespace weir
