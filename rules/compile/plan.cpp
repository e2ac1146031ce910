// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/plan.hpp"

#include <algorithm>
#include <array>

#include "parsers/base/bytes.hpp"
#include "rules/compile/fast_pattern.hpp"

namespace weir::rules {
namespace {

/// A set of variables, one bit each.
using Variables = std::uint64_t;

Variables bit(std::int8_t variable) { return variable < 0 ? 0 : Variables{1} << variable; }
Variables bit(const std::optional<Number>& number) { return number ? bit(number->variable) : 0; }

// ---------------------------------------------------------------- what a step is to the others

struct Nature {
    bool relative = false;  ///< starts where the last match ended
    bool moves = false;     ///< says where the last match ended
    Variables reads = 0, writes = 0;
};

Variables reads(const ByteSource& source) { return bit(source.offset.variable) | bit(source.count_variable); }

Nature nature_of(const Step& step) {
    struct Visitor {
        Nature operator()(const ContentStep& s) const {
            return {s.relative(), !s.negated, bit(s.offset) | bit(s.depth) | bit(s.distance) | bit(s.within), 0};
        }
        Nature operator()(const RegexStep& s) const { return {s.relative, !s.negated, 0, 0}; }
        Nature operator()(const DataAt& s) const { return {s.relative, false, bit(s.at.variable), 0}; }
        Nature operator()(const ByteTest& s) const { return {s.source.relative, false, reads(s.source) | bit(s.variable), 0}; }
        Nature operator()(const ByteJump& s) const { return {s.source.relative, true, reads(s.source), 0}; }
        Nature operator()(const ByteExtract& s) const { return {s.source.relative, false, reads(s.source), bit(s.variable)}; }
        Nature operator()(const ByteMath& s) const {
            return {s.source.relative, false, reads(s.source) | bit(s.right.variable), bit(s.variable)};
        }
        Nature operator()(const BufferSize&) const { return {}; }
        Nature operator()(const DatasetCheck&) const { return {}; }
        Nature operator()(const Base64Decode& s) const { return {s.relative, false, 0, 0}; }
    };
    return std::visit(Visitor{}, step.what);
}

/// Whether anything at or behind `from` starts where a step before `from` ended.
bool leans_back(const std::vector<Nature>& natures, std::size_t from) {
    for (std::size_t i = from; i < natures.size(); ++i) {
        if (natures[i].relative) return true;
        if (natures[i].moves) return false;
    }
    return false;
}

bool only_further_on(const Step& step) {
    const auto* const content = std::get_if<ContentStep>(&step.what);
    return content != nullptr && !content->negated && !content->offset && !content->depth &&
           (!content->distance || (content->distance->variable < 0 && content->distance->value >= 0));
}

/// Fills in what backtracking may leave out. All of it follows from which step depends on which.
void connect(std::vector<Step>& steps) {
    std::vector<Nature> natures;
    for (const Step& step : steps) natures.push_back(nature_of(step));
    Variables written = 0;
    bool chain_final = true;    // the chain that this step is in began with a step that depends on none before
    bool chain_forward = true;  // and had only contents that stand further and further on
    for (std::size_t i = 0; i < steps.size(); ++i) {
        Variables read_later = 0;
        for (std::size_t j = i; j < steps.size(); ++j) read_later |= natures[j].reads;
        steps[i].retry = natures[i].moves && leans_back(natures, i + 1);
        steps[i].independent = !leans_back(natures, i) && (read_later & written) == 0;
        if (natures[i].moves && !natures[i].relative) {
            chain_final = steps[i].independent;
            chain_forward = std::holds_alternative<ContentStep>(steps[i].what);
        } else if (natures[i].moves) {
            chain_forward = chain_forward && only_further_on(steps[i]);
            const auto* const content = std::get_if<ContentStep>(&steps[i].what);
            steps[i].forward = chain_final && chain_forward && content != nullptr && !content->within && (read_later & written) == 0;
        }
        written |= natures[i].writes;
    }
}

// ---------------------------------------------------------------- from checks to steps

struct StepMaker {
    RegexPool& regexes;
    bool place_asked;  ///< a later step starts where this one ends
    std::string error{};

