// SPDX-License-Identifier: Apache-2.0
// Services: a name for transport, ports and the application protocol that must be spoken there. The built-in table, and
// what a policy's `service:` is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/protocol_set.hpp"

namespace weir {

/// Both ends included. For ICMP the "port" is the message type.
struct PortRange {
    std::uint16_t first = 0, last = 0xffff;
    friend constexpr auto operator<=>(const PortRange&, const PortRange&) noexcept = default;
    [[nodiscard]] constexpr bool contains(std::uint16_t port) const noexcept { return first <= port && port <= last; }
    [[nodiscard]] std::string text() const;
};

/// Application protocols, one bit per row of `protocols()`; 0: any.

inline constexpr std::uint16_t any_ip_protocol = 256;

/// One way in which a service may be reached.
struct ServiceItem {
    std::uint16_t protocol = any_ip_protocol;  ///< IP protocol number, or `any_ip_protocol`
    std::vector<PortRange> ports;              ///< of the end that accepts; ICMP: types; empty: any
    std::vector<PortRange> peer_ports;         ///< of the end that opens; empty: any
    ProtocolSet apps;                          ///< what must be spoken there; empty: anything
    std::string app_text;                      ///< as written, for people; empty: any

    [[nodiscard]] bool accepts_ports(std::uint16_t server_port, std::uint16_t client_port) const noexcept;
    /// `tcp/830`, `udp/6000-6007`, `ospf`, `icmp echo`.
    [[nodiscard]] std::string text() const;
    friend bool operator==(const ServiceItem&, const ServiceItem&) = default;
};

/// A row of the built-in table. `ports` and `app` are written as in a policy; "tcp udp" stands for both.
struct BuiltinService {
    std::string_view name, proto, ports, app, doc;
};
[[nodiscard]] std::span<const BuiltinService> builtin_services() noexcept;
/// What a row of the table means.
[[nodiscard]] std::vector<ServiceItem> items_of(const BuiltinService& row);

/// IP protocol numbers for `tcp`, `ospf`, `icmp` (which is ICMP and ICMPv6), `any`, `89`; empty when unknown.
[[nodiscard]] std::vector<std::uint16_t> ip_protocols_of(std::string_view name);
/// `tcp`, `ospf`, `protocol 200`.
[[nodiscard]] std::string ip_protocol_name(std::uint16_t protocol);
[[nodiscard]] std::span<const std::string_view> ip_protocol_names() noexcept;

/// An ICMP message type by name or number, for ICMP (1) or ICMPv6 (58); a name may exist in one of them only.
[[nodiscard]] std::optional<std::uint16_t> icmp_type_of(std::string_view name, std::uint16_t protocol) noexcept;
/// The name of a type, or its number.
[[nodiscard]] std::string icmp_type_name(std::uint16_t type, std::uint16_t protocol);

/// `22`, `6000-6007`; nothing when it is neither.
[[nodiscard]] std::optional<PortRange> port_range_of(std::string_view text) noexcept;

/// What `app: name` demands. Known to this build: its bit. A protocol that weir knows by name without reading it yet: 0,
/// which accepts anything. Otherwise nothing.
[[nodiscard]] std::optional<ProtocolSet> app_of(std::string_view name) noexcept;
/// Every name that `app_of` knows, those with a parser first.
[[nodiscard]] std::vector<std::string_view> app_names();

}  // namespace weir
