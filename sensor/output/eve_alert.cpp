// SPDX-License-Identifier: Apache-2.0
// The `alert` event: Suricata's object, the session, the transaction, and what weir knows of the finding.
#include <fmt/format.h>

#include <algorithm>

#include "sensor/output/eve_plans.hpp"
#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

/// Room that the transaction of an alert may not use: the session and `weir` come behind it and must be whole.
constexpr std::size_t room_for_finding = 24 * 1024;

/// A long sentence is cut rather than lost. Never inside a UTF-8 sequence of a text that is UTF-8.
constexpr std::size_t max_sentence = 4096;
std::string_view sentence(std::string_view text) noexcept {
    if (text.size() <= max_sentence) return text;
    std::size_t size = max_sentence;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    return text.substr(0, size);
}

void write_alert(JsonWriter& json, const Finding& finding) noexcept {
    json.begin_object("alert");
    json.plain_member("action", finding.blocked ? "blocked" : "allowed");
    json.member("gid", finding.gid);
    json.member("signature_id", finding.sid);
    json.member("rev", finding.rev);
    json.member("signature", sentence(finding.signature));
    json.member("category", sentence(finding.category));
    json.member("severity", finding.severity);
    if (!finding.metadata_json.empty()) json.raw_member("metadata", finding.metadata_json);
    json.end_object();
}

void write_flow(JsonWriter& json, const Session& session) noexcept {
    json.begin_object("flow");
    write_flow_counts(json, session);
    json.plain_member("src_ip", eve_address(session.client()).text());
    json.plain_member("dest_ip", eve_address(session.server()).text());
    if (has_ports(session.key.protocol)) {
        json.member("src_port", session.client_port());
        json.member("dest_port", session.server_port());
    }
    json.end_object();
}

/// The other end, seen from the equipment; without equipment, the end that accepted. Its port is the one that the session was
/// opened to where the peer accepted it.
void write_peer(JsonWriter& json, const Session& session, Facing facing, std::string_view name) noexcept {
    const bool accepted = facing == Facing::egress;
    json.begin_object("peer");
    json.plain_member("ip", eve_address(accepted ? session.server() : session.client()).text());
    if (has_ports(session.key.protocol)) json.member("port", accepted ? session.server_port() : session.client_port());
    if (!name.empty()) json.member("name", name);
    json.end_object();
}

/// What a rule has against a session that it cannot say itself.
void write_rule_matched(JsonWriter& json, const Finding& finding) noexcept {
    std::array<char, 64> text{};
    const auto written = fmt::format_to_n(text.data(), text.size(), "rule {}:{} matched", finding.gid, finding.sid);
    json.plain_member("why", {text.data(), written.size});
}

}  // namespace

void Eve::equipment(JsonWriter& json, EquipmentId id) noexcept {
    if (id >= names_->equipment.size()) return;
    const EveNames::Equipment& row = names_->equipment[id];
    json.begin_object("equipment");
    const auto member = [&json](std::string_view key, const std::string& value) {
        if (!value.empty()) json.member(key, value);
    };
    member("name", row.name);
    member("vendor", row.vendor);
    member("role", row.role);
    member("site", row.site);
    json.end_object();
}

std::size_t Eve::alert(std::span<char> out, const AlertEvent& event) noexcept {
    const Session& session = *event.place.session;
    const Finding& finding = *event.finding;
    JsonWriter json{out};
    json.keep(std::min(room_for_finding, out.size() / 2));
    header(json, event.place, event_name(event_type::alert));
    json.plain_member("direction", name_of(event.direction));
    if (event.transaction != nullptr) json.member("tx_id", event.tx_id);
    write_alert(json, finding);
    app_proto(json, session);
    if (event.parser != nullptr && event.transaction != nullptr) app_object(json, *event.parser, event.transaction, event.tx_id);
    json.release();
    write_flow(json, session);

    json.begin_object("weir");
    json.plain_member("kind", name_of(finding.kind));
    json.plain_member("judge", name_of(finding.judge));
    equipment(json, finding.equipment);
    write_peer(json, session, finding.facing, event.peer_name);
    json.plain_member("direction", name_of(finding.facing));
    if (finding.why.empty())
        write_rule_matched(json, finding);
    else
        json.member("why", sentence(finding.why));
    if (!finding.allow.empty()) json.member("allow", sentence(finding.allow));
    if (!finding.attack.empty()) {
        json.begin_array("attack");
        for (const std::string_view technique : finding.attack) json.element(technique);
        json.end_array();
    }
    json.member("confidence", finding.confidence, 2);
    if (config_.generation != 0) json.member("generation", config_.generation);
    if (json.truncated()) ++truncated_;
    json.note_truncation();
    return json.size();
}

}  // namespace weir
