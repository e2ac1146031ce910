// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exposure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 1> sniffed{"T1040"}, open_door{"T1190"}, default_account{"T1078.001"}, weak_cipher{"T1600"};

std::span<const std::string_view> attack_of(const ExposureFact& fact) noexcept {
    switch (fact.number) {
        case 7:
        case 9:
        case 28:
        case 29:
        case 31: return default_account;
        case 13:
        case 14:
        case 26:
        case 27: return open_door;
        default: return fact.told == ExposureFact::Told::unless_allowed ? std::span{sniffed} : std::span{weak_cipher};
    }
}

/// Whether a transaction shows the row's fact, and by what.
bool shown_by(const FieldRows<ExposureFact>::Bound& bound, const Transacted& transacted, std::string_view& by) noexcept {
    const ExposureFact& fact = *bound.row;
    if (bound.given != nullptr) {
        const Value given = bound.given->get(transacted.transaction, 0);
        if (given.kind != Value::Kind::text || given.bytes.empty() || !starts_with(given.bytes, fact.given_begins)) return false;
    }
    if (bound.field == nullptr) return true;
    constexpr std::size_t most = 64;  // elements of a list
    for (std::size_t i = 0; i < most; ++i) {
        const Value value = bound.field->get(transacted.transaction, i);
        if (value.kind == Value::Kind::end) return false;
        if (!shows(fact, value, transacted.time)) continue;
        if (value.kind == Value::Kind::text) by = as_text(value.bytes);
        return true;
    }
    return false;
}

}  // namespace

void ExposureDetector::transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
    const Facing server = session.roles_reversed() ? Facing::egress : Facing::ingress;
    for (const auto& bound : rows_.of(transacted.protocol)) {
        const ExposureFact::Of of = bound.row->of;
        std::string_view by;
        if (!shown_by(bound, transacted, by)) continue;
        for (const Facing facing : {Facing::egress, Facing::ingress})
            if (of == ExposureFact::Of::either || (of == ExposureFact::Of::server) == (facing == server))
                tell(session, *bound.row, by, facing, sink, transacted.clock);
    }
}

void ExposureDetector::tell(const Session& session, const ExposureFact& fact, std::string_view shown, Facing of, SuspicionSink& sink,
                            Time clock) noexcept {
    const IpAddress& device = of == Facing::egress ? session.client() : session.server();
    Facts& told = told_.at(device, hash_chain(0, device), clock);
    const Facts bit = Facts{1} << fact.number;
    if ((told & bit) != 0) return;
    constexpr std::size_t most = 100;  // characters that are shown
    const std::string why = fact.secret || shown.empty() ? std::string{fact.text} : fmt::format("{}: {}", fact.text, shown.substr(0, most));
    Suspicion suspicion;
    suspicion.kind = Kind::exposure;
    suspicion.detector = name;
    suspicion.signature = fact.text;
    suspicion.why = why;
    suspicion.attack = attack_of(fact);
    suspicion.confidence = 0.9;
    suspicion.fact = &fact;
    suspicion.about = of;
    if (fact.shared)
        for (const char c : shown) suspicion.same = hash_chain(suspicion.same, static_cast<std::uint8_t>(c));
    if (sink.suspect(session, suspicion)) told |= bit;
}

}  // namespace weir
