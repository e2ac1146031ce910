// SPDX-License-Identifier: Apache-2.0
// Streams of text cut into bounded pieces, whatever segments they come in: lines, and commands that a semicolon ends.
#pragma once

#include "parsers/base/parser.hpp"
#include "parsers/base/quoted_text.hpp"

namespace weir {

/// Cuts a stream into lines. Of one that is longer than `Max` octets the front is taken and the rest passed over.
template <std::size_t Max>
class LineStream {
public:
    /// Calls `line(Bytes)` for each line. Before that `mark(byte)` is asked about its first octet: true says that this octet
    /// stands alone (a prompt, a terminator) and that a line begins behind it.
    template <class Line, class Mark>
    [[nodiscard]] Fed feed(Bytes bytes, Line&& line, Mark&& mark) noexcept {
        std::size_t consumed = 0;
        while (consumed < bytes.size()) {
            const Bytes rest = bytes.subspan(consumed);
            if (to_line_end_) {
                const TextLine lost = first_line(rest);
                to_line_end_ = !lost.complete();
                consumed += lost.complete() ? lost.size : rest.size();
                continue;
            }
            if (searched_ == 0 && mark(rest[0])) {
                ++consumed;
                continue;
            }
            const TextLine found = first_line(first_of(rest, Max), searched_);
            if (!found.complete() && rest.size() < Max) {
                searched_ = rest.size();
                return Fed::need_more(consumed);
            }
            searched_ = 0;
            to_line_end_ = !found.complete();
            line(found.complete() ? found.text : rest.first(Max));
            consumed += found.complete() ? found.size : Max;
        }
        return Fed::ok(consumed);
    }
    /// Bytes are missing: the next whole line is good again.
    void lost() noexcept {
        searched_ = 0;
        to_line_end_ = true;
    }

private:
    std::size_t searched_ = 0;  ///< octets of an unfinished line known to hold no LF
    bool to_line_end_ = false;  ///< what comes before the next LF belongs to a line that was cut or lost
};

/// Cuts a stream into commands, each of which a semicolon outside of quotation marks ends within `Max` octets.
template <std::size_t Max>
class CommandStream {
public:
    /// Calls `command(Bytes)` for each, without its semicolon, and `too_long()` for those that do not end.
    template <class Command, class TooLong>
    [[nodiscard]] Fed feed(Bytes bytes, Command&& command, TooLong&& too_long) noexcept {
        std::size_t consumed = 0;
        while (consumed < bytes.size()) {
            const Bytes rest = bytes.subspan(consumed);
            if (to_end_) {
                const void* const end = std::memchr(rest.data(), ';', rest.size());
                if (end == nullptr) return Fed::ok(bytes.size());
                to_end_ = false;
                consumed += static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - rest.data()) + 1;
                continue;
            }
            const std::size_t size = end_.find(first_of(rest, Max));
            if (size != 0) {
                command(rest.first(size - 1));
                consumed += size;
            } else if (rest.size() < Max) {
                return Fed::need_more(consumed);
            } else {
                too_long();
                lost();
                consumed += Max;
            }
        }
        return Fed::ok(consumed);
    }
    /// Bytes are missing: the command behind the next semicolon is good again.
    void lost() noexcept {
        end_.reset();
        to_end_ = true;
    }

private:
    CommandEnd end_;
    bool to_end_ = false;  ///< what comes before the next semicolon belongs to a command that was too long or lost
};

}  // namespace weir
