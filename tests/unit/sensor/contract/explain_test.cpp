// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/explain.hpp"

#include <random>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr const char* gnb = "10.20.1.11";
constexpr const char* nms = "10.30.0.10";

Explanation egress_explained(const Policy& policy, const SessionFacts& facts) {
    const Judgement judgement = egress(policy, facts);
    REQUIRE_FALSE(judgement.allowed);
    return explain(policy, judgement, facts);
}

}  // namespace

TEST_CASE("explain: a stranger") {
    const auto policy = policy_of(example);
    const Explanation said = egress_explained(*policy, speaking(tcp(*policy, gnb, "203.0.113.50", 443), "ntp"));
    CHECK(said.title == "unexpected destination: gnb-0117 to 203.0.113.50, tcp/443 (app: ntp)");
    CHECK(said.why ==
          "gnb-0117 opened tcp/443 (app: ntp) to 203.0.113.50; contract radio-node allows egress only to nms (snmp-trap, ntp), logs "
          "(syslog), vendor-updates (https)");
    CHECK(said.allow == "- {to: 203.0.113.50, service: {proto: tcp, port: 443, app: ntp}}");
    CHECK(said.heading == "egress");
}

TEST_CASE("explain: a peer that is allowed something else") {
    const auto policy = policy_of(example);
    CHECK(egress_explained(*policy, tcp(*policy, gnb, nms, 22)).why ==
          "gnb-0117 opened tcp/22 to 10.30.0.10; to this peer contract radio-node allows only snmp-trap, ntp; nearest is line 12 (to: nms, "
          "service: snmp-trap), "
          "which means tcp/162, not tcp/22");
    const auto facts = tcp(*policy, nms, gnb, 23);
    CHECK(explain(*policy, ingress(*policy, facts), facts).why ==
          "10.30.0.10 opened tcp/23 to gnb-0117; from this peer contract radio-node allows only [netconf, vendor-mml]; nearest is line 18 "
          "(from: nms, service: "
          "[netconf, vendor-mml]), which means tcp/830, not tcp/23");
    CHECK(explain(*policy, ingress(*policy, facts), facts).allow == "- {from: 10.30.0.10, service: {proto: tcp, port: 23}}");
}

TEST_CASE("explain: what exactly a line wants else") {
    const auto policy = policy_of(R"(
contracts:
  c:
    egress:
      - {to: 10.0.0.1, service: ntp}
      - {to: 10.0.0.2, service: any, when: "Mon-Fri 08:00-09:00 UTC"}
      - {to: 10.0.0.3, service: any, until: 2025-12-31}
      - {to: 10.0.0.4, service: ntp, limit: {bytes-per-hour: 1kB, sessions-per-hour: 2, duration: 5m}}
      - {to: 10.0.0.5, service: snmp, app: {snmp: [get]}}
    deny:
      - {to: 10.0.0.6, service: any, reason: "decommissioned"}
equipment: [{name: e, address: 10.1.0.1, contract: c}, {name: f, address: 10.1.0.2}]
)");
    const auto& p = *policy;
    auto facts = udp(p, "10.1.0.1", "10.0.0.1", 123);
    facts.app_status = AppStatus::unknown;
    facts.payload_both_ways = true;
    CHECK(egress_explained(p, facts).why.ends_with(
        "contract c, line 5 (to: 10.0.0.1, service: ntp), allows it only for ntp, and what is spoken is not that"));
    CHECK(egress_explained(p, speaking(udp(p, "10.1.0.1", "10.0.0.1", 123), "ntp", true))
              .why.ends_with("does not let the end that opened it be the ntp server (call home)"));
    CHECK(egress_explained(p, tcp(p, "10.1.0.1", "10.0.0.2", 22)).why.ends_with("allows it only Mon-Fri 08:00-09:00 UTC"));
    CHECK(egress_explained(p, tcp(p, "10.1.0.1", "10.0.0.3", 22)).why.ends_with("allowed it until 2025-12-31"));
    facts = speaking(udp(p, "10.1.0.1", "10.0.0.5", 161), "snmp");
    facts.operation = "set";
    CHECK(egress_explained(p, facts).why.ends_with("does not allow snmp set"));
    CHECK(egress_explained(p, facts).allow == "- {to: 10.0.0.5, service: {proto: udp, port: 161, app: snmp}, app: {snmp: [set]}}");
    const Explanation denied = egress_explained(p, tcp(p, "10.1.0.1", "10.0.0.6", 22));
    CHECK(denied.why.ends_with("forbids it: decommissioned"));
    CHECK(denied.allow.empty());
    CHECK(egress_explained(p, tcp(p, "10.1.0.2", "10.1.0.1", 22)).why ==
          "f opened tcp/22 to 10.1.0.1 (e); it has no contract, so that nothing is allowed");
    facts = udp(p, "10.0.0.1", "10.1.0.1", 123);
    CHECK(explain(p, ingress(p, facts), facts).why.ends_with("contract c allows no ingress"));

    facts = udp(p, "10.1.0.1", "10.0.0.4", 123);
    const Judgement allowed = egress(p, facts);
    REQUIRE(allowed.allowed);
    CHECK(explain(p, over_limit(allowed, Difference::bytes), facts).why.ends_with("allows 1000 bytes an hour, and more were carried"));
    CHECK(explain(p, over_limit(allowed, Difference::sessions), facts).why.ends_with("allows 2 sessions an hour, and more were opened"));
    CHECK(
        explain(p, over_limit(allowed, Difference::duration), facts).why.ends_with("allows sessions of 5 min, and this one lasts longer"));
    CHECK(over_limit(allowed, Difference::bytes).kind == Kind::unexpected_service);
}

