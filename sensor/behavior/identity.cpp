// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sensor/decode/hash.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 2> impersonated{"T1557", "T1036"};

/// The hash over the ciphers in a JA4: taking up an earlier session changes the other parts.
std::string_view ciphers_of_ja4(std::string_view ja4) noexcept {
    const std::size_t from = ja4.find('_'), to = ja4.rfind('_');
    return from == std::string_view::npos || to <= from ? std::string_view{} : ja4.substr(from + 1, to - from - 1);
}

constexpr std::array rows{
    IdentityRow{"Another SSH host key than before", "ssh", "weir.ssh.host_key.fingerprint", "weir.ssh.host_key.type", true, 0.8},
    IdentityRow{"Another SSH server software than before", "ssh", "ssh.server.software_version", "", true, 0.5},
    IdentityRow{"Another SSH client software than before", "ssh", "ssh.client.software_version", "", false, 0.5},
    IdentityRow{"Another SSH client than before (HASSH)", "ssh", "ssh.client.hassh.hash", "ssh.client.software_version", false, 0.5},
    IdentityRow{"Another certificate than before", "tls", "tls.fingerprint", "tls.sni", true, 0.4},
    IdentityRow{"Another TLS client than before (ciphers of JA4)", "tls", "tls.ja4", "", false, 0.5, ciphers_of_ja4},
};

std::string_view text_of(const Field* field, const void* transaction) noexcept {
    if (field == nullptr) return {};
    const Value value = field->get(transaction, 0);
    return value.kind == Value::Kind::text ? as_text(value.bytes) : std::string_view{};
}
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = text.size();
    for (const char c : text) hash = hash_chain(hash, static_cast<std::uint8_t>(c));
    return hash;
}

}  // namespace

IdentityDetector::IdentityDetector(const Settings& settings) : rows_(rows), table_(settings.rows) {}

void IdentityDetector::transaction(const Session& session, const Transacted& transacted, SuspicionSink& sink) noexcept {
    const Facing server = session.roles_reversed() ? Facing::egress : Facing::ingress;
    for (const auto& bound : rows_.of(transacted.protocol)) {
        const IdentityRow& row = *bound.row;
        const std::string_view value = text_of(bound.field, transacted.transaction);
        const std::string_view compared = row.part != nullptr ? row.part(value) : value;
        if (compared.empty()) continue;
        const Key key{session.client(), session.server(), session.server_port(),
                      hash_chain(hash_of(text_of(bound.given, transacted.transaction)), static_cast<std::uint64_t>(&row - rows.data()))};
        Known& known = table_.at(key, hash_chain(hash_chain(hash_chain(key.what, key.service), key.client), key.server), transacted.clock);
        const std::uint64_t hash = std::max<std::uint64_t>(hash_of(compared), 1), before = known.hash, in = known.session;
        known = {hash, session.id};
        // A session that shows it in parts (a banner before its algorithms) has not changed.
        if (before == 0 || before == hash || in == session.id) continue;
        constexpr std::size_t most = 100;  // characters that are shown
        const std::string why = fmt::format("{}: now {}", row.text, value.substr(0, most));
        Suspicion suspicion;
        suspicion.kind = Kind::protocol_mismatch;
        suspicion.detector = name;
        suspicion.signature = row.text;
        suspicion.why = why;
        suspicion.attack = impersonated;
        // Many people work from one jump host: what a client is counts of equipment alone.
        if (!row.of_server) suspicion.about = server == Facing::ingress ? Facing::egress : Facing::ingress;
        suspicion.confidence = row.confidence;
        sink.suspect(session, suspicion);
    }
}

}  // namespace weir
