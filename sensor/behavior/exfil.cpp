// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exfil.hpp"

#include <fmt/format.h>

#include <string>

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> taken_out{"T1048", "T1041"};

}  // namespace

ExfilDetector::ExfilDetector(const Settings& settings) : settings_(settings) {
    for (const std::string_view protocol : {"ftp-data", "tftp"})
        if (const ProtocolId id = find_protocol(protocol); id != no_protocol) files_.insert(id);
}

void ExfilDetector::payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept {
    const auto way = static_cast<std::size_t>(payload.direction);
    state.bytes[way] += payload.size;
    if (state.told) return;
    const bool file = session.app_status == AppStatus::known && files_.contains(session.app);
    const std::uint64_t out = state.bytes[way], back = state.bytes[1 - way];
    if (out < state.next_look || out < (file ? settings_.file_bytes : settings_.bytes) || out < settings_.times * back) return;
    state.next_look = 2 * out;
    const std::string why = fmt::format("{} bytes went out, {} came back{}", out, back, file ? ", in a session that carries nothing but a file" : "");
    Suspicion suspicion;
    suspicion.kind = Kind::exfil;
    suspicion.detector = name;
    suspicion.signature = file ? "A file leaves the equipment" : "Bulk leaves the equipment";
    suspicion.why = why;
    suspicion.attack = taken_out;
    suspicion.confidence = file ? 0.8 : 0.7;
    suspicion.driven_by = payload.direction;
    suspicion.about = payload.direction == Direction::to_server ? Facing::egress : Facing::ingress;  // who sends it
    suspicion.weak = true;  // nothing where the contract allows it
    state.told = sink.suspect(session, suspicion);
}

}  // namespace weir
