// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/compiled.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "rules/language/describe.hpp"
#include "rules/language/files.hpp"

namespace weir::rules {
namespace {

/// A set of ports gets literals of its own from this many rules on, and there are at most so many such sets per group.
constexpr std::size_t rules_per_set = 64, max_port_sets = 62;
/// Rules whose fields may come partly with a request, partly with its response, are looked at for a literal in each field, or
/// where a field has none always: unless more rules than this would be.
constexpr std::size_t max_waiting_for_part = 64;

constexpr std::array<std::string_view, 3> class_names{"tcp", "udp", "other"};
constexpr std::array<std::string_view, 2> direction_names{"to_server", "to_client"};
constexpr std::array<std::uint8_t, 3> class_transports{on_tcp, on_udp, on_icmp | on_icmpv6 | on_sctp | on_others};

/// Literals as they are collected: equal ones once.
class LiteralCollector {
public:
    void add(const FastPattern& pattern, RuleIndex rule) { rules_[{folded(pattern), pattern.nocase}].push_back(rule); }
    /// Adds rules to a literal unless it is, or becomes, too common.
    void add_part(const FastPattern& pattern, RuleIndex rule) { parts_[{folded(pattern), pattern.nocase}].push_back(rule); }

    [[nodiscard]] bool empty() const { return rules_.empty() && parts_.empty(); }

