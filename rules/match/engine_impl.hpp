// SPDX-License-Identifier: Apache-2.0
// The inside of the engine: what one call looks at, rules that might match, and the judging of one rule.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "rules/compile/compiled.hpp"
#include "rules/match/check.hpp"
#include "rules/match/engine.hpp"
#include "rules/match/header_match.hpp"
#include "rules/match/host_bits.hpp"
#include "rules/match/session_state.hpp"
#include "rules/match/transform.hpp"

namespace weir::rules {

/// Rules to be judged in this call, each once, in the plans' order.
class Candidates {
public:
    explicit Candidates(std::size_t rules) : seen_((rules + 63) / 64), list_(rules) {}
    void add(RuleIndex rule) noexcept {
        std::uint64_t& word = seen_[rule / 64];
        const std::uint64_t bit = std::uint64_t{1} << (rule % 64);
        if ((word & bit) != 0) return;
        word |= bit;
        list_[size_++] = rule;
    }
    [[nodiscard]] std::span<const RuleIndex> sorted() noexcept {
        std::sort(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(size_));
        return std::span{list_}.first(size_);
    }
    void clear() noexcept {
        for (std::size_t i = 0; i < size_; ++i) seen_[list_[i] / 64] = 0;
        size_ = 0;
    }

private:
    std::vector<std::uint64_t> seen_;
    std::vector<RuleIndex> list_;
    std::size_t size_ = 0;
};

/// One call into the engine.
struct Call {
    const PacketView& packet;
    const SessionView& session;
    SessionHandle& handle;
    HitSink& sink;
    Direction side;              ///< as the transport shows it
    Direction direction;         ///< in the protocol's roles: what `flow:` and the groups go by
    Ends ends;                   ///< of the bytes in question
    std::uint8_t transport = 0;  ///< TransportBit
    ProtocolId app = no_protocol;
    bool app_settled = false;  ///< identification of the protocol has come to its end
    SessionState* state = nullptr;
    bool stopped = false;  ///< a pass rule has fired
};

/// Counts what judging one rule costs, until it goes out of scope. Off: one branch.
class Meter {
public:
    Meter(std::vector<RuleCost>& costs, RuleIndex rule) noexcept : cost_(costs.empty() ? nullptr : &costs[rule]) {
        if (cost_ == nullptr) return;
        ++cost_->checked;
        start_ = cycles();
    }
    ~Meter() {
        if (cost_ != nullptr) cost_->cycles += cycles() - start_;
    }
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

private:
    static std::uint64_t cycles() noexcept {
#if defined(__x86_64__)
        return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
        std::uint64_t ticks;
        asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
        return ticks;
#else
        return 0;
#endif
    }
    RuleCost* cost_;
    std::uint64_t start_ = 0;
};

struct Engine::Impl {
    Impl(std::shared_ptr<const Compiled> compiled, const EngineLimits& limits);

    // --- by occasion
    void packet(Call& call) noexcept;
    void stream(Call& call, Bytes bytes, std::uint64_t offset) noexcept;
    void transaction(Call& call, const ParserInfo& parser, const void* transaction, Report report) noexcept;
    void app_known(Call& call) noexcept;
    void event(Call& call, const std::vector<RuleIndex>& rules_of_event) noexcept;

    // --- candidates
    void add(RuleIndex rule, const Call& call) noexcept {
        const Guard& guard = rules->guards()[rule];
        if (guard.admits(call.ends.source_port, call.ends.destination_port, call.transport, call.direction, call.app)) candidates.add(rule);
    }
    void scan(const LiteralSet& set, Bytes bytes, const Call& call) noexcept;
    void scan_payload(const PayloadGroup& group, Bytes bytes, const Call& call) noexcept;
    void add_bare(const ConditionIndex& index, const Call& call) noexcept;
    void add_by_app(const Call& call) noexcept;

    // --- judging one rule
    /// Everything but buffers and application protocol.
    [[nodiscard]] bool admits(const RulePlan& plan, Call& call) noexcept;
    /// What the rule asks of bits and numbers that rules have set before (engine_memory.cpp).
    [[nodiscard]] bool memory_allows(const Rule& rule, Call& call) noexcept;
    [[nodiscard]] bool flowbits_allow(const Rule& rule, Call& call) noexcept;
    [[nodiscard]] bool flowints_allow(const Rule& rule, Call& call) noexcept;
    [[nodiscard]] bool host_bits_allow(const Rule& rule, const Call& call) const noexcept;
    [[nodiscard]] std::optional<std::uint32_t> flowint(const Call& call, std::uint16_t name) noexcept;
    /// The rule has matched: sets what it sets.
    void remember(const Rule& rule, Call& call) noexcept;
    [[nodiscard]] bool reputation_allows(const Rule& rule, const Call& call) const noexcept;
    /// The groups over the packet's payload and headers.
    [[nodiscard]] bool packet_buffers_match(const RulePlan& plan, const Call& call) noexcept;
    enum class Scope : std::uint8_t { packet, session };
    /// The rule has matched: flowbits are set, the hit is reported, `pass` ends the judging of the packet or session.
    void fire(const RulePlan& plan, Call& call, Scope scope, Direction side) noexcept;
    /// ... unless its protocol is not known yet: then the match is kept until it is.
    void fire_when_known(RuleIndex number, Call& call, Scope scope, AppMatch app) noexcept;
    [[nodiscard]] SessionState* state_of(Call& call) noexcept;
    [[nodiscard]] RuleIndex number_of(const RulePlan& plan) const noexcept { return static_cast<RuleIndex>(&plan - rules->plans().data()); }

    // --- streams
    struct Piece {
        Bytes bytes;               ///< new
        std::uint64_t offset = 0;  ///< of the first new byte
        Bytes tail;                ///< before it
        bool viewed = false;
        Buffer view;  ///< what is remembered and what is new, in one
        [[nodiscard]] std::uint64_t end() const noexcept { return offset + bytes.size(); }
    };
    void stream_piece(Call& call, const PayloadGroup& group, Piece& piece) noexcept;
    void recall_waiting(Call& call, const Piece& piece) noexcept;
    void judge_stream(RuleIndex number, Call& call, Piece& piece) noexcept;
    [[nodiscard]] const Buffer& view(Call& call, Piece& piece) noexcept;
    void reset(SessionState& state, Direction side) noexcept;
    [[nodiscard]] std::uint64_t stream_end(const Call& call) const noexcept;

    // --- transactions
    struct Transaction {
        const ParserInfo& parser;
        const void* data;
        Report report;
        std::uint16_t ordinal = 0;  ///< SessionState::transactions
    };
    struct Part {
        bool present = false, matched = false;
        std::uint64_t digest = 0;  ///< of the value that matched
    };
    [[nodiscard]] Part field_part(const RulePlan& plan, const GroupPlan& group, const Transaction& transaction) noexcept;
    [[nodiscard]] static Part number_part(const FieldCheck& check, const Transaction& transaction) noexcept;
    void judge_transaction(RuleIndex number, Call& call, const Transaction& transaction) noexcept;
    [[nodiscard]] bool side_conditions_hold(const RulePlan& plan, Call& call) noexcept;

    std::shared_ptr<const Compiled> rules;
    SessionTable table;
    Checker checker;
    Candidates candidates;
    Transformer transformer;
    HostBits host_bits;
    std::vector<RuleCost> costs;
    std::vector<std::uint8_t> view_memory;
    EngineCounters counters;
};

}  // namespace weir::rules
