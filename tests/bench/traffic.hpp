// SPDX-License-Identifier: Apache-2.0
// The benchmark's captures: made anew from a few parameters, the same bytes every time, never stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::bench {

/// 64-byte frames (60 without FCS) of UDP with 18 random bytes, spread evenly over `sessions`.
void write_small_udp(const std::string& path, std::uint64_t packets, std::uint32_t sessions);

enum class Bulk { unknown, tls, ssh };

/// Full-size TCP segments of a few long transfers, random and text payload by turns, with an ACK for every second segment.
/// `kind` is what they speak: TLS and SSH open with their handshakes in clear, then all is random; TLS in records of 16 KiB.
void write_bulk_tcp(const std::string& path, std::uint64_t bytes, unsigned transfers, Bulk kind = Bulk::unknown);

/// Sessions of the captures in `sources`, again and again under other addresses, interleaved in time: as management traffic
/// of a whole network would look. Stops at `packets`. Returns the number of sessions.
std::uint64_t write_mixed(const std::string& path, const std::vector<std::string>& sources, std::uint64_t packets);

}  // namespace weir::bench
