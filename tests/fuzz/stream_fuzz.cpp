// SPDX-License-Identifier: Apache-2.0
// Fuzz target of TCP reassembly. Input: three bytes (overlap policy and mode; limits; how the parser answers), then segments
// of eight bytes: flags, what else, place (16 bits), length, acknowledged place (16 bits), window.
// Checked against a model in which a byte's value follows from its sequence number: whatever comes out is that byte, in its
// place, once; the parser is shown what it has not consumed, then what is new; repetitions are never called different; and
// all memory comes back.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "parsers/base/cursor.hpp"
#include "sensor/stream/reassembly.hpp"

namespace {

using namespace weir;

constexpr std::array<std::uint32_t, 2> origins{0xffff'ff80, 0x7fff'ff00};  // both number spaces wrap or change sign
constexpr std::size_t max_segments = 400;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "reassembly broke a promise: %s\n", what);
    std::abort();
}

std::uint8_t byte_at(std::uint32_t sequence) { return static_cast<std::uint8_t>((sequence * 0x9e3779b1u) >> 24); }

/// The model of one session's consumer.
struct Model {
    struct Side {
        std::vector<std::uint32_t> bases;   ///< sequence numbers at which the stream may begin: what came out rules some out
        std::uint64_t raw_end = 0;
        std::uint64_t parsed_to = 0;        ///< offset of the next byte that the parser is to see
        bool lost_track = false;            ///< after a gap, until the next bytes
        bool ended = false;
    };
    std::array<Side, 2> sides;
    Reassembler* stream = nullptr;
    Session* session = nullptr;
    bool consistent = true;
    unsigned answers = 0;
    unsigned calls = 0;

    /// Sides are by end, as directions may be exchanged on the way.
    Side& side_of(Direction direction) { return sides[(direction == Direction::to_server) == session->client_is_low ? 0 : 1]; }

    void check_content(Side& side, std::uint64_t offset, Bytes bytes) {
        if (!consistent) return;
        std::erase_if(side.bases, [&](std::uint32_t base) {
            for (std::size_t i = 0; i < bytes.size(); ++i)
                if (bytes[i] != byte_at(base + static_cast<std::uint32_t>(offset + i))) return true;
            return false;
        });
        require(!side.bases.empty(), "bytes out of place");
    }

    Fed data(Direction direction, Bytes bytes) noexcept {
        Side& side = side_of(direction);
        require(!side.ended, "a parser was called after it had ended");
        require(!bytes.empty(), "a parser was called without bytes");
        const std::uint64_t begin = stream->bytes(*session, direction) - bytes.size();
        require(side.lost_track || begin == side.parsed_to, "a parser missed bytes, or saw them twice");
        side.lost_track = false;
        side.parsed_to = begin;
        check_content(side, begin, bytes);
        const Fed fed = answer(bytes.size());
        side.parsed_to += fed.consumed + fed.skip;
        note(side, fed);
        return fed;
    }
    Fed gap(Direction direction, std::uint64_t missing) noexcept {
        Side& side = side_of(direction);
        require(!side.ended, "a gap was told to a parser that had ended");
        require(missing != 0, "a gap of nothing");
        side.lost_track = true;
        Fed fed = Fed::ok(0);
        if ((answers & 0x80) != 0 && calls++ % 16 == 15) fed = Fed::malformed();
        note(side, fed);
        return fed;
    }
    void raw(Direction direction, Bytes bytes, std::uint64_t offset) noexcept {
        Side& side = side_of(direction);
        require(offset == side.raw_end, "rules missed bytes, or saw them twice");
        side.raw_end += bytes.size();
        check_content(side, offset, bytes);
    }
    void raw_gap(Direction direction, std::uint64_t missing) noexcept { side_of(direction).raw_end += missing; }
    bool raw_wanted(Direction) noexcept { return true; }
    void event(StreamEvent event, Direction) noexcept {
        if (consistent) require(event != StreamEvent::reassembly_overlap_different_data, "equal bytes were called different");
    }

