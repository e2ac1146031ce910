// SPDX-License-Identifier: Apache-2.0
// A port is forwarded through SSH: inside the encrypted session another one begins, whose key exchange shows by its size.
#pragma once

#include "sensor/behavior/detector.hpp"

namespace weir {

class SshTunnelDetector {
public:
    static constexpr std::string_view name = "ssh-tunnel";
    static constexpr std::string_view doc = "A second key exchange inside an SSH session, shown by sizes: a port is forwarded";

    /// The lines to cross.
    struct Settings {
        std::uint32_t lists = 700;            ///< bytes that both ends send in a key exchange: their lists of algorithms
        std::uint32_t most = 4096;            ///< ... and no end more than these: a transfer is something else
        Time burst = second / 2;              ///< within that time
        std::uint16_t login = 16;             ///< payloads after both ends' lists: the rest of the key exchange, and the login
        std::uint64_t rekeyed = 256u << 20;   ///< bytes after which SSH itself exchanges keys again (RFC 4253 section 9: 1 GiB)
    };

    struct State {
        Time begun = 0;                        ///< of the burst
        std::array<std::uint32_t, 2> sent{};   ///< in it, by Direction
        std::uint64_t bytes = 0;               ///< of payload, both ways
        std::uint16_t since = 0;               ///< payloads since the session's own lists
        bool exchanged = false;                ///< ... which have been seen
        bool told = false;
    };

    SshTunnelDetector() : SshTunnelDetector(Settings{}) {}
    explicit SshTunnelDetector(const Settings& settings) : settings_(settings), ssh_(find_protocol("ssh")) {}

    void payload(State& state, const Session& session, const Payload& payload, SuspicionSink& sink) const noexcept;

private:
    Settings settings_;
    ProtocolId ssh_;
};

static_assert(DetectorType<SshTunnelDetector>);

}  // namespace weir
