// SPDX-License-Identifier: Apache-2.0
// Appends JSON to a fixed buffer of the caller's: no heap, always valid UTF-8, never a broken line.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "parsers/base/bytes.hpp"

namespace weir {

/// Writes one JSON object, member by member, into borrowed memory.
///
/// A member that does not fit is left out whole, and with it all that follows until `release()` or the end; the closing
/// brackets of what is open always fit. So the text is valid JSON at any length, and `truncated()` tells that it is not all.
/// Containers that were opened must be closed by the caller, also after an overflow.
class JsonWriter {
public:
    /// Bytes that `finish()` may need beyond the members: the note that the line is not complete.
    static constexpr std::size_t note_size = 32;

    /// `buffer` must hold at least `note_size` + 3 bytes. Opens the outermost object.
    explicit JsonWriter(std::span<char> buffer) noexcept;

    void begin_object(std::string_view key) noexcept { open(key, '{'); }
    void begin_array(std::string_view key) noexcept { open(key, '['); }
    void begin_object() noexcept { open('{'); }  ///< as an element of an array
    void end_object() noexcept { close('}'); }
    void end_array() noexcept { close(']'); }

    /// A text: escaped; bytes that are not UTF-8 are shown as `\u00XX`, one by one.
    void member(std::string_view key, std::string_view text) noexcept;
    void member(std::string_view key, const char* text) noexcept { member(key, std::string_view{text}); }
    void member(std::string_view key, bool value) noexcept;
    void member(std::string_view key, double value, int decimals) noexcept;
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    void member(std::string_view key, T value) noexcept {
        if constexpr (std::signed_integral<T>)
            signed_member(key, value);
        else
            unsigned_member(key, value);
    }
    /// A value that is JSON already (a rule's metadata, rendered once at load time).
    void raw_member(std::string_view key, std::string_view json) noexcept;
    /// Several members that are JSON already, with commas between them.
    void raw_members(std::string_view json) noexcept;
    /// A text of printable ASCII without quotes and backslashes (addresses, numbers, names of our own): copied as it is.
    void plain_member(std::string_view key, std::string_view text) noexcept;
    /// Bytes as lower-case hexadecimal; `separator` stands between two bytes (0: none).
    void hex_member(std::string_view key, Bytes bytes, char separator = '\0') noexcept;

    void element(std::string_view text) noexcept;
    void element(std::uint64_t value) noexcept;
    void plain_element(std::string_view text) noexcept;
    void hex_element(Bytes bytes, char separator = '\0') noexcept;
    void element(bool value) noexcept;

    /// A place to come back to.
    struct Mark {
        std::size_t size;
    };
    [[nodiscard]] Mark mark() const noexcept { return {size_}; }
    /// Closes the object opened right after `mark`; takes it out again when nothing was written into it.
    void end_object_unless_empty(Mark mark) noexcept;
    void end_array_unless_empty(Mark mark) noexcept;

    /// Keeps `bytes` of the buffer for what must not be lost (it comes last); `release()` gives them back and writing goes on,
    /// even when what stood between the two was cut. Not nested.
    void keep(std::size_t bytes) noexcept;
    void release() noexcept;

    /// Whether anything was left out for lack of room.
    [[nodiscard]] bool truncated() const noexcept { return truncated_ || overflow_; }
    /// Whether writing goes nowhere until `release()`: a loop over a list may stop.
    [[nodiscard]] bool overflow() const noexcept { return overflow_; }
    /// Writes `"truncated":true` into the open object if anything was left out, wrapped in an object of that name (at most 8
    /// letters) where one is given. Once, and it always fits.
    void note_truncation(std::string_view object = {}) noexcept;
    /// Closes the outermost object and ends the line; the number of bytes written.
    [[nodiscard]] std::size_t finish() noexcept;
    /// The text so far, without closing anything: for a line whose end somebody else writes.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    void open(std::string_view key, char bracket) noexcept;
    void open(char bracket) noexcept;
    void close(char bracket) noexcept;
    void signed_member(std::string_view key, std::int64_t value) noexcept;
    void unsigned_member(std::string_view key, std::uint64_t value) noexcept;
    bool begin_member(std::string_view key) noexcept;
    bool begin_element() noexcept;
    bool put(std::string_view text) noexcept;
    bool put(char c) noexcept;
    bool put_number(std::uint64_t value) noexcept;
    bool put_escaped(Bytes text) noexcept;
    bool put_hex(Bytes bytes, char separator) noexcept;
    void end_member(bool fitted) noexcept;

    char* text_;
    std::size_t size_ = 0;
    std::size_t limit_;             ///< members end here; closing brackets are not part of it
    std::size_t kept_ = 0;
    std::size_t member_start_ = 0;  ///< where the member being written began, comma included
    unsigned skipped_ = 0;          ///< containers opened since the overflow: their ends are skipped too
    bool overflow_ = false, truncated_ = false, noted_ = false;
};

}  // namespace weir
