// SPDX-License-Identifier: Apache-2.0
// The `flow` event: a session that has ended, or one that goes on.
#include "sensor/output/eve_plans.hpp"
#include "sensor/output/eve_text.hpp"

namespace weir {
namespace {

constexpr std::string_view name_of(SessionState state) noexcept {
    switch (state) {
        case SessionState::new_: return "new";
        case SessionState::established: return "established";
        case SessionState::closed: return "closed";
    }
    return {};
}

constexpr std::string_view name_of(SessionEnd end) noexcept {
    switch (end) {
        case SessionEnd::timeout: return "timeout";
        case SessionEnd::closed: return "closed";
        case SessionEnd::evicted: return "evicted";
        case SessionEnd::shutdown: return "shutdown";
    }
    return {};
}

/// Suricata's word for the end: it has none for an orderly close (such a flow times out soon after) and calls eviction forced.
constexpr std::string_view reason_of(SessionEnd end) noexcept {
    switch (end) {
        case SessionEnd::timeout:
        case SessionEnd::closed: return "timeout";
        case SessionEnd::evicted: return "forced";
        case SessionEnd::shutdown: return "shutdown";
    }
    return {};
}

constexpr std::string_view name_of(Opening opening) noexcept {
    switch (opening) {
        case Opening::syn: return "syn";
        case Opening::syn_ack: return "syn-ack";
        case Opening::first: return "first";
        case Opening::guessed: return "guessed";
        case Opening::protocol: return "protocol";
        case Opening::expected: return "expected";
    }
    return {};
}

struct FlagName {
    std::uint8_t flag;
    std::string_view name;
};
constexpr std::array flag_names{FlagName{tcp_flag::syn, "syn"}, FlagName{tcp_flag::fin, "fin"}, FlagName{tcp_flag::rst, "rst"},
                                FlagName{tcp_flag::psh, "psh"}, FlagName{tcp_flag::ack, "ack"}, FlagName{tcp_flag::urg, "urg"},
                                FlagName{tcp_flag::ece, "ecn"}, FlagName{tcp_flag::cwr, "cwr"}};

void write_tcp(JsonWriter& json, const Session& session, std::string_view state) noexcept {
    const std::uint8_t to_server = session.tcp_flags[0], to_client = session.tcp_flags[1];
    const std::uint8_t all = to_server | to_client;
    json.begin_object("tcp");
    json.hex_member("tcp_flags", Bytes{&all, 1});
    json.hex_member("tcp_flags_ts", Bytes{&to_server, 1});
    json.hex_member("tcp_flags_tc", Bytes{&to_client, 1});
    for (const FlagName& row : flag_names)
        if ((all & row.flag) != 0) json.member(row.name, true);
    if (!state.empty()) json.plain_member("state", state);
    json.end_object();
}

}  // namespace

void write_flow_counts(JsonWriter& json, const Session& session) noexcept {
    json.member("pkts_toserver", session.packets[0]);
    json.member("pkts_toclient", session.packets[1]);
    json.member("bytes_toserver", session.bytes[0]);
    json.member("bytes_toclient", session.bytes[1]);
    json.plain_member("start", eve_time(session.start).text());
}

std::size_t Eve::flow(std::span<char> out, const FlowEvent& event) noexcept {
    const Session& session = *event.place.session;
    JsonWriter json{out};
    header(json, event.place, event_name(event_type::flow));
    app_proto(json, session);

    json.begin_object("flow");
    write_flow_counts(json, session);
    json.plain_member("end", eve_time(session.end).text());
    const Time age = session.end / second - session.start / second;
    json.member("age", age > 0 ? age : 0);
    json.plain_member("state", name_of(session.state));
    if (!event.update) json.plain_member("reason", reason_of(event.end));
    json.member("alerted", session.alerted);
    json.member("tx_cnt", session.transactions);
    json.end_object();

    if (session.key.protocol == ip_protocol::tcp) write_tcp(json, session, event.tcp_state);

    json.begin_object("weir");
    if (event.update)
        json.member("update", session.updates);
    else
        json.plain_member("end", name_of(event.end));
    json.plain_member("opening", name_of(session.opening));
    if (config_.generation != 0) json.member("generation", config_.generation);
    if (session.roles_reversed()) json.member("app_reversed", true);
    if (session.app_status == AppStatus::unknown && session.look != PayloadLook::none) json.plain_member("payload", name_of(session.look));
    if (session.payload_protocol != 0) json.member("payload_protocol", session.payload_protocol);
    constexpr std::array<std::string_view, 2> sides{"src_equipment", "dest_equipment"};
    for (std::size_t i = 0; i < sides.size(); ++i)
        if (session.equipment[i] < names_->equipment.size()) json.member(sides[i], names_->equipment[session.equipment[i]].name);
    json.note_truncation();
    json.end_object();
    return finish(json);
}

}  // namespace weir
