// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/explain.hpp"
#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr const char* gnb = "10.20.1.11";
constexpr const char* nms = "10.30.0.10";
constexpr const char* foreign = "203.0.113.50";
}  // namespace

TEST_CASE("judge: what a contract allows, and the kinds of what it does not") {
    const auto policy = policy_of(example);
    const auto& p = *policy;
    CHECK(egress(p, udp(p, gnb, nms, 162)).allowed);
    CHECK(egress(p, udp(p, gnb, "2001:db8:30::10", 162)).allowed);
    CHECK(egress(p, udp(p, gnb, nms, 162)).line == 0);
    CHECK(ingress(p, tcp(p, "10.30.0.20", gnb, 22)).allowed);
    CHECK(ingress(p, tcp(p, nms, gnb, 830)).allowed);
    CHECK(ingress(p, tcp(p, nms, gnb, 6003)).allowed);
    CHECK_FALSE(ingress(p, tcp(p, nms, gnb, 6008)).allowed);

    const Judgement stranger = egress(p, tcp(p, gnb, foreign, 443));
    CHECK_FALSE(stranger.allowed);
    CHECK(stranger.kind == Kind::unexpected_destination);
    CHECK(stranger.difference == Difference::peer);
    const Judgement service = egress(p, tcp(p, gnb, nms, 22));
    CHECK(service.kind == Kind::unexpected_service);
    CHECK(service.difference == Difference::service);
    const Judgement entry = ingress(p, tcp(p, foreign, gnb, 22));
    CHECK(entry.kind == Kind::unexpected_ingress);
    CHECK(entry.facing == Facing::ingress);
    CHECK(ingress(p, tcp(p, "10.30.0.20", gnb, 23)).kind == Kind::unexpected_ingress);
}

TEST_CASE("judge: another protocol on an allowed port") {
    const auto policy = policy_of(example);
    const auto& p = *policy;
    auto facts = udp(p, gnb, nms, 123);
    CHECK(egress(p, facts).allowed);  // nothing said yet
    facts.app_status = AppStatus::probing;
    CHECK(egress(p, facts).allowed);
    CHECK(egress(p, speaking(facts, "ntp")).allowed);
    // Identification has given up: a mismatch once both ends have spoken.
    facts.app_status = AppStatus::unknown;
    CHECK(egress(p, facts).allowed);
    facts.payload_both_ways = true;
    const Judgement mismatch = egress(p, facts);
    CHECK_FALSE(mismatch.allowed);
    CHECK(mismatch.kind == Kind::protocol_mismatch);
    CHECK(mismatch.difference == Difference::app);
    CHECK(mismatch.severity == 1);
    CHECK(p.line(mismatch.line).service_text == "ntp");
    // A service without a demand takes anything.
    auto mml = tcp(p, nms, gnb, 6000);
    mml.app_status = AppStatus::unknown;
    mml.payload_both_ways = true;
    CHECK(ingress(p, mml).allowed);
}

TEST_CASE("judge: who is the protocol's client") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress:
      - {to: 10.0.0.1, service: {proto: udp, port: 123, app: ntp}}
      - {to: 10.0.0.2, service: {proto: udp, port: 123, app: ntp}, role: peer-is-client}
      - {to: 10.0.0.3, service: any}
    ingress:
      - {from: 10.0.0.1, service: ntp}
      - {from: 10.0.0.2, service: ntp, role: peer-is-server}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)");
    const auto& p = *policy;
    const auto role = [&](const char* peer, bool reversed) { return egress(p, speaking(udp(p, "10.1.0.1", peer, 123), "ntp", reversed)); };
    CHECK(role("10.0.0.1", false).allowed);
    CHECK(role("10.0.0.1", true).kind == Kind::call_home);
    CHECK(role("10.0.0.2", true).allowed);
    CHECK(role("10.0.0.2", false).difference == Difference::role);
    CHECK(role("10.0.0.3", false).allowed);
    CHECK(role("10.0.0.3", true).kind == Kind::call_home);
    CHECK(egress(p, udp(p, "10.1.0.1", "10.0.0.2", 123)).allowed);  // not known yet
    const auto accepted = [&](const char* peer, bool reversed) {
        return ingress(p, speaking(udp(p, peer, "10.1.0.1", 123), "ntp", reversed));
    };
    CHECK(accepted("10.0.0.1", false).allowed);
    CHECK(accepted("10.0.0.1", true).kind == Kind::call_home);
    CHECK(accepted("10.0.0.2", true).allowed);
}

