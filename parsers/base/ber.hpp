// SPDX-License-Identifier: Apache-2.0
// One reader for BER and DER (ITU-T X.690): SNMP, certificates, LDAP. Non-recursive: the caller descends by making a reader
// over an element's content. Definite lengths only; a tag number above 30 or an overrun fails the reader for good.
#pragma once

#include "parsers/base/cursor.hpp"

namespace weir::ber {

/// Universal tags (X.690 section 8); the constructed bit 0x20 and the class bits 0xc0 are part of the byte.
namespace tag {
inline constexpr std::uint8_t boolean = 0x01, integer = 0x02, bit_string = 0x03, octet_string = 0x04, null = 0x05, oid = 0x06,
                              utf8_string = 0x0c, sequence = 0x30, set = 0x31, printable_string = 0x13, utc_time = 0x17,
                              generalized_time = 0x18;
}

struct Element {
    std::uint8_t tag = 0;
    Bytes content{};
};

class Reader {
public:
    explicit constexpr Reader(Bytes bytes) noexcept : cursor_(bytes) {}
    [[nodiscard]] constexpr bool ok() const noexcept { return cursor_.ok(); }
    [[nodiscard]] constexpr bool empty() const noexcept { return cursor_.empty(); }
    [[nodiscard]] constexpr std::size_t position() const noexcept { return cursor_.position(); }
    [[nodiscard]] constexpr std::uint8_t peek_tag() const noexcept { return cursor_.peek(); }
    [[nodiscard]] constexpr Bytes rest() const noexcept { return cursor_.rest(); }
    constexpr void fail() noexcept { cursor_.fail(); }

    /// The next element, whatever its tag.
    constexpr Element next() noexcept {
        Element element;
        element.tag = cursor_.u8();
        if ((element.tag & 0x1f) == 0x1f) cursor_.fail();
        element.content = cursor_.take(length());
        if (!cursor_.ok()) return {};
        return element;
    }
    /// The content of the next element, which must have this tag; empty and failed otherwise.
    constexpr Bytes expect(std::uint8_t tag) noexcept {
        const Element element = next();
        if (element.tag != tag) cursor_.fail();
        return cursor_.ok() ? element.content : Bytes{};
    }
    /// The next INTEGER (or another tag with an integer's content) as two's complement of at most 8 bytes; failed if longer.
    constexpr std::int64_t integer(std::uint8_t tag = tag::integer) noexcept {
        const Bytes content = expect(tag);
        if (!cursor_.ok() || content.empty() || content.size() > 8) {
            cursor_.fail();
            return 0;
        }
        std::uint64_t value = (content[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
        for (const std::uint8_t byte : content) value = (value << 8) | byte;
        return static_cast<std::int64_t>(value);
    }

private:
    constexpr std::size_t length() noexcept {
        const std::uint8_t first = cursor_.u8();
        if (first < 0x80) return first;
        const unsigned count = first & 0x7f;
        if (count == 0 || count > 4) {  // indefinite, or more than any message here can be
            cursor_.fail();
            return 0;
        }
        std::size_t value = 0;
        for (unsigned i = 0; i < count; ++i) value = (value << 8) | cursor_.u8();
        return value;
    }

    Cursor cursor_;
};

/// Bytes that the whole element at the start of `bytes` occupies, header included; 0 when its header is incomplete or
/// malformed. For stream protocols that must know how much to wait for.
[[nodiscard]] constexpr std::size_t element_size(Bytes bytes) noexcept {
    if (bytes.size() < 2) return 0;
    if (bytes[1] < 0x80) return 2u + bytes[1];
    const std::size_t count = bytes[1] & 0x7f;
    if (count == 0 || count > 4 || bytes.size() < 2 + count) return 0;
    std::size_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[2 + i];
    return 2 + count + value;
}

/// Writes an OBJECT IDENTIFIER's content as dotted text into `out`; the length, or 0 when it is malformed or does not fit.
[[nodiscard]] inline std::size_t write_oid(Bytes content, std::span<std::uint8_t> out) noexcept {
    std::size_t used = 0;
    const auto append = [&](std::uint64_t number, bool dot) {
        char digits[20];
        std::size_t count = 0;
        do digits[count++] = static_cast<char>('0' + number % 10); while ((number /= 10) != 0);
        if (used + count + (dot ? 1 : 0) > out.size()) return false;
        if (dot) out[used++] = '.';
        while (count > 0) out[used++] = static_cast<std::uint8_t>(digits[--count]);
        return true;
    };
    std::uint64_t arc = 0;
    bool first = true;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if (arc > (~std::uint64_t{0} >> 7)) return 0;
        arc = (arc << 7) | (content[i] & 0x7f);
        if ((content[i] & 0x80) != 0) continue;
        if (first) {
            const std::uint64_t top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            if (!append(top, false)) return 0;
            arc -= top * 40;
            first = false;
        }
        if (!append(arc, true)) return 0;
        arc = 0;
    }
    return content.empty() || (content.back() & 0x80) != 0 ? 0 : used;
}

}  // namespace weir::ber
