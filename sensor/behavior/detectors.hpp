// SPDX-License-Identifier: Apache-2.0
// All detectors, and what they remember of a session together. A new detector is one line in `AllDetectors`.
#pragma once

#include <tuple>

#include "sensor/behavior/beacon.hpp"
#include "sensor/behavior/covert.hpp"
#include "sensor/behavior/dns_tunnel.hpp"
#include "sensor/behavior/exfil.hpp"
#include "sensor/behavior/exposure.hpp"
#include "sensor/behavior/icmp_tunnel.hpp"
#include "sensor/behavior/identity.hpp"
#include "sensor/behavior/interactive.hpp"
#include "sensor/behavior/ip_tunnel.hpp"
#include "sensor/behavior/knock.hpp"
#include "sensor/behavior/lateral.hpp"
#include "sensor/behavior/redirect.hpp"
#include "sensor/behavior/ssh_tunnel.hpp"
#include "sensor/decode/layers.hpp"

namespace weir {

using AllDetectors = std::tuple<InteractiveDetector, IcmpTunnelDetector, DnsTunnelDetector, BeaconDetector, IpTunnelDetector, CovertDetector,
                                IdentityDetector, ExposureDetector, RedirectDetector, ExfilDetector, SshTunnelDetector,
                                KnockDetector, LateralDetector>;

class Detectors {
    template <class Tuple>
    struct StatesOf;
    template <class... D>
    struct StatesOf<std::tuple<D...>> {
        using type = std::tuple<typename D::State...>;
    };

public:
    struct State {
        std::array<std::uint32_t, 2> edge{};  ///< by Direction: TCP sequence number behind the last payload byte seen
        std::array<bool, 2> edge_known{};
        StatesOf<AllDetectors>::type states;
    };
    static_assert(sizeof(State) <= 512, "what all detectors remember of one session");

    /// A packet with payload. `sequence`: of its first byte, TCP only. False: the session has seen it before.
    bool payload(State& state, const Session& session, const Payload& payload, std::uint32_t sequence, SuspicionSink& sink) const noexcept {
        if (session.key.protocol == ip_protocol::tcp && !fresh(state, payload, sequence)) return false;
        each(state, [&]<class Detector>(const Detector& detector, auto& own) noexcept {
            if constexpr (HearsPayload<const Detector>) detector.payload(own, session, payload, sink);
        });
        return true;
    }
    void echo(State& state, const Session& session, const Echo& echo, SuspicionSink& sink) const noexcept {
        each(state, [&]<class Detector>(const Detector& detector, auto& own) noexcept {
            if constexpr (HearsEcho<const Detector>) detector.echo(own, session, echo, sink);
        });
    }
    void datagram(State& state, const Session& session, const Datagram& datagram, SuspicionSink& sink) const noexcept {
        each(state, [&]<class Detector>(const Detector& detector, auto& own) noexcept {
            if constexpr (HearsDatagram<const Detector>) detector.datagram(own, session, datagram, sink);
        });
    }

    // What concerns more than one session.
    void question(const Session& session, const Question& question, SuspicionSink& sink) noexcept {
        each([&]<class Detector>(Detector& detector) noexcept {
            if constexpr (HearsQuestion<Detector>) detector.question(session, question, sink);
        });
    }
    void contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept {
        each([&]<class Detector>(Detector& detector) noexcept {
            if constexpr (HearsContact<Detector>) detector.contact(session, packet, sink);
        });
    }
    void knock(const Session& session, Bytes payload, Time clock) noexcept {
        each([&]<class Detector>(Detector& detector) noexcept {
            if constexpr (HearsKnock<Detector>) detector.knock(session, payload, clock);
        });
    }
    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
        each([&]<class Detector>(Detector& detector) noexcept {
            if constexpr (HearsTransaction<Detector>) detector.transaction(session, transacted, sink);
        });
    }
    /// Rows that tables of detectors had to give up for others, so far.
    [[nodiscard]] std::uint64_t forgotten() noexcept {
        std::uint64_t sum = 0;
        each([&]<class Detector>(const Detector& detector) noexcept {
            if constexpr (Forgets<Detector>) sum += detector.forgotten();
        });
        return sum;
    }

private:
    static bool fresh(State& state, const Payload& payload, std::uint32_t sequence) noexcept {
        const auto side = static_cast<std::size_t>(payload.direction);
        const std::uint32_t end = sequence + payload.size;
        if (state.edge_known[side] && static_cast<std::int32_t>(end - state.edge[side]) <= 0) return false;
        state.edge[side] = end;
        state.edge_known[side] = true;
        return true;
    }
    template <class Visit>
    void each(Visit visit) noexcept {
        std::apply([&](auto&... detector) noexcept { (visit(detector), ...); }, detectors_);
    }
    template <class Visit>
    void each(State& state, Visit visit) const noexcept {
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (visit(std::get<Index>(detectors_), std::get<Index>(state.states)), ...);
        }
        (std::make_index_sequence<std::tuple_size_v<AllDetectors>>{});
    }

    AllDetectors detectors_;
};

}  // namespace weir
