// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture. Packets keep to what a source promises and to the bytes that were read; the reader of records gives
// the same packets however its windows are cut, and the source gives those that it gives.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "sensor/source/capture_source.hpp"

namespace {

using namespace weir;
using Step = CaptureFormat::Step;

void demand(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

/// A packet as it can be compared after its bytes are gone.
struct Seen {
    std::size_t size;
    std::uint64_t digest;  ///< of its bytes (FNV-1a)
    std::uint32_t wire_length;
    std::uint16_t link_type;
    Time time;
    friend bool operator==(const Seen&, const Seen&) = default;
};

Seen seen(const Packet& packet, Time time) {
    std::uint64_t digest = 0xcbf29ce484222325;
    for (const std::uint8_t byte : packet.data) digest = (digest ^ byte) * 0x100000001b3;
    demand(packet.data.size() <= CaptureFormat::max_packet, "a packet is bounded");
    demand(packet.wire_length >= packet.data.size(), "no more was captured than was on the wire");
    demand(time >= 0 && time <= latest_time, "a time is in its range");
    return {packet.data.size(), digest, packet.wire_length, packet.link_type, time};
}

/// All of a stream, in pieces of `piece` bytes.
std::vector<std::uint8_t> drained(ByteStream& stream, std::size_t piece, std::size_t most) {
    std::vector<std::uint8_t> out;
    for (std::size_t got = piece; got == piece && out.size() < most;) {
        const std::size_t before = out.size();
        out.resize(before + piece);
        got = stream.read(std::span{out}.subspan(before));
        demand(got <= piece, "a stream writes what it was asked for at most");
        out.resize(before + got);
    }
    return out;
}

/// The packets of `file`, read through windows of `step` bytes at first, wider only where the reader asks for it.
std::vector<Seen> records(Bytes file, std::size_t step) {
    CaptureFormat format;
    std::vector<Seen> packets;
    Time previous = 0;
    std::size_t begin = 0;
    for (std::size_t width = step;;) {
        const Bytes window = first_of(file.subspan(begin), width);
        Packet packet;
        std::size_t consumed = 0;
        const Step result = format.next(window, consumed, packet);
        if (result == Step::need_more) {
            demand(consumed == 0 && format.wanted() > window.size() && format.wanted() <= CaptureFormat::max_block,
                   "more is asked for, but not much");
            if (window.size() < width) return packets;
            width = format.wanted();
            continue;
        }
        if (result == Step::damaged) {
            demand(consumed == 0 && *format.reason() != '\0', "damage has a reason");
            return packets;
        }
        demand(consumed <= window.size(), "a record lies in its window");
        if (result == Step::packet) {
            demand(packet.data.data() >= window.data() && packet.data.size() < consumed, "a packet lies in its record");
            if (packet.time != 0) previous = packet.time;
            packets.push_back(seen(packet, previous));
        }
        begin += consumed;
        width = step;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most = 8u << 20;  // what compressed bytes may grow to
    const Bytes file{data, size};
    const auto stream = memory_stream(file);
    const std::vector<std::uint8_t> plain = drained(*stream, 65'536, most);
    if (plain.size() >= most) return 0;
    demand(stream->position() <= size, "no more is read than there is");
    const auto in_pieces = memory_stream(file);
    demand(drained(*in_pieces, 4097, most) == plain && in_pieces->error() == stream->error(), "pieces of another size hold the same bytes");

    const std::vector<Seen> expected = records(plain, plain.size() + 1);
    demand(records(plain, 1) == expected && records(plain, 61) == expected, "windows of another size hold the same packets");

    CaptureSource source{"fuzz", memory_stream(file)};
    Burst burst;
    std::vector<Seen> packets;
    Time clock = 0;
    while (source.next(burst)) {
        demand(!burst.packets.empty(), "a burst holds packets");
        for (const Packet& packet : burst.packets) {
            demand(packet.clock >= clock && packet.clock >= packet.time && packet.clock <= latest_time, "the clock never runs backwards");
            demand(packet.number == packets.size() + 1, "packets are numbered");
            clock = packet.clock;
            packets.push_back(seen(packet, packet.time));
        }
        demand(burst.clock == clock, "a burst has the clock of its last packet");
    }
    demand(packets == expected, "the source holds the packets of the file");
    const CaptureReport& report = source.reports().front();
    demand(report.packets == packets.size() && report.first <= report.last, "the report adds up");
    demand(report.recognised || packets.empty(), "packets come from a capture only");
    demand(report.recognised == CaptureFormat::recognise(first_of(plain, CaptureFormat::magic_size)) || report.cut_off ||
               !report.damage.empty(),
           "a capture is recognised beforehand as well");
    return 0;
}
