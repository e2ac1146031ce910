// SPDX-License-Identifier: Apache-2.0
// Keywords that ask for the session: direction and state, flowbits, thresholds, application protocol, stream sizes.

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "rules/language/header.hpp"
#include "rules/language/options.hpp"

namespace weir::rules::language {
namespace {

struct FlowWord {
    std::string_view word;
    bool FlowOptions::*option;
    bool FlowOptions::*opposite;  ///< cannot stand in the same rule; null: none
};
constexpr std::array flow_words{
    FlowWord{"to_server", &FlowOptions::to_server, &FlowOptions::to_client},
    FlowWord{"from_client", &FlowOptions::to_server, &FlowOptions::to_client},
    FlowWord{"to_client", &FlowOptions::to_client, &FlowOptions::to_server},
    FlowWord{"from_server", &FlowOptions::to_client, &FlowOptions::to_server},
    FlowWord{"established", &FlowOptions::established, &FlowOptions::not_established},
    FlowWord{"not_established", &FlowOptions::not_established, &FlowOptions::established},
    FlowWord{"stateless", &FlowOptions::stateless, &FlowOptions::established},
    FlowWord{"only_stream", &FlowOptions::only_stream, &FlowOptions::no_stream},
    FlowWord{"no_stream", &FlowOptions::no_stream, &FlowOptions::only_stream},
    FlowWord{"only_frag", &FlowOptions::only_frag, &FlowOptions::no_frag},
    FlowWord{"no_frag", &FlowOptions::no_frag, &FlowOptions::only_frag},
};

struct FlowbitWord {
    std::string_view word;
    FlowbitOp::Op op;
};
constexpr std::array flowbit_words{
    FlowbitWord{"set", FlowbitOp::Op::set},           FlowbitWord{"unset", FlowbitOp::Op::unset},
    FlowbitWord{"toggle", FlowbitOp::Op::toggle},     FlowbitWord{"isset", FlowbitOp::Op::isset},
    FlowbitWord{"isnotset", FlowbitOp::Op::isnotset},
};

struct TypeWord {
    std::string_view word;
    Threshold::Type type;
};
constexpr std::array threshold_types{
    TypeWord{"limit", Threshold::Type::limit},
    TypeWord{"threshold", Threshold::Type::threshold},
    TypeWord{"both", Threshold::Type::both},
    TypeWord{"backoff", Threshold::Type::backoff},
};

struct TrackWord {
    std::string_view word;
    Threshold::Track track;
};
constexpr std::array track_words{
    TrackWord{"by_src", Threshold::Track::by_src},   TrackWord{"by_dst", Threshold::Track::by_dst},
    TrackWord{"by_both", Threshold::Track::by_both}, TrackWord{"by_rule", Threshold::Track::by_rule},
    TrackWord{"by_flow", Threshold::Track::by_flow},
};

/// `type x, track x, count n, seconds n, multiplier n`, in any order, each once.
Threshold read_threshold(const Option& option, bool is_filter) {
    Threshold threshold;
    std::optional<Threshold::Type> type;
    std::optional<Threshold::Track> track;
    std::optional<std::uint32_t> count, seconds, multiplier;
    const auto once = [](auto& value, Text word, auto parsed) {
        if (value) refuse(word, std::string(word.text) + " stands twice");
        value = parsed;
    };
    for (const Text& part : split(unquoted(option), ',')) {
        Text rest = part;
        const Text word = take_word(rest);
        const auto number = [&] { return static_cast<std::uint32_t>(parse_unsigned(rest, 1, std::numeric_limits<std::uint32_t>::max())); };
        if (word.is("type") && !is_filter) {
            const auto row = std::ranges::find(threshold_types, rest.text, &TypeWord::word);
            if (row == threshold_types.end())
                refuse(rest, "unknown type " + shown(rest.text) + ": expected limit, threshold, both or backoff");
            once(type, word, row->type);
        } else if (word.is("track")) {
            const auto row = std::ranges::find(track_words, rest.text, &TrackWord::word);
            if (row == track_words.end())
                refuse(rest, "cannot track " + shown(rest.text) + ": expected by_src, by_dst, by_both, by_rule or by_flow");
            once(track, word, row->track);
        } else if (word.is("count")) {
            once(count, word, number());
        } else if (word.is("seconds")) {
            once(seconds, word, number());
        } else if (word.is("multiplier") && !is_filter) {
            once(multiplier, word, number());
        } else {
            refuse(word, "unknown word " + shown(word.text) + ": expected " +
                             (is_filter ? "track, count and seconds" : "type, track, count and seconds"));
        }
    }

    if (is_filter) type = Threshold::Type::detection_filter;
    const bool backoff = type == Threshold::Type::backoff;
    const auto missing = [&](std::string_view word) {
        refuse(option.value, std::string(option.name.text) + " lacks " + std::string(word));
    };
    if (!type) missing("its type");
    if (!track) missing("track");
    if (!count) missing("count");
    if (!backoff && !seconds) missing("seconds");
    if (multiplier.has_value() != backoff) refuse(option.value, "type backoff takes a multiplier, the other types do not");
    if (backoff && track != Threshold::Track::by_flow) refuse(option.value, "type backoff tracks by_flow only");
    threshold.type = *type;
    threshold.track = *track;
    threshold.count = *count;
    threshold.seconds = seconds.value_or(threshold.seconds);
    threshold.multiplier = multiplier.value_or(threshold.multiplier);
    return threshold;
}

}  // namespace

void parse_flow(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    FlowOptions& flow = builder.rule.flow;
    for (const Text& word : split(unquoted(option), ',')) {
        const auto row = std::ranges::find(flow_words, lower_case(word.text), &FlowWord::word);
        if (row == flow_words.end())
            refuse(word, "unknown word " + shown(word.text) +
                             " in flow: expected to_server, to_client, from_server, from_client, established, not_established, stateless, "
                             "only_stream, "
                             "no_stream, only_frag or no_frag");
        if (flow.*row->option) refuse(word, std::string(word.text) + " stands twice in flow");
        if (flow.*row->opposite || (row->option == &FlowOptions::established && flow.stateless))
            refuse(word, std::string(word.text) + " contradicts an earlier word of flow");
        flow.*row->option = true;
    }
}

void parse_flowbits(RuleBuilder& builder, const Option& option) {
    Text rest = unquoted(option);
    const Text word = take_until(rest, ',');
    if (word.is("noalert") && rest.trimmed().empty()) {
        builder.rule.no_alert = true;
        return;
    }
    const auto row = std::ranges::find(flowbit_words, word.text, &FlowbitWord::word);
    if (row == flowbit_words.end())
        refuse(word, "unknown word " + shown(word.text) + ": expected set, unset, toggle, isset, isnotset or noalert");
    FlowbitOp operation{row->op, {}};
    const bool checks = row->op == FlowbitOp::Op::isset || row->op == FlowbitOp::Op::isnotset;
    for (const Text& name : split(rest, '|')) {
        operation.bits.push_back(builder.shared.flowbits.number(name));
        if (operation.bits.size() > 1 && !checks) refuse(name, "several flowbits at once can be asked for, not set");
    }
    builder.rule.flowbits.push_back(std::move(operation));
}

void parse_threshold(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.rule.threshold = read_threshold(option, false);
}

void parse_detection_filter(RuleBuilder& builder, const Option& option) {
    builder.only_once(option);
    builder.rule.detection_filter = read_threshold(option, true);
}

void parse_app_layer_protocol(RuleBuilder& builder, const Option& option) {
    Rule& rule = builder.rule;
    Text name = unquoted(option);
    const bool negated = name.text.starts_with('!');
    if (negated) name = name.from(1).trimmed();
    if (rule.header.protocol == Protocol::application) refuse(option.name, "the rule's header names its application protocol already");
    const ProtocolId app = parse_application(name);
    if (rule.app_layer_protocol == no_protocol) {
        rule.app_layer_protocol = app;
        rule.app_layer_protocol_negated = negated;
        return;
    }
    if (!negated || !rule.app_layer_protocol_negated)
        refuse(option.name, "app-layer-protocol stands twice: only negated ones can be several");
    if (app == rule.app_layer_protocol || std::ranges::find(rule.excluded_protocols, app) != rule.excluded_protocols.end())
        refuse(name, "app-layer-protocol:!" + std::string(name.text) + " stands twice");
    rule.excluded_protocols.push_back(app);
}

void parse_stream_size(RuleBuilder& builder, const Option& option) {
    builder.require_tcp(option.name);
    using Side = StreamSizeCheck::Side;
    const auto parts = split(unquoted(option), ',');
    if (parts.size() != 3) refuse(option.value, "expected `stream_size:side,operator,bytes`, as in `stream_size:server,>,1000`");
    static constexpr std::array<std::pair<std::string_view, Side>, 4> sides{
        {{"server", Side::server}, {"client", Side::client}, {"both", Side::both}, {"either", Side::either}}};
    const auto side = std::ranges::find(sides, parts[0].text, &std::pair<std::string_view, Side>::first);
    if (side == sides.end()) refuse(parts[0], "unknown side " + shown(parts[0].text) + ": expected server, client, both or either");

    builder.rule.header_checks.emplace_back(
        StreamSizeCheck{side->second, parse_comparison(parts[1], parts[2], std::numeric_limits<std::uint64_t>::max())});
}

}  // namespace weir::rules::language
