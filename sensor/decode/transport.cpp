// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/transport.hpp"

#include "sensor/decode/checksum.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {
namespace {

using wire::be16;
using wire::be32;

constexpr std::size_t tcp_header_size = 20, udp_header_size = 8, icmp_header_size = 8, sctp_header_size = 12;

/// Whether the checksum of `transport` is wrong, with the pseudo-header where the protocol has one.
bool is_corrupt(Bytes transport, bool with_pseudo_header, const Layers& layer) noexcept {
    const std::uint32_t pseudo =
        with_pseudo_header ? checksum::pseudo_header(layer.source, layer.destination, layer.protocol, transport.size()) : 0;
    return !checksum::good(transport, pseudo);
}

/// RFC 9293 section 3.1.
Oddity read_tcp(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept {
    if (bytes.size() < tcp_header_size) return Oddity::tcp_too_small;
    const std::uint8_t* const p = bytes.data();
    const std::size_t header = (p[12] >> 4) * std::size_t{4};
    if (header < tcp_header_size) return Oddity::tcp_hlen_too_small;
    if (header > bytes.size()) return header > bytes.size() + missing ? Oddity::tcp_hlen_invalid : Oddity::tcp_too_small;
    layer.source_port = be16(p);
    layer.destination_port = be16(p + 2);
    layer.tcp = {.sequence = be32(p + 4),
                 .acknowledgement = be32(p + 8),
                 .window = be16(p + 14),
                 .flags = p[13],
                 .options = bytes.subspan(tcp_header_size, header - tcp_header_size)};
    layer.payload = bytes.subspan(header);
    if (verify && missing == 0) layer.bad_checksum |= is_corrupt(bytes, true, layer);
    return Oddity::none;
}

/// RFC 768.
Oddity read_udp(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept {
    if (bytes.size() < udp_header_size) return Oddity::udp_too_small;
    const std::uint8_t* const p = bytes.data();
    const std::size_t length = be16(p + 4);
    if (length < udp_header_size) return Oddity::udp_len_too_small;
    if (length > bytes.size() + missing) return Oddity::udp_hlen_invalid;
    layer.source_port = be16(p);
    layer.destination_port = be16(p + 2);
    if (length <= bytes.size()) {
        bytes = bytes.first(length);
        layer.payload_missing = 0;
    } else {
        layer.payload_missing = static_cast<std::uint32_t>(length - bytes.size());
    }
    layer.transport = bytes;
    layer.payload = bytes.subspan(udp_header_size);
    const bool present = be16(p + 6) != 0;
    if (verify && present && layer.payload_missing == 0) layer.bad_checksum |= is_corrupt(bytes, true, layer);
    return Oddity::none;
}

/// Errors quote the packet that they are about: RFC 792 and RFC 4443 section 3.
bool is_error(const Layers& layer) noexcept {
    if (layer.protocol == ip_protocol::icmpv6) return layer.icmp_type >= 1 && layer.icmp_type <= 4;
    switch (layer.icmp_type) {
        case 3:   // destination unreachable
        case 4:   // source quench
        case 5:   // redirect
        case 11:  // time exceeded
        case 12:  // parameter problem
            return true;
        default: return false;
    }
}

Oddity read_icmp(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept {
    const bool v6 = layer.protocol == ip_protocol::icmpv6;
    if (bytes.size() < icmp_header_size) return v6 ? Oddity::icmpv6_too_small : Oddity::icmpv4_too_small;
    layer.icmp_type = bytes[0];
    layer.icmp_code = bytes[1];
    layer.payload = bytes.subspan(icmp_header_size);
    if (is_error(layer)) layer.has_quoted = read_quoted(layer.payload, layer.quoted);
    if (verify && missing == 0) layer.bad_checksum |= is_corrupt(bytes, v6, layer);
    return Oddity::none;
}

/// RFC 9260 section 3.1.
Oddity read_sctp(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept {
    if (bytes.size() < sctp_header_size) return Oddity::sctp_too_small;
    const std::uint8_t* const p = bytes.data();
    layer.source_port = be16(p);
    layer.destination_port = be16(p + 2);
    layer.payload = bytes.subspan(sctp_header_size);
    constexpr std::size_t checksum_at = 8;  // its low byte first
    if (verify && missing == 0) layer.bad_checksum |= checksum::crc32c(bytes, checksum_at) != __builtin_bswap32(be32(p + checksum_at));
    return Oddity::none;
}

}  // namespace

Oddity read_transport(Bytes bytes, std::uint32_t missing, bool verify, Layers& layer) noexcept {
    layer.source_port = layer.destination_port = 0;
    layer.icmp_type = layer.icmp_code = 0;
    layer.has_quoted = false;
    layer.tcp = {};
    layer.transport = bytes;
    layer.payload = bytes;
    layer.payload_missing = missing;
    switch (layer.protocol) {
        case ip_protocol::tcp: return read_tcp(bytes, missing, verify, layer);
        case ip_protocol::udp: return read_udp(bytes, missing, verify, layer);
        case ip_protocol::icmp:
        case ip_protocol::icmpv6: return read_icmp(bytes, missing, verify, layer);
        case ip_protocol::sctp: return read_sctp(bytes, missing, verify, layer);
        default: return Oddity::none;
    }
}

}  // namespace weir
