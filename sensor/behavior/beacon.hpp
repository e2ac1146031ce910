// SPDX-License-Identifier: Apache-2.0
// Something reports home: one end contacts the same service of the same peer again and again, at intervals and with sizes
// that are alike. Sessions opened anew and words after a silence in one long session are contacts all the same.
#pragma once

#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

/// How alike numbers are, 0..1: the mean of what Bowley's skewness and the median absolute deviation leave of 1. Sorts them.
[[nodiscard]] double regularity(std::span<std::uint32_t> values) noexcept;

class BeaconDetector {
public:
    static constexpr std::string_view name = "beacon";
    static constexpr std::string_view doc = "Contacts of one peer and service at intervals and with sizes that are alike";

    /// The lines to cross.
    struct Settings {
        Time quiet = second;          ///< without a packet between the two: what comes then is another contact
        std::uint16_t contacts = 10;  ///< as many are needed
        double times = 0.8;           ///< regularity of the intervals; 0.875 where they vary by half, 0.52 where they are random
        double both = 0.8;            ///< mean of that and the regularity of the sizes
        std::size_t rows = 4096;      ///< of the table
    };

    using State = NoState;

    BeaconDetector() : BeaconDetector(Settings{}) {}
    explicit BeaconDetector(const Settings& settings) : settings_(settings), table_(settings.rows) {}

    /// A packet with payload, or the first packet of a session.
    void contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return table_.forgotten(); }

private:
    struct Key {
        IpAddress client, server;
        std::uint64_t service = 0;  ///< port and transport
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct Contacts {
        static constexpr std::size_t kept = 32;
        Time begun = 0;                               ///< the latest contact
        Time seen = 0;                                ///< the latest packet
        std::array<std::uint32_t, kept> intervals{};  ///< milliseconds from one contact to the next, the latest ones, as a ring
        std::array<std::uint32_t, kept> sizes{};      ///< of the first payload in each of these
        std::uint32_t size = 0;                       ///< ... in the latest
        std::uint16_t count = 0;
        std::uint16_t next_look = 0;
        bool told = false;
    };

    void judge(Contacts& contacts, const Session& session, SuspicionSink& sink) const noexcept;

    Settings settings_;
    RecentTable<Key, Contacts> table_;
};

static_assert(DetectorType<BeaconDetector>);

}  // namespace weir
