// SPDX-License-Identifier: Apache-2.0
// A conversation inside echoes: replies that are not what was asked, contents that change from one to the next, sizes of
// all sorts. A ping repeats itself, and is given back as it came.
#pragma once

#include "sensor/behavior/detector.hpp"

namespace weir {

class IcmpTunnelDetector {
public:
    static constexpr std::string_view name = "icmp-tunnel";
    static constexpr std::string_view doc = "Echo replies that differ from their requests, contents and sizes that change: a conversation";

    /// The lines to cross.
    struct Settings {
        std::uint16_t differing = 4;  ///< replies that are not what was asked: enough for a strong suspicion
        std::uint16_t changes = 16;   ///< contents that are not those of the echo before, in `window`: the same
        std::uint8_t sizes = 4;       ///< sizes of large echoes in `window`: enough for a weak one
        std::uint32_t large = 64;     ///< bytes: ordinary pings have no more
        Time window = 60 * second;
    };

    static constexpr std::size_t kept_requests = 8;
    static constexpr std::size_t kept_sizes = 8;

    struct State {
        struct Request {
            std::uint32_t whole = 0, head = 0;  ///< hashes of all of its data, of the first few bytes
            std::uint16_t sequence = 0, size = 0;
        };
        std::array<Request, kept_requests> requests;  ///< the latest, as a ring
        std::array<std::uint32_t, 2> body{};          ///< by Direction: hash of the bytes that a ping repeats; 0: none seen
        Time begun = 0;                               ///< the window of `changes` and `sizes`
        std::array<std::uint16_t, kept_sizes> sizes{};
        std::uint16_t size_count = 0, changes = 0, differing = 0, replies = 0;
        std::uint8_t request_count = 0;  ///< of `requests`, up to twice their number: the place of the next
        std::uint8_t grade = 0;          ///< of what the sink has heard: 1 weak, 2 strong
        bool told = false;
    };

    IcmpTunnelDetector() noexcept = default;
    explicit IcmpTunnelDetector(const Settings& settings) noexcept : settings_(settings) {}

    void echo(State& state, const Session& session, const Echo& echo, SuspicionSink& sink) const noexcept;

private:
    void judge(State& state, const Session& session, SuspicionSink& sink) const noexcept;

    Settings settings_;
};

static_assert(DetectorType<IcmpTunnelDetector>);

}  // namespace weir
