// SPDX-License-Identifier: Apache-2.0
// From a captured frame to its IP datagrams: the second stage of a packet's way.
#pragma once

#include "sensor/decode/defrag.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/decode/link.hpp"
#include "sensor/decode/metrics.hpp"
#include "sensor/source/packet.hpp"

namespace weir {

struct DecoderConfig {
    bool checksums = false;  ///< verify IP and transport checksums; off where cards compute them behind the capture's back
    DefragConfig defrag{};
};

/// One per worker. Allocates at construction only.
class Decoder {
public:
    explicit Decoder(const DecoderConfig& config = {});

    /// Reads `packet` into `out`, of which only what its counts cover is written. What `out` points to lives as long as the
    /// packet; datagrams put together from fragments, until the next `advance`.
    void decode(const Packet& packet, Decoded& out) noexcept;

    /// Tells the time, once before each burst, even an empty one: fragments time out, and the memory of those datagrams that
    /// were completed in the burst before is used again.
    void advance(Time clock) noexcept { defragmenter_.advance(clock); }

    [[nodiscard]] const DecodeMetrics& metrics() const noexcept { return metrics_; }

private:
    [[nodiscard]] Oddity read_datagrams(const Packet& packet, Link& link, Decoded& out) noexcept;
    [[nodiscard]] Oddity read_datagram(const Link& link, Time clock, Layers& layer, Decoded& out) noexcept;
    [[nodiscard]] Oddity read_fragment(const IpPayload& fragment, Time clock, Layers& layer, IpPayload& payload, Decoded& out) noexcept;
    void note(Oddity oddity, std::uint8_t depth, Decoded& out) noexcept;
    void count(const Layers& layer) noexcept;

    const bool checksums_;
    DecodeMetrics metrics_;
    Defragmenter defragmenter_;
};

}  // namespace weir
