// SPDX-License-Identifier: Apache-2.0
#include "parsers/tls/records.hpp"

#include <algorithm>

namespace weir::tls {
namespace {

/// How far in the stream a message may reach with all record headers inside it.
constexpr std::size_t max_spread = 48 * 1024;

/// Walks the pieces of `count` handshake bytes; `visit` gets each.
template <class Visit>
Fragment walk(Bytes stream, std::uint16_t record_left, std::size_t count, Visit&& visit) noexcept {
    Fragment fragment;
    fragment.record_left = record_left;
    std::size_t missing = count;
    std::size_t certain = 0;  // so far into the stream the message must reach, whatever stands there
    for (;;) {
        const bool needs_header = fragment.record_left == 0;
        const std::size_t piece = needs_header ? record_header_size : std::min<std::size_t>(fragment.record_left, missing);
        if (fragment.raw + piece > certain) {
            certain = fragment.raw + missing + (fragment.record_left < missing ? record_header_size : 0);
            if (certain > max_spread) {
                fragment.status = Fragment::Status::too_long;
                return fragment;
            }
            if (certain > stream.size()) {
                fragment.status = Fragment::Status::partial;
                fragment.want = certain;
                return fragment;
            }
        }
        const Bytes bytes = stream.subspan(fragment.raw, piece);
        if (needs_header) {
            const RecordHeader header{bytes};
            if (!header.good() || !header.is(ContentType::handshake)) {
                fragment.status = Fragment::Status::broken;
                return fragment;
            }
            fragment.record_left = header.length;
        } else {
            visit(bytes);
            fragment.record_left = static_cast<std::uint16_t>(fragment.record_left - piece);
            missing -= piece;
        }
        fragment.raw += piece;
        if (missing == 0) return fragment;
    }
}

}  // namespace

Fragment take_handshake(Bytes stream, std::uint16_t record_left, std::size_t count, Scratch& scratch) noexcept {
    std::size_t pieces = 0;
    Bytes only;
    Fragment fragment = walk(stream, record_left, count, [&](Bytes piece) {
        ++pieces;
        only = piece;
    });
    if (fragment.status != Fragment::Status::complete) return fragment;
    if (pieces == 1) {
        fragment.bytes = only;
        return fragment;
    }
    const auto memory = scratch.take(count);
    if (memory.size() < count) {
        fragment.status = Fragment::Status::too_long;
        return fragment;
    }
    std::size_t filled = 0;
    (void)walk(stream, record_left, count, [&](Bytes piece) {
        std::ranges::copy(piece, memory.begin() + static_cast<std::ptrdiff_t>(filled));
        filled += piece.size();
    });
    fragment.bytes = memory;
    return fragment;
}

}  // namespace weir::tls
