// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/identify.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t enough_bytes = 1024;    // of one direction: a probe that still cannot tell will not
constexpr std::uint8_t enough_datagrams = 3;  // of one direction
constexpr unsigned patience = 4;              // times enough: so long an answer that did not come is waited for

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
        for (std::size_t transport = 0; transport < over_.size(); ++transport)
            if (all[id].over[transport]) over_[transport].all.insert(id);
        for (const Hint& hint : all[id].hints) add_hint(over_[static_cast<std::size_t>(hint.transport)].hints, hint.port, id);
    }
    inside_.resize(all.size());
    for (ProtocolId id = 0; id < all.size(); ++id)
        for (const std::string_view carrier : all[id].carriers) inside_[find_protocol(carrier)].insert(id);
    for (Candidates& candidates : over_) std::ranges::sort(candidates.hints, {}, &PortHint::port);
}

ProtocolSet Identifier::hinted(const Session& session, Transport transport) const noexcept {
    const auto& hints = over(transport).hints;
    if (transport == Transport::ip) return at_port(hints, session.key.protocol);
    return at_port(hints, session.key.low_port) | at_port(hints, session.key.high_port);
}

ProtocolId Identifier::inside(ProtocolId outer, Direction direction, Bytes message) const noexcept {
    for (ProtocolSet rest = inside_[outer]; !rest.empty();) {
        const ProtocolId id = rest.first();
        rest.erase(id);
        if (protocols()[id].probe(Offer{message, Transport::inside, direction}).answer == Probe::Answer::match) return id;
    }
    return no_protocol;
}

bool Identifier::reads(std::uint8_t ip_protocol) const noexcept { return !at_port(over(Transport::ip).hints, ip_protocol).empty(); }

Identifier::Outcome Identifier::offer(Session& session, Direction direction, Bytes data, Transport transport,
                                      std::uint32_t payload_protocol) const noexcept {
    const auto side = static_cast<std::size_t>(direction);
    const ProtocolSet possible = over(transport).all;
    const bool is_stream = transport == Transport::tcp;
    const std::uint8_t others_packets = session.payload_packets[1 - side];
    ProtocolSet& left = session.probe_left[side];
    left = left & possible;
    session.app_status = AppStatus::probing;
    const ProtocolSet near_port = left.empty() ? ProtocolSet{} : hinted(session, transport);
    for (const ProtocolSet& round : {left & near_port, left - near_port}) {
        for (ProtocolSet rest = round; !rest.empty();) {
            const ProtocolId id = rest.first();
            rest.erase(id);
            const Probe probe = protocols()[id].probe(Offer{data, transport, direction, near_port.contains(id), payload_protocol});
            if (probe.answer == Probe::Answer::match) {
                session.app = id;
                session.app_status = AppStatus::known;
                const bool from_opener = direction == Direction::to_server;
                session.app_reversed = probe.sender != Probe::Sender::unknown && (probe.sender == Probe::Sender::client) != from_opener;
                return Outcome::known;
            }
            if (probe.answer == Probe::Answer::no_match && is_stream) left.erase(id);
        }
    }
    // Of who spoke first: a stream's start grows from offer to offer, a datagram is whole.
    if (session.look == PayloadLook::none || (is_stream && others_packets == 0)) session.look = look_of(data);
    const auto seen = [&](unsigned times) {
        return is_stream ? data.size() >= times * enough_bytes : session.payload_packets[side] >= times * enough_datagrams;
    };
    if (seen(1)) left.clear();
    const ProtocolSet other = session.probe_left[1 - side] & possible;
    // One-sided captures: the other direction is not waited for without end.
    const bool other_may_tell = !other.empty() && others_packets < enough_datagrams && !seen(patience);
    if (left.empty() && !other_may_tell) {
        session.app_status = AppStatus::unknown;
        return Outcome::unknown;
    }
    return Outcome::waiting;
}

}  // namespace weir