TEST_CASE("judge: equipment without a contract may do nothing, between equipment both ends are judged") {
    const auto policy = policy_of(R"(
contracts:
  a: {egress: [{to: 10.1.0.2, service: ssh}]}
  b: {both: [{with: 10.1.0.3, service: ike}]}
equipment:
  - {name: one, address: 10.1.0.1, contract: a}
  - {name: two, address: 10.1.0.2}
  - {name: three, address: 10.1.0.3, contract: b}
)");
    const auto& p = *policy;
    const auto facts = tcp(p, "10.1.0.1", "10.1.0.2", 22);
    CHECK(egress(p, facts).allowed);
    CHECK(ingress(p, facts).difference == Difference::contract);
    CHECK(ingress(p, facts).kind == Kind::unexpected_ingress);
    CHECK(egress(p, tcp(p, "10.1.0.2", "10.9.9.9", 22)).kind == Kind::unexpected_destination);
    // `both`
    CHECK(egress(p, udp(p, "10.1.0.3", "10.1.0.3", 500)).allowed);
    CHECK(ingress(p, udp(p, "10.1.0.3", "10.1.0.3", 500)).allowed);
}

TEST_CASE("judge: dates and hours run on packet time") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress:
      - {to: 10.0.0.1, service: ssh, until: 2026-07-29}
      - {to: 10.0.0.2, service: ssh, when: "Mon-Fri 08:00-18:00 Europe/Prague"}
      - {to: 10.0.0.2, service: ntp}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)");
    const auto& p = *policy;
    auto facts = tcp(p, "10.1.0.1", "10.0.0.1", 22);
    CHECK(egress(p, facts).allowed);
    facts.clock += 12 * 3600 * second;
    CHECK(egress(p, facts).difference == Difference::expired);
    CHECK(egress(p, facts).kind == Kind::unexpected_destination);  // nothing is allowed to that peer any more
    facts.server_port = 23;
    CHECK(egress(p, facts).kind == Kind::unexpected_destination);
    auto hours = tcp(p, "10.1.0.1", "10.0.0.2", 22);
    CHECK(egress(p, hours).allowed);
    hours.clock += 6 * 3600 * second;
    CHECK(egress(p, hours).difference == Difference::time);
    CHECK(egress(p, hours).kind == Kind::unexpected_service);
}

TEST_CASE("judge: a deny line stands above every allow") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress: [{to: any, service: any}]
    ingress: [{from: any, service: any}]
    deny:
      - {to: 10.0.0.0/8, service: {proto: tcp, port: 23}, reason: "no clear text", severity: high}
      - {with: any, service: {proto: udp, app: ntp}, reason: "time comes by PTP"}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)");
    const auto& p = *policy;
    const Judgement telnet = egress(p, tcp(p, "10.1.0.1", "10.0.0.1", 23));
    CHECK(telnet.difference == Difference::denied);
    CHECK(telnet.severity == 1);
    CHECK(telnet.kind == Kind::unexpected_service);
    CHECK(egress(p, tcp(p, "10.1.0.1", "192.0.2.1", 23)).allowed);
    CHECK(ingress(p, tcp(p, "10.0.0.1", "10.1.0.1", 23)).allowed);
    // A denied application protocol is denied once it is known, on any port.
    CHECK(egress(p, udp(p, "10.1.0.1", "192.0.2.1", 123)).allowed);
    CHECK(egress(p, speaking(udp(p, "10.1.0.1", "192.0.2.1", 5000), "ntp")).difference == Difference::denied);
    CHECK(ingress(p, speaking(udp(p, "192.0.2.1", "10.1.0.1", 5000), "ntp")).severity == 2);
}

