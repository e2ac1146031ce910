// SPDX-License-Identifier: Apache-2.0
// Datagrams inside datagrams: what carries another IP header, and where that begins.
#pragma once

#include <cstdint>

#include "sensor/decode/event.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/decode/link.hpp"

namespace weir {

/// Where a tunnel leads.
struct Inner {
    Tunnel tunnel = Tunnel::none;  ///< none: `layer` is no tunnel
    std::uint32_t id = 0;          ///< what tells tunnels between the same ends apart and is the same in both directions (VNI)
    Oddity oddity = Oddity::none;  ///< the tunnel's header, or the link header in it, is broken
};

inline constexpr std::uint16_t first_tunnel_port = 1701, last_tunnel_port = 8472;  ///< UDP tunnels have theirs in this range

/// Whether `layer` may be a tunnel: the quick answer for the many that are not.
[[nodiscard]] inline bool may_be_tunnel(const Layers& layer) noexcept {
    const auto in_range = [](std::uint16_t port) { return port >= first_tunnel_port && port <= last_tunnel_port; };
    if (layer.payload.empty()) return false;
    switch (layer.protocol) {
        case ip_protocol::udp:
            return in_range(layer.destination_port) || in_range(layer.source_port) || layer.payload.front() >> 4 == 6;  // 6: Teredo
        case ip_protocol::ipip:
        case ip_protocol::ipv6:
        case ip_protocol::gre:
        case ip_protocol::etherip:
        case ip_protocol::mpls: return true;
        default: return false;
    }
}

/// Looks into `layer`, which `may_be_tunnel`. Where it carries IP, or a frame, `link` becomes the way to the inner IP header
/// (VLAN ids stay as they are where no inner Ethernet brings its own). UDP tunnels are known by port and by a header that
/// fits exactly, so that other UDP on these ports is left alone.
[[nodiscard]] Inner look_inside(const Layers& layer, Link& link) noexcept;

}  // namespace weir
