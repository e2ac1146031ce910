// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/interactive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sensor/behavior/saturating.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 1> driven_from_outside{"T1059"}, logged_in{"T1021"};
constexpr std::array<std::string_view, 2> forwarded_back{"T1572", "T1021.004"};

/// Programs that answer programs give answers of few sizes.
constexpr unsigned lively_answers = 20;  // per cent that differ from the one before

}  // namespace

void InteractiveDetector::payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept {
    const Time silence = payload.clock - state.last;
    const bool first = state.last == 0;
    state.last = payload.clock;
    if (first) return;
    State::Side& side = state.sides[static_cast<std::size_t>(payload.direction)];
    if (silence >= settings_.silence) {
        count(side.breaks);
        if (payload.size <= settings_.size) count(side.small);
        const float seconds = static_cast<float>(silence) / static_cast<float>(second), off = seconds - side.mean;
        side.mean += off / static_cast<float>(side.breaks);
        side.squares += off * (seconds - side.mean);
        state.waiting = true;
        state.breaker = payload.direction;
        state.broken = payload.clock;
        return;
    }
    if (!state.waiting || payload.direction == state.breaker) return;
    state.waiting = false;
    if (payload.clock - state.broken >= settings_.answer) return;
    State::Side& breaker = state.sides[static_cast<std::size_t>(state.breaker)];
    count(breaker.answered);
    if (payload.size != state.last_answer) count(breaker.answer_changes);
    state.last_answer = payload.size;
    if (!state.told) judge(state, session, sink);
}

void InteractiveDetector::judge(State& state, const Session& session, SuspicionSink& sink) const noexcept {
    const State::Side& side = state.sides[static_cast<std::size_t>(state.breaker)];
    const State::Side& other = state.sides[1 - static_cast<std::size_t>(state.breaker)];
    const unsigned all = side.breaks + other.breaks;
    if (side.breaks < settings_.breaks || side.breaks < state.next_look || side.breaks * 100u < settings_.share * all) return;
    if (side.small * 100u < settings_.share * side.breaks || side.answered * 100u < settings_.share * side.breaks) return;
    state.next_look = static_cast<std::uint16_t>(std::min(2 * side.breaks, 0xffff));  // where it is too weak now, it may be stronger then

    const float deviation = std::sqrt(side.squares / static_cast<float>(side.breaks));
    const bool steady = deviation < static_cast<float>(settings_.steady) * side.mean;
    const bool lively = side.answer_changes * 100u >= lively_answers * side.answered;
    // The protocol's client drives by right; its server, or the end that only accepted an unknown session, does not.
    const bool by_server = (state.breaker == Direction::to_client) != session.roles_reversed();
    const std::string why = fmt::format(
        "the end that {} it broke {} of {} silences of {} ms and more, {} times with at most {} bytes, and was answered within {} ms {} "
        "times",
        state.breaker == Direction::to_client ? "accepted" : "opened", side.breaks, all, settings_.silence / (second / 1000), side.small,
        settings_.size, settings_.answer / (second / 1000), side.answered);

    Suspicion suspicion;
    suspicion.kind = Kind::interactive;
    suspicion.detector = name;
    suspicion.signature =
        by_server ? "Session driven by the end that accepted it, as if somebody typed there" : "Somebody types in this session";
    suspicion.why = why;
    suspicion.attack = by_server ? driven_from_outside : logged_in;
    suspicion.driven_by = state.breaker;
    suspicion.weak = side.breaks < settings_.many_breaks || steady || !lively;
    suspicion.confidence = suspicion.weak ? 0.6 : 0.9;
    state.told = sink.suspect(session, suspicion);
    if (!state.told || !by_server || session.app != ssh_ || session.app_status != AppStatus::known) return;
    // An SSH server never begins by itself: somebody comes back through a port that its client has forwarded.
    suspicion.kind = Kind::reverse_tunnel;
    suspicion.signature = "SSH session driven from its server, as through a port that is forwarded back";
    suspicion.attack = forwarded_back;
    sink.suspect(session, suspicion);
}

}  // namespace weir
