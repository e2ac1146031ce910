// SPDX-License-Identifier: Apache-2.0
// A rule set ready for matching: plans, literals in Hyperscan databases, and rules without literals filed by condition.
// Immutable once made: all workers share one.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/compile/cache.hpp"
#include "rules/compile/index.hpp"
#include "rules/compile/plan.hpp"

namespace weir::rules {

struct CompileOptions {
    CacheStore* cache = nullptr;  ///< where compiled databases are kept; null: nowhere
};

/// Literals in one database, and the rules that wait for each.
struct LiteralSet {
    std::uint32_t database = 0;          ///< number in Compiled::databases()
    std::vector<std::uint32_t> offsets;  ///< into `rules`, by literal; one more than literals
    std::vector<RuleIndex> rules;
    std::size_t longest = 0;  ///< bytes of its longest literal
    std::string name;         ///< for explain
    [[nodiscard]] std::size_t size() const noexcept { return offsets.size() - 1; }
    [[nodiscard]] std::span<const RuleIndex> waiting_for(unsigned literal) const noexcept {
        return std::span{rules}.subspan(offsets[literal], offsets[literal + 1] - offsets[literal]);
    }
};

/// Rules over the payload of one kind of traffic in one direction. Rules for the same ports, where there are many, have a
/// literal set of their own, so that other traffic does not pay for them.
struct PayloadGroup {
    std::vector<LiteralSet> sets;
    std::vector<std::uint32_t> everywhere;              ///< sets for any port
    RangeMap<std::uint16_t> by_destination, by_source;  ///< numbers of further sets
    ConditionIndex bare;                                ///< rules without a literal
    std::size_t longest = 0;
    bool history = false;  ///< some rule looks at more than one literal
    [[nodiscard]] bool empty() const noexcept { return sets.empty() && bare.empty(); }
};

/// Rules over the fields of one protocol.
struct AppGroup {
    struct Buffer {
        std::uint16_t field = 0;
        std::vector<Transform> transforms;
        LiteralSet set;
    };
    std::vector<Buffer> buffers;  ///< those with a literal to look for
    ConditionIndex bare;
    std::vector<RuleIndex> known;  ///< about no field: judged when the session's protocol is known to be this one
    [[nodiscard]] bool empty() const noexcept { return buffers.empty() && bare.empty(); }
};

/// Where a rule stands, for `weir rules explain`.
struct Explanation {
    const Rule* rule = nullptr;
    std::vector<std::string> groups;  ///< `packet udp to_server`, `stream tcp to_client`, `transaction dns`, ...
    std::string literal;              ///< its fast pattern; empty: none
    bool nocase = false;
    std::string buffer;          ///< where the literal is looked for: `payload`, `dns.query`
    std::string condition;       ///< without a literal: under which condition it is filed
    std::size_t neighbours = 0;  ///< rules that wait for the same literal, or are filed with it under no condition
};

struct CompiledSizes {
    std::size_t rules = 0, literals = 0, databases = 0, database_bytes = 0, regexes_hyperscan = 0, regexes_pcre = 0, pcre_bytes = 0;
    bool from_cache = false;
};

/// Transports that packets are grouped by.
enum class PacketClass : std::uint8_t { tcp, udp, other };

class Compiled {
public:
    [[nodiscard]] const std::vector<RulePlan>& plans() const noexcept { return plans_; }
    /// The plans' guards, side by side: what a literal that was seen asks first.
    [[nodiscard]] const std::vector<Guard>& guards() const noexcept { return guards_; }
    [[nodiscard]] const RuleText& text() const noexcept { return text_; }
    [[nodiscard]] const std::vector<Database>& databases() const noexcept { return databases_; }
    [[nodiscard]] const std::vector<Regex>& regexes() const noexcept { return regexes_; }
    /// Rules that could not be compiled (a regular expression that nobody understands); the others are in force.
    [[nodiscard]] const std::vector<FileError>& rejected() const noexcept { return rejected_; }
    [[nodiscard]] const CompiledSizes& sizes() const noexcept { return sizes_; }
    /// Why the cache was not used although one was given; empty where it was, or held nothing.
    [[nodiscard]] const std::string& cache_problem() const noexcept { return cache_problem_; }
    [[nodiscard]] std::optional<Explanation> explain(std::uint32_t sid) const;

    [[nodiscard]] const PayloadGroup& packets(PacketClass kind, Direction direction) const noexcept {
        return packets_[static_cast<std::size_t>(kind)][static_cast<std::size_t>(direction)];
    }
    [[nodiscard]] const PayloadGroup& stream(Direction direction) const noexcept { return stream_[static_cast<std::size_t>(direction)]; }
    [[nodiscard]] const AppGroup& app(ProtocolId id) const noexcept { return apps_[id]; }
    /// Rules judged once per direction, when the protocol is known: those for this one, or (no_protocol) those for several.
    [[nodiscard]] const std::vector<RuleIndex>& by_app(ProtocolId id) const noexcept {
        return id == no_protocol ? by_apps_ : apps_[id].known;
    }
    [[nodiscard]] bool any_by_app() const noexcept { return any_by_app_; }
    /// Rules judged once per direction, by addresses alone.
    [[nodiscard]] const ConditionIndex& by_address() const noexcept { return by_address_; }

    /// Rules judged when an oddity of that name is seen; null: none. Look-ups are for load time: the list lives as long as this.
    [[nodiscard]] const std::vector<RuleIndex>* on_event(EventCheck::Layer layer, std::string_view name) const;

    /// Whether a stream rule may apply to a session with these ports.
    [[nodiscard]] bool stream_ports(std::uint16_t client, std::uint16_t server) const noexcept {
        return stream_any_ || stream_client_ports_[client] || stream_server_ports_[server];
    }

private:
    friend class Compiler;
    Compiled() = default;
    RuleText text_;
    std::vector<RulePlan> plans_;
    std::vector<Guard> guards_;
    std::vector<Database> databases_;
    std::vector<Regex> regexes_;
    std::array<std::array<PayloadGroup, 2>, 3> packets_;
    std::array<PayloadGroup, 2> stream_;
    std::vector<AppGroup> apps_;
    std::vector<RuleIndex> by_apps_;
    bool any_by_app_ = false;
    ConditionIndex by_address_;
    std::map<EventCheck, std::vector<RuleIndex>> events_;
    bool stream_any_ = false;
    std::vector<bool> stream_client_ports_, stream_server_ports_;
    std::vector<FileError> rejected_;
    CompiledSizes sizes_;
    std::string cache_problem_;
};

/// Compiles a rule set. Rules that cannot be compiled are left out and named in `rejected()`; the error is for a machine on
/// which Hyperscan does not run.
[[nodiscard]] Result<std::shared_ptr<const Compiled>, std::string> compile(RuleText text, const CompileOptions& options = {});

}  // namespace weir::rules
