// SPDX-License-Identifier: Apache-2.0
// Keywords that remember something beyond one match: xbits, hostbits, flowint, datasets, reputations.

#include <algorithm>
#include <array>
#include <limits>

#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

constexpr std::uint32_t xbits_expire = 30, hostbits_expire = 300;  ///< seconds, as Suricata's
constexpr std::uint64_t any_u32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t most_datasets = 4096;

template <class Value, std::size_t N>
Value word_of(const std::array<std::pair<std::string_view, Value>, N>& words, Text word, std::string_view expected) {
    const auto row = std::ranges::find(words, word.text, &std::pair<std::string_view, Value>::first);
    if (row == words.end()) refuse(word, "unknown word " + shown(word.text) + ": expected " + std::string(expected));
    return row->second;
}

constexpr std::array<std::pair<std::string_view, FlowbitOp::Op>, 5> bit_words{{{"set", FlowbitOp::Op::set},
                                                                               {"unset", FlowbitOp::Op::unset},
                                                                               {"toggle", FlowbitOp::Op::toggle},
                                                                               {"isset", FlowbitOp::Op::isset},
                                                                               {"isnotset", FlowbitOp::Op::isnotset}}};
constexpr std::string_view bit_expected = "set, unset, toggle, isset, isnotset or noalert";

/// `noalert` alone, which all kinds of bits know. True: it was that.
bool is_noalert(RuleBuilder& builder, const std::vector<Text>& parts) {
    if (!parts[0].is("noalert") || parts.size() != 1) return false;
    builder.rule.no_alert = true;
    return true;
}

}  // namespace

void parse_xbits(RuleBuilder& builder, const Option& option) {
    using Track = HostBitOp::Track;
    static constexpr std::array<std::pair<std::string_view, Track>, 3> tracks{
        {{"ip_src", Track::source}, {"ip_dst", Track::destination}, {"ip_pair", Track::pair}}};
    const auto parts = split(unquoted(option), ',');
    if (is_noalert(builder, parts)) return;
    HostBitOp operation;
    operation.op = word_of(bit_words, parts[0], bit_expected);
    operation.seconds = xbits_expire;
    if (parts.size() < 3 || parts.size() > 4)
        refuse(option.value, "expected `xbits:set,name,track ip_src,expire 60`, expire left out or not");
    Text track = parts[2];
    if (!take_word(track).is("track")) refuse(parts[2], "expected track ip_src, track ip_dst or track ip_pair");
    operation.track = word_of(tracks, track, "ip_src, ip_dst or ip_pair");
    if (parts.size() == 4) {
        Text expire = parts[3];
        if (!take_word(expire).is("expire")) refuse(parts[3], "expected expire and a number of seconds");
        operation.seconds = static_cast<std::uint32_t>(parse_unsigned(expire, 1, any_u32));
    }
    operation.bit = builder.shared.hostbits.number(parts[1]);
    builder.rule.hostbits.push_back(operation);
}

void parse_hostbits(RuleBuilder& builder, const Option& option) {
    using Track = HostBitOp::Track;
    static constexpr std::array<std::pair<std::string_view, Track>, 2> sides{{{"src", Track::source}, {"dst", Track::destination}}};
    const auto parts = split(unquoted(option), ',');
    if (is_noalert(builder, parts)) return;
    HostBitOp operation;
    operation.op = word_of(bit_words, parts[0], bit_expected);
    operation.seconds = hostbits_expire;
    if (parts.size() < 2 || parts.size() > 3) refuse(option.value, "expected `hostbits:set,name,src` or `hostbits:set,name`");
    if (parts.size() == 3) operation.track = word_of(sides, parts[2], "src or dst");
    operation.bit = builder.shared.hostbits.number(parts[1]);
    builder.rule.hostbits.push_back(operation);
}

void parse_flowint(RuleBuilder& builder, const Option& option) {
    using Op = FlowintOp::Op;
    static constexpr std::array<std::pair<std::string_view, Op>, 12> operators{{{"=", Op::set},
                                                                                {"+", Op::add},
                                                                                {"-", Op::subtract},
                                                                                {"<", Op::less},
                                                                                {"<=", Op::less_equal},
                                                                                {"==", Op::equal},
                                                                                {"!=", Op::not_equal},
                                                                                {">=", Op::greater_equal},
                                                                                {">", Op::greater},
                                                                                {"isset", Op::isset},
                                                                                {"isnotset", Op::isnotset},
                                                                                {"notset", Op::isnotset}}};
    const auto parts = split(unquoted(option), ',');
    if (parts.size() < 2) refuse(option.value, "expected `flowint:name,+,1` or `flowint:name,isset`");
    FlowintOp operation;
    operation.op = word_of(operators, parts[1], "=, +, -, <, <=, ==, !=, >=, >, isset or isnotset");
    const bool asks_only = operation.op == Op::isset || operation.op == Op::isnotset;
    if (parts.size() != (asks_only ? 2u : 3u))
        refuse(option.value, std::string(parts[1].text) + (asks_only ? " takes no value" : " takes one value: a number or another variable"));
    operation.name = builder.shared.flowints.number(parts[0]);
    if (!asks_only) {
        const Text value = parts[2];
        if (!value.empty() && value.text[0] >= '0' && value.text[0] <= '9')
            operation.value = static_cast<std::uint32_t>(parse_unsigned(value, 0, any_u32));
        else
            operation.other = builder.shared.flowints.number(value);
    }
    builder.rule.flowints.push_back(operation);
}

