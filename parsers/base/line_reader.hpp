// SPDX-License-Identifier: Apache-2.0
// Lines of both directions of a stream, and the multi-line texts that a lone dot ends (SMTP, POP3).
#pragma once

#include <array>

#include "parsers/base/parser.hpp"
#include "parsers/base/text_lines.hpp"

namespace weir {

/// Finds lines in what a stream offers, without searching the same bytes twice.
class LineReader {
public:
    static constexpr std::size_t max_line = 4096;

    /// The first line of `rest`, which begins at the first byte of `direction` that was not consumed.
    [[nodiscard]] TextLine next(Direction direction, Bytes rest) noexcept {
        std::uint16_t& searched = searched_[static_cast<std::size_t>(direction)];
        const TextLine line = first_line(rest, searched);
        searched = line.complete() || rest.size() > max_line ? 0 : static_cast<std::uint16_t>(rest.size());
        return line;
    }
    /// Whether `line`, which `next` found in `rest`, is longer than any line may be, or can only become so.
    [[nodiscard]] static bool too_long(const TextLine& line, Bytes rest) noexcept {
        return (line.complete() ? line.size : rest.size()) > max_line;
    }
    /// Bytes of `direction` were lost, or read otherwise.
    void forget(Direction direction) noexcept { searched_[static_cast<std::size_t>(direction)] = 0; }

private:
    std::array<std::uint16_t, 2> searched_{};  ///< bytes known to hold no line end
};

/// Goes over a text that a line of a single dot ends (RFC 5321 section 4.5.2, RFC 1939 section 3), keeping nothing of it.
class DotText {
public:
    /// Bytes of `rest` that belong to the text or end it. Fewer than all: the end was found (then `ended` is true), or it takes more
    /// bytes to tell.
    [[nodiscard]] std::size_t skip(Bytes rest, bool& ended) noexcept {
        ended = false;
        std::size_t at = 0;
        while (at < rest.size()) {
            if (line_start_ && rest[at] == '.') {
                const Bytes line = rest.subspan(at);
                if (line.size() == 1 || (line[1] == '\r' && line.size() == 2)) return at;
                const bool crlf = line[1] == '\r' && line[2] == '\n';
                if (crlf || line[1] == '\n') {
                    ended = true;
                    return at + (crlf ? 3 : 2);
                }
            }
            const void* const found = std::memchr(rest.data() + at, '\n', rest.size() - at);
            line_start_ = found != nullptr;
            at = line_start_ ? static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - rest.data()) + 1 : rest.size();
        }
        return at;
    }
    /// A text begins.
    void begin() noexcept { line_start_ = true; }

private:
    bool line_start_ = true;
};

}  // namespace weir