TEST_CASE("explain: long contracts and long words stay within bounds") {
    std::string text = "contracts:\n  c:\n    egress:\n";
    for (int i = 0; i < 300; ++i)
        text += "      - {to: [10.0." + std::to_string(i / 200) + '.' + std::to_string(i % 200) + ", " +
                std::string("2001:db8:1111:2222:3333:4444:5555:1, 2001:db8:1111:2222:3333:4444:5555:2") + "], service: ssh}\n";
    text += "equipment: [{name: '" + std::string(500, 'x') + "', address: 10.1.0.1, contract: c}]\n";
    const auto policy = policy_of(text);
    const Explanation said = egress_explained(*policy, tcp(*policy, "10.1.0.1", "192.0.2.1", 22));
    CHECK(said.why.size() <= max_why);
    CHECK(said.why.ends_with("..."));
    CHECK(said.title.size() < 250);
}

TEST_CASE("explain: sessions without ports") {
    const auto policy = policy_of(example);
    auto facts = session(*policy, gnb, "203.0.113.50", 1, 0, 0);
    facts.icmp_type = 8;
    CHECK(egress_explained(*policy, facts).why.starts_with("gnb-0117 sent icmp echo to 203.0.113.50; "));
    CHECK(egress_explained(*policy, facts).allow == "- {to: 203.0.113.50, service: {proto: icmp, type: 8}}");
    CHECK(egress_explained(*policy, session(*policy, gnb, "203.0.113.50", 47, 0, 0)).allow == "- {to: 203.0.113.50, service: {proto: 47}}");
    CHECK(egress_explained(*policy, session(*policy, gnb, "::", 47, 0, 0)).allow == "- {to: \"::\", service: {proto: 47}}");
}

// ---------------------------------------------------------------- the promise of `allow`

