// SPDX-License-Identifier: Apache-2.0
// The judge of the contract: is this session what the equipment may do?
#pragma once

#include "sensor/contract/facts.hpp"
#include "sensor/contract/link_traffic.hpp"
#include "sensor/contract/names.hpp"
#include "sensor/contract/policy.hpp"

namespace weir {

/// In what the session differs from what is allowed. Ordered: the later, the nearer it came to being allowed.
enum class Difference : std::uint8_t {
    contract,   ///< the equipment has none
    peer,       ///< no line names this peer
    moved,      ///< a line names it by a DNS name, which has moved to another network
    service,    ///< lines name the peer, none this protocol and port
    expired,    ///< the line's `until` has passed
    app,        ///< another application protocol is spoken
    role,       ///< the wrong end is the protocol's client
    time,       ///< outside the line's `when`
    operation,  ///< the line does not allow this of the protocol
    bytes,
    sessions,
    duration,  ///< the line's `limit` is crossed
    denied,    ///< a `deny` line forbids it
    none,      ///< allowed
};

struct Judgement {
    bool allowed = false;
    Kind kind = Kind::unexpected_destination;  ///< where not allowed
    Severity severity = 2;
    Difference difference = Difference::none;
    Facing facing = Facing::egress;             ///< as asked
    EquipmentId equipment = no_equipment;
    LineId line = no_line;                      ///< allowed: the line that does; else the line that came nearest, or forbids it
    const LinkTraffic* link_traffic = nullptr;  ///< allowed because every host does it
    std::uint32_t moved_name = 0;               ///< difference `moved`: the row of `PolicyTables::dns`
};

/// Judges a session for one of its ends: `equipment`, which opened it (egress) or accepted it (ingress). Where both ends are
/// equipment, both are judged.
///
/// - Whatever belongs to an allowed session, and what every host does on its link, is allowed.
/// - A line that fits is chosen in this order: without limit before limited, then the order of the file. `deny` goes first.
/// - No line for the peer: unexpected-destination. Lines for the peer, none for the service: unexpected-service. An
///   accepted session that no line covers: unexpected-ingress.
/// - No line names the peer but by a DNS name, for which the equipment was told this address in a network where the name has
///   not been before: dns-peer-changed.
/// - Peer and port fit and another application protocol is spoken: protocol-mismatch. As long as it is not known which
///   (no payload, or probing), a line whose ports fit is good enough: judge again when it is known. Where identification
///   has given up, a line that demands a protocol is a mismatch only once both ends have said something: a lone
///   half-heard packet proves nothing.
/// - The end that opened the session is the server in it, or the other way round, and no line's `role` says so: call-home.
/// - Where it is a guess who opened the session, it is allowed if it would be the other way round.
///
/// Constant but for the logarithm of the policy's size. `names` may be null: then nothing was learned from DNS.
[[nodiscard]] Judgement judge(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts,
                              const NameTable* names = nullptr) noexcept;

/// What becomes of an allowed session when its line's limit is crossed; `which` is bytes, sessions or duration.
[[nodiscard]] Judgement over_limit(const Judgement& allowed, Difference which) noexcept;

/// The `ignore` entry that silences a finding about this session; none: report it. Holds for findings of any judge.
[[nodiscard]] std::optional<IgnoreId> find_ignore(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts,
                                                  const NameTable* names = nullptr) noexcept;

/// The contract by which `equipment` is judged in this session; none: it has none.
[[nodiscard]] ContractId contract_for(const Policy& policy, EquipmentId equipment, const SessionFacts& facts) noexcept;

/// Whether the peers of a line or ignore entry include the far end, as `equipment` knows it.
[[nodiscard]] bool includes(const Policy& policy, const PeerSet& peers, Facing facing, EquipmentId equipment, const SessionFacts& facts,
                            const NameTable* names) noexcept;
/// Whether transport, ports and application protocol fit, the last as `judge` describes.
[[nodiscard]] bool fits_transport(const ServiceItem& item, const SessionFacts& facts) noexcept;
[[nodiscard]] bool fits_app(const ServiceItem& item, const SessionFacts& facts) noexcept;

}  // namespace weir
