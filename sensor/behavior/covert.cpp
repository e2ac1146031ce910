// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/covert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sensor/behavior/saturating.hpp"
#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> hidden{"T1001", "T1572"};

/// Behind NTP's header may stand a MAC (key id, and a digest of 16, 20 or 32 octets; a key id alone says no) and extension fields
/// (RFC 7822), which are never smaller than 16 octets, and padded to 4.
bool odd_behind_ntp(const Value& value) noexcept {
    constexpr std::uint64_t most = 1024;  // NTS: a cookie, an authenticator, and as many placeholders as cookies are wanted
    if (value.number == 0 || value.number == 4) return false;
    return value.number % 4 != 0 || value.number < 16 || value.number > most;
}
/// What belongs to no information element of the message.
bool any_octets(const Value& value) noexcept { return value.number != 0; }
/// A message is text: what no terminal shows, but tabs, ends of lines and escapes of colours, has no place in it. Octets
/// above 127 are letters of some alphabet.
bool binary_text(const Value& value) noexcept {
    constexpr std::size_t enough = 8, share = 10;  // octets, and one in so many
    const auto odd = static_cast<std::size_t>(std::ranges::count_if(value.bytes, [](std::uint8_t byte) {
        return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != 0x1b) || byte == 0x7f;
    }));
    return odd >= enough && odd * share >= value.bytes.size();
}

constexpr std::array rows{
    CovertRow{"NTP messages with octets that are no extension of it", "ntp", "ntp.extra", "", "", odd_behind_ntp, "octets"},
    CovertRow{"GTP echoes with octets that are no element of them", "gtp", "gtp.extra", "gtp.operation", "echo-", any_octets, "octets"},
    CovertRow{"Syslog messages that are no text", "syslog", "syslog.message", "", "", binary_text, ""},
};

}  // namespace

CovertDetector::CovertDetector(const Settings& settings) : settings_(settings), rows_(rows), table_(settings.rows) {}

void CovertDetector::transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
    for (const auto& bound : rows_.of(transacted.protocol)) {
        const CovertRow& row = *bound.row;
        const Value value = bound.field->get(transacted.transaction, 0);
        if (value.kind == Value::Kind::none || value.kind == Value::Kind::end || !row.odd(value)) continue;
        if (bound.given != nullptr && !starts_with(bound.given->get(transacted.transaction, 0).bytes, row.given_begins)) continue;
        const Key key{session.client(), session.server(), static_cast<std::uint64_t>(&row - rows.data())};
        Seen& seen = table_.at(key, hash_chain(hash_chain(hash_chain(0, key.row), key.client), key.server), transacted.clock);
        if (seen.told) continue;
        if (seen.odd == 0 || transacted.clock - seen.begun >= settings_.window) {
            seen.begun = transacted.clock;
            seen.odd = 0;
        }
        count(seen.odd);
        if (seen.odd < settings_.messages) continue;
        const std::string latest = row.unit.empty() ? std::string{} : fmt::format(", {} {} in the latest", value.number, row.unit);
        const std::string why = fmt::format("{} of its messages hold what does not belong there{}", seen.odd, latest);
        Suspicion suspicion;
        suspicion.kind = Kind::protocol_mismatch;
        suspicion.detector = name;
        suspicion.signature = row.text;
        suspicion.why = why;
        suspicion.attack = hidden;
        suspicion.confidence = 0.8;
        seen.told = sink.suspect(session, suspicion);
    }
}

}  // namespace weir