namespace {

/// The set of that name, made where there is none; what several rules say of it must agree.
std::uint16_t dataset(RuleBuilder& builder, Text name, const Dataset& said, bool typed) {
    std::vector<Dataset>& all = builder.shared.text.datasets;
    const auto known = std::ranges::find(all, name.text, &Dataset::name);
    if (known != all.end()) {
        if (typed && known->type != said.type) refuse(name, "dataset " + std::string(name.text) + " has another type in an earlier rule");
        if (known->reputation != said.reputation)
            refuse(name, std::string(name.text) + " is a dataset in one rule and a set of reputations in another");
        if (known->load.empty()) known->load = said.load;
        return static_cast<std::uint16_t>(known - all.begin());
    }
    if (!typed) refuse(name, "dataset " + std::string(name.text) + " has no type: expected `type string` where it is first named");
    if (all.size() >= most_datasets) refuse(name, "more than " + std::to_string(most_datasets) + " datasets in one rule set");
    all.push_back(said);
    all.back().name = name.text;
    all.back().rule_file = builder.rule.file;
    all.back().line = builder.rule.line;
    return static_cast<std::uint16_t>(all.size() - 1);
}

/// `type`, `load`, `state`, `save`, `memcap`, `hashsize`.
Dataset read_dataset(std::span<const Text> parts, bool reputation, bool& typed) {
    using Type = Dataset::Type;
    static constexpr std::array<std::pair<std::string_view, Type>, 5> types{
        {{"string", Type::string}, {"md5", Type::md5}, {"sha256", Type::sha256}, {"ipv4", Type::ipv4}, {"ip", Type::ip}}};
    Dataset out;
    out.reputation = reputation;
    for (const Text& part : parts) {
        Text rest = part;
        const Text word = take_word(rest);
        if (rest.empty()) refuse(part, "expected a word and its value, as in `type string`");
        if (word.is("type")) {
            out.type = word_of(types, rest, "string, md5, sha256, ipv4 or ip");
            typed = true;
        } else if (word.is("load") || word.is("state")) {
            if (!out.load.empty()) refuse(word, "the set is loaded from two files: expected one of load and state");
            out.load = rest.text;
        } else if (word.is("memcap") || word.is("hashsize") || word.is("save")) {
            continue;  // one table holds all sets, and nothing is written back
        } else {
            refuse(word, "unknown word " + shown(word.text) + ": expected type, load, state, save, memcap or hashsize");
        }
    }
    return out;
}

}  // namespace

void parse_dataset(RuleBuilder& builder, const Option& option) {
    using Op = DatasetCheck::Op;
    static constexpr std::array<std::pair<std::string_view, Op>, 4> words{
        {{"isset", Op::isset}, {"isnotset", Op::isnotset}, {"set", Op::set}, {"unset", Op::unset}}};
    if (!builder.in_sticky_buffer()) refuse(option.name, "dataset looks a sticky buffer up: expected one before it");
    const auto parts = split(unquoted(option), ',');
    DatasetCheck check;
    check.op = word_of(words, parts[0], "set, unset, isset or isnotset");
    if (parts.size() < 2 || parts[1].empty()) refuse(option.value, "expected `dataset:isset,name,type string,load file`");
    bool typed = false;
    const Dataset said = read_dataset(std::span(parts).subspan(2), false, typed);
    check.set = dataset(builder, parts[1], said, typed);
    builder.add(check, option.name);
}

void parse_datarep(RuleBuilder& builder, const Option& option) {
    if (!builder.in_sticky_buffer()) refuse(option.name, "datarep looks a sticky buffer up: expected one before it");
    const auto parts = split(unquoted(option), ',');
    if (parts.size() < 3) refuse(option.value, "expected `datarep:name,>,200,type string,load file`");
    DatasetCheck check;
    check.op = DatasetCheck::Op::reputation;
    check.reputation = parse_comparison(parts[1], parts[2], std::numeric_limits<std::uint16_t>::max());
    bool typed = false;
    const Dataset said = read_dataset(std::span(parts).subspan(3), true, typed);
    check.set = dataset(builder, parts[0], said, typed);
    builder.add(check, option.name);
}

void parse_iprep(RuleBuilder& builder, const Option& option) {
    using Side = ReputationCheck::Side;
    static constexpr std::array<std::pair<std::string_view, Side>, 4> sides{
        {{"any", Side::any}, {"src", Side::source}, {"dst", Side::destination}, {"both", Side::both}}};
    const auto parts = split(unquoted(option), ',');
    if (parts.size() < 2 || parts.size() > 4) refuse(option.value, "expected `iprep:src,Category,>,30`");
    ReputationCheck check;
    check.side = word_of(sides, parts[0], "any, src, dst or both");
    check.category = lower_case(parts[1].text);
    if (check.category.empty()) refuse(parts[1], "the name of a category is missing");
    constexpr std::uint64_t highest = 127;
    if (parts.size() == 2)
        check.score = {IntegerRange::Op::greater, 0, 0};  // has a reputation there at all
    else if (parts.size() == 3)
        check.score = parse_range(parts[2], highest);
    else
        check.score = parse_comparison(parts[2], parts[3], highest);
    builder.rule.reputation_checks.push_back(std::move(check));
}

}  // namespace weir::rules::language
