// SPDX-License-Identifier: Apache-2.0
// Decoded packets as tests of the flow table write them.
#pragma once

#include <array>

#include "sensor/decode/layers.hpp"
#include "sensor/source/packet.hpp"

namespace weir::test {

struct FlowPacket {
    std::uint32_t source = 0x0a000001, destination = 0x0a000002;
    std::uint16_t source_port = 40000, destination_port = 80;
    std::uint8_t protocol = ip_protocol::udp;
    std::uint8_t flags = 0;
    std::uint8_t icmp_type = 0, icmp_code = 0;
    std::uint16_t icmp_identifier = 0;
    std::uint64_t context = 0;
};

/// The decoder's output for a packet. Stays valid as long as it lives where it is.
class DecodedPacket {
public:
    explicit DecodedPacket(const FlowPacket& from) {
        decoded.count = 1;
        Layers& layers = decoded.layers[0];
        layers.source = IpAddress::v4(from.source);
        layers.destination = IpAddress::v4(from.destination);
        const bool icmp = from.protocol == ip_protocol::icmp || from.protocol == ip_protocol::icmpv6;
        layers.source_port = icmp ? 0 : from.source_port;
        layers.destination_port = icmp ? 0 : from.destination_port;
        layers.protocol = from.protocol;
        layers.ip_version = 4;
        layers.tcp.flags = from.flags;
        layers.icmp_type = from.icmp_type;
        layers.icmp_code = from.icmp_code;
        layers.context = from.context;
        transport = {from.icmp_type, from.icmp_code, 0, 0, static_cast<std::uint8_t>(from.icmp_identifier >> 8),
                     static_cast<std::uint8_t>(from.icmp_identifier), 0, 1};
        layers.transport = transport;
    }
    DecodedPacket(const DecodedPacket&) = delete;
    DecodedPacket& operator=(const DecodedPacket&) = delete;
    [[nodiscard]] const Layers& layers() const { return decoded.layers[0]; }

    Decoded decoded{};
    std::array<std::uint8_t, 8> transport{};
};

/// The answer to a packet.
inline FlowPacket answer(FlowPacket packet) {
    std::swap(packet.source, packet.destination);
    std::swap(packet.source_port, packet.destination_port);
    return packet;
}

}  // namespace weir::test
