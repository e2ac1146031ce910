// SPDX-License-Identifier: Apache-2.0
// One line reader for the text protocols (FTP, HTTP, SSH banners, syslog over TCP, TL1, ...).
#pragma once

#include "parsers/base/bytes.hpp"

namespace weir {

/// A line and what it took to hold it.
struct TextLine {
    Bytes text{};            ///< without CR and LF
    std::size_t size = 0;    ///< bytes with the line end; 0: no line end within the bytes given
    [[nodiscard]] bool complete() const noexcept { return size != 0; }
};

/// The first line of `bytes`: up to LF, with a CR before it left out. `searched` bytes at the start are known to hold no LF
/// (what an earlier call saw), so that a line that comes byte by byte is not searched again and again.
[[nodiscard]] inline TextLine first_line(Bytes bytes, std::size_t searched = 0) noexcept {
    if (searched >= bytes.size()) return {};
    const void* const found = std::memchr(bytes.data() + searched, '\n', bytes.size() - searched);
    if (found == nullptr) return {};
    const auto end = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    const std::size_t length = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
    return {bytes.first(length), end + 1};
}

/// `bytes` without blanks and tabs at both ends.
[[nodiscard]] inline Bytes trimmed(Bytes bytes) noexcept {
    while (!bytes.empty() && (bytes.front() == ' ' || bytes.front() == '\t')) bytes = bytes.subspan(1);
    while (!bytes.empty() && (bytes.back() == ' ' || bytes.back() == '\t')) bytes = bytes.first(bytes.size() - 1);
    return bytes;
}

/// Cuts the first word (up to a blank) off `rest`.
[[nodiscard]] inline Bytes take_word(Bytes& rest) noexcept {
    std::size_t end = 0;
    while (end < rest.size() && rest[end] != ' ' && rest[end] != '\t') ++end;
    const Bytes word = rest.first(end);
    while (end < rest.size() && (rest[end] == ' ' || rest[end] == '\t')) ++end;
    rest = rest.subspan(end);
    return word;
}

/// Whether `word` stands anywhere in `text`, ASCII case ignored.
[[nodiscard]] inline bool contains_nocase(Bytes text, std::string_view word) noexcept {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i)
        if (equal_nocase(text.subspan(i, word.size()), word)) return true;
    return false;
}

/// Whether every byte is printable ASCII, blank, tab, CR or LF.
[[nodiscard]] inline bool is_text(Bytes bytes) noexcept {
    for (const std::uint8_t byte : bytes)
        if (!((byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n')) return false;
    return true;
}

}  // namespace weir
