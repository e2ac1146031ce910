// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/ssh_tunnel.hpp"

#include <fmt/format.h>

#include <string>

#include "sensor/behavior/saturating.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> forwarded{"T1572", "T1090"};

}  // namespace

void SshTunnelDetector::payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept {
    if (state.told || session.app_status != AppStatus::known || session.app != ssh_) return;
    state.bytes += payload.size;
    if (state.exchanged) count(state.since);
    const bool login = state.exchanged && state.since <= settings_.login;
    if (login || payload.clock - state.begun >= settings_.burst) {
        state.begun = payload.clock;
        state.sent = {};
    }
    std::uint32_t& sent = state.sent[static_cast<std::size_t>(payload.direction)];
    sent = sent > settings_.most ? sent : sent + payload.size;
    const auto [up, down] = state.sent;
    if (login || up < settings_.lists || down < settings_.lists || up > settings_.most || down > settings_.most) return;
    if (!state.exchanged) {
        state.exchanged = true;
        return;
    }
    if (state.bytes > settings_.rekeyed) return;
    const std::string why = fmt::format(
        "{} payloads after its own key exchange both ends sent {} and {} bytes within {} ms, as another key exchange inside it does", state.since,
        up, down, settings_.burst / (second / 1000));
    Suspicion suspicion;
    suspicion.kind = Kind::reverse_tunnel;
    suspicion.detector = name;
    suspicion.signature = "A port is forwarded through SSH";
    suspicion.why = why;
    suspicion.attack = forwarded;
    suspicion.confidence = 0.7;
    suspicion.weak = true;  // NETCONF and rsync look like it, where they are allowed
    state.told = sink.suspect(session, suspicion);
    state.since = 0;
    state.sent = {};
}

}  // namespace weir