    LiteralSet finish(std::string name, std::vector<DatabaseInput>& inputs) {
        for (auto& [key, rules] : parts_)
            if (rules.size() <= max_waiting_for_part) rules_[key].insert(rules_[key].end(), rules.begin(), rules.end());
        LiteralSet set;
        set.name = std::move(name);
        set.database = static_cast<std::uint32_t>(inputs.size());
        set.offsets.push_back(0);
        DatabaseInput input;
        for (auto& [key, rules] : rules_) {
            std::sort(rules.begin(), rules.end());
            rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
            input.expressions.push_back({key.first, key.second ? unsigned{HS_FLAG_CASELESS} : 0u});
            set.rules.insert(set.rules.end(), rules.begin(), rules.end());
            set.offsets.push_back(static_cast<std::uint32_t>(set.rules.size()));
            set.longest = std::max(set.longest, key.first.size());
        }
        inputs.push_back(std::move(input));
        return set;
    }

private:
    using Key = std::pair<std::string, bool>;
    static std::string folded(const FastPattern& pattern) {
        std::string text = pattern.literal;
        if (pattern.nocase)
            for (char& c : text) c = static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
        return text;
    }
    std::map<Key, std::vector<RuleIndex>> rules_, parts_;
};

/// The ports that decide in which literal set of a payload group a rule stands.
struct PortCondition {
    enum class Side : std::uint8_t { none, destination, source } side = Side::none;
    std::vector<PortRange> ranges;
    friend auto operator<=>(const PortCondition&, const PortCondition&) = default;
};

PortCondition port_condition(const Header& header) {
    if (header.bidirectional) return {};
    if (!header.destination_port.any) return {PortCondition::Side::destination, header.destination_port.ranges};
    if (!header.source_port.any) return {PortCondition::Side::source, header.source_port.ranges};
    return {};
}

PayloadGroup make_payload_group(const std::vector<RulePlan>& plans, const std::vector<RuleIndex>& members, const std::string& name,
                                std::vector<DatabaseInput>& inputs) {
    PayloadGroup group;
    std::map<PortCondition, std::vector<RuleIndex>> by_ports;
    for (const RuleIndex number : members) {
        const RulePlan& plan = plans[number];
        group.history |= plan.history;
        if (plan.fast)
            by_ports[port_condition(plan.rule->header)].push_back(number);
        else
            group.bare.add(number, *plan.rule);
    }
    group.bare.finish();

    std::vector<const PortCondition*> largest;
    for (const auto& [condition, rules] : by_ports)
        if (condition.side != PortCondition::Side::none && rules.size() >= rules_per_set) largest.push_back(&condition);
    std::stable_sort(largest.begin(), largest.end(),
                     [&](const auto* left, const auto* right) { return by_ports[*left].size() > by_ports[*right].size(); });
    if (largest.size() > max_port_sets) largest.resize(max_port_sets);

    const auto finish = [&](LiteralCollector& literals, std::string set_name) {
        group.sets.push_back(literals.finish(std::move(set_name), inputs));
        group.longest = std::max(group.longest, group.sets.back().longest);
        return static_cast<std::uint32_t>(group.sets.size() - 1);
    };
    LiteralCollector shared;
    for (const auto& [condition, rules] : by_ports) {
        const bool own = std::find(largest.begin(), largest.end(), &condition) != largest.end();
        LiteralCollector separate;
        for (const RuleIndex number : rules) (own ? separate : shared).add(*plans[number].fast, number);
        if (!own) continue;
        const bool destination = condition.side == PortCondition::Side::destination;
        std::string ports;
        for (const PortRange& range : condition.ranges)
            ports += (ports.empty() ? "" : ",") + std::to_string(range.first) + ':' + std::to_string(range.last);
        const std::uint32_t set = finish(separate, name + (destination ? " to port " : " from port ") + ports);
        for (const PortRange& range : condition.ranges)
            (destination ? group.by_destination : group.by_source).add(range.first, range.last, set);
    }
    if (!shared.empty()) group.everywhere.push_back(finish(shared, name));
    group.by_destination.finish();
    group.by_source.finish();
    return group;
}

/// The protocol whose transactions a rule is about; none: files, in all that carry them.
ProtocolId app_of(const Rule& rule) {
    if (rule.header.protocol == Protocol::application) return rule.header.app;
    for (const BufferGroup& group : rule.groups)
        if (group.buffer.source == BufferRef::Source::field) return group.buffer.app;
    return rule.field_checks.empty() ? no_protocol : rule.field_checks.front().app;
}

/// The fields of a protocol that a buffer stands for.
std::vector<std::uint16_t> fields_of(const BufferRef& buffer, ProtocolId app, std::uint8_t directions) {
    if (buffer.source == BufferRef::Source::field) return {buffer.field};
    std::vector<std::uint16_t> out;
    for (const FileField& file : file_fields())
        if (file.app == app && (file.directions & directions) != 0) out.push_back(file.field);
    return out;
}

}  // namespace

/// Fills a Compiled, step by step.
class Compiler {
public:
    Result<std::shared_ptr<const Compiled>, std::string> run(RuleText text, const CompileOptions& options) {
        if (hs_valid_platform() != HS_SUCCESS) return Unexpected{std::string{"this processor lacks what Hyperscan needs (SSSE3)"}};
        made_.text_ = std::move(text);
        for (Rule& rule : made_.text_.rules)
            for (ReputationCheck& check : rule.reputation_checks) check.category_number = made_.text_.reputation.category(check.category);
        make_plans();
        make_payload_groups();
        make_app_groups();
        const std::size_t literal_databases = inputs_.size();
        for (const RegexPool::Entry& entry : pool_.entries())
            if (entry.expression) inputs_.push_back({false, {*entry.expression}});
        if (auto error = make_databases(options, literal_databases); !error.empty()) return Unexpected{std::move(error)};
        make_regexes(literal_databases);
        for (const RulePlan& plan : made_.plans_) made_.guards_.push_back(plan.guard);
        std::stable_sort(made_.rejected_.begin(), made_.rejected_.end(), [](const FileError& left, const FileError& right) {
            return std::tie(left.file, left.line) < std::tie(right.file, right.line);
        });
        mark_stream_ports();
        measure();
        return std::shared_ptr<const Compiled>(new Compiled(std::move(made_)));
    }

private:
    void reject(const Rule& rule, std::string reason) { made_.rejected_.push_back({rule.file, rule.line, 0, std::move(reason)}); }