    Step operator()(const Content& content) const {
        ContentStep step;
        step.pattern = content.pattern;
        if (content.nocase)
            for (char& c : step.pattern) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
        step.nocase = content.nocase;
        step.negated = content.negated;
        step.startswith = content.startswith;
        step.endswith = content.endswith;
        step.offset = content.offset;
        step.depth = content.depth;
        step.distance = content.distance;
        step.within = content.within;
        return {std::move(step)};
    }
    Step operator()(const Pcre& pcre) {
        RegexStep step{0, pcre.negated, pcre.relative, pcre.anchored};
        const auto number = regexes.add(pcre, !place_asked);
        if (number)
            step.regex = *number;
        else
            error = "pcre: " + number.error();
        return {step};
    }
    template <class Same>
    Step operator()(const Same& check) const {
        return {check};
    }
};

Result<std::vector<Step>, std::string> make_steps(const std::vector<Check>& checks, RegexPool& regexes, bool in_stream) {
    if (checks.size() > max_steps) return Unexpected{"more than " + std::to_string(max_steps) + " checks on one buffer"};
    // Whether a regular expression's place is asked for shows in the steps behind it, so these come first, without expressions.
    std::vector<Nature> natures;
    for (const Check& check : checks) {
        const auto* const pcre = std::get_if<Pcre>(&check);
        RegexPool unused;
        StepMaker maker{unused, true};
        natures.push_back(pcre != nullptr ? Nature{pcre->relative, !pcre->negated, 0, 0} : nature_of(std::visit(maker, check)));
    }
    std::vector<Step> steps;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const auto* const pcre = std::get_if<Pcre>(&checks[i]);
        const bool window_start = in_stream && pcre != nullptr && !pcre->relative && looks_at_start(*pcre);
        StepMaker maker{regexes, window_start || (natures[i].moves && leans_back(natures, i + 1))};
        steps.push_back(std::visit(maker, checks[i]));
        if (!maker.error.empty()) return Unexpected{std::move(maker.error)};
    }
    connect(steps);
    return steps;
}

/// The rule's base64_data group, if this one decodes for it.
const BufferGroup* decoded_group(const Rule& rule, const BufferGroup& group) {
    const auto decodes = [](const Check& check) { return std::holds_alternative<Base64Decode>(check); };
    if (std::none_of(group.checks.begin(), group.checks.end(), decodes)) return nullptr;
    for (const BufferGroup& other : rule.groups)
        if (other.buffer.source == BufferRef::Source::base64) return &other;
    return nullptr;
}

Result<GroupPlan, std::string> make_group(const Rule& rule, const BufferGroup& group, RegexPool& regexes, bool in_stream) {
    GroupPlan plan{group.buffer, group.transforms, {}};
    for (Transform& transform : plan.transforms) {
        if (transform.kind != Transform::capture) continue;
        Pcre pcre;
        pcre.pattern = transform.text;
        const auto number = regexes.add(pcre, false);
        if (!number) return Unexpected{"pcrexform: " + number.error()};
        transform.regex = *number;
    }
    auto steps = make_steps(group.checks, regexes, in_stream);
    if (!steps) return Unexpected{steps.error()};
    plan.steps = std::move(steps).value();
    if (const BufferGroup* const decoded = decoded_group(rule, group)) {
        auto inner = make_steps(decoded->checks, regexes, false);
        if (!inner) return Unexpected{inner.error()};
        plan.decoded = std::move(inner).value();
    }
    return plan;
}

// ---------------------------------------------------------------- when it is judged

std::uint8_t transports_of(const Header& header) {
    switch (header.protocol) {
        case Protocol::ip: return on_all;
        case Protocol::tcp:
        case Protocol::tcp_packet:
        case Protocol::tcp_stream: return on_tcp;
        case Protocol::udp: return on_udp;
        case Protocol::icmp: return on_icmp | on_icmpv6;
        case Protocol::icmpv6: return on_icmpv6;
        case Protocol::sctp: return on_sctp;
        case Protocol::ip_number: return transport_bit(header.ip_number);
        case Protocol::application: {
            if (header.app >= protocols().size()) return 0;
            const ParserInfo& parser = protocols()[header.app];
            constexpr std::array bits{on_tcp, on_udp, on_sctp, on_others, on_tcp};  // by Transport
            std::uint8_t all = 0;
            for (std::size_t i = 0; i < bits.size(); ++i)
                if (parser.over[i]) all |= bits[i];
            return all;
        }
    }
    return 0;
}

/// Content, if all that a rule asks of the payload is this one, whole.
bool is_single_literal(const RulePlan& plan) {
    if (plan.groups.size() != 1 || plan.groups[0].steps.size() != 1 || !plan.groups[0].transforms.empty()) return false;
    const auto* const content = std::get_if<ContentStep>(&plan.groups[0].steps[0].what);
    return content != nullptr && !content->negated && plan.fast && content->pattern.size() == plan.fast->literal.size();
}

bool counts_from_start(const BufferGroup& group) {
    return std::any_of(group.checks.begin(), group.checks.end(), [](const Check& check) {
        const auto* const content = std::get_if<Content>(&check);
        return content != nullptr && (content->offset || content->depth || content->startswith);
    });
}

bool asks_flowbits(const Rule& rule) {
    return std::any_of(rule.flowbits.begin(), rule.flowbits.end(),
                       [](const FlowbitOp& op) { return op.op == FlowbitOp::Op::isset || op.op == FlowbitOp::Op::isnotset; });
}

/// It depends on what was remembered: it may match later although it does not now.
bool asks_memory(const Rule& rule) {
    return asks_flowbits(rule) ||
           std::any_of(rule.hostbits.begin(), rule.hostbits.end(),
                       [](const HostBitOp& op) { return op.op == FlowbitOp::Op::isset || op.op == FlowbitOp::Op::isnotset; }) ||
           std::any_of(rule.flowints.begin(), rule.flowints.end(), [](const FlowintOp& op) { return !op.changes(); });
}

/// What the policy or a reputation says of the session's ends.
bool asks_ends(const Rule& rule) { return !rule.policy_checks.empty() || !rule.reputation_checks.empty(); }

/// Suricata's manual, "Rule Types and Categorization": what a rule asks decides on what occasions it is judged.
Hooks hooks_of(const Rule& rule) {
    using Source = BufferRef::Source;
    if (!rule.events.empty()) return {Hooks::event, Hooks::event};
    const FlowOptions& flow = rule.flow;
    bool field = !rule.field_checks.empty(), payload = false, headers = false, anchored = false;
    for (const BufferGroup& group : rule.groups) {
        field |= group.buffer.of_transaction();
        payload |= group.buffer.source == Source::payload;
        headers |= !group.buffer.of_transaction() && group.buffer.source != Source::payload && group.buffer.source != Source::base64;
        anchored |= group.buffer.source == Source::payload && counts_from_start(group);
    }
    const bool packet_checks = headers || std::any_of(rule.header_checks.begin(), rule.header_checks.end(), [](const HeaderCheck& check) {
                                   return !std::holds_alternative<StreamSizeCheck>(check);
                               });
    const bool app = rule.header.app != no_protocol || rule.app_layer_protocol != no_protocol;
    const bool state =
        flow.established || flow.not_established || asks_memory(rule) || asks_ends(rule) || !rule.header_checks.empty();
    if (field) return {Hooks::transaction, Hooks::transaction};
    if (payload) {
        const bool stream_only = rule.header.protocol == Protocol::tcp_stream || flow.only_stream;
        const bool packet_only = rule.header.protocol == Protocol::tcp_packet || flow.no_stream || packet_checks;
        std::uint8_t tcp = Hooks::stream;
        if (!stream_only && packet_only) tcp = Hooks::packet;
        if (!stream_only && !packet_only && anchored) tcp |= Hooks::packet;
        const std::uint8_t other = flow.only_stream ? std::uint8_t{0} : std::uint8_t{Hooks::packet};
        return {tcp, other};
    }
    if (app && !packet_checks && !state) return {Hooks::app_known, Hooks::app_known};
    const bool flow_asked =
        flow.to_server || flow.to_client || flow.stateless || flow.only_stream || flow.no_stream || flow.only_frag || flow.no_frag;
    const bool addresses_only =
        !app && !packet_checks && !state && !flow_asked && rule.header.source_port.any && rule.header.destination_port.any;
    const std::uint8_t bits = addresses_only ? Hooks::address : Hooks::packet;
    return {bits, bits};
}

PortRange hull(const PortList& ports) {
    if (ports.any) return {};
    if (ports.ranges.empty()) return {1, 0};  // no port at all
    return {ports.ranges.front().first, ports.ranges.back().last};
}

Guard guard_of(const Rule& rule) {
    Guard guard;
    guard.source = hull(rule.header.source_port);
    guard.destination = hull(rule.header.destination_port);
    guard.bidirectional = rule.header.bidirectional;
    guard.transports = transports_of(rule.header);
    if (rule.flow.to_server != rule.flow.to_client) guard.directions = rule.flow.to_server ? 1 : 2;
    if (rule.header.protocol == Protocol::application)
        guard.app = rule.header.app;
    else if (!rule.app_layer_protocol_negated)
        guard.app = rule.app_layer_protocol;
    return guard;
}

}  // namespace

