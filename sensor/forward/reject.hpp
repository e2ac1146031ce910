// SPDX-License-Identifier: Apache-2.0
// Frames that tell the two ends of a session that it is over: RFC 9293 section 3.5.2 (reset), RFC 1812 section 5.2.7.1 and RFC 4443 section 3.1
// (administratively prohibited).
#pragma once

#include <cstdint>
#include <span>

#include "parsers/base/bytes.hpp"

namespace weir {

inline constexpr std::size_t reject_size = 256;  ///< bytes that a frame of `reject` takes at most

enum class RejectTo : std::uint8_t { sender, receiver };

/// Writes the frame that answers, or replaces, `frame`: for TCP a reset to either end, for other protocols an ICMP error to the sender.
/// Ethernet, with its VLAN tags. Gives its size; 0 where there is none to be sent: no IP, a fragment, an error or a reset itself, multicast.
[[nodiscard]] std::size_t reject(Bytes frame, RejectTo to, std::span<std::uint8_t, reject_size> out) noexcept;

}  // namespace weir
