// SPDX-License-Identifier: Apache-2.0
// The end of a replay on the terminal: what was read, who did what, the worst first, what could not be seen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/judge/finding.hpp"
#include "sensor/output/eve.hpp"
#include "sensor/output/traffic_tally.hpp"

namespace weir {

/// Alerts that say the same: one equipment, one kind, one service.
struct AlertGroup {
    struct Peer {
        IpAddress address;
        std::uint64_t alerts = 0;
    };
    static constexpr std::size_t max_peers = 8;
    Severity severity = 3;
    Kind kind = Kind::signature;
    Judge judge = Judge::rule;
    Facing facing = Facing::egress;
    EquipmentId equipment = no_equipment;
    IpAddress local;                 ///< of the equipment; without equipment: who opened the session
    std::uint32_t gid = 0, sid = 0;
    std::string text;                ///< a rule's message; empty for contract and behaviour
    std::uint8_t protocol = 0;
    std::uint16_t port = 0;          ///< where the session was accepted
    std::uint64_t alerts = 0;
    Time first = 0, last = 0;
    std::vector<Peer> peers;         ///< the first `max_peers` that were seen
    std::uint64_t more_peers = 0;    ///< alerts with others
};

/// What makes a device weaker.
struct ExposedDevice {
    EquipmentId equipment = no_equipment;
    IpAddress address;
    std::vector<std::string_view> facts;
};

/// A line of "what could not be seen". Zero counts are left out.
struct Blind {
    std::uint64_t count = 0;
    std::string text;                ///< "packets cut by the capture's snap length"
};

struct SummaryInput {
    std::uint64_t files = 0, packets = 0, bytes = 0, sessions = 0;
    Time first = 0, last = 0;        ///< of the packets' times; both 0: no packet
    double seconds = 0;              ///< spent, by the wall clock; 0: not said
    bool interrupted = false;        ///< the captures were not read to their end, because a person or a program wanted it so
    bool policy = false;             ///< a policy was given
    const EveNames* names = nullptr;
    std::function<std::string_view(const IpAddress&)> name_of;  ///< what people call an address, empty where nothing; may be null
    std::vector<TrafficRow> traffic; ///< TrafficTally::merge
    std::vector<AlertGroup> alerts;  ///< Collector::alert_groups
    std::uint64_t alerts_total = 0, alerts_ungrouped = 0, alerts_held_back = 0;  ///< held back by thresholds, or repeated
    std::uint64_t alert_sessions = 0;  ///< that alerts are about; 0: not said
    std::vector<ExposedDevice> exposed;
    std::vector<Blind> blind;
    std::vector<std::string> policy_notes;  ///< what a person should look at in the policy: lines that ended or were never used
    std::vector<std::string> outputs; ///< "weir-out/eve.json   1,204 events"
    std::string learn_command;       ///< shown without a policy: "weir learn -o policy.yaml capture.pcap"
};

struct SummaryStyle {
    bool color = false;
    std::size_t width = 100;
};

/// The whole summary, lines ended, in an order that depends on nothing but the input.
[[nodiscard]] std::string render_summary(const SummaryInput& input, const SummaryStyle& style);

}  // namespace weir
