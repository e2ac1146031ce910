// SPDX-License-Identifier: Apache-2.0
// Text in UTF-16, little endian (Windows' protocols), as UTF-8.
#pragma once

#include "parsers/base/text_writer.hpp"

namespace weir {

/// `text` up to a character 0, in scratch memory; absent (null) when it does not fit. A half of a pair stands as U+FFFD.
[[nodiscard]] inline Bytes read_utf16(Bytes text, Scratch& scratch) noexcept {
    const auto unit = [text](std::size_t i) { return static_cast<std::uint32_t>(text[2 * i] | text[2 * i + 1] << 8); };
    const auto is_low = [](std::uint32_t code) { return code >= 0xdc00 && code < 0xe000; };
    return write_in(scratch, [&](TextWriter& writer) {
        const auto put = [&writer](std::uint32_t octet) { writer.put(static_cast<char>(octet)); };
        for (std::size_t i = 0; i < text.size() / 2; ++i) {
            std::uint32_t code = unit(i);
            if (code == 0) break;
            if (code >= 0xd800 && code < 0xe000) {
                const bool pair = !is_low(code) && i + 1 < text.size() / 2 && is_low(unit(i + 1));
                code = pair ? 0x10000 + ((code - 0xd800) << 10) + (unit(++i) - 0xdc00) : 0xfffd;
            }
            if (code < 0x80) {
                put(code);
            } else if (code < 0x800) {
                put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
            } else if (code < 0x10000) {
                put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
            } else {
                put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
            }
        }
    });
}

}  // namespace weir
