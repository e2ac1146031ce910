// SPDX-License-Identifier: Apache-2.0
// What the rule engine is shown of a packet and its session. Plain views: rules/ knows nothing of sensor/.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "parsers/base/ip_address.hpp"
#include "parsers/base/parser.hpp"
#include "parsers/registry.hpp"

namespace weir::rules {

/// Equipment as the policy names it, in lower case; empty: unsaid. The texts outlive every call.
struct EquipmentView {
    std::string_view name, vendor, role, site, contract;
};

/// What the contract says of a session, so far as it is known.
enum class ContractWord : std::uint8_t { nothing, expected, unexpected };

/// The session as a rule's `flow:` keyword and header see it, at the moment of the call.
struct SessionView {
    IpAddress client, server;
    std::uint16_t client_port = 0, server_port = 0;
    std::uint8_t ip_protocol = 0;
    ProtocolId app = no_protocol;             ///< once known
    bool established = false;                 ///< TCP: handshake seen (or picked up in the middle); others: both sides have spoken
    bool app_reversed = false;                ///< the protocol's client is the end that accepted the session
    std::array<std::uint64_t, 2> stream_bytes{};  ///< by Direction: bytes delivered in order
    std::uint64_t seconds = 0;                ///< packet time, since the epoch
    std::array<const EquipmentView*, 2> equipment{};  ///< [0] the end that opened it, [1] the one that accepted; null: no equipment
    std::array<ContractWord, 2> contract{};           ///< for the same ends
    std::array<std::string_view, 2> finding{};        ///< kind of the contract's finding (`unexpected-service`), with `unexpected`
};

/// One packet. Addresses and ports are the packet's own; `direction` says which way it goes in its session.
struct PacketView {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint8_t ip_protocol = 0, ip_version = 4, ttl = 0, tos = 0;
    std::uint16_t ip_id = 0;
    bool dont_fragment = false, more_fragments = false, reserved_bit = false, reassembled = false;
    std::uint8_t tcp_flags = 0;
    std::uint32_t tcp_sequence = 0, tcp_acknowledgement = 0;
    std::uint16_t tcp_window = 0;
    std::uint8_t icmp_type = 0, icmp_code = 0;
    Bytes ip_header, transport, payload;      ///< transport: from its header on
    Direction direction = Direction::to_server;
};

}  // namespace weir::rules