TEST_CASE("judge: operations of a protocol") {
    const auto policy = policy_of(R"(
contracts:
  c: {ingress: [{from: any, service: snmp, app: {snmp: [get]}}]}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)");
    const auto& p = *policy;
    auto facts = speaking(udp(p, "10.0.0.1", "10.1.0.1", 161), "snmp");
    CHECK(ingress(p, facts).allowed);
    facts.operation = "get";
    CHECK(ingress(p, facts).allowed);
    facts.operation = "set";
    CHECK(ingress(p, facts).difference == Difference::operation);
    CHECK(ingress(p, facts).kind == Kind::unexpected_ingress);
}

TEST_CASE("judge: services by protocol, type, and the opening end's port") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress:
      - {to: 10.0.0.1, service: [ospf, ping, {proto: 200}]}
      - {to: 10.0.0.2, service: {proto: [tcp, udp], ports: [1000-2000, 3000], peer-ports: [20]}}
      - {to: 2001:db8::1, service: ping}
      - {to: 10.0.0.4, service: {proto: icmp, type: [unreachable, 13]}}
equipment: [{name: e, address: [10.1.0.1, "2001:db8::2"], contract: c}]
)");
    const auto& p = *policy;
    const auto icmp = [&](const char* from, const char* to, std::uint8_t protocol, std::uint8_t type) {
        auto facts = session(p, from, to, protocol, 0);
        facts.icmp_type = type;
        return egress(p, facts).allowed;
    };
    CHECK(egress(p, session(p, "10.1.0.1", "10.0.0.1", 89, 0, 0)).allowed);
    CHECK(egress(p, session(p, "10.1.0.1", "10.0.0.1", 200, 0, 0)).allowed);
    CHECK_FALSE(egress(p, session(p, "10.1.0.1", "10.0.0.1", 47, 0, 0)).allowed);
    CHECK(icmp("10.1.0.1", "10.0.0.1", 1, 8));
    CHECK_FALSE(icmp("10.1.0.1", "10.0.0.1", 1, 13));
    CHECK(icmp("2001:db8::2", "2001:db8::1", 58, 128));
    CHECK_FALSE(icmp("2001:db8::2", "2001:db8::1", 58, 8));
    CHECK(icmp("10.1.0.1", "10.0.0.4", 1, 3));
    CHECK(icmp("10.1.0.1", "10.0.0.4", 1, 13));
    for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
        CHECK(egress(p, session(p, "10.1.0.1", "10.0.0.2", protocol, 1500, 20)).allowed);
        CHECK(egress(p, session(p, "10.1.0.1", "10.0.0.2", protocol, 3000, 20)).allowed);
        CHECK_FALSE(egress(p, session(p, "10.1.0.1", "10.0.0.2", protocol, 1500, 21)).allowed);
        CHECK_FALSE(egress(p, session(p, "10.1.0.1", "10.0.0.2", protocol, 2001, 20)).allowed);
    }
}

TEST_CASE("judge: an IPv6 prefix holds no IPv4 address") {
    const auto policy = policy_of(
        "contracts: {c: {egress: [{to: '::/0', service: any}]}}\nequipment: [{name: e, address: 10.1.0.1, contract: c}, {name: f, network: "
        "'::/0', contract: c}]\n");
    const auto& p = *policy;
    CHECK_FALSE(egress(p, tcp(p, "10.1.0.1", "192.0.2.1", 22)).allowed);
    auto facts = tcp(p, "10.1.0.1", "2001:db8::1", 22);
    CHECK(egress(p, facts).allowed);
    CHECK(p.find(ip("2001:db8::1")) == 1);
    CHECK(p.find(ip("192.0.2.1")) == no_equipment);
    CHECK(p.find(ip("0.0.0.0")) == no_equipment);
    CHECK(p.find(ip("255.255.255.255")) == no_equipment);
}

TEST_CASE("judge: a session with an unseen start is allowed when it fits the other way round") {
    const auto policy = policy_of(example);
    const auto& p = *policy;
    auto facts = session(p, gnb, "10.30.0.20", 6, 50000, 22);
    CHECK_FALSE(egress(p, facts).allowed);
    facts.direction_guessed = true;
    const Judgement turned = egress(p, facts);
    CHECK(turned.allowed);
    CHECK(turned.facing == Facing::egress);
    CHECK(p.line(turned.line).faces_ingress);
    facts.server = ip(foreign);
    CHECK_FALSE(egress(p, facts).allowed);
    CHECK(egress(p, facts).facing == Facing::egress);
}

