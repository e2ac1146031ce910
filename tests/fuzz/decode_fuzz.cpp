// SPDX-License-Identifier: Apache-2.0
// The decoder on anything: the first byte chooses link type and configuration, the second how much the capture has cut; then
// come packets, each with two bytes of length in front. Checks what every result promises, and that nothing is unaccounted for.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "parsers/base/cursor.hpp"
#include "sensor/decode/decode.hpp"
#include "sensor/decode/steer.hpp"

namespace {

using namespace weir;

[[noreturn]] void broken_promise(const char* what) {
    std::fprintf(stderr, "decoder broke a promise: %s\n", what);
    std::abort();
}

constexpr std::array<std::uint16_t, 16> link_types{1, 1, 1, 1, 1, 113, 276, 101, 228, 229, 0, 108, 9, 50, 104, 51};

/// Reads every byte that `bytes` covers: the sanitizer says whether it may.
std::uint32_t touch(Bytes bytes) {
    std::uint32_t sum = 0;
    for (const std::uint8_t byte : bytes) sum += byte;
    return sum;
}

volatile std::uint32_t touched;  ///< so that the reading is not optimised away

void check(const Decoded& decoded) {
    if (decoded.count > max_depth || decoded.event_count > max_events) broken_promise("too many layers or events");
    if (decoded.drop != DropReason::none && (decoded.count != 0 || decoded.event_count != 0))
        broken_promise("a dropped packet has layers or events");
    for (std::size_t i = 0; i < decoded.event_count; ++i)
        if (decoded.events[i].id >= decode_events.size() || decoded.events[i].depth >= decoded.count) broken_promise("an event of nowhere");
    for (std::size_t i = 0; i < decoded.count; ++i) {
        const Layers& layer = decoded.layers[i];
        touched = touch(layer.ip_header) + touch(layer.transport) + touch(layer.payload) + touch(layer.tcp.options);
        if (layer.payload.size() > layer.transport.size()) broken_promise("more payload than transport");
        if (layer.depth != i || (layer.tunnel == Tunnel::none) != (i == 0)) broken_promise("wrong depth or tunnel");
        if (layer.incomplete_fragment && (layer.source_port != 0 || !layer.payload.empty()))
            broken_promise("a held fragment has a transport");
        if (layer.ip_version != 4 && layer.ip_version != 6) broken_promise("an IP version");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Cursor input{{data, size}};
    const std::uint8_t choice = input.u8(), cut = input.u8();
    DecoderConfig config;
    config.checksums = (choice & 0x80) != 0;
    config.defrag.overlap = static_cast<FragmentOverlap>((choice >> 4 & 7) % fragment_overlap_names.size());
    config.defrag.datagrams = 4;
    config.defrag.memory = 16 * 1024;
    const auto decoder = std::make_unique<Decoder>(config);
    Decoded decoded;
    Time clock = 0;
    std::uint64_t number = 0;
    std::vector<std::unique_ptr<std::uint8_t[]>> burst;  // copies of their own: the sanitizer sees every byte too far
    while (input.remaining() > 2) {
        if (number % burst_size == 0) {
            burst.clear();
            decoder->advance(clock);
        }
        const std::size_t length = input.be16();
        const Bytes frame = input.take(std::min(length, input.remaining()));
        burst.push_back(std::make_unique<std::uint8_t[]>(frame.size()));
        std::copy(frame.begin(), frame.end(), burst.back().get());
        Packet packet;
        packet.data = {burst.back().get(), frame.size()};
        packet.wire_length = static_cast<std::uint32_t>(frame.size() + (number % 4 == 3 ? cut : 0));
        packet.link_type = link_types[choice & 0x0f];
        packet.clock = packet.time = clock += second / 8;
        packet.number = ++number;
        decoder->decode(packet, decoded);
        check(decoded);
        if (choose_worker(packet, 7, [](const IpAddress& address) { return (address.bytes()[15] & 1) != 0; }) >= 7)
            broken_promise("a worker that does not exist");
    }
    const DecodeMetrics& metrics = decoder->metrics();
    std::uint64_t accounted = metrics.inspected_packets.get();
    for (const Counter& dropped : metrics.dropped) accounted += dropped.get();
    if (metrics.received_packets.get() != number || accounted != number) broken_promise("a packet is unaccounted for");
    return 0;
}
