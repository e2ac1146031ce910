// SPDX-License-Identifier: Apache-2.0
// From device to device: equipment that looks around for services, or manages other equipment.
#pragma once

#include "parsers/protocol_set.hpp"
#include "sensor/behavior/detector.hpp"
#include "sensor/behavior/recent_table.hpp"

namespace weir {

class LateralDetector {
public:
    static constexpr std::string_view name = "lateral";
    static constexpr std::string_view doc = "A device opens sessions to many services that its contract does not allow, or manages another device";

    struct Settings {
        std::uint16_t services = 20;  ///< peers and ports, within `window`
        Time window = 60 * second;
        std::size_t rows = 1024;  ///< of each table
    };

    using State = NoState;

    LateralDetector() : LateralDetector(Settings{}) {}
    explicit LateralDetector(const Settings& settings);

    /// A session that the device opens; only its beginning counts.
    void contact(const Session& session, const Payload& packet, SuspicionSink& sink) noexcept;
    void transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept;
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return looks_.forgotten() + managed_.forgotten(); }

private:
    struct Look {
        Time begun = 0;
        std::array<std::uint64_t, 8> seen{};  ///< a bit per hash of a service: few different ones share one
        std::uint16_t services = 0;
        bool told = false;
    };
    struct Pair {
        IpAddress client, server;
        friend bool operator==(const Pair&, const Pair&) noexcept = default;
    };

    Settings settings_;
    ProtocolSet management_;
    RecentTable<IpAddress, Look> looks_;         ///< by device
    RecentTable<Pair, std::uint64_t> managed_;   ///< the latest session that was told
};

static_assert(DetectorType<LateralDetector>);

}  // namespace weir
