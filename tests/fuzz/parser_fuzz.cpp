// SPDX-License-Identifier: Apache-2.0
// The shared fuzz target of all parsers. Input: one byte of flags (bit 0: datagrams instead of a stream, for what is spoken over
// both; bit 1: a gap before the last piece), then pieces: two bytes (top bit: to the client; the rest: length, big endian) and
// that many bytes.
// Checked: no crash, never more consumed than given, and that any split of a stream gives the same transactions.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "parsers/base/cursor.hpp"
#include "tests/support/parser_driver.hpp"
#include WEIR_FUZZ_HEADER

namespace {

using weir::Bytes;
using weir::Direction;
using Parser = weir::WEIR_FUZZ_PARSER;

struct Piece {
    Direction direction;
    Bytes bytes;
};

std::vector<Piece> pieces_of(weir::Cursor& cursor) {
    std::vector<Piece> pieces;
    while (cursor.remaining() > 2 && pieces.size() < 64) {
        const unsigned head = cursor.be16();
        const std::size_t length = std::min<std::size_t>(head & 0x7fff, cursor.remaining());
        pieces.push_back({(head & 0x8000) != 0 ? Direction::to_client : Direction::to_server, cursor.take(length)});
    }
    return pieces;
}

/// Feeds the pieces as a stream, each cut into steps of `step` bytes (0: whole).
std::string run_stream(const std::vector<Piece>& pieces, std::size_t step, bool with_gap) {
    weir::test::ParserDriver<Parser> driver;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (with_gap && i + 1 == pieces.size() && !driver.gap(pieces[i].direction, 100)) break;
        Bytes rest = pieces[i].bytes;
        while (!rest.empty()) {
            const std::size_t cut = step == 0 ? rest.size() : std::min(step, rest.size());
            driver.stream(pieces[i].direction, rest.first(cut));
            rest = rest.subspan(cut);
        }
    }
    return driver.finish().text();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 16 * 1024) return 0;
    weir::Cursor cursor{Bytes{data, size}};
    const unsigned flags = cursor.u8();
    const std::vector<Piece> pieces = pieces_of(cursor);
    for (const Piece& piece : pieces)
        for (std::size_t transport = 0; transport < weir::transport_names.size(); ++transport)
            for (const bool port_matches : {false, true})
                (void)Parser::probe(weir::Offer{piece.bytes, static_cast<weir::Transport>(transport), piece.direction, port_matches});

    constexpr weir::ParserInfo info = weir::describe<Parser>();
    constexpr bool stream = info.runs_over(weir::Transport::tcp);
    constexpr bool datagrams = std::ranges::any_of(info.over, std::identity{}) && (!stream || std::ranges::count(info.over, true) > 1);
    if (datagrams && ((flags & 1) != 0 || !stream)) {
        weir::test::ParserDriver<Parser> driver;
        for (const Piece& piece : pieces) driver.datagram(piece.direction, piece.bytes);
        (void)driver.finish().text();
        return 0;
    }
    const bool with_gap = (flags & 2) != 0;
    const std::string whole = run_stream(pieces, 0, with_gap);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
        if (step == 1 && size > 4096) continue;
        if (run_stream(pieces, step, with_gap) != whole) weir::test::broken_promise("another split of the stream gave other transactions");
    }
    return 0;
}