TEST_CASE("judge: an unlimited line is preferred, then the order of the file") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress:
      - {to: any, service: ssh, limit: {sessions-per-hour: 1}}
      - {to: 10.0.0.0/8, service: ssh}
      - {to: any, service: any}
equipment: [{name: e, address: 10.1.0.1, contract: c}]
)");
    const auto& p = *policy;
    CHECK(egress(p, tcp(p, "10.1.0.1", "10.0.0.1", 22)).line == 1);
    CHECK(egress(p, tcp(p, "10.1.0.1", "192.0.2.1", 22)).line == 2);
}

TEST_CASE("judge: what belongs to an allowed session is allowed") {
    const auto policy = policy_of(example);
    auto facts = tcp(*policy, gnb, foreign, 50021);
    facts.expected = true;
    CHECK(egress(*policy, facts).allowed);
    CHECK(egress(*policy, facts).line == no_line);
}

TEST_CASE("ignore: equipment, peer, service, side and date") {
    const auto policy = policy_of(R"(
equipment: [{name: one, address: 10.1.0.1}, {name: two, address: 10.1.0.2}]
ignore:
  - {equipment: one, to: 203.0.113.7, service: https, until: 2026-07-29, reason: trial}
  - {from: 192.0.2.0/24, until: 2027-01-01, reason: scanner}
  - {equipment: [one, two], service: {proto: udp, port: 123, app: ntp}, until: 2027-01-01, reason: time}
)");
    const auto& p = *policy;
    auto trial = tcp(p, "10.1.0.1", "203.0.113.7", 443);
    CHECK(find_ignore(p, Facing::egress, 0, trial) == 0u);
    CHECK_FALSE(find_ignore(p, Facing::ingress, 0, trial));
    CHECK_FALSE(find_ignore(p, Facing::egress, 1, trial));
    CHECK_FALSE(find_ignore(p, Facing::egress, 0, tcp(p, "10.1.0.1", "203.0.113.8", 443)));
    CHECK_FALSE(find_ignore(p, Facing::egress, 0, tcp(p, "10.1.0.1", "203.0.113.7", 444)));
    trial.clock += 12 * 3600 * second;
    CHECK_FALSE(find_ignore(p, Facing::egress, 0, trial));
    CHECK(find_ignore(p, Facing::ingress, 1, tcp(p, "192.0.2.9", "10.1.0.2", 22)) == 1u);
    CHECK(find_ignore(p, Facing::egress, 1, speaking(udp(p, "10.1.0.2", "198.51.100.1", 123), "ntp")) == 2u);
    CHECK(find_ignore(p, Facing::ingress, 1, udp(p, "198.51.100.1", "10.1.0.2", 123)) == 2u);
    CHECK_FALSE(find_ignore(p, Facing::egress, 1, speaking(udp(p, "10.1.0.2", "198.51.100.1", 123), "other")));
}

TEST_CASE("facts: from a session") {
    Session session;
    session.key.low = ip("10.0.0.1");
    session.key.high = ip("10.0.0.2");
    session.key.low_port = 22;
    session.key.high_port = 40000;
    session.key.protocol = 6;
    session.client_is_low = false;
    session.equipment = {7, no_equipment};
    session.payload_packets = {1, 0};
    session.opening = Opening::guessed;
    const SessionFacts facts = SessionFacts::of(session, noon);
    CHECK(facts.client == ip("10.0.0.2"));
    CHECK(facts.server_port == 22);
    CHECK(facts.equipment(Facing::egress) == 7);
    CHECK(facts.peer(Facing::egress) == ip("10.0.0.1"));
    CHECK(facts.direction_guessed);
    CHECK_FALSE(facts.payload_both_ways);
}

