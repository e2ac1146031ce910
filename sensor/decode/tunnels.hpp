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

/// Looks into `layer` for a tunnel. Where one carries IP, or a frame, `link` becomes its way to the inner IP header (VLAN
/// ids stay as they are where no inner Ethernet brings its own). UDP tunnels are known by port and by a header that fits
/// exactly, so that other UDP on these ports is left alone.
[[nodiscard]] Inner look_inside(const Layers& layer, Link& link) noexcept;

}  // namespace weir
