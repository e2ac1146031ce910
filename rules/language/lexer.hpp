// SPDX-License-Identifier: Apache-2.0
// A rule file as a sequence of rules: comments and blank lines left out, continued lines joined, every byte's place kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::rules::language {

/// Longest rule, in bytes, with its continuation lines.
inline constexpr std::size_t longest_rule = 64 * 1024;

/// One rule as it stands in its file. `text` lives as long as the file's text and this object.
class RuleLine {
public:
    [[nodiscard]] std::string_view text() const noexcept { return pieces_.size() > 1 ? std::string_view(joined_) : single_; }
    [[nodiscard]] unsigned line() const noexcept { return pieces_.front().line; }
    /// Longer than `longest_rule`: the text is cut and not a rule.
    [[nodiscard]] bool too_long() const noexcept { return too_long_; }

    struct Position {
        unsigned line, column;  ///< 1-based; the column counts bytes
    };
    /// Where in the file the byte at `offset` of the text stands.
    [[nodiscard]] Position position(std::size_t offset) const noexcept;

private:
    friend class RuleReader;
    struct Piece {
        std::size_t offset;
        unsigned line, column;
    };
    std::string_view single_;
    std::string joined_;
    std::vector<Piece> pieces_;
    bool too_long_ = false;
};

/// Reads a file's text from front to back.
class RuleReader {
public:
    explicit RuleReader(std::string_view file) noexcept;
    /// The next rule into `rule`; false at the end.
    bool next(RuleLine& rule);

private:
    bool next_line(std::string_view& line) noexcept;
    std::string_view rest_;
    unsigned line_ = 0;
};

}  // namespace weir::rules::language
