// SPDX-License-Identifier: Apache-2.0
// Keywords that say something about the rule: its message, number, class, references.

#include <algorithm>
#include <limits>

#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

constexpr std::uint64_t any_u32 = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Text unquoted(const Option& option) {
    const Text value = option.value;
    if (!value.text.starts_with('"')) return value;
    if (value.size() < 2 || !value.text.ends_with('"'))
        refuse(value, "a quote is not closed: expected `\"` at the end (a `;` inside quotes is written `\\;`)");
    return value.from(1).first(value.size() - 2);
}

Quoted quoted_value(const Option& option) {
    Quoted out;
    Text value = option.value;
    if (value.text.starts_with('!')) {
        out.negated = true;
        value = value.from(1).trimmed();
    }
    if (!value.text.starts_with('"')) refuse(value, std::string(option.name.text) + " takes a text in double quotes");
    out.text = unquoted(Option{option.keyword, option.name, value});
    return out;
}

void parse_msg(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    const Quoted quoted = quoted_value(option);
    if (quoted.negated) refuse(option.value, "msg cannot be negated");
    std::string& message = builder.rule.message;
    for (std::size_t i = 0; i < quoted.text.size(); ++i) {
        const std::string_view text = quoted.text.text;
        const bool escape =
            text[i] == '\\' && i + 1 < text.size() && std::string_view("\\\";:").find(text[i + 1]) != std::string_view::npos;
        if (escape) ++i;
        message += text[i];
    }
}

void parse_sid(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.rule.sid = static_cast<std::uint32_t>(parse_unsigned(unquoted(option), 1, any_u32));
}

void parse_rev(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.rule.rev = static_cast<std::uint32_t>(parse_unsigned(unquoted(option), 0, any_u32));
}

void parse_gid(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.rule.gid = static_cast<std::uint32_t>(parse_unsigned(unquoted(option), 0, any_u32));
}

void parse_classtype(RuleBuilder& builder, const Option& option) {
    Rule& rule = builder.rule;
    const Text name = unquoted(option);
    const Classification::Row* const row = builder.shared.classification.find(name.text);
    if (row == nullptr) builder.warn(name, "unknown classtype " + shown(name.text) + ": the priority is 3");
    const Classification::Row unknown{"", 3};
    const Classification::Row& found = row == nullptr ? unknown : *row;
    if (!rule.class_type.empty()) {
        builder.warn(option.name, "classtype stands twice: the more severe one counts");
        if (found.priority >= builder.class_priority) return;
    }
    rule.class_type = name.text;
    rule.class_text = found.text;
    builder.class_priority = found.priority;
}

void parse_priority(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.own_priority = static_cast<std::uint8_t>(parse_unsigned(unquoted(option), 1, 255));
}

void parse_reference(RuleBuilder& builder, const Option& option) {
    Text rest = unquoted(option);
    const Text system = take_until(rest, ',');
    const Text id = rest.trimmed();
    if (system.empty() || id.empty()) refuse(option.value, "expected `reference:system,id`, as in `reference:url,www.example.com`");
    if (reference_prefix(system.text) == nullptr) builder.warn(system, "unknown reference system " + shown(system.text));
    builder.rule.references.push_back({std::string(system.text), std::string(id.text)});
}

void parse_metadata(RuleBuilder& builder, const Option& option) {
    for (const Text& entry : split(unquoted(option), ',')) {
        Text rest = entry;
        const Text key = take_word(rest);
        if (key.empty()) continue;  // `key value, ;`: rule sets in the wild end so
        builder.rule.metadata.push_back({std::string(key.text), std::string(rest.text)});
    }
}

void parse_target(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    const Text side = unquoted(option);
    if (!side.is("src_ip") && !side.is("dest_ip")) refuse(side, shown(side.text) + " is no target: expected src_ip or dest_ip");
    builder.rule.target = side.is("src_ip") ? Rule::Target::source : Rule::Target::destination;
}

void parse_noalert(RuleBuilder& builder, const Option&) { builder.rule.no_alert = true; }

void parse_nothing(RuleBuilder& builder, const Option& option) { builder.only_once(option); }

void parse_tag(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    const auto parts = split(unquoted(option), ',');
    const bool host = parts[0].is("host");
    if (!host && !parts[0].is("session")) refuse(parts[0], "unknown word " + shown(parts[0].text) + ": expected session or host");
    if (parts.size() > 4 || (!host && parts.size() != 1 && parts.size() != 3) || (host && parts.size() < 3))
        refuse(option.value, "expected `tag:session`, `tag:session,count,metric` or `tag:host,count,metric,src`");
    if (parts.size() > 1) {
        (void)parse_unsigned(parts[1], 1, any_u32);
        if (!parts[2].is("packets") && !parts[2].is("bytes") && !parts[2].is("seconds"))
            refuse(parts[2], "unknown metric " + shown(parts[2].text) + ": expected packets, bytes or seconds");
    }
    if (parts.size() == 4 && !parts[3].is("src") && !parts[3].is("dst"))
        refuse(parts[3], "unknown side " + shown(parts[3].text) + ": expected src or dst");
}

void parse_requires(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);  // what it asks for is there: the rule would not be read else
}

}  // namespace weir::rules::language
