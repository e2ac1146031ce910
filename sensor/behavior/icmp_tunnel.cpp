// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/icmp_tunnel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sensor/behavior/saturating.hpp"
#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> tunnelled{"T1572", "T1095"};

/// Where the clock ends that pings begin with (16 bytes on Linux, 8 elsewhere), and how much of what follows is compared.
constexpr std::size_t body_at = 24, body_size = 40;
/// What a reply must at least give back of a request that it cuts short, as some public resolvers do.
constexpr std::size_t head_size = 16;

std::uint32_t hash_of(Bytes data) noexcept {
    std::uint64_t hash = data.size();
    for (; data.size() >= 8; data = data.subspan(8)) hash = hash_chain(hash, wire::be64(data.data()));
    for (const std::uint8_t byte : data) hash = hash_chain(hash, byte);
    return static_cast<std::uint32_t>(hash >> 32);
}

/// Whether `reply` gives back one of the requests with its sequence number; nothing if there is none to compare it with.
enum class Answer : std::uint8_t { unknown, same, other };
Answer compare(const IcmpTunnelDetector::State& state, std::uint16_t sequence, const IcmpTunnelDetector::State::Request& reply) noexcept {
    Answer answer = Answer::unknown;
    const std::size_t known = std::min<std::size_t>(state.request_count, IcmpTunnelDetector::kept_requests);
    for (std::size_t i = 0; i < known; ++i) {
        const auto& request = state.requests[i];
        if (request.sequence != sequence) continue;
        if (request.whole == reply.whole || (reply.size < request.size && request.head == reply.head)) return Answer::same;
        answer = Answer::other;
    }
    return answer;
}

}  // namespace

void IcmpTunnelDetector::echo(State& state, const Session& session, const Echo& echo, SuspicionSink& sink) const noexcept {
    if (state.told) return;
    const State::Request seen{hash_of(echo.data), hash_of(first_of(echo.data, head_size)), echo.sequence,
                              static_cast<std::uint16_t>(std::min<std::size_t>(echo.data.size(), 0xffff))};
    if (echo.reply) {
        const Answer answer = compare(state, echo.sequence, seen);
        if (answer != Answer::unknown) count(state.replies);
        if (answer == Answer::other) count(state.differing);
    } else {
        state.requests[state.request_count % kept_requests] = seen;
        if (++state.request_count == 2 * kept_requests) state.request_count = kept_requests;
    }
    if (state.begun == 0 || echo.clock - state.begun >= settings_.window) {
        state.begun = echo.clock;
        state.changes = state.size_count = 0;
    }
    if (echo.data.size() >= body_at + body_size) {
        std::uint32_t& before = state.body[static_cast<std::size_t>(echo.direction)];
        const std::uint32_t body = std::max(1u, hash_of(echo.data.subspan(body_at, body_size)));
        if (before != 0 && before != body) count(state.changes);
        before = body;
    }
    if (seen.size > settings_.large && state.size_count < kept_sizes) {
        const auto end = state.sizes.begin() + state.size_count;
        if (std::find(state.sizes.begin(), end, seen.size) == end) state.sizes[state.size_count++] = seen.size;
    }
    judge(state, session, sink);
}

void IcmpTunnelDetector::judge(State& state, const Session& session, SuspicionSink& sink) const noexcept {
    const bool differ = state.differing >= settings_.differing, change = state.changes >= settings_.changes;
    if (!differ && !change && state.size_count < settings_.sizes) return;
    const bool weak = !differ && !change;
    const std::uint8_t grade = weak ? 1 : 2;  // what was told in vain as weak is told again as strong
    if (grade <= state.grade) return;
    state.grade = grade;
    const std::string why = fmt::format(
        "{} of {} echo replies were not what was asked; in {} s the contents changed {} times and echoes of more than {} bytes had {}{} "
        "sizes",
        state.differing, state.replies, settings_.window / second, state.changes, settings_.large, state.size_count,
        state.size_count == kept_sizes ? " or more" : "");
    Suspicion suspicion;
    suspicion.kind = Kind::icmp_tunnel;
    suspicion.detector = name;
    suspicion.signature = weak ? "Echoes of many sizes, as of a tunnel" : "Conversation inside ICMP echoes";
    suspicion.why = why;
    suspicion.attack = tunnelled;
    suspicion.weak = weak;
    suspicion.confidence = weak ? 0.5 : differ ? 0.95 : 0.8;
    state.told = sink.suspect(session, suspicion);
}

}  // namespace weir