    void make_plans() {
        const std::vector<Rule>& rules = made_.text_.rules;
        std::vector<std::size_t> order(rules.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t left, std::size_t right) { return judged_before(rules[left], rules[right]); });
        made_.plans_.reserve(rules.size());
        for (const std::size_t i : order) {
            auto plan = make_plan(rules[i], pool_);
            if (plan)
                made_.plans_.push_back(std::move(plan).value());
            else
                reject(rules[i], plan.error());
        }
    }

    /// Rules that are judged on this occasion, for these transports and this direction.
    std::vector<RuleIndex> members(std::uint8_t hook, std::uint8_t transports, Direction direction) const {
        std::vector<RuleIndex> out;
        for (std::size_t i = 0; i < made_.plans_.size(); ++i) {
            const RulePlan& plan = made_.plans_[i];
            const std::uint8_t hooks = transports == on_tcp ? plan.hooks.tcp : plan.hooks.other;
            if ((hooks & hook) == 0 || (plan.guard.transports & transports) == 0) continue;
            if ((plan.guard.directions & (1u << static_cast<unsigned>(direction))) != 0) out.push_back(static_cast<RuleIndex>(i));
        }
        return out;
    }

    void make_payload_groups() {
        for (const Direction direction : {Direction::to_server, Direction::to_client}) {
            const auto d = static_cast<std::size_t>(direction);
            for (std::size_t kind = 0; kind < class_names.size(); ++kind)
                made_.packets_[kind][d] =
                    make_payload_group(made_.plans_, members(Hooks::packet, class_transports[kind], direction),
                                       "packet " + std::string{class_names[kind]} + ' ' + std::string{direction_names[d]}, inputs_);
            made_.stream_[d] = make_payload_group(made_.plans_, members(Hooks::stream, on_tcp, direction),
                                                  "stream tcp " + std::string{direction_names[d]}, inputs_);
        }
    }

    void make_app_groups() {
        made_.apps_.resize(protocols().size());
        using BufferKey = std::pair<std::uint16_t, std::vector<Transform>>;
        std::vector<std::map<BufferKey, LiteralCollector>> literals(protocols().size());
        std::vector<std::vector<RuleIndex>> bare_parts(protocols().size());
        for (std::size_t i = 0; i < made_.plans_.size(); ++i) {
            const RulePlan& plan = made_.plans_[i];
            const auto number = static_cast<RuleIndex>(i);
            if (plan.hooks.any(Hooks::app_known)) {
                (plan.guard.app < protocols().size() ? made_.apps_[plan.guard.app].known : made_.by_apps_).push_back(number);
                made_.any_by_app_ = true;
            }
            if (plan.hooks.any(Hooks::address)) made_.by_address_.add(number, *plan.rule);
            for (const EventCheck& event : plan.rule->events) made_.events_[event].push_back(number);
            if (!plan.hooks.any(Hooks::transaction)) continue;
            const ProtocolId only = app_of(*plan.rule);
            for (std::size_t app = 0; app < protocols().size(); ++app) {
                const auto id = static_cast<ProtocolId>(app);
                if (only == no_protocol ? !carries_files(id) : only != id) continue;
                const auto at = [&](const FastPattern& pattern, auto add) {
                    const GroupPlan& group = plan.groups[pattern.group];
                    for (const std::uint16_t field : fields_of(group.buffer, id, plan.guard.directions))
                        add(literals[app][{field, group.transforms}]);
                };
                if (!plan.fast) made_.apps_[app].bare.add(number, *plan.rule);
                if (plan.fast) at(*plan.fast, [&](LiteralCollector& at_field) { at_field.add(*plan.fast, number); });
                for (const FastPattern& part : plan.parts) at(part, [&](LiteralCollector& at_field) { at_field.add_part(part, number); });
                if (plan.has_bare_part) bare_parts[app].push_back(number);
            }
        }
        made_.by_address_.finish();
        for (std::size_t app = 0; app < literals.size(); ++app) {
            if (bare_parts[app].size() <= max_waiting_for_part)
                for (const RuleIndex number : bare_parts[app]) made_.apps_[app].bare.add(number, *made_.plans_[number].rule);
            made_.apps_[app].bare.finish();
            for (auto& [key, collector] : literals[app]) {
                const BufferRef buffer{BufferRef::Source::field, static_cast<ProtocolId>(app), key.first};
                made_.apps_[app].buffers.push_back({key.first, key.second, collector.finish("transaction " + describe(buffer), inputs_)});
            }
        }
    }

