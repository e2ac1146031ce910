// SPDX-License-Identifier: Apache-2.0
#include "rules/language/lexer.hpp"

#include "rules/language/text.hpp"

namespace weir::rules::language {

RuleLine::Position RuleLine::position(std::size_t offset) const noexcept {
    std::size_t piece = pieces_.size() - 1;
    while (piece > 0 && pieces_[piece].offset > offset) --piece;
    return {pieces_[piece].line, pieces_[piece].column + static_cast<unsigned>(offset - pieces_[piece].offset)};
}

RuleReader::RuleReader(std::string_view file) noexcept : rest_(file) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

bool RuleReader::next_line(std::string_view& line) noexcept {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++line_;
    return true;
}

bool RuleReader::next(RuleLine& rule) {
    rule.joined_.clear();
    rule.pieces_.clear();
    rule.too_long_ = false;
    std::string_view line;
    while (next_line(line)) {
        std::size_t indent = 0;
        if (rule.pieces_.empty()) {
            while (indent < line.size() && is_blank(line[indent])) ++indent;
            if (indent == line.size() || line[indent] == '#') continue;
        }
        std::string_view text = line.substr(indent);
        const bool continued = text.ends_with('\\');
        if (continued) text.remove_suffix(1);
        rule.pieces_.push_back({rule.joined_.size(), line_, static_cast<unsigned>(indent + 1)});
        if (rule.joined_.size() + text.size() > longest_rule) {
            rule.too_long_ = true;
            text = {};
        }
        if (rule.pieces_.size() == 1) rule.single_ = text;
        if (continued || rule.pieces_.size() > 1) rule.joined_ += text;
        if (!continued) return true;
    }
    return !rule.pieces_.empty();
}

}  // namespace weir::rules::language
