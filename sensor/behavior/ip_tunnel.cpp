// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/ip_tunnel.hpp"

#include <fmt/format.h>

#include <string>

#include "sensor/decode/wire.hpp"

namespace weir {
namespace {

using Vpn = IpTunnelDetector::Vpn;

constexpr std::array<std::string_view, 1> tunnelled{"T1572"};

/// Points at which headers are believed: no single datagram has them.
constexpr unsigned enough = 4;

std::string_view name_of(Vpn vpn) noexcept {
    constexpr std::array<std::string_view, 5> names{"", "WireGuard", "OpenVPN", "IPsec", "L2TP"};
    return names[static_cast<std::size_t>(vpn)];
}

/// IP protocols that carry packets, whether or not these can be opened.
std::string_view carrier(std::uint8_t protocol) noexcept {
    switch (protocol) {
        case ip_protocol::gre: return "GRE";
        case ip_protocol::ipip: return "IPIP";
        case ip_protocol::ipv6: return "6in4";
        case ip_protocol::esp:
        case ip_protocol::ah: return "IPsec";
        case ip_protocol::etherip: return "EtherIP";
        case ip_protocol::l2tp: return "L2TP";
        case ip_protocol::mpls: return "MPLS in IP";
        default: return {};
    }
}

/// What a datagram's header looks like, and how much that is worth.
struct Look {
    Vpn vpn = Vpn::none;
    unsigned points = 0;
};

/// Message types and lengths of the WireGuard paper (section 5.4): type, three bytes of 0, fixed lengths of handshakes,
/// data padded to 16.
Look as_wireguard(Bytes data) noexcept {
    constexpr std::size_t initiation = 148, response = 92, cookie = 64, data_least = 32, padding = 16;
    if (data.size() < data_least || data[1] != 0 || data[2] != 0 || data[3] != 0) return {};
    switch (data[0]) {
        case 1: return data.size() == initiation ? Look{Vpn::wireguard, 2} : Look{};
        case 2: return data.size() == response ? Look{Vpn::wireguard, 2} : Look{};
        case 3: return data.size() == cookie ? Look{Vpn::wireguard, 1} : Look{};
        case 4: return data.size() % padding == 0 ? Look{Vpn::wireguard, 1} : Look{};
        default: return {};
    }
}

/// IKE (RFC 7296 section 3.1, RFC 2408 section 3.1), behind four bytes of 0 where ESP shares its port (RFC 3948 section 2.2).
Look as_ike(Bytes data) noexcept {
    constexpr std::size_t header = 28;
    if (data.size() > 4 && wire::be32(data.data()) == 0) data = data.subspan(4);
    if (data.size() < header) return {};
    const std::uint8_t version = data[17], exchange = data[18];
    const bool known =
        version == 0x20 ? exchange >= 34 && exchange <= 43 : version == 0x10 && (exchange == 2 || exchange == 4 || exchange == 5);
    return known && wire::be64(data.data()) != 0 && wire::be32(data.data() + 24) == data.size() ? Look{Vpn::ike, 2} : Look{};
}

/// Control messages of L2TP (RFC 2661 section 3.1): type, length and sequence are set, and the length fits.
Look as_l2tp(Bytes data) noexcept {
    constexpr std::size_t header = 12;
    return data.size() >= header && wire::be16(data.data()) == 0xc802 && wire::be16(data.data() + 2) == data.size() ? Look{Vpn::l2tp, 2}
                                                                                                                    : Look{};
}

/// OpenVPN's control channel: opcode and key id, then the sender's session id, which stays. It begins with a reset.
Look as_openvpn(IpTunnelDetector::State& state, const Datagram& datagram) noexcept {
    constexpr std::size_t least = 14;
    const Bytes data = datagram.data;
    if (data.size() < least || (data[0] & 7) != 0) return {};
    const unsigned opcode = data[0] >> 3;
    constexpr unsigned control = 4, acknowledgement = 5, client_reset = 7, server_reset = 8, client_reset_3 = 10;
    const bool reset = opcode == client_reset || opcode == client_reset_3 || opcode == server_reset;
    if (!reset && opcode != control && opcode != acknowledgement) return {};
    std::uint64_t& id = state.id[static_cast<std::size_t>(datagram.direction)];
    const std::uint64_t said = wire::be64(data.data() + 1);
    if (said == 0 || (!reset && said != id)) return {};
    const bool first = id != said;
    id = said;
    return {Vpn::openvpn, reset && !first ? 0u : 1u};  // a reset that nobody answers is sent again
}

Look look_at(IpTunnelDetector::State& state, const Session& session, const Datagram& datagram) noexcept {
    constexpr std::uint16_t l2tp_port = 1701;
    if (session.server_port() == l2tp_port)
        if (const Look look = as_l2tp(datagram.data); look.vpn != Vpn::none) return look;
    if (const Look look = as_wireguard(datagram.data); look.vpn != Vpn::none) return look;
    if (const Look look = as_ike(datagram.data); look.vpn != Vpn::none) return look;
    return as_openvpn(state, datagram);
}

}  // namespace

void IpTunnelDetector::datagram(State& state, const Session& session, const Datagram& datagram, SuspicionSink& sink) const noexcept {
    if (state.told) return;
    std::string_view kind = carrier(session.key.protocol);
    if (datagram.carries != Tunnel::none) kind = weir::name_of(datagram.carries);
    const bool opened = !kind.empty();
    if (!opened) {
        const Look look = look_at(state, session, datagram);
        if (look.vpn == Vpn::none || look.vpn != state.vpn) state.points = 0;
        state.vpn = look.vpn;
        state.points = static_cast<std::uint8_t>(state.points + look.points);
        if (state.points < enough) return;
        kind = name_of(state.vpn);
    }
    const std::string signature = fmt::format("IP tunnel ({})", kind);
    const std::string why = opened ? fmt::format("it carries packets inside {}", kind)
                                   : fmt::format("its datagrams have the headers of {}, one after the other", kind);
    Suspicion suspicion;
    suspicion.kind = Kind::ip_tunnel;
    suspicion.detector = name;
    suspicion.signature = signature;
    suspicion.why = why;
    suspicion.attack = tunnelled;
    suspicion.confidence = opened ? 0.95 : 0.9;
    state.told = sink.suspect(session, suspicion);
    if (!state.told) state.points = 0;
}

}  // namespace weir
