// SPDX-License-Identifier: Apache-2.0
// weir's own keywords: the equipment at an end of the session, what its contract says; and rules about oddities.

#include <algorithm>

#include "rules/language/header.hpp"
#include "rules/language/options.hpp"

namespace weir::rules::language {

void parse_equipment_word(RuleBuilder& builder, const Option& option, EquipmentCheck::Attribute attribute) {
    EquipmentCheck check{attribute, false, {}};
    Text list = unquoted(option);
    if (list.text.starts_with('!')) {
        check.negated = true;
        list = list.from(1).trimmed();
    }
    for (const Text& value : split(list, ',')) {
        if (value.empty()) refuse(value, std::string(option.name.text) + " lacks a value");
        check.values.push_back(lower_case(value.text));
    }
    builder.rule.policy_checks.emplace_back(std::move(check));
}

void parse_contract_word(RuleBuilder& builder, const Option& option, bool egress) {
    const Text word = unquoted(option);
    ContractCheck check;
    check.egress = egress;
    if (word.is("expected"))
        check.said = ContractCheck::Said::expected;
    else if (!word.is("unexpected"))
        check.kind = lower_case(word.text);
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz-";
    if (check.kind.find_first_not_of(letters) != std::string::npos)
        refuse(word, shown(word.text) + " is no kind of finding: expected expected, unexpected or a kind such as unexpected-service");
    for (const PolicyCheck& other : builder.rule.policy_checks)
        if (const auto* const facing = std::get_if<FacingCheck>(&other); facing != nullptr && facing->egress != egress)
            refuse(option.name, std::string(option.name.text) + " contradicts the rule's direction");
    builder.rule.policy_checks.emplace_back(std::move(check));
}

void parse_direction(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    const Text word = unquoted(option);
    if (!word.is("egress") && !word.is("ingress")) refuse(word, "unknown direction " + shown(word.text) + ": expected egress or ingress");
    for (const PolicyCheck& other : builder.rule.policy_checks)
        if (const auto* const contract = std::get_if<ContractCheck>(&other); contract != nullptr && contract->egress != word.is("egress"))
            refuse(option.name, "direction contradicts the rule's " + std::string(contract->egress ? "egress" : "ingress"));
    builder.rule.policy_checks.emplace_back(FacingCheck{word.is("egress")});
}

namespace {

void add_event(RuleBuilder& builder, const Option& option, EventCheck::Layer layer, Text name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
    if (name.empty() || name.text.find_first_not_of(letters) != std::string_view::npos)
        refuse(name, shown(name.text) + " is no name of an event: expected small letters, digits, `_` and `.`");
    if (!builder.rule.events.empty()) refuse(option.name, "a rule is about one event: expected one such keyword");
    builder.rule.events.push_back({layer, std::string(name.text)});
}

}  // namespace

void parse_app_layer_event(RuleBuilder& builder, const Option& option) {
    const Text name = unquoted(option);
    const std::size_t dot = name.text.find('.');
    if (dot == std::string_view::npos) {
        if (name.text.starts_with("applayer_")) refuse(name, "event " + std::string(name.text) + " is not supported yet");
        refuse(name, shown(name.text) + " is no event of a protocol: expected `protocol.event`");
    }
    const ProtocolId app = parse_application(name.first(dot));
    builder.require_app(app, option.name);
    const std::string_view event = name.text.substr(dot + 1);
    const ParserInfo& parser = protocols()[app];
    if (std::ranges::find(parser.anomalies, event, &Anomaly::event) == parser.anomalies.end())
        refuse(name.from(dot + 1), "event " + std::string(name.text) + " is not one that weir sees in " + std::string(parser.name));
    add_event(builder, option, EventCheck::Layer::app, name);
    builder.rule.events.back().name = std::string(parser.name) + '.' + std::string(event);
}

void parse_decode_event(RuleBuilder& builder, const Option& option) { add_event(builder, option, EventCheck::Layer::decode, unquoted(option)); }

void parse_stream_event(RuleBuilder& builder, const Option& option) { add_event(builder, option, EventCheck::Layer::stream, unquoted(option)); }

void parse_engine_event(RuleBuilder& builder, const Option& option) {
    const Text name = unquoted(option);
    const bool stream = name.text.starts_with("stream."), decoder = name.text.starts_with("decoder.");
    if (!stream && !decoder) refuse(name, shown(name.text) + " is no event: expected decoder. or stream. and its name");
    add_event(builder, option, stream ? EventCheck::Layer::stream : EventCheck::Layer::decode, name.from(name.text.find('.') + 1));
}

}  // namespace weir::rules::language
