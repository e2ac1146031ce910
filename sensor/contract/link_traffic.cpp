// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/link_traffic.hpp"

#include <array>

namespace weir {
namespace {

constexpr IpAddress broadcast = IpAddress::v4(0xffff'ffff);
constexpr IpAddress unspecified_v4 = IpAddress::v4(0);

/// Whether packets to `address` stay on the link: link-local, limited broadcast, or multicast that routers do not forward
/// (224.0.0.0/24, RFC 5771 section 4; ff01 and ff02, RFC 4291 section 2.7).
bool stays_on_link(const IpAddress& address) noexcept {
    if (address.is_link_local() || address == broadcast) return true;
    if (address.is_v4()) return address.v4_value() >> 8 == 0xe00000;
    return address.bytes()[0] == 0xff && (address.bytes()[1] & 0x0f) <= 2;
}

bool ports_are(const SessionFacts& facts, std::uint16_t one, std::uint16_t other) noexcept {
    return facts.protocol == ip_protocol::udp &&
           ((facts.client_port == one && facts.server_port == other) || (facts.client_port == other && facts.server_port == one));
}

constexpr std::array table{
    LinkTraffic{"neighbour discovery", "ICMPv6 types 133 to 137 with hop limit 255, which no router forwards (RFC 4861)",
                [](const SessionFacts& facts) noexcept {
                    constexpr std::uint8_t never_forwarded = 255, not_known = 0;
                    return facts.protocol == ip_protocol::icmpv6 && facts.icmp_type >= 133 && facts.icmp_type <= 137 &&
                           (facts.ttl == never_forwarded || facts.ttl == not_known);
                }},
    LinkTraffic{"multicast listener discovery",
                "ICMPv6 types 130, 131, 132 and 143 to multicast or link-local addresses (RFC 2710, RFC 3810)",
                [](const SessionFacts& facts) noexcept {
                    const bool type = facts.icmp_type == 130 || facts.icmp_type == 131 || facts.icmp_type == 132 || facts.icmp_type == 143;
                    return facts.protocol == ip_protocol::icmpv6 && type && (facts.server.is_multicast() || facts.server.is_link_local());
                }},
    LinkTraffic{"IGMP", "IP protocol 2 to multicast or link-local addresses (RFC 3376)",
                [](const SessionFacts& facts) noexcept {
                    return facts.protocol == ip_protocol::igmp && (facts.server.is_multicast() || facts.server.is_link_local());
                }},
    LinkTraffic{"DHCP",
                "UDP between ports 67 and 68, to 255.255.255.255 or a link-local address, or from 0.0.0.0; renewals and relays by unicast "
                "need a line",
                [](const SessionFacts& facts) noexcept {
                    return ports_are(facts, 67, 68) && (stays_on_link(facts.server) || facts.client == unspecified_v4);
                }},
    LinkTraffic{"DHCPv6", "UDP between ports 546 and 547, to link-local addresses or multicast on the link",
                [](const SessionFacts& facts) noexcept { return ports_are(facts, 546, 547) && stays_on_link(facts.server); }},
};

}  // namespace

std::span<const LinkTraffic> link_traffic() noexcept { return table; }

const LinkTraffic* find_link_traffic(const SessionFacts& facts) noexcept {
    if (facts.protocol == ip_protocol::tcp) return nullptr;
    for (const LinkTraffic& row : table)
        if (row.matches(facts)) return &row;
    return nullptr;
}

}  // namespace weir
