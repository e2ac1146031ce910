// SPDX-License-Identifier: Apache-2.0
// Transport headers: ports, flags, types, and where the payload begins.
#pragma once

#include "sensor/decode/event.hpp"
#include "sensor/decode/layers.hpp"

namespace weir {

/// Reads the transport header that `layer.protocol` announces at the beginning of `bytes`, of which the capture lacks `missing`
/// at the end; sets everything in `layer` that belongs to the transport. Protocols other than TCP, UDP, ICMP, ICMPv6 and SCTP
/// have no ports and are payload altogether. `verify`: look at the checksum.
[[nodiscard]] Oddity read_transport(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept;

}  // namespace weir
