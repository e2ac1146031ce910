// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/ip_tunnel.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

constexpr Direction client = Direction::to_server, server = Direction::to_client;

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        told.emplace_back(suspicion.signature);
        return true;
    }
    std::vector<std::string> told;
};

/// The datagrams of one session.
class Datagrams {
public:
    explicit Datagrams(std::uint8_t protocol = ip_protocol::udp, std::uint16_t port = 9999) {
        session_.key.protocol = protocol;
        session_.key.high_port = port;
    }
    Datagrams& say(Direction direction, std::string_view data, Tunnel carries = Tunnel::none) {
        detector_.datagram(state_, session_, {direction, carries, as_bytes(data)}, listener_);
        return *this;
    }
    [[nodiscard]] const std::vector<std::string>& told() const { return listener_.told; }

private:
    Listener listener_;
    IpTunnelDetector detector_;
    IpTunnelDetector::State state_;
    Session session_;
};

std::string bytes(std::initializer_list<unsigned> head, std::size_t size) {
    std::string out;
    for (const unsigned byte : head) out += static_cast<char>(byte);
    out.resize(size, '\x5a');
    return out;
}
/// An IKE message: SPIs, next payload, version, exchange, flags, message id, length.
std::string ike(unsigned exchange, std::size_t size, unsigned said) {
    std::string out = bytes({}, 16) + bytes({33, 0x20, exchange, 8, 0, 0, 0, 0, 0, 0, said >> 8, said & 0xff}, 12);
    out.resize(size, 'x');
    return out;
}
/// A message of OpenVPN's control channel: opcode, session id.
std::string openvpn(unsigned opcode, unsigned id, std::size_t size = 42) { return bytes({opcode << 3, id, 1, 2, 3, 4, 5, 6, 7}, size); }

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("IP tunnel: what was opened, and what an IP protocol carries, is told once") {
    CHECK(Datagrams{}.say(client, "x", Tunnel::vxlan).say(server, "x", Tunnel::vxlan).told() == Told{"IP tunnel (vxlan)"});
    CHECK(Datagrams{ip_protocol::gre}.say(client, "x").say(client, "x").told() == Told{"IP tunnel (GRE)"});
    CHECK(Datagrams{ip_protocol::esp}.say(client, "x").told() == Told{"IP tunnel (IPsec)"});
    CHECK(Datagrams{ip_protocol::sctp}.say(client, "x").told().empty());
    CHECK(Datagrams{ip_protocol::icmp}.say(client, "x").told().empty());
}

TEST_CASE("IP tunnel: WireGuard") {
    const std::string initiation = bytes({1, 0, 0, 0}, 148), response = bytes({2, 0, 0, 0}, 92), data = bytes({4, 0, 0, 0}, 128);
    const Told found{"IP tunnel (WireGuard)"};
    CHECK(Datagrams{}.say(client, initiation).say(server, response).told() == found);
    CHECK(Datagrams{}.say(client, data).say(server, data).say(client, data).say(server, data).told() == found);
    CHECK(Datagrams{}.say(client, initiation).say(server, "no").say(client, initiation).told().empty());
    CHECK(Datagrams{}.say(client, bytes({1, 0, 0, 0}, 147)).say(server, bytes({2, 0, 0, 0}, 93)).told().empty());
}

TEST_CASE("IP tunnel: IPsec's key exchange") {
    const Told found{"IP tunnel (IPsec)"};
    CHECK(Datagrams{}.say(client, ike(34, 100, 100)).say(server, ike(34, 90, 90)).told() == found);
    const std::string marker(4, '\0');
    CHECK(Datagrams{}.say(client, marker + ike(35, 100, 100)).say(server, marker + ike(35, 90, 90)).told() == found);
    CHECK(Datagrams{}.say(client, ike(34, 100, 99)).say(server, ike(34, 90, 91)).told().empty());
    CHECK(Datagrams{}.say(client, ike(33, 100, 100)).say(server, ike(33, 90, 90)).told().empty());
}

TEST_CASE("IP tunnel: OpenVPN's control channel, by session ids that stay") {
    const Told found{"IP tunnel (OpenVPN)"};
    CHECK(Datagrams{}
              .say(client, openvpn(7, 1))
              .say(client, openvpn(7, 1))
              .say(server, openvpn(8, 2))
              .say(client, openvpn(5, 1))
              .say(client, openvpn(4, 1))
              .told() == found);
    CHECK(Datagrams{}
              .say(client, openvpn(7, 1))
              .say(client, openvpn(4, 9))
              .say(client, openvpn(4, 9))
              .say(client, openvpn(4, 9))
              .told()
              .empty());
    Datagrams repeated;
    for (int i = 0; i < 20; ++i) repeated.say(client, openvpn(7, 1));
    CHECK(repeated.told().empty());
}

TEST_CASE("IP tunnel: L2TP's control messages, on its port") {
    const std::string message = bytes({0xc8, 0x02, 0, 20}, 20);
    CHECK(Datagrams{ip_protocol::udp, 1701}.say(client, message).say(server, message).told() == Told{"IP tunnel (L2TP)"});
    CHECK(Datagrams{}.say(client, message).say(server, message).told().empty());
}

TEST_CASE("IP tunnel: anything else, however short, is none") {
    Datagrams datagrams;
    for (std::size_t size = 0; size < 160; ++size)
        for (const unsigned first : {0u, 1u, 2u, 3u, 4u, 0x20u, 0x28u, 0x38u, 0x40u, 0xc8u, 0xffu})
            datagrams.say(size % 2 == 0 ? client : server, bytes({first}, size).substr(0, size));
    CHECK(datagrams.told().empty());
}
