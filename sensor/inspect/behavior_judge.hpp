// SPDX-License-Identifier: Apache-2.0
// The judge by behaviour: shows the detectors what sessions do, and decides with the contract what their suspicions are worth.
#pragma once

#include "sensor/behavior/detectors.hpp"
#include "sensor/inspect/contract_judge.hpp"
#include "sensor/inspect/moment.hpp"
#include "sensor/inspect/reporter.hpp"
#include "sensor/inspect/state_pool.hpp"

namespace weir {

struct BehaviorMetrics {
    Counter sessions, suspicions, findings, full, forgotten;
};
inline constexpr std::array behavior_metrics{
    gauge<&BehaviorMetrics::sessions>("weir_behavior_sessions", "Sessions that the detectors of behaviour remember something of"),
    counter<&BehaviorMetrics::suspicions>("weir_behavior_suspicions_total", "Suspicions of the detectors, before the contract was asked"),
    counter<&BehaviorMetrics::findings>("weir_behavior_findings_total", "Those that became findings"),
    counter<&BehaviorMetrics::full>("weir_behavior_full_total", "Sessions that no detector watched because their memory was full"),
    counter<&BehaviorMetrics::forgotten>("weir_behavior_forgotten_total",
                                         "Clients and peers that detectors forgot because a table was full"),
};

/// Generator id of the behaviour's findings in `alert.gid`; their `signature_id` is 1 + the kind's number,
/// or 1000 + the number of a fact.
inline constexpr std::uint32_t behavior_gid = 9001;

/// One per worker.
class BehaviorJudge final : private SuspicionSink {
public:
    /// `memory`: bytes for what is remembered of sessions. `contract` has judged a session before.
    BehaviorJudge(std::size_t memory, ContractJudge& contract, Reporter& reporter);

    /// A session has begun, and its contract has been asked.
    void started(const Moment& moment) noexcept;
    /// A packet with payload, after its session and its parser have seen it.
    void payload(const Moment& moment, std::uint32_t size) noexcept;
    /// A datagram with payload of a session that is not TCP. `carries`: the tunnel that was opened in it.
    void datagram(const Moment& moment, Tunnel carries) noexcept;
    /// A packet of ICMP or ICMPv6.
    void icmp(const Moment& moment) noexcept;
    /// What a parser has read.
    void transaction(const Moment& moment, ProtocolId protocol, const void* transaction, Report report) noexcept;
    void release(Session& session) noexcept;

    [[nodiscard]] const BehaviorMetrics& metrics() const noexcept { return metrics_; }

private:
    bool suspect(const Session& session, const Suspicion& suspicion) noexcept override;
    /// How severe a suspicion is, seen from one end that is equipment; 0: not worth telling.
    [[nodiscard]] Severity worth(const Session& session, const Suspicion& suspicion, Facing facing) const noexcept;
    bool expose(const Session& session, const Suspicion& suspicion) noexcept;
    bool report(const Suspicion& suspicion, Severity severity, Facing facing) noexcept;
    void contact(const Payload& packet) noexcept;
    /// The first payload of a session that equipment accepts from a host that is none.
    void knock(const Moment& moment) noexcept;
    /// Null where the session is too short to be watched, or has found no room.
    [[nodiscard]] Detectors::State* state_of(Session& session) noexcept;
    /// The same, however short the session is.
    [[nodiscard]] Detectors::State* watch(Session& session) noexcept;
    [[nodiscard]] bool may_be_typed(const Session& session) const noexcept;

    Detectors detectors_;
    ContractJudge& contract_;
    Reporter& reporter_;
    StatePool pool_;
    struct DnsFields {
        ProtocolId protocol = no_protocol;
        const Field *name = nullptr, *type = nullptr;  ///< null: that field is gone, and with it the event
    } dns_;
    ProtocolSet typed_;  ///< protocols in which people type
    const Moment* moment_ = nullptr;
    BehaviorMetrics metrics_;
};

}  // namespace weir
