// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/decode.hpp"

#include <algorithm>

#include "sensor/decode/hash.hpp"
#include "sensor/decode/ip.hpp"
#include "sensor/decode/transport.hpp"
#include "sensor/decode/tunnels.hpp"

namespace weir {
namespace {

/// `context` with the VLANs of a frame added.
std::uint64_t add_vlans(std::uint64_t context, const Link& link) noexcept {
    for (std::size_t i = 0; i < link.vlan_count; ++i) context = hash_chain(context, link.vlan[i]);
    return context;
}

/// `context` with a tunnel between the ends of `outer` added; the same for both directions.
std::uint64_t add_tunnel(std::uint64_t context, const Inner& inner, const Layers& outer) noexcept {
    const std::uint64_t kind = std::uint64_t{static_cast<std::uint8_t>(inner.tunnel)} << 32 | inner.id;
    return hash_pair(hash_chain(context, kind), outer.source, outer.destination);
}

TransportKind transport_kind(const Layers& layer) noexcept {
    if (layer.incomplete_fragment) return TransportKind::fragment;
    switch (layer.protocol) {
        case ip_protocol::tcp: return TransportKind::tcp;
        case ip_protocol::udp: return TransportKind::udp;
        case ip_protocol::icmp: return TransportKind::icmp;
        case ip_protocol::icmpv6: return TransportKind::icmpv6;
        case ip_protocol::sctp: return TransportKind::sctp;
        default: return TransportKind::ip_only;
    }
}

/// A held fragment has nothing behind its IP header.
void clear_transport(Layers& layer) noexcept {
    layer.source_port = layer.destination_port = 0;
    layer.icmp_type = layer.icmp_code = 0;
    layer.has_quoted = false;
    layer.tcp = {};
    layer.transport = layer.payload = {};
    layer.payload_missing = 0;
}

}  // namespace

Decoder::Decoder(const DecoderConfig& config) : checksums_(config.checksums), defragmenter_(config.defrag, metrics_) {}

void Decoder::decode(const Packet& packet, Decoded& out) noexcept {
    const std::size_t bytes = std::max<std::size_t>(packet.wire_length, packet.data.size());
    metrics_.received_packets.add();
    metrics_.received_bytes.add(bytes);
    DecodeMetrics::at(metrics_.links, link_kind(packet.link_type)).add();
    out.count = 0;
    out.event_count = 0;
    out.drop = DropReason::none;

    Link link;
    Oddity oddity = walk_link(packet, link);
    out.ether_type = link.ether_type;
    out.source_mac = link.source_mac;
    out.destination_mac = link.destination_mac;
    if (oddity == Oddity::none) oddity = read_datagrams(packet, link, out);
    if (oddity != Oddity::none) [[unlikely]] {
        metrics_.events[static_cast<std::size_t>(oddity)].add();
        out.drop = decode_events[static_cast<std::size_t>(oddity)].drop;
        out.event_count = 0;  // what its fragments showed has been counted; there is no layer that it could be told of
        DecodeMetrics::at(metrics_.dropped, out.drop).add();
        return;
    }
    metrics_.inspected_packets.add();
    metrics_.inspected_bytes.add(bytes);
}

/// Follows IP headers into each other. An oddity of the outermost one is returned; those further in become events.
Oddity Decoder::read_datagrams(const Packet& packet, Link& link, Decoded& out) noexcept {
    Tunnel tunnel = Tunnel::none;
    std::uint64_t context = 0;
    for (;;) {
        if (link.network == NetworkKind::link_only) {
            DecodeMetrics::at(metrics_.networks, NetworkKind::link_only).add();
            return Oddity::none;
        }
        if (out.count == max_depth) {
            note(Oddity::too_many_layers, max_depth - 1, out);
            return Oddity::none;
        }
        context = add_vlans(context, link);
        Layers& layer = out.layers[out.count];
        layer.context = context;
        layer.vlan = link.vlan;
        layer.vlan_count = link.vlan_count;
        layer.tunnel = tunnel;
        layer.depth = out.count;
        const Oddity oddity = read_datagram(link, packet.clock, layer, out);
        if (oddity != Oddity::none) [[unlikely]] {
            if (out.count == 0) return oddity;
            note(oddity, static_cast<std::uint8_t>(out.count - 1), out);
            return Oddity::none;
        }
        ++out.count;
        count(layer);
        if (layer.incomplete_fragment || !may_be_tunnel(layer)) return Oddity::none;

        const Inner inner = look_inside(layer, link);
        if (inner.oddity != Oddity::none) note(inner.oddity, layer.depth, out);
        if (inner.tunnel == Tunnel::none || inner.oddity != Oddity::none) return Oddity::none;
        tunnel = inner.tunnel;
        context = add_tunnel(context, inner, layer);
    }
}

/// One IP header with what follows it, up to the payload.
Oddity Decoder::read_datagram(const Link& link, Time clock, Layers& layer, Decoded& out) noexcept {
    IpPayload payload;
    const Oddity oddity = link.network == NetworkKind::ipv4 ? read_ipv4(link.rest, link.missing, false, checksums_, layer, payload)
                                                            : read_ipv6(link.rest, link.missing, false, layer, payload);
    if (oddity != Oddity::none) [[unlikely]]
        return oddity;
    if (payload.is_fragment) [[unlikely]] {
        const IpPayload fragment = payload;
        const Oddity refused = read_fragment(fragment, clock, layer, payload, out);
        if (refused != Oddity::none || layer.incomplete_fragment) return refused;
    }
    return read_transport(payload.bytes, payload.missing, checksums_ && !payload.routed, layer);
}

/// Hands a fragment to the defragmenter. Where that completes the datagram, `layer` and `payload` become the datagram's.
Oddity Decoder::read_fragment(const IpPayload& fragment, Time clock, Layers& layer, IpPayload& payload, Decoded& out) noexcept {
    constexpr std::size_t fragment_header_size = 8;
    const bool v6 = layer.ip_version == 6;
    layer.incomplete_fragment = true;
    clear_transport(layer);
    if (fragment.missing != 0) {  // cut by the capture: what is not there cannot be put together
        metrics_.fragments.add();
        return Oddity::none;
    }
    const Defragmented result =
        defragmenter_.add({.key = {layer.source, layer.destination, layer.context, fragment.fragment_id,
                                   v6 ? std::uint8_t{0} : layer.protocol, layer.ip_version},
                           .header = v6 ? layer.ip_header.first(layer.ip_header.size() - fragment_header_size) : layer.ip_header,
                           .data = fragment.bytes,
                           .offset = fragment.fragment_offset,
                           .more = fragment.more,
                           .next = fragment.fragment_next,
                           .next_at = fragment.next_at},
                          clock);
    if (result.oddity != Oddity::none) return result.oddity;
    if (result.overlaps) note(Oddity::ipv4_frag_overlap, layer.depth, out);
    if (result.datagram.empty()) return Oddity::none;
    return v6 ? read_ipv6(result.datagram, 0, true, layer, payload) : read_ipv4(result.datagram, 0, true, checksums_, layer, payload);
}

void Decoder::note(Oddity oddity, std::uint8_t depth, Decoded& out) noexcept {
    metrics_.events[static_cast<std::size_t>(oddity)].add();
    if (out.event_count < max_events) out.events[out.event_count++] = {static_cast<std::uint8_t>(oddity), depth};
}

void Decoder::count(const Layers& layer) noexcept {
    DecodeMetrics::at(metrics_.networks, layer.ip_version == 4 ? NetworkKind::ipv4 : NetworkKind::ipv6).add();
    DecodeMetrics::at(metrics_.transports, transport_kind(layer)).add();
    if (layer.tunnel != Tunnel::none) metrics_.tunnels[static_cast<std::size_t>(layer.tunnel)].add();
}

}  // namespace weir
