// SPDX-License-Identifier: Apache-2.0
// What the forwarder counts, in memory that the supervisor reads: every packet that came in is forwarded, dropped by a reason, or held.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "sensor/metrics/counter.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

/// Why a packet was not forwarded. A tap forwards nothing: what it takes in is `tapped`. A VLAN tag that cannot be put back makes a packet
/// `unusable`.
enum class ForwardDrop : std::uint8_t { tapped, output_full, verdict, fail_closed, unusable, forwarder_ended, count };
inline constexpr std::array<std::string_view, static_cast<std::size_t>(ForwardDrop::count)> forward_drop_names{
    "tapped", "output_full", "verdict", "fail_closed", "unusable", "forwarder_ended"};

/// Why a packet was not copied to an inspector.
enum class Bypass : std::uint8_t { ring_full, no_inspector, count };
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Bypass::count)> bypass_names{"ring_full", "no_inspector"};

/// received = forwarded + sum of dropped + held, at any time.
struct PortAccount {
    Counter received, received_bytes;    ///< taken in by this port
    Counter forwarded, forwarded_bytes;  ///< taken in by this port and put out by the other
    std::array<Counter, static_cast<std::size_t>(ForwardDrop::count)> dropped;
    Counter held;    ///< waiting for a verdict
    Counter rejects; ///< resets and ICMP errors that the forwarder has made because of packets of this port
    Counter missed;  ///< lost by the device before the forwarder saw them
    Counter up;      ///< 1: there is a link
};

/// Received by all ports, for this lane = copied + sum of bypassed.
struct LaneAccount {
    Counter copied;
    std::array<Counter, static_cast<std::size_t>(Bypass::count)> bypassed;
    Counter deadlines;      ///< packets let go, or dropped, because their verdict did not come in time
    Counter ring_bytes, ring_limit;
    Counter nonsense;       ///< numbers that an inspector wrote and that cannot be
    Counter remembered, remembered_limit, forgotten;  ///< sessions whose verdict is remembered
};

/// Upper bounds of the forwarder's latency histogram, in nanoseconds: from a packet's arrival in a burst to its being put out.
inline constexpr std::array<std::uint64_t, 12> latency_bounds{1'000,   2'000,   5'000,     10'000,    20'000,    50'000,
                                                              100'000, 200'000, 500'000, 1'000'000, 2'000'000, 5'000'000};

/// One shared file; written by the forwarder alone.
struct ForwardAccount {
    static constexpr std::uint32_t magic_value = 0x57454952;
    static constexpr std::size_t most_lanes = 64;

    std::atomic<std::uint32_t> magic{0};    ///< set when the forwarder runs
    std::atomic<std::int32_t> process{0};
    Counter turns;       ///< of its loop: grows as long as it moves
    Counter clock;       ///< the latest packet's or turn's time, nanoseconds since 1970
    Counter next_number; ///< of the next packet, over all lanes
    std::uint32_t ports = 0, lanes = 0;
    std::array<PortAccount, 2> port;
    std::array<LaneAccount, most_lanes> lane;
    std::array<Counter, latency_bounds.size() + 1> latency;
    Counter latency_sum;
};

}  // namespace weir
