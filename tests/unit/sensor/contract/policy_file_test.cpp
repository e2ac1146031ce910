// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("policy: the design's example loads") {
    const auto policy = policy_of(example);
    REQUIRE(policy->equipment().size() == 2);
    CHECK(policy->equipment(0).site == "north-3");
    CHECK(policy->contract_name(policy->equipment(1).contract) == "radio-node");
    REQUIRE(policy->line_count() == 6);
    CHECK(policy->line(0).peer_text == "nms");
    CHECK(policy->line(5).service_text == "[netconf, vendor-mml]");
    CHECK(policy->line(0).file_line == 12);
    CHECK(policy->conditions(policy->line(3)).limit.bytes_per_hour == 50'000'000);
    REQUIRE(policy->ignores().size() == 1);
    CHECK(policy->ignores()[0].reason == "vendor trial, ticket 4711");
    CHECK(policy->find(ip("10.20.1.11")) == 0);
    CHECK(policy->find(ip("10.20.1.12")) == 1);
    CHECK(policy->find(ip("10.30.0.10")) == no_equipment);
    CHECK(policy->find_equipment("ran") == 1);
    CHECK(policy->find_equipment("nobody") == no_equipment);
}

TEST_CASE("policy: what people call an address") {
    const auto policy = policy_of(R"(
networks:
  all: 10.0.0.0/8
  site: [10.1.0.0/16, lan]
  lan: 2001:db8:1::/48
  rack: 2001:db8:1::/64
  both: [site, 2001:db8::/32, 10.2.0.9]
  nms: 10.1.2.3
equipment: [{name: e, address: 10.1.2.4}]
)");
    CHECK(policy->name_of(ip("10.1.2.3")) == "nms");
    CHECK(policy->name_of(ip("10.1.2.4")) == "e");
    CHECK(policy->name_of(ip("10.2.0.9")) == "all");  // the narrowest network as a whole
    CHECK(policy->name_of(ip("2001:db8:1::1")) == "rack");
    CHECK(policy->name_of(ip("2001:db8:2::1")) == "both");
    CHECK(policy->name_of(ip("192.0.2.1")).empty());
}

