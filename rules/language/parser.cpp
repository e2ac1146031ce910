// SPDX-License-Identifier: Apache-2.0
#include "rules/language/parser.hpp"

#include <algorithm>
#include <unordered_map>

#include "rules/language/builder.hpp"
#include "rules/language/header.hpp"
#include "rules/language/lexer.hpp"
#include "rules/language/requirements.hpp"

namespace weir::rules {
namespace {

using namespace language;

/// Cuts `name` or `name:value` off the front of the options. As in Suricata, it ends at the first `;` without a `\` before it.
Text take_option(Text& rest) {
    std::size_t end = rest.text.find(';');
    while (end != std::string_view::npos && end > 0 && rest.text[end - 1] == '\\') end = rest.text.find(';', end + 1);
    if (end == std::string_view::npos) refuse(rest, "an option does not end with `;`");
    const Text option = rest.first(end).trimmed();
    rest = rest.from(end + 1).trimmed();
    return option;
}

void parse_option(Text text, RuleBuilder& builder) {
    const std::size_t colon = text.text.find(':');
    const bool has_value = colon != std::string_view::npos;
    const Text name = text.first(has_value ? colon : text.size()).trimmed();
    const Keyword* const keyword = find_keyword(name.text);
    if (keyword == nullptr) {
        if (name.empty()) refuse(text, "an option without a name");
        if (is_suricata_keyword(name.text)) refuse(name, "keyword " + std::string(name.text) + " is not supported yet");
        refuse(name,
               "unknown keyword " + (name.text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
                                             std::string_view::npos
                                         ? std::string(name.text)
                                         : shown(name.text)));
    }
    const Option option{*keyword, name, has_value ? text.from(colon + 1).trimmed() : text.end()};
    if (keyword->argument == Argument::required && option.value.empty())
        refuse(name, std::string(name.text) + " lacks its value" +
                         (keyword->example.empty() ? "" : ": expected as in `" + std::string(keyword->example) + "`"));
    if (keyword->argument == Argument::none && has_value) refuse(option.value, std::string(name.text) + " takes no value");
    keyword->parse(builder, option);
}

/// A rule that asks for what this build lacks: left out, whatever else stands in it.
struct Unmet {
    std::size_t offset;
    std::string lacking;
};

void check_requirements(Text options) {
    while (!options.empty()) {
        Text option = take_option(options);
        if (!option.text.starts_with("requires")) continue;
        const Text name = take_until(option, ':');
        if (!name.is("requires")) continue;
        if (auto lacking = unmet_requirement(option.trimmed())) throw Unmet{name.offset, std::move(*lacking)};
    }
}

void parse_rule(Text text, RuleBuilder& builder, ListReader& lists) {
    if (const std::size_t zero = text.text.find('\0'); zero != std::string_view::npos)
        refuse(text.from(zero), "a zero byte: rules are text");
    Text rest = text;
    parse_header(rest, builder, lists);
    if (!rest.text.starts_with('(')) refuse(rest, "expected ( before the options");
    if (!rest.text.ends_with(')')) refuse(rest.end(), "expected ) behind the options");
    const Text end = rest.from(rest.size() - 1);
    rest = rest.from(1).first(rest.size() - 2).trimmed();
    if (rest.text.find("requires") != std::string_view::npos) check_requirements(rest);
    while (!rest.empty()) parse_option(take_option(rest), builder);
    builder.finish(end);
}

/// Collects the rules of all files.
class Loader {
public:
    Loader(const Variables& variables, const Classification& classification)
        : shared_{classification, result_.rules}, lists_(variables) {}

    void read(const RuleFile& file) {
        RuleReader reader(file.text);
        RuleLine line;
        while (reader.next(line)) read(file, line);
    }

    LoadResult take() {
        warn_of_bits_never_set();
        return std::move(result_);
    }

private:
    void read(const RuleFile& file, const RuleLine& line) {
        const auto report = [&](std::vector<FileError>& into, std::size_t offset, std::string reason) {
            const auto place = line.position(offset);
            into.push_back({std::string(file.name), place.line, place.column, std::move(reason)});
        };
        if (line.too_long()) return report(result_.errors, 0, "the rule is longer than " + std::to_string(longest_rule) + " bytes");
        Rule rule;
        rule.file = file.name;
        rule.line = line.line();
        rule.text = trimmed(line.text());
        RuleBuilder builder(rule, shared_);
        try {
            parse_rule(Text{line.text(), 0}.trimmed(), builder, lists_);
            keep(std::move(rule), builder);
            for (Remark& remark : builder.remarks()) report(result_.warnings, remark.offset, std::move(remark.reason));
        } catch (const Unmet& unmet) {
            report(result_.warnings, unmet.offset, "not loaded: the rule requires " + unmet.lacking);
        } catch (const Refusal& refusal) {
            report(result_.errors, refusal.offset, refusal.reason);
        }
    }

    void keep(Rule rule, RuleBuilder& builder) {
        const std::uint64_t number = std::uint64_t{rule.gid} << 32 | rule.sid;
        const auto [known, is_new] = by_number_.try_emplace(number, result_.rules.rules.size());
        if (is_new) {
            result_.rules.rules.push_back(std::move(rule));
            return;
        }
        Rule& other = result_.rules.rules[known->second];
        const std::string place = "sid " + std::to_string(rule.sid) + " stands in " + other.file + ":" + std::to_string(other.line) +
                                  " too, with rev " + std::to_string(other.rev);
        if (rule.rev <= other.rev) refuse({}, place + ": expected another sid or a higher rev");
        builder.warn({}, place + ": rev " + std::to_string(rule.rev) + " takes its place");
        other = std::move(rule);
    }

    /// A rule that waits for a flowbit which no rule sets can never match (or, with isnotset, always waits in vain).
    void warn_of_bits_never_set() {
        std::vector<bool> set(result_.rules.flowbits.size());
        const auto checks = [](const FlowbitOp& operation) { return operation.op == FlowbitOp::Op::isset; };
        for (const Rule& rule : result_.rules.rules)
            for (const FlowbitOp& operation : rule.flowbits)
                if (operation.op == FlowbitOp::Op::set || operation.op == FlowbitOp::Op::toggle)
                    for (const std::uint16_t bit : operation.bits) set[bit] = true;
        for (const Rule& rule : result_.rules.rules) {
            for (const FlowbitOp& operation : rule.flowbits) {
                if (!checks(operation) || std::ranges::any_of(operation.bits, [&](std::uint16_t bit) { return set[bit]; })) continue;
                result_.warnings.push_back({rule.file, rule.line, 0,
                                            "flowbit " + result_.rules.flowbits[operation.bits.front()] +
                                                " is asked for and no rule sets it: the rule can never match"});
            }
        }
    }

    LoadResult result_;
    Shared shared_;
    ListReader lists_;
    std::unordered_map<std::uint64_t, std::size_t> by_number_;  ///< gid and sid -> index of the rule
};

}  // namespace

LoadResult load(std::span<const RuleFile> files, const Variables& variables, const Classification& classification) {
    Loader loader(variables, classification);
    for (const RuleFile& file : files) loader.read(file);
    return loader.take();
}

}  // namespace weir::rules
