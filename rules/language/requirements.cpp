// SPDX-License-Identifier: Apache-2.0
#include "rules/language/requirements.hpp"

#include <array>

#include "rules/keywords.hpp"

namespace weir::rules::language {
namespace {

using Version = std::array<std::uint64_t, 3>;

/// The release of Suricata whose rule language is read.
constexpr Version language_version{7, 0, 15};

Version read_version(Text text) {
    constexpr std::uint64_t highest = 9999;
    Version out{};
    std::size_t part = 0;
    const Text number = text.first(text.text.find('-') == std::string_view::npos ? text.size() : text.text.find('-'));  // 8.0.0-beta1
    for (const Text& digits : split(number, '.')) {
        if (part == out.size()) refuse(digits, "a version has at most three numbers");
        out[part++] = parse_unsigned(digits, 0, highest);
    }
    return out;
}

/// `>= 7.0.3 < 8`: all hold.
bool versions_hold(Text rest) {
    bool hold = true, any = false;
    while (!(rest = rest.trimmed()).empty()) {
        constexpr std::string_view signs = "<>=";
        const std::size_t end = rest.text.find_first_not_of(signs);
        const Text op = rest.first(end == std::string_view::npos ? rest.size() : end);
        rest = rest.from(op.size());
        const Text number = take_word(rest);
        const Version wanted = read_version(number);
        if (op.is(">="))
            hold &= language_version >= wanted;
        else if (op.is(">"))
            hold &= language_version > wanted;
        else if (op.is("<="))
            hold &= language_version <= wanted;
        else if (op.is("<"))
            hold &= language_version < wanted;
        else
            refuse(op, "unknown operator " + shown(op.text) + ": expected <, <=, > or >=");
        any = true;
    }
    if (!any) refuse(rest, "a version is missing: expected `version >= 7.0.0`");
    return hold;
}

/// Features that a rule may ask for, of those that Suricata may be built with.
bool has_feature(std::string_view name) { return name == "geoip" && find_keyword("geoip") != nullptr; }

}  // namespace

std::optional<std::string> unmet_requirement(Text value) {
    std::optional<std::string> lacking;
    for (const Text& part : split(value, ',')) {
        Text rest = part;
        const Text word = take_word(rest);
        bool met = true;
        if (word.is("version")) {
            met = false;
            for (const Text& alternative : split(rest, '|')) met |= versions_hold(alternative);
        } else if (word.is("feature")) {
            met = has_feature(rest.text);
        } else if (word.is("keyword")) {
            met = find_keyword(rest.text) != nullptr;
        } else {
            refuse(word, "unknown word " + shown(word.text) + ": expected feature, keyword or version");
        }
        if (!met && !lacking) lacking = part.text;
    }
    return lacking;
}

}  // namespace weir::rules::language
