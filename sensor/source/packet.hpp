// SPDX-License-Identifier: Apache-2.0
// A frame with its time, and those taken together.
#pragma once

#include <cstdint>

#include "parsers/base/bytes.hpp"
#include "parsers/base/inline_vector.hpp"

namespace weir {

/// Nanoseconds since 1970-01-01 UTC, on the packets' own clock.
using Time = std::int64_t;
inline constexpr Time second = 1'000'000'000;
/// The year 2116: no packet's time or clock is later, so that timeouts can be added without care.
inline constexpr Time latest_time = Time{1} << 62;

/// A borrowed frame. `data` lives until the burst that carries it has been processed.
struct Packet {
    Bytes data;
    std::uint32_t wire_length = 0;  ///< bytes that were on the wire; more than data.size() where a snap length cut the packet
    std::uint16_t link_type = 1;    ///< LINKTYPE_ value of pcap (1 Ethernet, 113 Linux cooked, 101 raw IP, ...)
    std::uint16_t origin = 0;       ///< which capture it came from: index into CaptureSource::reports
    Time time = 0;                  ///< as captured, 0..latest_time; may run backwards from packet to packet
    Time clock = 0;                 ///< the latest `time` that the source has seen so far: never runs backwards; timers use it
    std::uint64_t number = 0;       ///< 1, 2, 3 ... over the whole input; orders events of equal clock
};

/// What becomes of a packet, and of what follows in its session. The worse, the greater.
enum class Action : std::uint8_t { pass, drop, reject };

inline constexpr std::size_t burst_size = 64;

/// Packets taken together, so that look-ups can be prefetched. An empty burst still carries the clock.
struct Burst {
    InlineVector<Packet, burst_size> packets;
    Time clock = 0;  ///< the source's clock after the last packet
};

}  // namespace weir
