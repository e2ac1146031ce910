// SPDX-License-Identifier: Apache-2.0
// Transport headers: ports, flags, types, and where the payload begins.
#pragma once

#include "sensor/decode/event.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/layers.hpp"

namespace weir {

/// Reads the transport header that `layer.protocol` announces at the beginning of `payload`; sets everything in `layer` that
/// belongs to the transport. Protocols other than TCP, UDP, ICMP, ICMPv6 and SCTP have no ports and are payload altogether.
[[nodiscard]] Oddity read_transport(const IpPayload& payload, bool checksums, Layers& layer) noexcept;

}  // namespace weir
