// SPDX-License-Identifier: Apache-2.0
// The decoder on real captures: every packet is accounted for, whole or cut short, and twice the same.
#include <string>

#include "tests/support/decode_driver.hpp"
#include "tests/support/pcap_reader.hpp"

using namespace weir;
using namespace weir::test;

namespace {

bool inside(Bytes part, Bytes whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// What must hold of every result.
bool is_sound(const Packet& packet, const Decoded& decoded) {
    if (decoded.count > max_depth || decoded.event_count > max_events) return false;
    if (decoded.drop != DropReason::none) return decoded.count == 0 && decoded.event_count == 0;
    for (std::size_t i = 0; i < decoded.count; ++i) {
        const Layers& layer = decoded.layers[i];
        if (layer.depth != i || (layer.tunnel == Tunnel::none) != (i == 0) || layer.vlan_count > max_vlan_tags) return false;
        if (!inside(layer.payload, layer.transport) || !inside(layer.tcp.options, layer.transport)) return false;
        const bool reassembled = layer.fragment && !layer.incomplete_fragment;
        if (i == 0 && !reassembled && (!inside(layer.transport, packet.data) || !inside(layer.ip_header, packet.data))) return false;
        if (layer.incomplete_fragment && (i + 1u != decoded.count || !layer.payload.empty())) return false;
    }
    for (std::size_t i = 0; i < decoded.event_count; ++i)
        if (decoded.events[i].depth >= decoded.count || decoded.events[i].id >= decode_events.size()) return false;
    return true;
}

}  // namespace

TEST_CASE("decode: received = inspected + dropped by reason, over all captures") {
    if (captures().empty()) {
        WARN("skipped: needs the captures in " << capture_folder.string());
        return;
    }
    Decoder all;
    Decoded decoded;
    for (const auto& path : captures()) {
        INFO(path.string());
        Decoder own;
        std::uint64_t packets = 0, bytes = 0, unsound = 0;
        for_each_packet(path, [&](Packet packet) {
            for (Decoder* decoder : {&own, &all}) {
                if (packet.number % burst_size == 1) decoder->advance(packet.clock);
                decoder->decode(packet, decoded);
                unsound += is_sound(packet, decoded) ? 0 : 1;
            }
            ++packets;
            bytes += packet.wire_length;
            for (const std::size_t eighths : {7u, 3u, 1u}) {  // as if the snap length had been smaller
                packet.data = packet.data.first(packet.data.size() * eighths / 8);
                all.decode(packet, decoded);
                unsound += is_sound(packet, decoded) ? 0 : 1;
            }
        });
        CHECK(unsound == 0);
        CHECK(unaccounted(own.metrics()) == 0);
        CHECK(unaccounted(all.metrics()) == 0);
        CHECK(own.metrics().received_packets.get() == packets);
        CHECK(own.metrics().received_bytes.get() == bytes);
        CHECK(own.metrics().dropped[static_cast<std::size_t>(DropReason::none)].get() == 0);
    }
    CHECK(all.metrics().inspected_packets.get() > 0);
}
