// SPDX-License-Identifier: Apache-2.0
// Somebody types: one end keeps breaking the silence with little, and the other answers at once. Which end it is tells an
// administrator on the equipment from equipment that is driven from outside. Times, directions and sizes suffice, so it works
// for SSH, TLS, plain shells and unknown protocols alike.
#pragma once

#include "sensor/behavior/detector.hpp"

namespace weir {

class InteractiveDetector {
public:
    static constexpr std::string_view name = "interactive";
    static constexpr std::string_view doc = "Silences broken by one end with little and answered by the other at once: somebody types";

    /// The lines to cross. With ones like these, 69 of 70 silences of a real SSH session driven from outside were broken by the end
    /// that drove it, and no other of 4,882 TCP sessions of all kinds crossed them.
    struct Settings {
        Time silence = second / 2;      ///< this long without payload
        std::uint16_t breaks = 4;       ///< silences broken by the same end: enough for a weak suspicion
        std::uint16_t many_breaks = 8;  ///< ... for a strong one
        unsigned share = 85;            ///< per cent: of all silences, of small breaks, of answers
        Time answer = second / 4;       ///< the other end has sent something by then
        std::uint32_t size = 200;       ///< bytes that typing takes at most
        double steady = 0.1;            ///< variation of the silences (standard deviation / mean) below which a program is at work
    };

    struct State {
        struct Side {
            std::uint16_t breaks = 0, small = 0, answered = 0;
            std::uint16_t answer_changes = 0;  ///< answers of another size than the one before
            float mean = 0, squares = 0;       ///< of the silences that it broke, in seconds: Welford's sums
        };
        Time last = 0;    ///< clock of the latest payload
        Time broken = 0;  ///< ... of the latest break
        std::array<Side, 2> sides;
        std::uint32_t last_answer = 0;
        Direction breaker = Direction::to_server;
        std::uint16_t next_look = 0;  ///< breaks at which it is judged again; 0: not judged yet
        bool waiting = false, told = false;
    };

    InteractiveDetector() : InteractiveDetector(Settings{}) {}
    explicit InteractiveDetector(const Settings& settings) : settings_(settings), ssh_(find_protocol("ssh")) {}

    void payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept;

private:
    void judge(State& state, const Session& session, SuspicionSink& sink) const noexcept;

    Settings settings_;
    ProtocolId ssh_;
};

static_assert(DetectorType<InteractiveDetector>);

}  // namespace weir
