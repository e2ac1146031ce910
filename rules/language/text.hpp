// SPDX-License-Identifier: Apache-2.0
// Pieces of a rule's text that know where they stand, and the small grammars that many keywords share: numbers, ranges, lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.hpp"

namespace weir::rules::language {

/// A piece of a rule. A view: it lives as long as the rule's line.
struct Text {
    std::string_view text;
    std::size_t offset = 0;  ///< of its first byte, from the beginning of the rule

    [[nodiscard]] bool empty() const noexcept { return text.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return text.size(); }
    [[nodiscard]] bool is(std::string_view word) const noexcept { return text == word; }
    [[nodiscard]] Text from(std::size_t position) const noexcept { return {text.substr(position), offset + position}; }
    [[nodiscard]] Text first(std::size_t count) const noexcept { return {text.substr(0, count), offset}; }
    [[nodiscard]] Text trimmed() const noexcept;
    /// The empty piece right behind this one.
    [[nodiscard]] Text end() const noexcept { return {{}, offset + text.size()}; }
};

/// Why a rule is refused. Thrown by whatever reads a rule; never leaves `load`.
struct Refusal {
    std::size_t offset;  ///< from the beginning of the rule
    std::string reason;
};
[[noreturn]] void refuse(Text where, std::string reason);

/// `text` in double quotes for a message: unprintable bytes as `.`, long texts cut.
[[nodiscard]] std::string shown(std::string_view text);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

[[nodiscard]] bool is_blank(char c) noexcept;
/// White space and control characters cut off both ends of a file's line.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// Cuts everything up to `separator` (or all) off `rest`, trimmed, and drops the separator.
Text take_until(Text& rest, char separator) noexcept;
/// Cuts the next word (up to a blank) off `rest`.
Text take_word(Text& rest) noexcept;
/// The trimmed parts of `list`, at least one.
[[nodiscard]] std::vector<Text> split(Text list, char separator);

/// Decimal, or hexadecimal with `0x`. Refused: anything else, and what is greater than `max` or less than `min`.
[[nodiscard]] std::uint64_t parse_unsigned(Text number, std::uint64_t min, std::uint64_t max);
/// The same with a sign before it.
[[nodiscard]] std::int64_t parse_signed(Text number, std::int64_t min, std::int64_t max);
/// `5`, `=5`, `!5`, `!=5`, `<5`, `<=5`, `>5`, `>=5`, `1-9`, `1<>9`, `!1-9`; numbers with `kb`, `mb`, `gb`. Ranges leave their ends out.
/// Refused as well: a range that no value, or every value, up to `max` satisfies.
[[nodiscard]] IntegerRange parse_range(Text range, std::uint64_t max);
/// `<`, `<=`, `>`, `>=`, `=`, `!=` and a number, which stand apart from each other.
[[nodiscard]] IntegerRange parse_comparison(Text op, Text number, std::uint64_t max);

}  // namespace weir::rules::language
