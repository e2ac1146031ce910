// SPDX-License-Identifier: Apache-2.0
#include "parsers/http2/huffman.hpp"

#include <array>

namespace weir::http2 {
namespace {

/// Bits of each octet's code, RFC 7541 appendix B. The code is canonical: shorter codes are smaller, codes of one length ascend
/// with their octets. So the lengths are all there is to know; the end-of-string code is the last of 30 bits.
constexpr std::array<std::uint8_t, 256> code_lengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  //
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,  //
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,   //
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,  //
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  //
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  //
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  //
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26};

constexpr unsigned shortest = 5, longest = 30;

struct Code {
    std::array<std::uint8_t, 256> symbols{};  ///< in the order of their codes
    std::array<std::uint32_t, longest + 1>
        end{};  ///< first value, aligned left in 32 bits, that is no code of this length or a shorter one
    std::array<std::uint32_t, longest + 1> first{};   ///< first code of this length
    std::array<std::uint16_t, longest + 1> offset{};  ///< its symbol's place
};

constexpr Code make_code() noexcept {
    Code made;
    std::uint32_t next = 0;
    std::uint16_t place = 0;
    for (unsigned length = shortest; length <= longest; ++length) {
        next <<= 1;
        made.first[length] = next;
        made.offset[length] = place;
        for (std::size_t octet = 0; octet < code_lengths.size(); ++octet) {
            if (code_lengths[octet] != length) continue;
            made.symbols[place++] = static_cast<std::uint8_t>(octet);
            ++next;
        }
        made.end[length] = next << (32 - length);
    }
    return made;
}
constexpr Code code = make_code();
static_assert(code.end[longest] == 0xfffffffc, "all but the end-of-string code are octets");

}  // namespace

std::optional<std::size_t> decode_huffman(Bytes bytes, std::span<std::uint8_t> out) noexcept {
    std::uint64_t window = 0;  // the next bits, aligned left
    unsigned bits = 0;
    std::size_t read = 0, written = 0;
    for (;;) {
        while (bits <= 56 && read < bytes.size()) {
            window |= std::uint64_t{bytes[read++]} << (56 - bits);
            bits += 8;
        }
        // Behind the end ones follow: padding reads as the start of the end-of-string code.
        const auto head = static_cast<std::uint32_t>((bits < 64 ? window | (~std::uint64_t{0} >> bits) : window) >> 32);
        unsigned length = shortest;
        while (length <= longest && head >= code.end[length]) ++length;
        if (length > longest || length > bits) break;
        if (written == out.size()) return std::nullopt;
        out[written++] = code.symbols[code.offset[length] + (head >> (32 - length)) - code.first[length]];
        window <<= length;
        bits -= length;
    }
    const bool padding = bits < 8 && (bits == 0 || (window >> (64 - bits)) == (1u << bits) - 1);
    return padding ? std::optional{written} : std::nullopt;
}

}  // namespace weir::http2
