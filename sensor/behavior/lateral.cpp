// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/lateral.hpp"

#include <fmt/format.h>

#include <string>

#include "sensor/behavior/saturating.hpp"
#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 1> looks_around{"T1046"}, moves_on{"T1021"};

}  // namespace

LateralDetector::LateralDetector(const Settings& settings) : settings_(settings), looks_(settings.rows), managed_(settings.rows) {
    for (const std::string_view protocol : {"ssh", "telnet", "rlogin", "rsh", "netconf", "tl1", "mml", "rdp", "rfb", "smart_install", "ipmi"})
        if (const ProtocolId id = find_protocol(protocol); id != no_protocol) management_.insert(id);
}

void LateralDetector::contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept {
    if (packet.size != 0) return;
    // Sessions between devices are in the worker of the lower address: those that may not be in this device's are left out.
    if (session.equipment[1] != no_equipment && is_lower(session.server(), session.client())) return;
    Look& look = looks_.at(session.client(), hash_chain(0, session.client()), packet.clock);
    if (look.begun == 0 || packet.clock - look.begun >= settings_.window) look = {packet.clock, {}, 0, false};
    const std::uint64_t hash = hash_chain(hash_chain(session.key.protocol, session.server_port()), session.server());
    std::uint64_t& word = look.seen[hash >> 6 & (look.seen.size() - 1)];
    const std::uint64_t bit = std::uint64_t{1} << (hash & 63);
    if ((word & bit) != 0) return;
    word |= bit;
    count(look.services);
    if (look.told || look.services < settings_.services) return;
    const std::string why = fmt::format("it opened sessions to {} services within {} s that its contract does not allow", look.services,
                                        (packet.clock - look.begun) / second);
    Suspicion suspicion;
    suspicion.kind = Kind::unexpected_destination;
    suspicion.detector = name;
    suspicion.signature = "Equipment looks around for services";
    suspicion.why = why;
    suspicion.attack = looks_around;
    suspicion.confidence = 0.9;
    suspicion.about = Facing::egress;
    suspicion.weak = true;  // nothing where the contract allows it
    look.told = sink.suspect(session, suspicion);
}

void LateralDetector::transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
    if (session.equipment[0] == no_equipment || session.equipment[1] == no_equipment || session.equipment[0] == session.equipment[1]) return;
    if (!management_.contains(transacted.protocol)) return;
    const Pair pair{session.client(), session.server()};
    std::uint64_t& told = managed_.at(pair, hash_chain(hash_chain(0, pair.client), pair.server), transacted.clock);
    if (told == session.id) return;
    const Facing manager = session.roles_reversed() ? Facing::ingress : Facing::egress;
    Suspicion suspicion;
    suspicion.kind = Kind::unexpected_destination;
    suspicion.detector = name;
    suspicion.signature = "Equipment manages other equipment";
    suspicion.why = "both ends are equipment, and one manages the other";
    suspicion.attack = moves_on;
    suspicion.confidence = 0.8;
    suspicion.about = manager;
    suspicion.weak = true;  // nothing where the contract allows it
    sink.suspect(session, suspicion);
    told = session.id;
}

}  // namespace weir
