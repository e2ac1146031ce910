// SPDX-License-Identifier: Apache-2.0
#include "rules/match/number.hpp"

namespace weir::rules {
namespace {

constexpr std::size_t max_binary = 8, max_text = 23;

int digit_of(std::uint8_t byte, unsigned base) {
    const std::uint8_t c = to_lower(byte);
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    return digit < static_cast<int>(base) ? digit : -1;
}

bool is_space(std::uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/// White space, a sign, `0x` before hexadecimal, digits: as strtoull reads them. Too large a number does not count.
std::optional<ReadNumber> read_text(Bytes text, unsigned base) noexcept {
    std::size_t at = 0;
    while (at < text.size() && is_space(text[at])) ++at;
    const bool minus = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (base == 16 && at + 2 < text.size() && text[at] == '0' && to_lower(text[at + 1]) == 'x' && digit_of(text[at + 2], base) >= 0)
        at += 2;
    std::uint64_t value = 0;
    const std::size_t first = at;
    for (; at < text.size(); ++at) {
        const int digit = digit_of(text[at], base);
        if (digit < 0) break;
        if (value > (~std::uint64_t{0} - static_cast<unsigned>(digit)) / base) return std::nullopt;
        value = value * base + static_cast<unsigned>(digit);
    }
    if (at == first) return std::nullopt;
    return ReadNumber{minus ? std::uint64_t{0} - value : value, at};
}

}  // namespace

std::optional<ReadNumber> read_number(Bytes bytes, std::size_t at, std::size_t count, const ByteSource& source) noexcept {
    if (at > bytes.size() || count > bytes.size() - at) return std::nullopt;
    if (count > (source.base == ByteBase::binary ? max_binary : max_text)) return std::nullopt;
    const Bytes piece = bytes.subspan(at, count);
    ReadNumber number{0, count};
    if (source.base == ByteBase::binary) {
        for (std::size_t i = 0; i < count; ++i) number.value = (number.value << 8) | piece[source.little_endian ? count - 1 - i : i];
    } else {
        const auto text = read_text(piece, source.base == ByteBase::hex ? 16 : source.base == ByteBase::decimal ? 10 : 8);
        if (!text) return std::nullopt;
        number = *text;
    }
    number.value = (number.value & source.bitmask) >> source.mask_shift;
    return number;
}

}  // namespace weir::rules
