// SPDX-License-Identifier: Apache-2.0
// Rules from text, compiled: what tests of matching begin with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rules/compile/compiled.hpp"
#include "rules/language/parser.hpp"

namespace weir::test {

/// Rules from text; throws the first complaint.
inline rules::RuleText rules_from(std::string_view text) {
    const rules::RuleFile file{"test.rules", text};
    rules::Variables variables = rules::Variables::defaults();
    rules::LoadResult loaded = rules::load({&file, 1}, variables, rules::Classification::built_in());
    if (!loaded.errors.empty()) throw std::runtime_error(loaded.errors.front().text());
    return std::move(loaded.rules);
}

inline std::shared_ptr<const rules::Compiled> compiled_from(rules::RuleText text, const rules::CompileOptions& options = {}) {
    auto compiled = rules::compile(std::move(text), options);
    if (!compiled) throw std::runtime_error(compiled.error());
    if (!(*compiled)->rejected().empty()) throw std::runtime_error((*compiled)->rejected().front().text());
    return *compiled;
}

/// A rule around the options under test: `udp_rule("content:\"a\";")` is sid 1 over any UDP packet.
inline std::string udp_rule(std::string_view options, unsigned sid = 1) {
    return "alert udp any any -> any any (msg:\"m\"; " + std::string{options} + " sid:" + std::to_string(sid) + ";)\n";
}
inline std::string tcp_rule(std::string_view options, unsigned sid = 1) {
    return "alert tcp any any -> any any (msg:\"m\"; " + std::string{options} + " sid:" + std::to_string(sid) + ";)\n";
}

}  // namespace weir::test
