// SPDX-License-Identifier: Apache-2.0
// A knock, then a call: a packet from outside holds the address of a host, and soon the device opens a session to that host.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

class KnockDetector {
public:
    static constexpr std::string_view name = "knock";
    static constexpr std::string_view doc = "A packet to a device held the address that the device then dials";

    struct Settings {
        Time within = 60 * second;  ///< from the packet to the call
        std::size_t rows = 256;     ///< of the table of devices
    };

    using State = NoState;

    KnockDetector() : KnockDetector(Settings{}) {}
    explicit KnockDetector(const Settings& settings) : settings_(settings), table_(settings.rows) {}

    /// The first payload of a session that the device accepts.
    void knock(const Session& session, Bytes payload, Time clock) noexcept;
    /// A session that the device opens; only its beginning counts.
    void contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    static constexpr std::size_t kept_bytes = 64, kept_knocks = 8;
    struct Knock {
        Time clock = 0;  ///< 0: none
        IpAddress from;
        std::uint8_t size = 0;
        std::array<std::uint8_t, kept_bytes> bytes{};
    };
    struct Door {
        std::array<Knock, kept_knocks> knocks{};  ///< the latest ones, as a ring
        std::uint32_t count = 0;
    };

    Settings settings_;
    RecentTable<IpAddress, Door> table_;  ///< by device
};

static_assert(DetectorType<KnockDetector>);

}  // namespace weir
