// SPDX-License-Identifier: Apache-2.0
// Tables of rules for tests: what a rule is read as, and where and why another one is refused.
#pragma once

#include <string>
#include <string_view>

#include "rules/language/describe.hpp"
#include "rules/language/parser.hpp"
#include "tests/support/catch.hpp"

namespace weir::test {

inline rules::LoadResult load_text(std::string_view text, const rules::Variables& variables = rules::Variables::defaults()) {
    const rules::RuleFile file{"test.rules", text};
    return rules::load({&file, 1}, variables, rules::Classification::built_in());
}

/// A rule's description without its first two lines (header and numbers), or why it was refused.
inline std::string read_rule(std::string_view rule) {
    const auto loaded = load_text(rule);
    if (!loaded.errors.empty()) return loaded.errors.front().text() + " (column " + std::to_string(loaded.errors.front().column) + ")";
    if (loaded.rules.rules.size() != 1) return std::to_string(loaded.rules.rules.size()) + " rules";
    const std::string text = rules::describe(loaded.rules.rules[0], loaded.rules.flowbits);
    return text.substr(text.find('\n', text.find('\n') + 1) + 1);
}

/// `options` in a rule for `header`, which is that of any TCP packet where it is not given.
inline std::string with_header(std::string_view options, std::string_view header = "alert tcp any any -> any any") {
    return std::string(header) + " (" + std::string(options) + " sid:1;)";
}

struct Accepted {
    std::string_view options, description;
    std::string_view header = "alert tcp any any -> any any";
};
inline void check_accepted(const Accepted& row) {
    INFO(row.header << " (" << row.options << ")");
    CHECK(read_rule(with_header(row.options, row.header)) == row.description);
}

/// `options` with an `@` before the byte that the refusal points to.
struct Refused {
    std::string_view options, reason;
    std::string_view header = "alert tcp any any -> any any";
};
inline void check_refused(const Refused& row) {
    INFO(row.header << " (" << row.options << ")");
    std::string rule = with_header(row.options, row.header);
    const std::size_t mark = rule.find('@');
    REQUIRE(mark != std::string::npos);
    rule.erase(mark, 1);
    const auto loaded = load_text(rule);
    CHECK(loaded.rules.rules.empty());
    REQUIRE(loaded.errors.size() == 1);
    CHECK(loaded.errors[0].reason == row.reason);
    CHECK(loaded.errors[0].column == mark + 1);
    CHECK(loaded.errors[0].line == 1);
}

}  // namespace weir::test
