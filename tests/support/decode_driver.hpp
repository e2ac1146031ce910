// SPDX-License-Identifier: Apache-2.0
// Decodes frames one by one and adds up, after each of them, that nothing got lost.
#pragma once

#include <string>

#include "sensor/decode/decode.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/packet_builder.hpp"

namespace weir::test {

/// Packets received, less those inspected and those dropped by reason: 0 where every packet is accounted for.
inline std::int64_t unaccounted(const DecodeMetrics& metrics) {
    std::uint64_t dropped = 0;
    for (const Counter& counter : metrics.dropped) dropped += counter.get();
    return static_cast<std::int64_t>(metrics.received_packets.get() - metrics.inspected_packets.get() - dropped);
}

class DecodeDriver {
public:
    explicit DecodeDriver(const DecoderConfig& config = {}) : decoder_(config) {}

    /// Decodes `frame`, of which the wire had `missing` bytes more. What the result points to lives as long as `frame`.
    const Decoded& decode(const Frame& frame, std::uint16_t link_type = 1, Time clock = 0, std::uint32_t missing = 0) {
        Packet packet = as_packet(frame, clock, link_type, ++number_);
        packet.wire_length += missing;
        decoder_.decode(packet, decoded_);
        REQUIRE(unaccounted(decoder_.metrics()) == 0);
        return decoded_;
    }
    const Decoded& decode(const PacketBuilder& builder, Time clock = 0) {
        frame_ = builder.bytes();
        return decode(frame_, 1, clock);
    }
    Decoder& decoder() { return decoder_; }
    [[nodiscard]] const DecodeMetrics& metrics() const { return decoder_.metrics(); }

private:
    Decoder decoder_;
    Decoded decoded_{};
    Frame frame_;
    std::uint64_t number_ = 0;
};

/// The innermost datagram.
inline const Layers& innermost(const Decoded& decoded) {
    REQUIRE(decoded.count > 0);
    return decoded.layers[decoded.count - 1u];
}
inline std::string_view drop_name(const Decoded& decoded) { return drop_reasons[static_cast<std::size_t>(decoded.drop)].name; }
/// Names of the events, with a space behind each.
inline std::string event_names(const Decoded& decoded) {
    std::string names;
    for (std::size_t i = 0; i < decoded.event_count; ++i) names += std::string{decode_events[decoded.events[i].id].name} + ' ';
    return names;
}
/// `10.0.0.1:40000>10.0.0.2:53/17`
inline std::string tuple(const Layers& layer) {
    return layer.source.text() + ':' + std::to_string(layer.source_port) + '>' + layer.destination.text() + ':' +
           std::to_string(layer.destination_port) + '/' + std::to_string(layer.protocol);
}

}  // namespace weir::test