    /// From the cache where it has them, else compiled (and then kept). The error names what Hyperscan cannot do.
    std::string make_databases(const CompileOptions& options, std::size_t literal_databases) {
        const std::string key = options.cache != nullptr ? digest_of(inputs_) : std::string{};
        if (options.cache != nullptr) {
            if (const auto blob = options.cache->load(key)) {
                auto databases = read_blob(*blob, key, inputs_.size());
                if (databases) {
                    made_.databases_ = std::move(databases).value();
                    made_.sizes_.from_cache = true;
                    return {};
                }
                made_.cache_problem_ = databases.error();
            }
        }
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            auto database = Database::compile(inputs_[i]);
            if (!database && i < literal_databases) return "Hyperscan refused the literals: " + database.error();
            made_.databases_.push_back(database ? std::move(database).value() : Database{});
        }
        if (options.cache != nullptr) options.cache->store(key, write_blob(made_.databases_, key));
        return {};
    }

    /// What Hyperscan refused is PCRE2's; rules with what that refuses too are taken out of force.
    void make_regexes(std::size_t first_database) {
        std::size_t next = first_database;
        std::vector<std::string> refused(pool_.entries().size());
        for (std::size_t i = 0; i < pool_.entries().size(); ++i) {
            RegexPool::Entry& entry = pool_.entries()[i];
            Regex regex;
            if (entry.expression) {
                if (made_.databases_[next]) regex.database = static_cast<std::int32_t>(next);
                ++next;
            }
            if (entry.code) regex.code = std::move(entry.code);
            if (regex.database < 0 && !regex.code) {
                auto code = PcreCode::compile(entry.pcre);
                if (code)
                    regex.code = std::move(code).value();
                else
                    refused[i] = code.error();
            }
            made_.regexes_.push_back(std::move(regex));
        }
        for (RulePlan& plan : made_.plans_)
            for (const GroupPlan& group : plan.groups)
                for (const auto* const steps : {&group.steps, &group.decoded})
                    for (const Step& step : *steps)
                        if (const auto* const regex = std::get_if<RegexStep>(&step.what); regex != nullptr && !refused[regex->regex].empty()) {
                            if (plan.guard.directions != 0) reject(*plan.rule, "pcre: " + refused[regex->regex]);
                            plan.guard.directions = 0;
                        }
    }

    void mark_stream_ports() {
        made_.stream_client_ports_.resize(65536);
        made_.stream_server_ports_.resize(65536);
        const auto mark = [](std::vector<bool>& ports, const PortList& list) {
            for (const PortRange& range : list.ranges)
                for (std::uint32_t port = range.first; port <= range.last; ++port) ports[port] = true;
        };
        for (const RulePlan& plan : made_.plans_) {
            if ((plan.hooks.tcp & Hooks::stream) == 0 || (plan.guard.transports & on_tcp) == 0 || plan.guard.directions == 0) continue;
            const Header& header = plan.rule->header;
            // One named port is enough to tell the sessions apart; towards the client, the rule's destination is the client.
            const PortList& named = !header.destination_port.any ? header.destination_port : header.source_port;
            if (named.any) {
                made_.stream_any_ = true;
                return;
            }
            const bool is_destination = &named == &header.destination_port;
            const bool both = header.bidirectional;
            if ((plan.guard.directions & 1) != 0 || both)
                mark(is_destination || both ? made_.stream_server_ports_ : made_.stream_client_ports_, named);
            if ((plan.guard.directions & 1) != 0 && both) mark(made_.stream_client_ports_, named);
            if ((plan.guard.directions & 2) != 0 || both)
                mark(is_destination ? made_.stream_client_ports_ : made_.stream_server_ports_, named);
        }
    }

    void measure() {
        CompiledSizes& sizes = made_.sizes_;
        sizes.rules = made_.plans_.size();
        sizes.databases = made_.databases_.size();
        for (const Database& database : made_.databases_) sizes.database_bytes += database.memory();
        for (const Regex& regex : made_.regexes_) {
            ++(regex.database >= 0 ? sizes.regexes_hyperscan : sizes.regexes_pcre);
            sizes.pcre_bytes += regex.code.memory();
        }
        const auto count = [&sizes](const PayloadGroup& group) {
            for (const LiteralSet& set : group.sets) sizes.literals += set.size();
        };
        for (const auto& kind : made_.packets_)
            for (const PayloadGroup& group : kind) count(group);
        for (const PayloadGroup& group : made_.stream_) count(group);
        for (const AppGroup& app : made_.apps_)
            for (const AppGroup::Buffer& buffer : app.buffers) sizes.literals += buffer.set.size();
    }

    Compiled made_;
    RegexPool pool_;
    std::vector<DatabaseInput> inputs_;
};

