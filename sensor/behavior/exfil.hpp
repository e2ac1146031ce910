// SPDX-License-Identifier: Apache-2.0
// Bulk goes out: one end of a session sends much, and the other hardly anything.
#pragma once

#include "parsers/protocol_set.hpp"
#include "sensor/behavior/detector.hpp"

namespace weir {

class ExfilDetector {
public:
    static constexpr std::string_view name = "exfil";
    static constexpr std::string_view doc = "Much goes one way in a session, or a file by FTP or TFTP";

    /// The lines to cross.
    struct Settings {
        std::uint64_t bytes = 1 << 20;   ///< of payload one way
        std::uint64_t times = 4;         ///< as much as the other way
        std::uint64_t file_bytes = 64;   ///< instead of `bytes`, where the session carries nothing but a file
    };

    struct State {
        std::array<std::uint64_t, 2> bytes{};  ///< by Direction
        std::uint64_t next_look = 0;           ///< bytes out at which it is judged again
        bool told = false;
    };

    ExfilDetector() : ExfilDetector(Settings{}) {}
    explicit ExfilDetector(const Settings& settings);

    void payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept;

private:
    Settings settings_;
    ProtocolSet files_;  ///< protocols whose sessions carry a file
};

static_assert(DetectorType<ExfilDetector>);

}  // namespace weir
