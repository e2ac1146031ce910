// SPDX-License-Identifier: Apache-2.0
// Policies and sessions for the tests of the contract.
#pragma once

#include <string>

#include "sensor/contract/evaluate.hpp"
#include "tests/support/catch.hpp"

namespace weir::test {

inline std::shared_ptr<const Policy> policy_of(std::string_view text) {
    auto loaded = load_policy("policy.yaml", text);
    if (!loaded)
        for (const FileError& error : loaded.error()) UNSCOPED_INFO(error.text());
    REQUIRE(loaded.has_value());
    return *loaded;
}

/// The first error of a policy that must not load, or "none".
inline std::string error_of(std::string_view text) {
    const auto loaded = load_policy("p", text);
    return loaded ? "none" : loaded.error()[0].text();
}

inline IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

inline constexpr Time noon = 1'785'326'400 * second;  // 2026-07-29 12:00 UTC, a Wednesday

/// A session whose application protocol is not known yet.
inline SessionFacts session(const Policy& policy, std::string_view client, std::string_view server, std::uint8_t protocol,
                            std::uint16_t port, std::uint16_t client_port = 40000) {
    SessionFacts facts;
    facts.client = ip(client);
    facts.server = ip(server);
    facts.client_port = client_port;
    facts.server_port = port;
    facts.protocol = protocol;
    facts.client_equipment = policy.find(facts.client);
    facts.server_equipment = policy.find(facts.server);
    facts.start = facts.clock = noon;
    return facts;
}
inline SessionFacts tcp(const Policy& policy, std::string_view client, std::string_view server, std::uint16_t port) {
    return session(policy, client, server, 6, port);
}
inline SessionFacts udp(const Policy& policy, std::string_view client, std::string_view server, std::uint16_t port) {
    return session(policy, client, server, 17, port);
}
inline SessionFacts speaking(SessionFacts facts, std::string_view app, bool reversed = false) {
    facts.app = find_protocol(app);
    facts.app_status = facts.app == no_protocol ? AppStatus::unknown : AppStatus::known;
    facts.app_reversed = reversed;
    facts.payload_both_ways = true;
    return facts;
}
inline Judgement egress(const Policy& policy, const SessionFacts& facts, const NameTable* names = nullptr) {
    return judge(policy, Facing::egress, facts.client_equipment, facts, names);
}
inline Judgement ingress(const Policy& policy, const SessionFacts& facts, const NameTable* names = nullptr) {
    return judge(policy, Facing::ingress, facts.server_equipment, facts, names);
}

/// The policy of the design page.
inline constexpr std::string_view example = R"(
networks:
  nms:        [10.30.0.10, 2001:db8:30::10]
  logs:       [10.30.0.11]
  jump-hosts: [10.30.0.20]
  vendor-updates: [{dns: updates.vendor.example}]
services:
  vendor-mml: {proto: tcp, ports: [6000-6007], app: any}
contracts:
  radio-node:
    egress:
      - {to: nms, service: snmp-trap}
      - {to: logs, service: syslog}
      - {to: nms, service: ntp}
      - {to: vendor-updates, service: https, limit: {bytes-per-hour: 50MB}}
    ingress:
      - {from: jump-hosts, service: ssh}
      - {from: nms, service: [netconf, vendor-mml]}
equipment:
  - {name: gnb-0117, vendor: huawei, role: gnb, site: north-3, address: [10.20.1.11], contract: radio-node}
  - {name: ran, vendor: huawei, role: gnb, network: 10.20.0.0/16, contract: radio-node}
ignore:
  - {equipment: gnb-0117, to: 203.0.113.7, service: https, until: 2027-01-31, reason: "vendor trial, ticket 4711"}
)";

}  // namespace weir::test
