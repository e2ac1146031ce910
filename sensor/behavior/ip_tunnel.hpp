// SPDX-License-Identifier: Apache-2.0
// A way around: a session that carries other packets, in clear or encrypted. What decoding has opened says so itself; what
// cannot be opened (WireGuard, OpenVPN, IPsec) shows by the headers of its datagrams.
#pragma once

#include "sensor/behavior/detector.hpp"

namespace weir {

class IpTunnelDetector {
public:
    static constexpr std::string_view name = "ip-tunnel";
    static constexpr std::string_view doc = "Sessions that carry other packets: GRE, IPIP, VXLAN, L2TP, WireGuard, OpenVPN, IPsec";

    enum class Vpn : std::uint8_t { none, wireguard, openvpn, ike, l2tp };

    struct State {
        std::array<std::uint64_t, 2> id{};  ///< by Direction: OpenVPN's session id; 0: none seen
        Vpn vpn = Vpn::none;                ///< whose headers the datagrams so far have had
        std::uint8_t points = 0;            ///< how much that is worth
        bool told = false;
    };

    void datagram(State& state, const Session& session, const Datagram& datagram, SuspicionSink& sink) const noexcept;
};

static_assert(DetectorType<IpTunnelDetector>);

}  // namespace weir