Result<std::uint32_t, std::string> RegexPool::add(const Pcre& pcre, bool truth_only) {
    std::string key = truth_only ? "t" : "p";
    for (const bool flag : {pcre.nocase, pcre.dot_all, pcre.multi_line, pcre.extended, pcre.anchored, pcre.dollar_end_only, pcre.ungreedy})
        key += flag ? '1' : '0';
    key += pcre.pattern;
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    Entry entry{pcre, truth_only ? hyperscan_expression(pcre) : std::nullopt, {}};
    if (!entry.expression) {
        auto code = PcreCode::compile(pcre);
        if (!code) return Unexpected{code.error()};
        entry.code = std::move(code).value();
    }
    entries_.push_back(std::move(entry));
    const auto number = static_cast<std::uint32_t>(entries_.size() - 1);
    known_.emplace(std::move(key), number);
    return number;
}

std::optional<FastPattern> literal_of(const Rule& rule) {
    // In a transaction the payload is a side condition: it is looked at when the fields agree.
    const Hooks hooks = hooks_of(rule);
    if (hooks.any(Hooks::event)) return std::nullopt;
    return choose_fast_pattern(rule, [fields = hooks.any(Hooks::transaction)](const BufferGroup& group) {
        return fields ? group.buffer.of_transaction() : group.buffer.source == BufferRef::Source::payload && group.transforms.empty();
    });
}