TEST_CASE("policy: every mistake has its line and says what was expected") {
    struct Case {
        const char* text;
        const char* expected;
    };
    const std::vector<Case> cases{
        {"", "p: an empty policy; expected `networks`, `contracts` and `equipment`"},
        {"hello", "p:1: expected a policy (`key: value` pairs)"},
        {"equipmnt: []", "p:1: unknown key `equipmnt` in a policy, did you mean `equipment`?"},
        // networks
        {"networks: [a]", "p:1: expected `name: addresses` pairs under `networks`"},
        {"networks:\n  a: 10.0.0.300",
         "p:2: `10.0.0.300` is no address; expected an address, a prefix such as 10.20.0.0/16, or a range such as 10.20.0.5-10.20.0.9"},
        {"networks:\n  a: 10.0.0.1/8",
         "p:2: `10.0.0.1/8` has address bits set behind the prefix length, or a length that is too large; expected"},
        {"networks:\n  a: 10.0.0.9-10.0.0.1", "p:2: `10.0.0.9-10.0.0.1` ends before it begins"},
        {"networks:\n  a: [nsm]\n  nms: 10.0.0.1", "p:2: unknown network `nsm`, did you mean `nms`?; expected a network's name"},
        {"networks:\n  a: [b]\n  b: [a]", "p:3: network `a` contains itself"},
        {"networks:\n  a: []", "p:2: network `a` is empty"},
        {"networks:\n  any: 10.0.0.1", "p:2: `any` cannot be the name of a network"},
        {"networks:\n  a: 10.0.0.1\n  a: 10.0.0.2", "p:3: key `a` stands twice (first on line 2)"},
        {"networks:\n  a: [{dns: 'not a name'}]", "p:2: `not a name` is no DNS name"},
        {"networks:\n  a: [{dsn: x.example}]", "p:2: a network member needs `dns`"},
        // services
        {"services:\n  ssh: {proto: tcp, ports: [22]}", "p:2: service `ssh` is built in"},
        {"services:\n  a: {proto: tpc, ports: [22]}", "p:2: `tpc` is no IP protocol, did you mean `tcp`?; expected tcp, udp"},
        {"services:\n  a: {proto: tcp, ports: [70000]}", "p:2: `70000` is no port; expected a number up to 65535"},
        {"services:\n  a: {proto: tcp, ports: [9-1]}", "p:2: `9-1` is no port"},
        {"services:\n  a: {proto: ospf, ports: [1]}", "p:2: only tcp, udp and sctp have ports"},
        {"services:\n  a: {proto: tcp, type: echo}", "p:2: only icmp and icmpv6 have a `type`"},
        {"services:\n  a: {proto: icmp, type: ecko}", "p:2: `ecko` is no ICMP type"},
        {"services:\n  a: {ports: [1]}", "p:2: a service needs `proto`"},
        {"services:\n  a: {proto: tcp, port: 1, ports: [1]}", "p:2: `port` and `ports`"},
        {"services:\n  a: {proto: tcp, app: nfp}",
         "p:2: unknown application protocol `nfp`, did you mean `ntp`?; expected `any` or one of: "},
        {"services:\n  a: {proto: sctp, app: ntp}", "p:2: application protocols are read inside tcp and udp only"},
        {"services:\n  a: b\n  b: a", "p:3: service `a` contains itself"},
        {"services:\n  a: sssh", "p:2: unknown service `sssh`, did you mean `ssh`?"},
        // contracts
        {"contracts: []", "p:1: expected `name: contract` pairs under `contracts`"},
        {"contracts:\n  c:\n    egres: []", "p:3: unknown key `egres` in a contract, did you mean `egress`?"},
        {"contracts:\n  c:\n    egress: {}", "p:3: expected a list of lines under `egress`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any}", "p:4: a contract line needs `service`"},
        {"contracts:\n  c:\n    egress:\n      - {from: any, service: ssh}", "p:4: a line needs `to` under `egress`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, limits: {}}",
         "p:4: unknown key `limits` in a contract line, did you mean `limit`?"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, limit: {}}", "p:4: expected `bytes-per-hour`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, limit: {duration: 5}}", "p:4: expected a duration such as"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, until: 2027-02-30}", "p:4: `2027-02-30` is no date"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, when: whenever}", "p:4: `whenever` is no weekly time"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, when: 'Mon 08:00-09:00 Mars/Olympus'}",
         "p:4: time zone `Mars/Olympus` is not known on this system"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, role: server}", "p:4: expected `role: peer-is-client`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, interactive: maybe}", "p:4: expected `interactive: never`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, app: ssh}", "p:4: expected what may be used of a protocol"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, app: {xyzzy: [get]}}",
         "p:4: unknown application protocol `xyzzy`"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: snmp, app: {snmp: []}}", "p:4: expected a list of operations"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: snmp, app: {snmp: [get, gett]}}",
         "p:4: unknown operation `gett`, did you mean `get`?; expected one of: get, next, bulk, set, trap, inform"},
        {"contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, app: {ssh: [login]}}",
         "p:4: weir does not tell the operations of `ssh` apart; expected one of: "},
        {"contracts:\n  c:\n    deny:\n      - {to: any, service: telnet}", "p:4: a deny line needs `reason`"},
        {"contracts:\n  c:\n    deny:\n      - {to: any, from: any, service: telnet, reason: x}",
         "p:4: expected only one of `to`, `from` and `with`"},
        // equipment
        {"equipment: {}", "p:1: expected a list of equipment entries"},
        {"equipment:\n  - {address: 10.0.0.1}", "p:2: an equipment entry needs `name`"},
        {"equipment:\n  - {name: a}", "p:2: an equipment entry needs `address`, `network` or `mac`"},
        {"equipment:\n  - {name: a, address: 10.0.0.0/24}",
         "p:2: `10.0.0.0/24` is more than one address; expected `network: 10.0.0.0/24` for a whole range"},
        {"equipment:\n  - {name: a, address: 10.0.0.1, contract: x}",
         "p:2: unknown contract `x`; expected the name of one under `contracts`"},
        {"equipment:\n  - {name: a, address: 10.0.0.1}\n  - {name: a, address: 10.0.0.2}",
         "p:3: equipment `a` stands twice (first on line 2)"},
        {"equipment:\n  - {name: a, address: 10.0.0.1}\n  - {name: b, address: 10.0.0.1}",
         "p:3: 10.0.0.1 belongs to another equipment entry already (line 2)"},
        {"equipment:\n  - {name: a, network: 10.0.0.0/24}\n  - {name: b, network: 10.0.0.0/24}",
         "p:3: 10.0.0.0/24 belongs to another equipment entry already (line 2)"},
        {"equipment:\n  - {name: a, network: 10.0.0.0/24}\n  - {name: b, network: 10.0.0.128-10.0.1.7}",
         "p:3: 10.0.0.128-10.0.1.7 and 10.0.0.0/24 overlap, and neither lies inside the other (line 2)"},
        {"equipment:\n  - {name: a, mac: 00:11:22:33:44}", "p:2: `00:11:22:33:44` is no MAC address"},
        {"equipment:\n  - {name: a, mac: '00:11:22:33:44:55'}\n  - {name: b, mac: '00:11:22:33:44:55'}",
         "p:3: this MAC address belongs to another equipment entry already (line 2)"},
        // ignore
        {"ignore:\n  - {to: any, service: ssh, reason: x}", "p:2: an ignore entry needs `until`"},
        {"ignore:\n  - {to: any, service: ssh, until: 2027-01-01}", "p:2: an ignore entry needs `reason`"},
        {"ignore:\n  - {until: 2027-01-01, reason: x}", "p:2: an ignore entry needs `equipment`, a peer"},
        {"ignore:\n  - {equipment: x, until: 2027-01-01, reason: x}", "p:2: unknown equipment `x`"},
    };
    for (const Case& row : cases) {
        const std::string error = error_of(row.text);
        INFO(row.text);
        INFO(error);
        CHECK(error.starts_with(row.expected));
    }
}