namespace {

struct Draw {
    std::mt19937 random{20260729};
    template <class List>
    auto& from(List& list) {
        return list[random() % std::size(list)];
    }
    bool chance(unsigned percent) { return random() % 100 < percent; }
};

const char* const peers[]{"nets", "10.0.0.1", "10.0.0.0/24", "10.0.0.2-10.0.0.5", "2001:db8::/64", "any", "[10.0.0.1, 2001:db8::7]"};
const char* const services[]{"ssh",
                             "ntp",
                             "snmp-trap",
                             "[ntp, ssh]",
                             "ping",
                             "ospf",
                             "any",
                             "{proto: tcp, ports: [20-30]}",
                             "{proto: udp, port: 123, peer-ports: [123]}",
                             "{proto: udp, app: ntp}",
                             "{proto: tcp, port: 443, app: any}"};
const char* const extras[]{"",
                           "",
                           "",
                           ", until: 2025-01-01",
                           ", when: 'Mon-Fri 08:00-09:00 UTC'",
                           ", limit: {bytes-per-hour: 1MB}",
                           ", role: peer-is-client",
                           ", role: peer-is-server",
                           ", app: {snmp: [get]}"};
const char* const addresses[]{"10.0.0.1", "10.0.0.3", "10.0.0.77", "192.0.2.9", "2001:db8::7", "2001:db9::1", "::1", "fe80::1"};
constexpr std::uint16_t ports[]{22, 123, 443, 25, 162};
constexpr std::uint8_t ip_protocols[]{6, 17, 6, 17, 1, 58, 89, 132, 47};
constexpr std::string_view operations[]{"", "", "get", "set"};

/// The lines of each side, so that one can be put under its heading.
struct Written {
    std::string egress, ingress, deny;
    [[nodiscard]] std::shared_ptr<const Policy> load() const {
        return policy_of("networks: {nets: [10.0.0.64/26, 192.0.2.0/24]}\ncontracts:\n  c:\n    egress:\n" + egress + "    ingress:\n" +
                         ingress + "    deny:\n" + deny + "equipment:\n  - {name: e, address: [10.1.0.1, '2001:db8:e::1'], contract: c}\n");
    }
};

Written draw_policy(Draw& draw) {
    Written out;
    for (unsigned i = draw.random() % 6; i > 0; --i)
        out.egress += std::string{"      - {to: "} + draw.from(peers) + ", service: " + draw.from(services) + draw.from(extras) + "}\n";
    for (unsigned i = draw.random() % 6; i > 0; --i)
        out.ingress += std::string{"      - {from: "} + draw.from(peers) + ", service: " + draw.from(services) + draw.from(extras) + "}\n";
    if (draw.chance(20))
        out.deny += std::string{"      - {with: "} + draw.from(peers) + ", service: " + draw.from(services) + ", reason: no}\n";
    return out;
}

struct Case {
    Facing facing;
    SessionFacts facts;
};

Case draw_session(Draw& draw, const Policy& policy) {
    const char* const peer = draw.from(addresses);
    const char* const own = std::string_view{peer}.find(':') != std::string_view::npos ? "2001:db8:e::1" : "10.1.0.1";
    const bool out = draw.chance(50);
    const std::uint8_t protocol = draw.from(ip_protocols);
    SessionFacts facts = session(policy, out ? own : peer, out ? peer : own, protocol, draw.from(ports), draw.chance(50) ? 123 : 40000);
    if (protocol != 6 && protocol != 17 && protocol != 132) facts.server_port = facts.client_port = 0;
    if (facts.is_icmp()) facts.icmp_type = draw.chance(50) ? 8 : 128;
    if (protocol == 6 || protocol == 17) {
        facts.app_status = static_cast<AppStatus>(draw.random() % 4);
        if (facts.app_status == AppStatus::known) facts.app = static_cast<ProtocolId>(draw.random() % protocols().size());
        facts.app_reversed = facts.app_status == AppStatus::known && draw.chance(30);
        facts.payload_both_ways = draw.chance(70);
        if (facts.app_status == AppStatus::known && protocols()[facts.app].name == "snmp") facts.operation = draw.from(operations);
    }
    return {out ? Facing::egress : Facing::ingress, facts};
}

Judgement judged(const Policy& policy, const Case& one) { return judge(policy, one.facing, 0, one.facts); }

/// Whether a line for exactly this session is bound to cover the other, too.
bool same_finding(const Case& left, const Case& right) {
    return left.facing == right.facing && left.facts.peer(left.facing) == right.facts.peer(right.facing) &&
           left.facts.protocol == right.facts.protocol && left.facts.service_port() == right.facts.service_port();
}

}  // namespace

TEST_CASE("explain: the allow line silences exactly its finding") {
    Draw draw;
    std::size_t findings = 0;
    for (int round = 0; round < 400; ++round) {
        const Written written = draw_policy(draw);
        const auto before = written.load();
        std::vector<Case> sessions;
        for (int i = 0; i < 30; ++i) sessions.push_back(draw_session(draw, *before));
        const Case& chosen = sessions.front();
        const Judgement finding = judged(*before, chosen);
        if (finding.allowed) continue;
        const Explanation said = explain(*before, finding, chosen.facts);
        CHECK(said.why.size() <= max_why);
        if (finding.difference == Difference::denied) {
            CHECK(said.allow.empty());
            continue;
        }
        ++findings;
        Written amended = written;
        (said.heading == "egress" ? amended.egress : amended.ingress) += "      " + said.allow + '\n';
        const auto after = amended.load();
        INFO(written.egress << written.ingress << written.deny << said.allow << "\n" << said.why);
        CHECK(judged(*after, chosen).allowed);
        for (const Case& other : sessions) {
            if (same_finding(chosen, other)) continue;
            const Judgement was = judged(*before, other), is = judged(*after, other);
            CHECK(was.allowed == is.allowed);
            // A peer with a line of its own is no unexpected destination any more; other peers are judged as before.
            if (chosen.facts.peer(chosen.facing) != other.facts.peer(other.facing)) CHECK(was.kind == is.kind);
        }
        // The same peer and port with another application protocol stays a finding, where the line names one.
        if (chosen.facts.app_status == AppStatus::known) {
            Case other = chosen;
            other.facts.app_status = AppStatus::unknown;
            other.facts.payload_both_ways = true;
            if (!judged(*before, other).allowed) CHECK_FALSE(judged(*after, other).allowed);
        }
    }
    CHECK(findings > 150);
}
