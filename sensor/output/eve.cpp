// SPDX-License-Identifier: Apache-2.0
// What all EVE lines share: the catalogue, the configuration, the header, the end; and anomalies.
#include "sensor/output/eve.hpp"

#include <algorithm>

#include "sensor/output/eve_plans.hpp"
#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, event_type::first_app> fixed_names{"alert", "anomaly", "flow", "stats", "engine"};

constexpr std::string_view name_of(AnomalyEvent::Type type) noexcept {
    switch (type) {
        case AnomalyEvent::Type::decode: return "decode";
        case AnomalyEvent::Type::stream: return "stream";
        case AnomalyEvent::Type::applayer: return "applayer";
    }
    return {};
}

/// Empty where it is not decided yet.
std::string_view app_proto_of(const Session& session) noexcept {
    if (session.app_inside != no_protocol) return protocols()[session.app_inside].name;
    if (session.app_status == AppStatus::known && session.app < protocols().size()) return protocols()[session.app].name;
    return session.app_status == AppStatus::unknown ? std::string_view{"failed"} : std::string_view{};
}

CommunityTuple tuple_of(const Session& session) noexcept {
    CommunityTuple tuple{session.client(), session.server(), session.client_port(), session.server_port(), session.key.protocol, session.key.ip_version};
    if (is_icmp(tuple.protocol)) tuple.source_port = session.icmp_type, tuple.destination_port = session.icmp_code;
    return tuple;
}

CommunityTuple tuple_of(const Layers& layers) noexcept {
    CommunityTuple tuple{layers.source, layers.destination, layers.source_port, layers.destination_port, layers.protocol, layers.ip_version};
    if (is_icmp(tuple.protocol)) tuple.source_port = layers.icmp_type, tuple.destination_port = layers.icmp_code;
    return tuple;
}

void write_vlan(JsonWriter& json, std::span<const std::uint16_t> vlan) noexcept {
    if (vlan.empty()) return;
    json.begin_array("vlan");
    for (const std::uint16_t id : vlan) json.element(std::uint64_t{id});
    json.end_array();
}

void write_ends(JsonWriter& json, const CommunityTuple& tuple, Tunnel tunnel, std::uint8_t depth) noexcept {
    const bool ports = has_ports(tuple.protocol);
    json.plain_member("src_ip", eve_address(tuple.source).text());
    if (ports) json.member("src_port", tuple.source_port);
    json.plain_member("dest_ip", eve_address(tuple.destination).text());
    if (ports) json.member("dest_port", tuple.destination_port);
    json.plain_member("proto", eve_protocol(tuple.protocol).text());
    json.member("ip_v", tuple.ip_version);
    if (is_icmp(tuple.protocol)) {
        json.member("icmp_type", tuple.source_port);
        json.member("icmp_code", tuple.destination_port);
    }
    if (depth == 0) return;
    json.begin_object("tunnel");
    json.plain_member("proto", name_of(tunnel));
    json.member("depth", depth);
    json.end_object();
}

}  // namespace

std::size_t event_type_count() noexcept { return event_type::first_app + protocols().size(); }

std::string_view event_name(EventType type) noexcept {
    if (type < fixed_names.size()) return fixed_names[type];
    return type < event_type_count() ? protocols()[type - event_type::first_app].event : std::string_view{};
}

EventType canonical(EventType type) noexcept {
    static const auto table = [] {
        std::array<EventType, event_type::limit> first{};
        for (std::size_t i = 0; i < first.size(); ++i)
            while (first[i] < i && event_name(first[i]) != event_name(static_cast<EventType>(i))) ++first[i];
        return first;
    }();
    return table[type];
}

std::string_view EveConfig::select(std::span<const std::string> names) {
    types.reset();
    for (const std::string& name : names) {
        bool known = false;
        for (std::size_t i = 0; i < event_type_count(); ++i) {
            if (event_name(static_cast<EventType>(i)) != name) continue;
            types.set(i);
            known = true;
        }
        if (!known || name.empty()) return name;
    }
    return {};
}

