// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/flow_key.hpp"

#include <bit>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>

namespace weir {
namespace {

/// An ICMP exchange: what is asked with `request` is answered with `response`.
struct IcmpPair {
    std::uint8_t request, response;
    bool has_identifier;  ///< octets 4 and 5 name the exchange
};
constexpr std::array icmp4_pairs{
    IcmpPair{8, 0, true},     // echo, RFC 792
    IcmpPair{13, 14, true},   // timestamp, RFC 792
    IcmpPair{15, 16, true},   // information, RFC 792
    IcmpPair{17, 18, true},   // address mask, RFC 950
    IcmpPair{10, 9, false},   // router solicitation and advertisement, RFC 1256
};
constexpr std::array icmp6_pairs{
    IcmpPair{128, 129, true},   // echo, RFC 4443
    IcmpPair{133, 134, false},  // router solicitation and advertisement, RFC 4861
    IcmpPair{135, 136, false},  // neighbour solicitation and advertisement, RFC 4861
    IcmpPair{130, 131, false},  // multicast listener query and report, RFC 2710
    IcmpPair{139, 140, false},  // node information, RFC 4620
    IcmpPair{144, 145, false},  // home agent address discovery, RFC 6275
};

std::span<const IcmpPair> pairs_of(std::uint8_t protocol) noexcept {
    if (protocol == ip_protocol::icmp) return icmp4_pairs;
    if (protocol == ip_protocol::icmpv6) return icmp6_pairs;
    return {};
}

struct Ports {
    std::uint16_t source, destination;
};

Ports icmp_ports(const Layers& layers) noexcept {
    for (const IcmpPair& pair : pairs_of(layers.protocol)) {
        const bool asks = layers.icmp_type == pair.request;
        if (!asks && layers.icmp_type != pair.response) continue;
        Ports ports{pair.request, pair.response};
        if (pair.has_identifier && layers.transport.size() >= 6)
            ports = {static_cast<std::uint16_t>(layers.transport[4] << 8 | layers.transport[5]), pair.request};
        if (!asks) std::swap(ports.source, ports.destination);
        return ports;
    }
    return {layers.icmp_type, layers.icmp_code};
}

/// Eight bytes of an address as a number that orders as they do.
std::uint64_t half_of(const IpAddress& address, std::size_t at) noexcept {
    std::uint64_t value;
    std::memcpy(&value, address.bytes().data() + at, sizeof value);
    return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

PacketKey order(const IpAddress& source, const IpAddress& destination, Ports ports) noexcept {
    PacketKey out;
    const auto rank = [](const IpAddress& address, std::uint16_t port) { return std::tuple(half_of(address, 0), half_of(address, 8), port); };
    out.from_low = rank(source, ports.source) <= rank(destination, ports.destination);
    out.key.low = out.from_low ? source : destination;
    out.key.high = out.from_low ? destination : source;
    out.key.low_port = out.from_low ? ports.source : ports.destination;
    out.key.high_port = out.from_low ? ports.destination : ports.source;
    return out;
}

/// Folds a 128-bit product into both operands, so that a zero operand loses nothing of the other.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{a} * b;
    return (a ^ static_cast<std::uint64_t>(product)) + std::rotl(b ^ static_cast<std::uint64_t>(product >> 64), 31);
}

}  // namespace

std::uint64_t hash_of(const FlowKey& key) noexcept {
    const auto word = std::bit_cast<std::array<std::uint64_t, 6>>(key);
    // Odd constants from the fractional digits of pi and e.
    const std::uint64_t low = mix(word[0] ^ 0x243f6a8885a308d3, word[1] ^ 0x13198a2e03707345);
    const std::uint64_t high = mix(word[2] ^ 0xa4093822299f31d1, word[3] ^ 0x082efa98ec4e6c89);
    const std::uint64_t rest = mix(word[4] ^ 0xb7e151628aed2a6b, word[5] ^ 0xbf7158809cf4f3c7);
    return mix(low ^ rest, high + 0x9e3779b97f4a7c15);
}

PacketKey make_key(const Layers& layers) noexcept {
    const bool icmp = layers.protocol == ip_protocol::icmp || layers.protocol == ip_protocol::icmpv6;
    const Ports ports = icmp && !layers.incomplete_fragment ? icmp_ports(layers) : Ports{layers.source_port, layers.destination_port};
    PacketKey out = order(layers.source, layers.destination, ports);
    out.key.protocol = layers.protocol;
    out.key.ip_version = layers.ip_version;
    out.key.context = layers.context;
    out.hash = hash_of(out.key);
    return out;
}

PacketKey make_quoted_key(const Layers& layers) noexcept {
    const QuotedTuple& quoted = layers.quoted;
    PacketKey out = order(quoted.source, quoted.destination, {quoted.source_port, quoted.destination_port});
    out.key.protocol = quoted.protocol;
    out.key.ip_version = layers.ip_version;
    out.key.context = layers.context;
    out.hash = hash_of(out.key);
    return out;
}

bool is_icmp_response(std::uint8_t protocol, std::uint8_t icmp_type) noexcept {
    for (const IcmpPair& pair : pairs_of(protocol))
        if (icmp_type == pair.response) return true;
    return false;
}

}  // namespace weir