TEST_CASE("policy: all mistakes of a file are told at once") {
    const auto loaded = load_policy("p", "networks:\n  a: nope/8\n  b: 10.0.0.0/33\nequipment:\n  - {nam: x}\n");
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().size() >= 4);
    for (const FileError& error : loaded.error()) CHECK(error.line > 0);
}

TEST_CASE("policy: what has ended is a warning, not an error") {
    const auto policy = policy_of(
        "contracts:\n  c:\n    egress:\n      - {to: any, service: ssh, until: 2026-01-31}\n      - {to: any, service: ntp, until: "
        "2027-01-31}\n"
        "ignore:\n  - {to: any, until: 2025-12-31, reason: trial}\n");
    const auto warnings = policy->expired(noon);
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0].text() == "policy.yaml:4: this line of contract `c` ended on 2026-01-31");
    CHECK(warnings[1].text() == "policy.yaml:7: this `ignore` entry has ended: \"trial\"");
    CHECK(policy->expired(0).empty());
}

TEST_CASE("policy: every example of docs/policy.md loads") {
    std::ifstream file{WEIR_SOURCE_DIR "/docs/policy.md"};
    REQUIRE(file);
    std::string line, block;
    bool inside = false;
    std::size_t blocks = 0;
    while (std::getline(file, line)) {
        if (line == "```yaml") {
            inside = true;
            block.clear();
        } else if (inside && line == "```") {
            inside = false;
            ++blocks;
            INFO(block);
            (void)policy_of(block);
        } else if (inside) {
            block += line + '\n';
        }
    }
    CHECK(blocks >= 7);
}

TEST_CASE("policy: every key that docs/policy.md explains stands in an example") {
    std::ifstream file{WEIR_SOURCE_DIR "/docs/policy.md"};
    REQUIRE(file);
    std::string line, examples;
    std::vector<std::string> keys;
    bool example = false, table_of_keys = false;
    while (std::getline(file, line)) {
        if (line.starts_with("```")) {
            example = !example;
        } else if (example) {
            examples += line + '\n';
        } else if (!line.starts_with("| ")) {
            table_of_keys = table_of_keys && line.starts_with("|-");
        } else if (!table_of_keys) {
            table_of_keys = line.starts_with("| key");
        } else {  // | `port`, `ports` | ...
            const std::string cell = line.substr(0, line.find(" |", 2));
            for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
                const std::size_t end = cell.find('`', at + 1);
                keys.push_back(cell.substr(at + 1, end - at - 1));
                at = end;
            }
        }
    }
    CHECK(keys.size() > 30);
    for (const std::string& key : keys) {
        CAPTURE(key);
        CHECK(examples.find(key + ':') != std::string::npos);
    }
}
