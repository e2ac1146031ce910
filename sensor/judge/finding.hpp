// SPDX-License-Identifier: Apache-2.0
// What a judge (contract, rules, behaviour) holds against a session. The collector makes alerts of findings.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

/// The fixed list of kinds; `kind_names` prints them as in `weir.kind`.
enum class Kind : std::uint8_t {
    unexpected_destination, unexpected_service, unexpected_ingress, protocol_mismatch, reverse_shell, reverse_tunnel, interactive,
    beacon, dns_tunnel, icmp_tunnel, ip_tunnel, proxy, exfil, mgmt_redirect, call_home, exposure, signature, duty_missed, dns_peer_changed, count
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::count)> kind_names{
    "unexpected-destination", "unexpected-service", "unexpected-ingress", "protocol-mismatch", "reverse-shell", "reverse-tunnel", "interactive",
    "beacon", "dns-tunnel", "icmp-tunnel", "ip-tunnel", "proxy", "exfil", "mgmt-redirect", "call-home", "exposure", "signature",
    "duty-missed", "dns-peer-changed"};
[[nodiscard]] constexpr std::string_view name_of(Kind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }
[[nodiscard]] constexpr std::optional<Kind> find_kind(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kind_names.size(); ++i)
        if (kind_names[i] == name) return static_cast<Kind>(i);
    return std::nullopt;
}

enum class Judge : std::uint8_t { contract, rule, behavior };
[[nodiscard]] constexpr std::string_view name_of(Judge judge) noexcept {
    constexpr std::array<std::string_view, 3> names{"contract", "rule", "behavior"};
    return names[static_cast<std::size_t>(judge)];
}

/// Generator id of the contract's findings in `alert.gid`; their `signature_id` is 1 + the kind's number.
inline constexpr std::uint32_t contract_gid = 9000;
inline constexpr std::string_view contract_category = "Egress contract";

/// Suricata's priority: 1 high, 2 medium, 3 low, 4 informational.
using Severity = std::uint8_t;

/// Seen from the equipment: it opened the session, or it accepted it.
enum class Facing : std::uint8_t { egress, ingress };
[[nodiscard]] constexpr std::string_view name_of(Facing facing) noexcept { return facing == Facing::egress ? "egress" : "ingress"; }

/// Row number in the policy's equipment; none for hosts that are not equipment.
using EquipmentId = std::uint32_t;
inline constexpr EquipmentId no_equipment = 0xffff'ffff;

/// Everything that an alert says beyond its session. All views live until the call that reports the finding returns.
struct Finding {
    Kind kind = Kind::signature;
    Judge judge = Judge::rule;
    Severity severity = 3;
    double confidence = 1.0;          ///< 0..1
    std::uint32_t gid = 1, sid = 0, rev = 0;
    std::string_view signature;       ///< one line, what an analyst reads first
    std::string_view category;        ///< the classification's text
    std::string_view why;             ///< a sentence; empty: the collector says that the rule matched
    std::string_view allow;           ///< the policy line that would permit it; empty for rules
    std::span<const std::string_view> attack;  ///< ATT&CK technique ids
    std::string_view metadata_json;   ///< rendered `metadata` object of the rule, or empty
    EquipmentId equipment = no_equipment;
    Facing facing = Facing::egress;
    std::uint64_t same = 0;           ///< it stands only if another device has the same number; 0: by itself
    bool blocked = false;             ///< the verdict is drop: `alert.action` says blocked
};

}  // namespace weir
