// SPDX-License-Identifier: Apache-2.0
// What a rule asks of addresses, ports, flow and packet headers.
#pragma once

#include <optional>

#include "rules/match/subject.hpp"
#include "rules/rule.hpp"

namespace weir::rules {

/// Source and destination of what is judged: a packet's own, or turned round where the bytes went the other way.
struct Ends {
    IpAddress source, destination;
    std::uint16_t source_port = 0, destination_port = 0;

    [[nodiscard]] static Ends of(const PacketView& packet) noexcept {
        return {packet.source, packet.destination, packet.source_port, packet.destination_port};
    }
    [[nodiscard]] Ends reversed() const noexcept { return {destination, source, destination_port, source_port}; }
};

/// Addresses and ports, in either direction where the rule says `<>`. The protocol is not looked at.
[[nodiscard]] bool matches_ends(const Header& header, const Ends& ends) noexcept;

/// The words of `flow:` that do not name a direction or a stream.
[[nodiscard]] bool matches_flow(const FlowOptions& flow, const PacketView& packet, const SessionView& session) noexcept;

/// `equipment.*`, `contract`, `egress`, `ingress`, `direction`: all of them hold for one end of the session.
[[nodiscard]] bool matches_policy(const Rule& rule, const SessionView& session) noexcept;

enum class AppMatch : std::uint8_t { no, yes, unknown };
/// The rule's application protocol: in its header, or by `app-layer-protocol`. `settled`: identification has come to its end,
/// so that a protocol not known by now is none of those named.
[[nodiscard]] AppMatch matches_app(const Rule& rule, ProtocolId app, bool settled) noexcept;

/// All header keywords (`ttl`, `flags`, `itype`, ...).
[[nodiscard]] bool matches_headers(const Rule& rule, const PacketView& packet, const SessionView& session) noexcept;

/// The bytes of a header buffer; empty where the packet has no such header.
[[nodiscard]] Bytes header_buffer(BufferRef::Source source, const PacketView& packet) noexcept;

}  // namespace weir::rules