Result<RulePlan, std::string> make_plan(const Rule& rule, RegexPool& regexes) {
    RulePlan plan;
    plan.rule = &rule;
    if (rule.variables.size() > max_variables) return Unexpected{"more than " + std::to_string(max_variables) + " variables"};
    if (rule.groups.size() + rule.field_checks.size() > max_parts) return Unexpected{"more than " + std::to_string(max_parts) + " buffers"};
    plan.guard = guard_of(rule);
    plan.hooks = hooks_of(rule);
    plan.stream_only = rule.header.protocol == Protocol::tcp_stream || rule.flow.only_stream;
    plan.once = plan.hooks.any(Hooks::packet) && asks_ends(rule) && !asks_memory(rule) && rule.groups.empty() && rule.header_checks.empty();
    for (const BufferGroup& group : rule.groups) {
        auto made = make_group(rule, group, regexes, plan.hooks.any(Hooks::stream));
        if (!made) return Unexpected{made.error()};
        plan.groups.push_back(std::move(made).value());
    }
    const bool fields = plan.hooks.any(Hooks::transaction);
    plan.fast = literal_of(rule);
    plan.history = !is_single_literal(plan);
    plan.both_ways = fields && plan.guard.directions == 3;
    if (!plan.both_ways || !plan.fast) return plan;
    plan.has_bare_part = !rule.field_checks.empty();
    for (std::size_t i = 0; i < rule.groups.size(); ++i) {
        const auto this_group = [&](const BufferGroup& group) { return &group == &rule.groups[i]; };
        if (!rule.groups[i].buffer.of_transaction() || rule.groups[i].buffer == rule.groups[plan.fast->group].buffer) continue;
        if (auto part = choose_fast_pattern(rule, this_group))
            plan.parts.push_back(std::move(*part));
        else
            plan.has_bare_part = true;
    }
    return plan;
}

bool judged_before(const Rule& left, const Rule& right) noexcept {
    const auto action = [](const Rule& rule) {
        switch (rule.header.action) {
            case Action::pass: return 0;
            case Action::drop: return 1;
            case Action::alert: return 3;
            default: return 2;  // every kind of reject
        }
    };
    const auto rank = [](const auto& operations, auto changes) {
        const bool sets = std::any_of(operations.begin(), operations.end(), changes);
        const bool asks = !std::all_of(operations.begin(), operations.end(), changes);
        return sets ? (asks ? 1 : 0) : (asks ? 2 : 3);
    };
    const auto changes_bit = [](const auto& op) { return op.op != FlowbitOp::Op::isset && op.op != FlowbitOp::Op::isnotset; };
    const auto ranks = [&](const Rule& rule) {
        return std::array{action(rule), rank(rule.flowbits, changes_bit),
                          rank(rule.flowints, [](const FlowintOp& op) { return op.changes(); }), rank(rule.hostbits, changes_bit)};
    };
    return ranks(left) < ranks(right);
}

}  // namespace weir::rules
