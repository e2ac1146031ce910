// SPDX-License-Identifier: Apache-2.0
// What a worker looks at right now: a session, and the packet that concerns it, where there is one.
#pragma once

#include "rules/match/subject.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/flow/session.hpp"

namespace weir {

struct Moment {
    Session* session = nullptr;
    const Packet* packet = nullptr;               ///< null: a timer, or the end of the run
    const Layers* layers = nullptr;               ///< null with it
    Direction direction = Direction::to_server;   ///< of the packet, as the transport shows it
    Time time = 0;                                ///< as captured, for what is written
    Time clock = 0;                               ///< for timers and limits
    std::array<std::uint64_t, 2> stream_bytes{};  ///< by Direction

    /// As rules see the packet; addresses alone where there is none.
    [[nodiscard]] rules::PacketView packet_view() const noexcept {
        rules::PacketView view;
        view.direction = direction;
        if (layers == nullptr) {
            view.source = session->client();
            view.destination = session->server();
            view.source_port = session->client_port();
            view.destination_port = session->server_port();
            view.ip_protocol = session->key.protocol;
            view.ip_version = session->key.ip_version;
            return view;
        }
        view.source = layers->source;
        view.destination = layers->destination;
        view.source_port = layers->source_port;
        view.destination_port = layers->destination_port;
        view.ip_protocol = layers->protocol;
        view.ip_version = layers->ip_version;
        view.ttl = layers->ttl;
        view.tos = layers->tos;
        view.ip_id = layers->ip_id;
        view.dont_fragment = layers->dont_fragment;
        view.more_fragments = layers->more_fragments;
        view.reserved_bit = layers->reserved_bit;
        view.reassembled = layers->fragment;
        if (layers->protocol == ip_protocol::tcp) {
            view.tcp_flags = layers->tcp.flags;
            view.tcp_sequence = layers->tcp.sequence;
            view.tcp_acknowledgement = layers->tcp.acknowledgement;
            view.tcp_window = layers->tcp.window;
        }
        view.icmp_type = layers->icmp_type;
        view.icmp_code = layers->icmp_code;
        view.ip_header = layers->ip_header;
        view.transport = layers->transport;
        view.payload = layers->payload;
        return view;
    }

    /// As rules see the session.
    [[nodiscard]] rules::SessionView session_view() const noexcept {
        rules::SessionView view;
        view.client = session->client();
        view.server = session->server();
        view.client_port = session->client_port();
        view.server_port = session->server_port();
        view.ip_protocol = session->key.protocol;
        view.app = session->app_status == AppStatus::known ? session->app : no_protocol;
        view.established = session->state != SessionState::new_;
        view.app_reversed = session->app_reversed;
        view.stream_bytes = stream_bytes;
        view.seconds = static_cast<std::uint64_t>(clock / second);
        return view;
    }
};

}  // namespace weir
