// SPDX-License-Identifier: Apache-2.0
// From decoded headers to the key of the flow table, and its hash.
#pragma once

#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// A key with what goes with it: made once per packet, early in the burst.
struct PacketKey {
    FlowKey key;
    std::uint64_t hash = 0;
    bool from_low = true;  ///< the packet's sender is `key.low`
};

/// The key of a packet. ICMP and ICMPv6 become ports in the manner of Community ID, so that request and response agree:
/// messages with an identifier give it as the requester's port and the request's type as the responder's; other pairs give
/// their two types; the rest type and code. Protocols without ports: 0.
[[nodiscard]] PacketKey make_key(const Layers& layers) noexcept;

/// The key of the packet that an ICMP error quotes (`layers.has_quoted`), in the context of the error itself.
/// `from_low` refers to the quoted packet's sender. Quoted ICMP messages are keyed with ports 0 and find nothing.
[[nodiscard]] PacketKey make_quoted_key(const Layers& layers) noexcept;

/// 64 well-mixed bits of a key; no seed, the same in every run.
[[nodiscard]] std::uint64_t hash_of(const FlowKey& key) noexcept;

/// Whether this ICMP or ICMPv6 message answers another one (echo reply, ...), so that its receiver has asked.
[[nodiscard]] bool is_icmp_response(std::uint8_t protocol, std::uint8_t icmp_type) noexcept;

}  // namespace weir
