// SPDX-License-Identifier: Apache-2.0
// Who opened a session, as its first packet tells it, and how that is put right later.
#pragma once

#include <bitset>

#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

/// Ports on which a service is known to listen: the hints of all parsers, and well-known management services.
class ServicePorts {
public:
    ServicePorts();
    [[nodiscard]] bool contains(std::uint8_t protocol, std::uint16_t port) const noexcept {
        if (protocol == ip_protocol::udp) return udp_[port];
        if (protocol == ip_protocol::sctp) return sctp_[port];
        return protocol == ip_protocol::tcp && tcp_[port];
    }

private:
    std::bitset<65536> tcp_, udp_, sctp_;
};

struct Orientation {
    bool source_opened = true;
    Opening opening = Opening::first;
};

/// Judges the first packet of a session. SYN (SCTP: INIT): its sender opened. SYN-ACK (INIT ACK): its receiver. Any other
/// packet of TCP or SCTP: the end with the known service port accepted, else the end with the lower port. Connectionless: the
/// sender opened, unless it speaks from a known service port to one that is not, or answers (ICMP).
[[nodiscard]] Orientation orient(const Layers& layers, const ServicePorts& services) noexcept;

/// Exchanges the ends of a session that was held the wrong way round: everything that is indexed by Direction or by end; `how`
/// is what showed it. The stream needs no word of it: it keeps its state by address.
void reorient(Session& session, Opening how = Opening::protocol) noexcept;

}  // namespace weir
