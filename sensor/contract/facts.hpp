// SPDX-License-Identifier: Apache-2.0
// What the contract asks of a session.
#pragma once

#include <cstdint>
#include <string_view>

#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

struct SessionFacts {
    IpAddress client, server;  ///< who opened it, who accepted it
    std::uint16_t client_port = 0, server_port = 0;
    std::uint8_t protocol = 0;   ///< IP protocol number
    std::uint8_t icmp_type = 0;  ///< of the packet that opened it
    std::uint8_t ttl = 0;        ///< TTL or hop limit of that packet; 0: not known
    EquipmentId client_equipment = no_equipment, server_equipment = no_equipment;
    AppStatus app_status = AppStatus::unseen;
    ProtocolId app = no_protocol;    ///< where app_status is `known`
    bool app_reversed = false;       ///< the protocol's client is the end that accepted the session
    bool roles_open = false;         ///< the protocol has not shown yet who is its client
    bool payload_both_ways = false;  ///< both ends have said something
    bool expected = false;           ///< belongs to an allowed session: FTP data, TFTP transfer, an ICMP error about it
    bool direction_guessed = false;  ///< the start was not seen: who opened it is a guess
    Time start = 0;                  ///< clock when it began
    Time clock = 0;                  ///< now, on the packets' clock
    std::uint32_t inside = 0xffff'ffff;  ///< the contract that holds instead of the equipment's: that of the tunnel; none: 0xffffffff
    PayloadLook look = PayloadLook::none;  ///< what its first payload looks like
    std::string_view operation;      ///< what a transaction does (`get`, `set`), where one is judged; empty: the session

    /// What is known of `session` at `clock`. `ttl` as above.
    [[nodiscard]] static SessionFacts of(const Session& session, Time clock, std::uint8_t ttl = 0) noexcept {
        SessionFacts facts;
        facts.client = session.client();
        facts.server = session.server();
        facts.client_port = session.client_port();
        facts.server_port = session.server_port();
        facts.protocol = session.key.protocol;
        facts.icmp_type = session.icmp_type;
        facts.ttl = ttl;
        facts.client_equipment = session.equipment[0];
        facts.server_equipment = session.equipment[1];
        facts.app_status = session.app_outer != no_protocol ? AppStatus::known : session.app_status;
        facts.app = session.service_app();
        facts.app_reversed = session.roles_reversed();
        facts.roles_open = session.roles_open;
        facts.payload_both_ways = session.payload_packets[0] != 0 && session.payload_packets[1] != 0;
        facts.expected = session.allowed_with_parent;
        facts.direction_guessed = session.opening == Opening::guessed;
        facts.start = session.start;
        facts.look = session.look;
        facts.clock = clock;
        facts.inside = session.inside;
        return facts;
    }

    [[nodiscard]] bool is_icmp() const noexcept { return protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6; }
    /// The port that services name: ICMP's is the message type, protocols without ports have 0.
    [[nodiscard]] std::uint16_t service_port() const noexcept { return is_icmp() ? icmp_type : server_port; }
    /// The far end, seen from the equipment.
    [[nodiscard]] const IpAddress& peer(Facing facing) const noexcept { return facing == Facing::egress ? server : client; }
    [[nodiscard]] EquipmentId equipment(Facing facing) const noexcept {
        return facing == Facing::egress ? client_equipment : server_equipment;
    }
    /// The equipment at the far end, seen from this one.
    [[nodiscard]] EquipmentId peer_equipment(Facing facing) const noexcept {
        return equipment(facing == Facing::egress ? Facing::ingress : Facing::egress);
    }
};

}  // namespace weir
