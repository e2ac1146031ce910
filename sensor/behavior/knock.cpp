// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/knock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> signalled{"T1205", "T1571"};

bool holds(Bytes bytes, Bytes part) noexcept { return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) != bytes.end(); }

/// As the wire has it, as a little-endian machine has it, or as text.
bool names(Bytes bytes, const IpAddress& address) noexcept {
    constexpr std::size_t v4_size = 4;
    const Bytes whole{address.bytes()};
    const Bytes wire = address.is_v4() ? whole.last(v4_size) : whole;
    std::array<std::uint8_t, 16> turned{};
    std::reverse_copy(wire.begin(), wire.end(), turned.begin());
    return holds(bytes, wire) || holds(bytes, Bytes{turned}.first(wire.size())) || holds(bytes, as_bytes(address.text()));
}

}  // namespace

void KnockDetector::knock(const Session& session, Bytes payload, Time clock) noexcept {
    Door& door = table_.at(session.server(), hash_chain(0, session.server()), clock);
    Knock& knock = door.knocks[door.count++ % kept_knocks];
    const Bytes kept = first_of(payload, kept_bytes);
    knock = {clock, session.client(), static_cast<std::uint8_t>(kept.size()), {}};
    std::copy(kept.begin(), kept.end(), knock.bytes.begin());
}

void KnockDetector::contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept {
    // What devices say to each other may be in another worker.
    if (packet.size != 0 || session.equipment[1] != no_equipment) return;
    const Door& door = table_.at(session.client(), hash_chain(0, session.client()), packet.clock);
    for (const Knock& knock : door.knocks) {
        if (knock.clock == 0 || packet.clock - knock.clock > settings_.within) continue;
        if (!names(Bytes{knock.bytes}.first(knock.size), session.server())) continue;
        const std::string why = fmt::format("a packet from {} held that address {} ms before", knock.from.text(),
                                            (packet.clock - knock.clock) / (second / 1000));
        Suspicion suspicion;
        suspicion.kind = Kind::call_home;
        suspicion.detector = name;
        suspicion.signature = "Equipment dials the address that a packet from outside has named";
        suspicion.why = why;
        suspicion.attack = signalled;
        suspicion.confidence = 0.9;
        suspicion.about = Facing::egress;
        suspicion.weak = true;  // nothing where the contract allows it
        sink.suspect(session, suspicion);
        return;
    }
}

}  // namespace weir