    void note(Side& side, const Fed& fed) {
        if (fed.status == Fed::Status::done) side.ended = true;
        if (fed.status == Fed::Status::malformed) sides[0].ended = sides[1].ended = true;
    }
    Fed answer(std::size_t size) {
        ++calls;
        const unsigned mood = ((answers >> (calls % 5)) ^ calls) & 7;
        switch (mood) {
            case 0: return Fed::need_more(0);
            case 1: return Fed::need_more(size / 2, size - size / 2 + 5);
            case 2: return Fed::skip_after(size / 3, 40);
            case 3: return Fed::ok(size - size / 4);
            case 4: return (answers & 0x40) != 0 && calls > 60 ? Fed::done(size) : Fed::ok(size);
            default: return Fed::ok(size);
        }
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4 || size > 8192) return 0;
    weir::Cursor cursor{Bytes{data, size}};
    const unsigned mode = cursor.u8(), limits = cursor.u8(), answers = cursor.u8();
    StreamConfig config;
    config.max_sessions = 2;
    config.memory = (limits & 1) != 0 ? 1 : std::size_t{1} << 20;
    config.depth = (limits & 2) != 0 ? 500 : 0;
    config.history_depth = (limits & 4) != 0 ? 300 : 64 * 1024;
    config.blind_ahead_segments = (limits & 8) != 0 ? 3 : 64;
    config.ahead_bytes = (limits & 16) != 0 ? 200 : 1 << 20;
    config.overlap_ipv4 = static_cast<OverlapPolicy>((mode & 15) % static_cast<unsigned>(OverlapPolicy::count));
    StreamMetrics metrics;
    Reassembler stream{config, metrics};

    Session session;
    session.key.ip_version = 4;
    Model model;
    model.stream = &stream;
    model.session = &session;
    model.consistent = (mode & 16) == 0;
    model.answers = answers;

    for (std::size_t count = 0; cursor.remaining() >= 8 && count < max_segments; ++count) {
        const unsigned flags = cursor.u8(), other = cursor.u8();
        const std::uint16_t place = cursor.be16();
        const std::size_t length = cursor.u8();
        const std::uint16_t acked = cursor.be16();
        const std::uint16_t window = static_cast<std::uint16_t>(cursor.u8() << 8);
        const unsigned end = other & 1;
        if ((other & 0x70) == 0x70) session.client_is_low = !session.client_is_low;

        Layers layers{};
        layers.tcp = {origins[end] + place, origins[1 - end] + acked, window, static_cast<std::uint8_t>(flags & 0x17), {}};
        const bool syn = (flags & tcp_flag::syn) != 0;
        std::vector<std::uint8_t> payload(length * ((other & 2) != 0 ? 11 : 1));
        for (std::size_t i = 0; i < payload.size(); ++i)
            payload[i] = byte_at(layers.tcp.sequence + (syn ? 1u : 0u) + static_cast<std::uint32_t>(i)) ^ (model.consistent || i % 7 != 3 ? 0 : window >> 8);
        layers.payload = payload;
        if ((other & 12) == 12) layers.payload_missing = 1 + place % 100;
        const Direction direction = (end == 0) == session.client_is_low ? Direction::to_server : Direction::to_client;
        if (model.sides[end].raw_end == 0) model.sides[end].bases.push_back(layers.tcp.sequence + (syn ? 1u : 0u));
        if (model.sides[1 - end].raw_end == 0) model.sides[1 - end].bases.push_back(layers.tcp.acknowledgement);
        stream.segment(session, direction, layers, model);
        require(metrics.memory.get() <= metrics.memory_limit.get(), "more memory than there is");
    }
    stream.close(session, model);
    require(session.stream == 0 && metrics.memory.get() == 0 && metrics.pending.get() == 0 && metrics.sessions.get() == 0, "something is left behind");
    return 0;
}