TEST_CASE("evaluate: peers may be equipment by what it is") {
    const auto policy = policy_of(R"(
networks:
  routers: {role: router, site: same}
contracts:
  gnb:
    for: {role: gnb}
    egress:
      - {to: routers, service: bgp}
      - {to: {vendor: [nokia, ericsson]}, service: ssh}
      - {to: {name: r-south}, service: telnet}
    ingress: [{from: {site: same}, service: ntp}]
  nokia-gnb:
    for: {role: gnb, vendor: nokia}
    extends: gnb
equipment:
  - {name: g1, role: gnb, site: north, address: 10.0.0.1}
  - {name: g2, role: gnb, vendor: nokia, site: south, address: 10.0.0.2}
  - {name: r-north, role: router, site: north, vendor: cisco, address: 10.0.1.1}
  - {name: r-south, role: router, site: south, vendor: nokia, address: 10.0.1.2}
  - {name: nowhere, role: gnb, address: 10.0.0.3, contract: gnb}
)");
    CHECK(policy->equipment(0).contract == 0);
    CHECK(policy->equipment(1).contract == 1);  // the closer description
    CHECK(policy->equipment(2).contract == no_contract);
    const auto allowed = [&](std::string_view from, std::string_view to, std::uint16_t port) { return egress(*policy, tcp(*policy, from, to, port)).allowed; };
    CHECK(allowed("10.0.0.1", "10.0.1.1", 179));
    CHECK_FALSE(allowed("10.0.0.1", "10.0.1.2", 179));  // another site
    CHECK(allowed("10.0.0.2", "10.0.1.2", 179));
    CHECK_FALSE(allowed("10.0.0.1", "10.0.9.9", 179));  // no equipment
    CHECK_FALSE(allowed("10.0.0.3", "10.0.1.1", 179));  // it has no site that another could share
    CHECK(allowed("10.0.0.1", "10.0.1.2", 22));
    CHECK_FALSE(allowed("10.0.0.1", "10.0.1.1", 22));
    CHECK(allowed("10.0.0.1", "10.0.1.2", 23));
    CHECK(ingress(*policy, udp(*policy, "10.0.1.1", "10.0.0.1", 123)).allowed);
    CHECK_FALSE(ingress(*policy, udp(*policy, "10.0.1.2", "10.0.0.1", 123)).allowed);
}

TEST_CASE("evaluate: mistakes in selections have their line") {
    CHECK(error_of("networks: {n: {role: same, site: [same, west]}}\n").find("`same` stands alone") != std::string::npos);
    CHECK(error_of("networks: {n: {name: same}}\n").find("nothing here to be the same as") != std::string::npos);
    CHECK(error_of("networks: {n: {role: router, rack: 7}}\n").find("rack") != std::string::npos);
    CHECK(error_of("networks: {n: {role: []}}\n").find("expected what equipment must be") != std::string::npos);
    CHECK(error_of("contracts:\n  a: {for: {role: same}}\n").find("nothing here to be the same as") != std::string::npos);
    CHECK(error_of("contracts:\n  a: {for: {role: x}}\n  b: {for: {site: y}}\nequipment:\n  - {name: e, role: x, site: y, address: 10.0.0.1}\n") ==
          "p:5: contracts `a` and `b` are both for this equipment; expected `contract` in its entry, or a `for` that says more");
    CHECK(error_of("ignore: [{equipment: {role: x}, until: 2030-01-01, reason: r}]\n").find("no equipment is such") != std::string::npos);
}

TEST_CASE("evaluate: what is in a tunnel has the tunnel's contract") {
    const auto policy = policy_of(R"(
contracts:
  box: {egress: [{to: 10.9.0.1, service: gre, inside: cargo}]}
  cargo: {egress: [{to: 192.168.0.0/16, service: https}]}
equipment: [{name: e, address: 10.0.0.1, contract: box}]
)");
    CHECK(policy->conditions(policy->line(0)).inside == 1);
    auto facts = tcp(*policy, "172.16.0.1", "192.168.1.1", 443);
    facts.client_equipment = 0;
    CHECK_FALSE(egress(*policy, facts).allowed);
    facts.inside = 1;
    CHECK(egress(*policy, facts).allowed);
    facts.server_port = 22;
    const Judgement judgement = egress(*policy, facts);
    CHECK(judgement.kind == Kind::unexpected_service);
    CHECK(explain(*policy, judgement, facts).why.find("for what is in this tunnel contract cargo allows only https") != std::string::npos);
}
