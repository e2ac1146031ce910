// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/reject.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sensor/decode/checksum.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/link.hpp"

namespace weir {
namespace {

constexpr std::size_t ethernet_addresses = 12;
constexpr std::size_t longest_link = 64;     // Ethernet with tags and labels
constexpr std::size_t tcp_header = 20;
constexpr std::size_t icmp_header = 8;
constexpr std::size_t quoted_payload = 8;    // bytes of the datagram behind its IP header
constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;
constexpr std::uint8_t time_to_live = 64;

void put32(std::uint8_t* at, std::uint32_t value) noexcept {
    wire::put16(at, static_cast<std::uint16_t>(value >> 16));
    wire::put16(at + 2, static_cast<std::uint16_t>(value));
}

/// The datagram that is refused.
struct Refused {
    Bytes link, ip;           ///< `ip` from its header on, to the end of the datagram
    std::size_t header = 0;   ///< of the IP header
    bool v6 = false;
    std::uint8_t protocol = 0;
    [[nodiscard]] Bytes transport() const noexcept { return ip.subspan(header); }
    [[nodiscard]] std::size_t address_size() const noexcept { return v6 ? 16 : 4; }
    [[nodiscard]] std::size_t source_at() const noexcept { return v6 ? 8 : 12; }
};

/// False where nobody is to be told.
bool read(Bytes frame, Refused& out) noexcept {
    Packet packet;
    packet.data = frame;
    packet.wire_length = static_cast<std::uint32_t>(frame.size());
    Link link;
    if (walk_link(packet, link) != Oddity::none || link.rest.data() == nullptr) return false;
    const auto at = static_cast<std::size_t>(link.rest.data() - frame.data());
    if (at < ethernet_addresses + 2 || at > longest_link || (frame[0] & 1) != 0) return false;
    out.link = frame.first(at);
    out.v6 = link.network == NetworkKind::ipv6;
    const Bytes ip = link.rest;
    if (link.network == NetworkKind::ipv4) {
        if (ip.size() < ipv4_header_size) return false;
        out.header = (ip[0] & 0x0fu) * std::size_t{4};
        const std::size_t length = wire::be16(ip.data() + 2);
        const bool fragment = (wire::be16(ip.data() + 6) & 0x3fff) != 0, multicast = ip[16] >= 224;
        if (out.header < ipv4_header_size || length < out.header || length > ip.size() || fragment || multicast) return false;
        out.protocol = ip[9];
        out.ip = ip.first(length);
        return true;
    }
    if (!out.v6 || ip.size() < ipv6_header_size) return false;
    const std::size_t length = ipv6_header_size + wire::be16(ip.data() + 4);
    if (length > ip.size() || ip[24] == 0xff) return false;
    out.header = ipv6_header_size;
    out.protocol = ip[6];
    out.ip = ip.first(length);
    return true;
}

/// Link and IP header of the answer; where what follows begins. `payload` bytes follow.
std::size_t begin(const Refused& refused, RejectTo to, std::uint8_t protocol, std::size_t payload, std::uint8_t* out) noexcept {
    std::memcpy(out, refused.link.data(), refused.link.size());
    std::uint8_t* const ip = out + refused.link.size();
    const std::size_t header = refused.v6 ? ipv6_header_size : ipv4_header_size, size = refused.address_size(), source = refused.source_at();
    std::memset(ip, 0, header);
    if (refused.v6) {
        ip[0] = 0x60;
        wire::put16(ip + 4, static_cast<std::uint16_t>(payload));
        ip[6] = protocol;
        ip[7] = time_to_live;
    } else {
        ip[0] = 0x45;
        wire::put16(ip + 2, static_cast<std::uint16_t>(header + payload));
        ip[6] = 0x40;  // not to be fragmented
        ip[8] = time_to_live;
        ip[9] = protocol;
    }
    std::memcpy(ip + source, refused.ip.data() + source, 2 * size);
    if (to == RejectTo::sender) {
        std::swap_ranges(out, out + 6, out + 6);
        std::swap_ranges(ip + source, ip + source + size, ip + source + size);
    }
    if (!refused.v6) wire::put16(ip + 10, checksum::of({ip, header}));
    return refused.link.size() + header;
}

/// The transport's checksum, over `bytes` with a checksum field of zero; the addresses end right before them.
std::uint16_t transport_checksum(const Refused& refused, std::uint8_t protocol, Bytes bytes) noexcept {
    const std::uint8_t* const addresses = bytes.data() - 2 * refused.address_size();
    const IpAddress source = refused.v6 ? wire::ipv6(addresses) : wire::ipv4(addresses);
    const IpAddress destination = refused.v6 ? wire::ipv6(addresses + 16) : wire::ipv4(addresses + 4);
    return checksum::of(bytes, checksum::pseudo_header(source, destination, protocol, bytes.size()));
}

std::size_t reset(const Refused& refused, RejectTo to, std::uint8_t* out) noexcept {
    const Bytes tcp = refused.transport();
    if (tcp.size() < tcp_header || (tcp[13] & rst) != 0) return 0;
    const std::size_t offset = (tcp[12] >> 4) * std::size_t{4};
    if (offset < tcp_header || offset > tcp.size()) return 0;
    const std::size_t at = begin(refused, to, ip_protocol::tcp, tcp_header, out);
    std::uint8_t* const answer = out + at;
    std::memset(answer, 0, tcp_header);
    std::memcpy(answer, tcp.data(), 4);
    answer[12] = (tcp_header / 4) << 4;
    const std::uint32_t sequence = wire::be32(tcp.data() + 4);
    if (to == RejectTo::sender) {
        std::swap_ranges(answer, answer + 2, answer + 2);
        const auto length = static_cast<std::uint32_t>(tcp.size() - offset) + ((tcp[13] & syn) != 0) + ((tcp[13] & fin) != 0);
        if ((tcp[13] & ack) != 0) {
            std::memcpy(answer + 4, tcp.data() + 8, 4);
            answer[13] = rst;
        } else {
            put32(answer + 8, sequence + length);
            answer[13] = rst | ack;
        }
    } else {
        put32(answer + 4, sequence);
        std::memcpy(answer + 8, tcp.data() + 8, 4);
        answer[13] = (tcp[13] & ack) != 0 ? rst | ack : rst;
    }
    wire::put16(answer + 16, transport_checksum(refused, ip_protocol::tcp, {answer, tcp_header}));
    return at + tcp_header;
}

std::size_t prohibited(const Refused& refused, std::uint8_t* out) noexcept {
    if (refused.protocol == ip_protocol::icmp || refused.protocol == ip_protocol::icmpv6) return 0;  // no errors about errors
    const std::size_t quoted = std::min(refused.ip.size(), refused.header + quoted_payload);
    const std::uint8_t protocol = refused.v6 ? ip_protocol::icmpv6 : ip_protocol::icmp;
    const std::size_t at = begin(refused, RejectTo::sender, protocol, icmp_header + quoted, out);
    std::uint8_t* const answer = out + at;
    std::memset(answer, 0, icmp_header);
    answer[0] = refused.v6 ? 1 : 3;   // destination unreachable
    answer[1] = refused.v6 ? 1 : 13;  // communication administratively prohibited
    std::memcpy(answer + icmp_header, refused.ip.data(), quoted);
    const Bytes message{answer, icmp_header + quoted};
    wire::put16(answer + 2, refused.v6 ? transport_checksum(refused, protocol, message) : checksum::of(message));
    return at + message.size();
}

}  // namespace

std::size_t reject(Bytes frame, RejectTo to, std::span<std::uint8_t, reject_size> out) noexcept {
    static_assert(longest_link + ipv6_header_size + icmp_header + 60 + quoted_payload <= reject_size);
    Refused refused;
    if (!read(frame, refused)) return 0;
    if (refused.protocol == ip_protocol::tcp) return reset(refused, to, out.data());
    return to == RejectTo::sender ? prohibited(refused, out.data()) : 0;
}

}  // namespace weir