Result<std::shared_ptr<const Compiled>, std::string> compile(RuleText text, const CompileOptions& options) {
    return Compiler{}.run(std::move(text), options);
}

const std::vector<RuleIndex>* Compiled::on_event(EventCheck::Layer layer, std::string_view name) const {
    const auto found = events_.find(EventCheck{layer, std::string{name}});
    return found == events_.end() ? nullptr : &found->second;
}

std::optional<Explanation> Compiled::explain(std::uint32_t sid) const {
    const auto found = std::find_if(plans_.begin(), plans_.end(), [sid](const RulePlan& plan) { return plan.rule->sid == sid; });
    if (found == plans_.end()) return std::nullopt;
    const RulePlan& plan = *found;
    const auto number = static_cast<RuleIndex>(found - plans_.begin());
    Explanation out;
    out.rule = plan.rule;
    if (plan.fast) {
        out.literal = plan.fast->literal;
        out.nocase = plan.fast->nocase;
        out.buffer = describe(plan.groups[plan.fast->group].buffer);
    } else {
        out.condition = name_of(ConditionIndex::condition_of(*plan.rule));
    }
    const auto look = [&](const LiteralSet& set) {
        for (unsigned literal = 0; literal < set.size(); ++literal) {
            const auto waiting = set.waiting_for(literal);
            if (!std::binary_search(waiting.begin(), waiting.end(), number)) continue;
            out.groups.push_back(set.name);
            out.neighbours = std::max(out.neighbours, waiting.size());
        }
    };
    for (const auto& kind : packets_)
        for (const PayloadGroup& group : kind)
            for (const LiteralSet& set : group.sets) look(set);
    for (const PayloadGroup& group : stream_)
        for (const LiteralSet& set : group.sets) look(set);
    for (const AppGroup& app : apps_)
        for (const AppGroup::Buffer& buffer : app.buffers) look(buffer.set);
    if (out.groups.empty()) {
        if (plan.hooks.any(Hooks::packet)) out.groups.emplace_back("packet");
        if (plan.hooks.any(Hooks::stream)) out.groups.emplace_back("stream");
        if (plan.hooks.any(Hooks::transaction)) out.groups.emplace_back("transaction");
        if (plan.hooks.any(Hooks::app_known)) out.groups.emplace_back("app-layer protocol");
        if (plan.hooks.any(Hooks::address)) out.groups.emplace_back("addresses");
        if (plan.hooks.any(Hooks::event)) out.groups.emplace_back("events");
    }
    return out;
}

}  // namespace weir::rules
