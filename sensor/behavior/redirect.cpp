// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/redirect.hpp"

#include <fmt/format.h>

#include <string>

#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> steered{"T1557", "T1562.006"};

constexpr std::uint16_t dns_over_tls = 853;  // RFC 7858 section 3.1

constexpr std::array rows{
    DutyRow{"traps", "snmp", "snmp.operation", "trap"},
    DutyRow{"traps", "snmp", "snmp.operation", "inform"},
    DutyRow{"logs", "syslog", "", ""},
    DutyRow{"flow records", "ipfix", "", ""},
    DutyRow{"flow records", "sflow", "", ""},
    DutyRow{"logins", "tacacs", "", ""},
    DutyRow{"logins", "radius", "", ""},
    DutyRow{"logins", "ldap", "", ""},
    DutyRow{"questions for the time", "ntp", "", ""},
    DutyRow{"questions for names", "dns", "", ""},
    DutyRow{"questions for names", "tls", "", "", dns_over_tls},
};

bool fits(const FieldRows<DutyRow>::Bound& bound, const Session& session, const void* transaction) noexcept {
    const DutyRow& row = *bound.row;
    if (row.port != 0 && row.port != session.server_port()) return false;
    return bound.field == nullptr || starts_with(bound.field->get(transaction, 0).bytes, row.begins);
}

}  // namespace

RedirectDetector::RedirectDetector(const Settings& settings) : settings_(settings), rows_(rows), table_(settings.rows) {}

void RedirectDetector::transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
    constexpr auto opener = static_cast<std::size_t>(Facing::egress);
    if (session.equipment[opener] == no_equipment || session.roles_reversed()) return;
    // Sessions between devices may be in another worker than what else the device does: what is found must not depend on it.
    if (session.equipment[1 - opener] != no_equipment) return;
    for (const auto& bound : rows_.of(transacted.protocol)) {
        const DutyRow& row = *bound.row;
        if (!fits(bound, session, transacted.transaction)) continue;
        std::uint64_t number = 0;
        while (rows[number].text != row.text) ++number;  // rows of one duty share an entry
        const Key key{session.client(), number};
        Duty& duty = table_.at(key, hash_chain(hash_chain(0, number), key.device), transacted.clock);
        if (session.verdict[opener] == Verdict::allowed) {
            duty.kept = transacted.clock;
            return;
        }
        if (duty.session == session.id) return;
        const bool left = duty.kept != 0 && transacted.clock - duty.kept >= settings_.silent;
        const std::string why =
            duty.kept == 0 ? fmt::format("it sends {} there; no server that its contract names has had any so far", row.text)
                           : fmt::format("it sends {} there; a server that its contract names had some {} s ago", row.text,
                                         (transacted.clock - duty.kept) / second);
        const std::string signature = fmt::format("Equipment sends {} to a server that its contract does not name", row.text);
        Suspicion suspicion;
        suspicion.kind = Kind::mgmt_redirect;
        suspicion.detector = name;
        suspicion.signature = signature;
        suspicion.why = why;
        suspicion.attack = steered;
        suspicion.confidence = left || duty.kept == 0 ? 0.9 : 0.8;
        suspicion.about = Facing::egress;
        suspicion.weak = true;  // nothing where the contract allows it
        if (sink.suspect(session, suspicion)) duty.session = session.id;
        return;
    }
}

}  // namespace weir