Eve::Eve(const EveConfig& config, std::shared_ptr<const EveNames> names)
    : config_(config), names_(std::move(names)), plans_(std::make_unique<Plans>(config)), community_ids_(std::make_unique<CommunityIds>()) {
    for (const ParserInfo& parser : protocols())
        if (parser.event.empty()) config_.types.reset(event_type::of(id_of(parser)));
}

Eve::~Eve() = default;

void Eve::use(std::shared_ptr<const EveNames> names) noexcept { names_ = std::move(names); }

void Eve::header(JsonWriter& json, const EventPlace& place, std::string_view name) noexcept {
    const Session* const session = place.session;
    const Layers* const layers = place.layers;
    const EveNames::Origin* const origin = place.origin < names_->origins.size() ? &names_->origins[place.origin] : nullptr;

    json.plain_member("timestamp", eve_time(place.time).text());
    if (session != nullptr) {
        json.member("flow_id", session->id);
        if (session->parent != 0) json.member("parent_id", session->parent);
    }
    if (origin != nullptr && !origin->interface.empty()) json.member("in_iface", origin->interface);
    if (place.packet_number != 0) json.member("pcap_cnt", place.packet_number);
    json.plain_member("event_type", name);
    if (session != nullptr) {
        write_vlan(json, std::span{session->vlan}.first(session->vlan_count));
        write_ends(json, tuple_of(*session), static_cast<Tunnel>(session->tunnel), session->depth);
        if (config_.community_id) json.plain_member("community_id", community_ids_->of(*session, config_.community_id_seed));
    } else if (layers != nullptr) {
        write_vlan(json, std::span{layers->vlan}.first(layers->vlan_count));
        const CommunityTuple tuple = tuple_of(*layers);
        write_ends(json, tuple, layers->tunnel, layers->depth);
        if (config_.community_id) json.plain_member("community_id", community_id(tuple, config_.community_id_seed).text());
    }
    if (origin != nullptr && !origin->file.empty()) json.member("pcap_filename", origin->file);
}

std::string_view Eve::CommunityIds::of(const Session& session, std::uint16_t seed) noexcept {
    Entry& entry = entries_[session.id % entries_.size()];
    // Who opened a session may be corrected while it lives; that changes the identifier of one-way ICMP only, which is never
    // corrected. So the flow's number alone names the entry.
    if (entry.flow_id != session.id) entry = {session.id, community_id(tuple_of(session), seed)};
    return entry.id.text();
}

void Eve::app_proto(JsonWriter& json, const Session& session) noexcept {
    if (const std::string_view name = app_proto_of(session); !name.empty()) json.plain_member("app_proto", name);
    if (session.app_outer != no_protocol || session.app_inside != no_protocol)
        json.plain_member("app_proto_orig", protocols()[session.service_app()].name);
}

std::size_t Eve::finish(JsonWriter& json) noexcept {
    if (json.truncated()) ++truncated_;
    json.note_truncation("weir");
    return json.finish();
}

std::size_t Eve::anomaly(std::span<char> out, const AnomalyEvent& event) noexcept {
    JsonWriter json{out};
    header(json, event.place, event_name(event_type::anomaly));
    const Session* const session = event.place.session;
    if (session != nullptr) json.plain_member("direction", name_of(event.direction));
    json.begin_object("anomaly");
    if (const std::string_view name = session != nullptr ? app_proto_of(*session) : std::string_view{}; !name.empty())
        json.plain_member("app_proto", name);
    json.plain_member("type", name_of(event.type));
    json.plain_member("event", event.event);
    if (!event.layer.empty()) json.plain_member("layer", event.layer);
    json.member("code", event.code);
    json.end_object();
    return finish(json);
}

}  // namespace weir
