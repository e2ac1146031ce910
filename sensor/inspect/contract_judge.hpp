// SPDX-License-Identifier: Apache-2.0
// The judge by contract: asks the policy about a session when it starts, when its protocol is known, and when time is up.
#pragma once

#include <memory>
#include <vector>

#include "sensor/contract/evaluate.hpp"
#include "sensor/contract/limits.hpp"
#include "sensor/contract/names.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/inspect/duty_marks.hpp"
#include "sensor/inspect/moment.hpp"
#include "sensor/inspect/reporter.hpp"

namespace weir {

struct ContractMetrics {
    Counter judged, allowed, found, ignored;
};
inline constexpr std::array contract_metrics{
    counter<&ContractMetrics::judged>("weir_contract_sessions_judged_total", "Ends of sessions that are equipment and were judged"),
    counter<&ContractMetrics::allowed>("weir_contract_sessions_allowed_total", "Those that the contract allows"),
    counter<&ContractMetrics::found>("weir_contract_findings_total", "Those that it does not"),
    counter<&ContractMetrics::ignored>("weir_contract_ignored_total", "Findings that an `ignore` entry of the policy silenced"),
};

/// One per worker. Without a policy it does nothing.
class ContractJudge {
public:
    /// A session that is not allowed as far as it is known is said after this time, so that the finding can name the
    /// protocol that is spoken.
    static constexpr Time settle_time = 5 * second;

    /// `action`: what a session that it finds something against deserves.
    ContractJudge(std::shared_ptr<const Policy> policy, Reporter& reporter, Action action = Action::pass);

    /// A tunnel whose contract line says by which contract the sessions inside are judged (`inside`), and which end of it is the
    /// equipment.
    struct Carrier {
        EquipmentId equipment = no_equipment;  ///< none: no such tunnel
        ContractId contract = no_contract;
        bool sent = false;  ///< the equipment sent the packet
    };
    /// What the moment's session is to the datagram inside its packet.
    [[nodiscard]] Carrier carrier(const Moment& moment) const noexcept;
    /// Finds out which ends are equipment and judges them. True when the session must be looked at again after `settle_time`.
    /// Inside a tunnel ends that are no equipment of their own count as the tunnel's.
    [[nodiscard]] bool session_started(const Moment& moment, const Carrier& carrier) noexcept;
    /// The session was held the wrong way round, and is not any more: it is judged anew.
    void turned_round(Session& session) noexcept;
    /// Its application protocol is known, or known not to be.
    void app_known(const Moment& moment) noexcept;
    /// What is done with an allowed protocol (`get`, `set`), where the line that allows it names operations.
    void operation(const Moment& moment, std::string_view name) noexcept;
    /// A packet of the session, judged as far as it is known: its sender lives, and may have done its duty with it.
    void heard(const Moment& moment) noexcept;
    /// Time is up, or the session is over: what is still pending is said.
    void settle(const Moment& moment) noexcept;
    /// `bytes` more of an allowed session: limits.
    void used(const Moment& moment, std::uint64_t bytes) noexcept;
    /// Whether an `ignore` entry of the policy silences findings about this session at that end, of any judge. Counts it.
    [[nodiscard]] bool ignores(const Session& session, EquipmentId equipment, Facing facing, Time clock) noexcept;
    /// Null: none was given.
    [[nodiscard]] const Policy* policy() const noexcept { return policy_.get(); }
    /// Whether everything that belongs to this session is allowed with it.
    [[nodiscard]] static bool allows(const Session& session) noexcept {
        return session.verdict[0] != Verdict::found && session.verdict[0] != Verdict::pending && session.verdict[1] != Verdict::found &&
               session.verdict[1] != Verdict::pending;
    }
    /// Whether the contracts allow the session that an ICMP error quotes, whoever opened it. Asked of the contract, not of the
    /// flow table: the session may live in another worker, and what is written must not depend on that.
    [[nodiscard]] bool allows_quoted(const QuotedTuple& quoted, Time clock) const noexcept;
    /// A DNS answer that equipment received.
    void learn(const Moment& moment, std::string_view name, const IpAddress& address, std::uint32_t ttl) noexcept;

    [[nodiscard]] const ContractMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] const LimitMetrics& limit_metrics() const noexcept { return limits_.metrics(); }
    [[nodiscard]] const NameMetrics& name_metrics() const noexcept { return names_.metrics(); }
    /// Sessions that each contract line allowed, by LineId.
    [[nodiscard]] const std::vector<std::uint64_t>& line_uses() const noexcept { return line_uses_; }

private:
    void judge_end(const Moment& moment, Facing facing, bool final) noexcept;
    void report(const Moment& moment, const Judgement& judgement, const SessionFacts& facts) noexcept;

    std::shared_ptr<const Policy> policy_;
    Action action_;
    Reporter& reporter_;
    NameTable names_;
    LimitTracker limits_;
    std::vector<std::uint64_t> line_uses_;
    std::unique_ptr<DutyMarks> marks_;  ///< null: no contract expects anything
    ContractMetrics metrics_;
};

}  // namespace weir
