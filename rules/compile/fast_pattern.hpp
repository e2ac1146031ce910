// SPDX-License-Identifier: Apache-2.0
// Which content of a rule stands in the prefilter: the rule is looked at only where that content was seen.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rules/rule.hpp"

namespace weir::rules {

/// Bytes of a literal that go to the prefilter at most: more would not make it more selective, and streams keep one less of
/// them between segments.
inline constexpr std::size_t longest_literal = 32;

struct FastPattern {
    std::size_t group = 0;  ///< number in Rule::groups
    std::string literal;    ///< what is searched for: the content, or its strongest piece
    bool nocase = false;
};

/// How rarely bytes like these should turn up: diverse bytes count more, letters least (Suricata's manual, "Fast Pattern
/// Determination Explained", appendix on pattern strength).
[[nodiscard]] unsigned strength_of(std::string_view bytes) noexcept;

/// The fast pattern of a rule among the groups that `eligible` admits: the content marked so; else, of the contents that are
/// not negated, one in a sticky buffer before one in the payload, then the longest, then the strongest, then the first.
/// Nothing where there is no such content.
template <class Eligible>
[[nodiscard]] std::optional<FastPattern> choose_fast_pattern(const Rule& rule, Eligible eligible);

namespace detail {
[[nodiscard]] std::string strongest_piece(std::string_view bytes);

struct Rating {
    bool marked = false, sticky = false;
    std::size_t length = 0;
    unsigned strength = 0;
    friend auto operator<=>(const Rating&, const Rating&) = default;
};
}  // namespace detail

template <class Eligible>
std::optional<FastPattern> choose_fast_pattern(const Rule& rule, Eligible eligible) {
    const Content* best = nullptr;
    detail::Rating best_rating;
    FastPattern chosen;
    for (std::size_t i = 0; i < rule.groups.size(); ++i) {
        if (!eligible(rule.groups[i])) continue;
        for (const Check& check : rule.groups[i].checks) {
            const auto* const content = std::get_if<Content>(&check);
            if (content == nullptr || content->negated || content->pattern.empty()) continue;
            const detail::Rating rating{content->fast_pattern, rule.groups[i].buffer.of_transaction(),
                                        content->pattern.size(), strength_of(content->pattern)};
            if (best != nullptr && rating <= best_rating) continue;
            best = content;
            best_rating = rating;
            chosen.group = i;
        }
    }
    if (best == nullptr) return std::nullopt;
    std::string_view bytes = best->pattern;
    if (best->fast_pattern && best->fast_pattern_slice && (*best->fast_pattern_slice)[0] < bytes.size())
        bytes = bytes.substr((*best->fast_pattern_slice)[0], (*best->fast_pattern_slice)[1]);
    if (bytes.empty()) bytes = best->pattern;
    chosen.literal = detail::strongest_piece(bytes);
    chosen.nocase = best->nocase;
    return chosen;
}

}  // namespace weir::rules
