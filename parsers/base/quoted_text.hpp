// SPDX-License-Identifier: Apache-2.0
// What the man-machine languages (TL1, MML) share: commands that a semicolon ends, parts between separators, and quotation
// marks inside which neither counts.
#pragma once

#include <initializer_list>

#include "parsers/base/text_lines.hpp"

namespace weir {

/// Whether the quotation mark state is open behind `byte`. A line end closes what somebody forgot to close.
[[nodiscard]] constexpr bool quoted_behind(bool quoted, std::uint8_t byte) noexcept {
    return byte == '"' ? !quoted : quoted && byte != '\n' && byte != '\r';
}

/// Looks for the end of the command at the start of a stream, and goes on where the last call stopped.
class CommandEnd {
public:
    /// Bytes of the command with its semicolon; 0: it does not end within `bytes`, which begin where they began in the last call.
    [[nodiscard]] std::size_t find(Bytes bytes) noexcept {
        for (; seen_ < bytes.size(); ++seen_) {
            quoted_ = quoted_behind(quoted_, bytes[seen_]);
            if (bytes[seen_] != ';' || quoted_) continue;
            const std::size_t size = seen_ + 1;
            reset();
            return size;
        }
        return 0;
    }
    void reset() noexcept { *this = CommandEnd{}; }

private:
    std::size_t seen_ = 0;
    bool quoted_ = false;
};

/// Cuts off `rest` what stands before the first `separator` outside of quotation marks, and the separator; all of it where there
/// is none. `found` (if any) says whether there was one.
[[nodiscard]] inline Bytes take_part(Bytes& rest, std::uint8_t separator, bool* found = nullptr) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size(); ++end) {
        quoted = quoted_behind(quoted, rest[end]);
        if (rest[end] == separator && !quoted) break;
    }
    const Bytes part = rest.first(end);
    if (found != nullptr) *found = end < rest.size();
    rest = rest.subspan(end < rest.size() ? end + 1 : end);
    return part;
}

/// `text` without the quotation marks around it.
[[nodiscard]] inline Bytes unquoted(Bytes text) noexcept {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.subspan(1, text.size() - 2) : text;
}

/// Where `word` begins in `text`, ASCII case ignored; `text.size()` when it is not there.
[[nodiscard]] inline std::size_t find_nocase(Bytes text, std::string_view word) noexcept {
    for (std::size_t i = 0; i + word.size() <= text.size(); ++i)
        if (equal_nocase(text.subspan(i, word.size()), word)) return i;
    return text.size();
}

/// Whether `text` begins with `word`, ASCII case ignored.
[[nodiscard]] inline bool starts_with_nocase(Bytes text, std::string_view word) noexcept {
    return equal_nocase(first_of(text, word.size()), word);
}

/// Whether `text` is one of `words`, ASCII case ignored.
[[nodiscard]] inline bool is_one_of(Bytes text, std::initializer_list<std::string_view> words) noexcept {
    for (const std::string_view word : words)
        if (equal_nocase(text, word)) return true;
    return false;
}

/// Whether `text` names what must not be written down: a password, a key, a community.
[[nodiscard]] inline bool names_secret(Bytes text) noexcept {
    for (const std::string_view word :
         std::initializer_list<std::string_view>{"passw", "passcode", "passphrase", "pwd", "secret", "commun", "authkey", "privkey", "sharedkey", "wepkey"})
        if (find_nocase(text, word) < text.size()) return true;
    return false;
}

}  // namespace weir
