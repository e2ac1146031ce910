// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/ip.hpp"

#include "sensor/decode/checksum.hpp"
#include "sensor/decode/wire.hpp"

namespace weir {
namespace {

using wire::be16;
using wire::be32;

constexpr std::uint8_t hop_by_hop = 0, routing = 43, fragment = 44, no_next = 59, destination_options = 60;
constexpr std::size_t fragment_header_size = 8;

struct Extensions {
    std::size_t end;          ///< of the extension headers
    std::size_t next_at;      ///< where the byte stands that announces what `end` begins with
    std::size_t fragment_at;  ///< where the fragment header begins; 0: not a fragment
    std::uint8_t next;        ///< what `end` begins with
    bool routed;
};

/// Walks the extension headers of the IPv6 packet `bytes`, whose fixed header is complete; stops behind a fragment header,
/// unless that says that the packet is whole (RFC 6946). `found` holds what there was, even where something is odd.
Oddity walk_extensions(Bytes bytes, bool whole, Extensions& found) noexcept {
    const std::uint8_t* const p = bytes.data();
    found = {.end = ipv6_header_size, .next_at = 6, .fragment_at = 0, .next = p[6], .routed = false};
    bool fragment_seen = whole;
    for (std::size_t headers = 0;; ++headers) {
        std::size_t length = 0;
        const std::size_t at = found.end;
        const bool readable = bytes.size() - at >= 2;
        switch (found.next) {
            case routing: found.routed = true; [[fallthrough]];
            case hop_by_hop:
            case destination_options: length = readable ? (p[at + 1] + std::size_t{1}) * 8 : 8; break;  // RFC 8200 section 4.3
            case ip_protocol::ah: length = readable ? (p[at + 1] + std::size_t{2}) * 4 : 8; break;      // RFC 4302 section 2.2
            case fragment: length = fragment_header_size; break;
            default: return Oddity::none;
        }
        if (headers == max_ipv6_extensions) return Oddity::ipv6_too_many_extensions;
        if (length > bytes.size() - at) return Oddity::ipv6_trunc_extension;
        if (found.next == fragment) {
            if (fragment_seen) return Oddity::ipv6_two_fragment_headers;
            fragment_seen = true;
            const bool atomic = (be16(p + at + 2) & 0xfff9) == 0;
            if (!atomic) {
                found.fragment_at = at;
                found.next = p[at];
                found.end += length;
                return Oddity::none;
            }
        }
        found.next = p[at];
        found.next_at = at;
        found.end += length;
    }
}

bool has_ports(std::uint8_t protocol) noexcept {
    return protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
}

}  // namespace

Oddity read_ipv4(Bytes bytes, std::uint32_t missing, bool whole, bool checksums, Layers& layer, IpPayload& payload) noexcept {
    if (bytes.size() < ipv4_header_size) return Oddity::ipv4_too_small;
    const std::uint8_t* const p = bytes.data();
    if (p[0] >> 4 != 4) return Oddity::ipv4_wrong_version;
    const std::size_t header = (p[0] & 0xfu) * 4;
    if (header < ipv4_header_size) return Oddity::ipv4_hlen_too_small;
    if (header > bytes.size()) return Oddity::ipv4_too_small;

    std::size_t end = be16(p + 2);
    if (end == 0) {  // segmentation left to the card: the length was not yet known when the packet was captured
        end = bytes.size();
    } else if (end < header) {
        return Oddity::ipv4_iplen_too_small;
    } else if (end > bytes.size()) {
        const auto lack = static_cast<std::uint32_t>(end - bytes.size());
        if (lack > missing) return Oddity::ipv4_trunc;
        missing = lack;
        end = bytes.size();
    } else {
        missing = 0;  // what is behind the datagram is padding
    }

    const std::uint16_t flags = be16(p + 6);
    layer.source = wire::ipv4(p + 12);
    layer.destination = wire::ipv4(p + 16);
    layer.protocol = p[9];
    layer.ip_version = 4;
    layer.ttl = p[8];
    layer.tos = p[1];
    layer.ip_id = be16(p + 4);
    layer.reserved_bit = (flags & 0x8000) != 0;
    layer.dont_fragment = (flags & 0x4000) != 0;
    layer.more_fragments = (flags & 0x2000) != 0;
    layer.fragment = whole || (flags & 0x3fff) != 0;
    layer.incomplete_fragment = false;
    layer.cut = missing != 0;
    layer.bad_checksum = checksums && !whole && !checksum::good(bytes.first(header));
    layer.ip_header = bytes.first(header);

    payload.bytes = bytes.subspan(header, end - header);
    payload.missing = missing;
    payload.is_fragment = !whole && (flags & 0x3fff) != 0;
    payload.more = layer.more_fragments;
    payload.fragment_offset = (flags & 0x1fffu) * 8;
    payload.fragment_id = layer.ip_id;
    payload.fragment_next = layer.protocol;
    payload.next_at = 0;
    payload.routed = false;
    return Oddity::none;
}

Oddity read_ipv6(Bytes bytes, std::uint32_t missing, bool whole, Layers& layer, IpPayload& payload) noexcept {
    if (bytes.size() < ipv6_header_size) return Oddity::ipv6_too_small;
    const std::uint8_t* const p = bytes.data();
    if (p[0] >> 4 != 6) return Oddity::ipv6_wrong_version;

    const std::size_t length = be16(p + 4);
    if (length == 0 && p[6] != no_next) {
        // A jumbogram (RFC 2675), or segmentation left to the card: as long as the frame.
    } else if (const std::size_t end = ipv6_header_size + length; end > bytes.size()) {
        const auto lack = static_cast<std::uint32_t>(end - bytes.size());
        if (lack > missing) return Oddity::ipv6_trunc;
        missing = lack;
    } else {
        bytes = bytes.first(end);
        missing = 0;
    }

    Extensions extensions;
    const Oddity oddity = walk_extensions(bytes, whole, extensions);
    if (oddity == Oddity::ipv6_trunc_extension && missing != 0) return Oddity::ipv6_too_small;  // the capture's end, not the packet's
    if (oddity != Oddity::none) return oddity;

    const bool is_fragment = extensions.fragment_at != 0;
    const std::uint16_t offset = is_fragment ? be16(p + extensions.fragment_at + 2) : 0;
    layer.source = wire::ipv6(p + 8);
    layer.destination = wire::ipv6(p + 24);
    layer.protocol = extensions.next;
    layer.ip_version = 6;
    layer.ttl = p[7];
    layer.tos = static_cast<std::uint8_t>(be16(p) >> 4);
    layer.ip_id = 0;
    layer.reserved_bit = false;
    layer.dont_fragment = false;
    layer.more_fragments = whole || (offset & 1) != 0;
    layer.fragment = whole || is_fragment;
    layer.incomplete_fragment = false;
    layer.cut = missing != 0;
    layer.bad_checksum = false;
    layer.ip_header = bytes.first(extensions.end);

    payload.bytes = bytes.subspan(extensions.end);
    payload.missing = missing;
    payload.is_fragment = is_fragment;
    payload.more = (offset & 1) != 0;
    payload.fragment_offset = offset & 0xfff8u;
    payload.fragment_id = is_fragment ? be32(p + extensions.fragment_at + 4) : 0;
    payload.fragment_next = extensions.next;
    payload.next_at = static_cast<std::uint16_t>(extensions.next_at);
    payload.routed = extensions.routed;
    return Oddity::none;
}

bool read_quoted(Bytes bytes, QuotedTuple& quoted) noexcept {
    quoted = {};
    if (bytes.empty()) return false;
    const std::uint8_t* const p = bytes.data();
    std::size_t transport = 0;
    bool first = true;  // ports stand in the first fragment only
    if (p[0] >> 4 == 4 && bytes.size() >= ipv4_header_size) {
        transport = (p[0] & 0xfu) * 4;
        if (transport < ipv4_header_size) return false;
        quoted.source = wire::ipv4(p + 12);
        quoted.destination = wire::ipv4(p + 16);
        quoted.protocol = p[9];
        first = (be16(p + 6) & 0x1fff) == 0;
    } else if (p[0] >> 4 == 6 && bytes.size() >= ipv6_header_size) {
        Extensions extensions;
        const bool complete = walk_extensions(bytes, false, extensions) == Oddity::none;
        transport = complete ? extensions.end : bytes.size();
        quoted.source = wire::ipv6(p + 8);
        quoted.destination = wire::ipv6(p + 24);
        quoted.protocol = extensions.next;
        first = extensions.fragment_at == 0 || (be16(p + extensions.fragment_at + 2) & 0xfff8) == 0;
    } else {
        return false;
    }
    if (first && has_ports(quoted.protocol) && bytes.size() >= transport + 4) {
        quoted.source_port = be16(p + transport);
        quoted.destination_port = be16(p + transport + 2);
    }
    return true;
}

}  // namespace weir
