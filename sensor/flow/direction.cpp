// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/direction.hpp"

#include <utility>

#include "sensor/flow/flow_key.hpp"
#include "sensor/flow/tcp_state.hpp"

namespace weir {
namespace {

/// Services beside those that have a parser (IANA names in the order of the numbers).
constexpr std::array<std::uint16_t, 34> tcp_services{
    /* ftp-data, ssh, smtp, tacacs */ 20, 22, 25, 49,       /* http, pop3, rpcbind, msrpc, netbios */ 80, 110, 111, 135, 139,
    /* imap, bgp, ldap, https, smb */ 143, 179, 389, 443, 445, /* login, syslog, rtsp, ldp, ldaps */ 513, 514, 554, 646, 636,
    /* netconf, imaps, pop3s */ 830, 993, 995,              /* mssql, mysql, rdp, postgresql, vnc */ 1433, 3306, 3389, 5432, 5900,
    /* netconf call home, tl1, cwmp */ 4334, 3083, 7547,    /* alternatives of http and https, gnmi */ 8080, 8443, 9339, 57400};
constexpr std::array<std::uint16_t, 19> udp_services{
    /* domain, dhcp server, tftp, rpcbind */ 53, 67, 69, 111, /* ntp, netbios, snmp, traps */ 123, 137, 161, 162,
    /* ike, syslog, rip, radius */ 500, 514, 520, 1812, 1813, /* gtp-c, ipfix, ike behind nat, sip */ 2123, 4739, 4500, 5060,
    /* ssdp, mdns */ 1900, 5353};

constexpr std::array<std::uint16_t, 8> sctp_services{/* m2ua, m3ua, sua */ 2904, 2905, 14001, /* diameter, s1ap, x2ap, ngap, xnap */ 3868, 36412, 36422, 38412, 38422};

/// The type of the first chunk behind the common header of 12 octets (RFC 9260 section 3); 0 (data) where there is none.
constexpr std::uint8_t chunk_data = 0, chunk_init = 1, chunk_init_ack = 2;
std::uint8_t first_chunk(const Layers& layers) noexcept { return layers.transport.size() > 12 ? layers.transport[12] : chunk_data; }

}  // namespace

ServicePorts::ServicePorts() {
    for (const std::uint16_t port : tcp_services) tcp_.set(port);
    for (const std::uint16_t port : udp_services) udp_.set(port);
    for (const std::uint16_t port : sctp_services) sctp_.set(port);
    for (const ParserInfo& parser : protocols())
        for (const Hint& hint : parser.hints) {
            if (hint.transport == Transport::tcp) tcp_.set(hint.port);
            if (hint.transport == Transport::udp) udp_.set(hint.port);
            if (hint.transport == Transport::sctp) sctp_.set(hint.port);
        }
}

Orientation orient(const Layers& layers, const ServicePorts& services) noexcept {
    if (layers.incomplete_fragment) return {};  // without a transport header there is nothing to judge by
    const bool source_serves = services.contains(layers.protocol, layers.source_port);
    const bool destination_serves = services.contains(layers.protocol, layers.destination_port);
    if (layers.protocol == ip_protocol::tcp || layers.protocol == ip_protocol::sctp) {
        if (layers.protocol == ip_protocol::tcp && (layers.tcp.flags & tcp_flag::syn) != 0)
            return (layers.tcp.flags & tcp_flag::ack) != 0 ? Orientation{false, Opening::syn_ack} : Orientation{true, Opening::syn};
        if (layers.protocol == ip_protocol::sctp && first_chunk(layers) == chunk_init) return {true, Opening::syn};
        if (layers.protocol == ip_protocol::sctp && first_chunk(layers) == chunk_init_ack) return {false, Opening::syn_ack};
        if (source_serves != destination_serves) return {destination_serves, Opening::guessed};
        return {layers.destination_port <= layers.source_port, Opening::guessed};
    }
    if (layers.destination.is_multicast()) return {};  // nobody opens a session from a group
    if (is_icmp_response(layers.protocol, layers.icmp_type)) return {false, Opening::guessed};
    if (source_serves && !destination_serves) return {false, Opening::guessed};
    return {};
}

void reorient(Session& session, Opening how) noexcept {
    session.client_is_low = !session.client_is_low;
    session.opening = how;
    std::swap(session.bytes[0], session.bytes[1]);
    std::swap(session.packets[0], session.packets[1]);
    std::swap(session.tcp_flags[0], session.tcp_flags[1]);
    std::swap(session.probe_left[0], session.probe_left[1]);
    std::swap(session.payload_packets[0], session.payload_packets[1]);
    std::swap(session.equipment[0], session.equipment[1]);
    std::swap(session.mac[0], session.mac[1]);
    session.tcp_state = static_cast<std::uint8_t>(mirrored(static_cast<TcpState>(session.tcp_state)));
}

}  // namespace weir
