// SPDX-License-Identifier: Apache-2.0
#include "parsers/http2/frame.hpp"

namespace weir::http2 {
namespace {

using Status = GatheredBlock::Status;

constexpr std::size_t max_raw = 48 * 1024;
constexpr std::size_t max_frames = 32;

/// The piece of the block in the first frame: without padding, priority and promised stream (sections 6.2 and 6.6).
bool first_piece(const FrameHeader& header, Bytes payload, Bytes& piece) noexcept {
    Cursor cursor{payload};
    const std::size_t padding = header.has(flag::padded) ? cursor.u8() : 0;
    if (header.is(FrameType::push_promise))
        cursor.skip(4);
    else if (header.has(flag::priority))
        cursor.skip(5);
    if (!cursor.ok() || padding > cursor.remaining()) return false;
    piece = cursor.take(cursor.remaining() - padding);
    return true;
}

/// The pieces of a block whose frames are known to be there and good, one behind the other.
Bytes joined(Bytes frames, Bytes first, std::size_t size, Scratch& scratch) noexcept {
    const auto memory = scratch.take(size);
    if (memory.size() < size) return {};
    std::size_t used = 0;
    const auto add = [&](Bytes piece) {
        if (!piece.empty()) std::memcpy(memory.data() + used, piece.data(), piece.size());
        used += piece.size();
    };
    add(first);
    Cursor cursor{frames};
    cursor.skip(frame_header_size + FrameHeader{frames}.length);
    while (!cursor.empty()) add(cursor.take(FrameHeader{cursor.take(frame_header_size)}.length));
    return memory;
}

}  // namespace

GatheredBlock gather_block(Bytes bytes, Scratch& scratch) noexcept {
    const FrameHeader first{bytes};
    Bytes first_block;
    std::size_t raw = 0, size = 0;
    for (std::size_t frames = 0; frames < max_frames; ++frames) {
        const std::size_t behind_header = raw + frame_header_size;
        if (bytes.size() < behind_header) return {Status::partial, {}, raw, behind_header};
        const FrameHeader header{bytes.subspan(raw)};
        if (frames != 0 && (!header.is(FrameType::continuation) || header.stream != first.stream)) return {Status::broken, {}, raw};
        const std::size_t end = behind_header + header.length;
        if (end > max_raw) return {Status::too_long, {}, raw};
        if (bytes.size() < end) return {Status::partial, {}, raw, end};
        const Bytes payload = bytes.subspan(behind_header, header.length);
        if (frames == 0 && !first_piece(header, payload, first_block)) return {Status::broken, {}, end};
        raw = end;
        size += frames == 0 ? first_block.size() : payload.size();
        if (!header.has(flag::end_headers)) continue;
        const Bytes block = frames == 0 ? first_block : joined(bytes.first(raw), first_block, size, scratch);
        return {block.size() == size ? Status::complete : Status::too_long, block, raw};
    }
    return {Status::too_long, {}, raw};
}

}  // namespace weir::http2
