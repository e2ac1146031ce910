// SPDX-License-Identifier: Apache-2.0
// IPv4 and IPv6 headers: into a Layers, and what they lead to.
#pragma once

#include <cstdint>

#include "sensor/decode/event.hpp"
#include "sensor/decode/layers.hpp"

namespace weir {

inline constexpr std::size_t max_ipv6_extensions = 8;  ///< RFC 8504 section 5.3 lets a host limit them to 8
inline constexpr std::size_t ipv4_header_size = 20, ipv6_header_size = 40, max_datagram = 65535;

/// What stands behind an IP header.
struct IpPayload {
    Bytes bytes;
    std::uint32_t missing;          ///< bytes of it that the capture lacks
    bool is_fragment;               ///< not the whole datagram
    bool more;                      ///< more fragments follow
    std::uint32_t fragment_offset;  ///< in bytes
    std::uint32_t fragment_id;
    std::uint8_t fragment_next;  ///< IPv6: what the fragment header announces
    std::uint16_t next_at;       ///< IPv6: where in the header the byte stands that announces the fragment header
    bool routed;                 ///< IPv6: a routing header stands in front, so `destination` may not be the last one
};

/// Reads the IPv4 header (RFC 791 section 3.1) at the beginning of `bytes`, of which the wire had `missing` more. Sets the
/// addresses and the header fields of `layer`, `ip_header` and `cut`; nothing of the transport. `whole`: the datagram has
/// been put together from fragments, so its fragment fields mean nothing any more.
[[nodiscard]] Oddity read_ipv4(Bytes bytes, std::uint32_t missing, bool whole, bool checksums, Layers& layer, IpPayload& payload) noexcept;

/// The same for IPv6 (RFC 8200) with its extension headers up to the transport, ESP or a fragment.
[[nodiscard]] Oddity read_ipv6(Bytes bytes, std::uint32_t missing, bool whole, Layers& layer, IpPayload& payload) noexcept;

/// Reads as much as there is of the packet that an ICMP error quotes; false where not even its IP header is complete.
[[nodiscard]] bool read_quoted(Bytes bytes, QuotedTuple& quoted) noexcept;

}  // namespace weir
