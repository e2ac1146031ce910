// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/summary.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

TrafficRow row(std::string_view client, std::string_view server, std::uint8_t protocol, std::uint16_t port, std::uint64_t sessions, std::uint64_t bytes,
               EquipmentId client_equipment = no_equipment, EquipmentId server_equipment = no_equipment) {
    TrafficRow out;
    out.key = {ip(client), ip(server), client_equipment, server_equipment, port, protocol, no_protocol};
    out.sessions = sessions;
    out.packets = sessions * 4;
    out.bytes = bytes;
    return out;
}

AlertGroup group(Severity severity, Kind kind, EquipmentId equipment, std::string_view peer, std::uint64_t alerts, Time first, Time last) {
    AlertGroup out;
    out.severity = severity;
    out.kind = kind;
    out.equipment = equipment;
    out.local = ip("10.9.9.9");
    out.protocol = 6;
    out.port = 443;
    out.alerts = alerts;
    out.first = first;
    out.last = last;
    out.peers = {{ip(peer), alerts}};
    return out;
}

SummaryInput example() {
    SummaryInput input;
    static const auto names = two_names();
    input.files = 2;
    input.packets = 1'234'567;
    input.bytes = 812'400'000;
    input.sessions = 4321;
    input.first = noon;
    input.last = noon + 9011 * second;
    input.names = names.get();
    input.outputs = {"weir-out/eve.json       1,204 events", "weir-out/metrics.prom"};
    return input;
}

}  // namespace

TEST_CASE("summary: with a policy, to the letter") {
    SummaryInput input = example();
    input.policy = true;
    input.traffic = {row("10.20.1.11", "10.30.0.10", 17, 162, 800, 96'000, 0), row("10.20.1.11", "203.0.113.50", 6, 443, 12, 9'000'000, 0),
                     row("10.30.0.20", "10.20.1.11", 6, 22, 3, 12'000, no_equipment, 0)};
    AlertGroup rule = group(3, Kind::signature, 0, "203.0.113.50", 1, noon, noon);
    rule.text = "Reverse shell prompt in the clear\x1b[2J";
    rule.gid = 1;
    rule.sid = 9'000'001;
    AlertGroup ingress = group(2, Kind::unexpected_ingress, no_equipment, "198.51.100.7", 2, noon, noon + 3 * second);
    ingress.facing = Facing::ingress;
    ingress.port = 23;
    AlertGroup many = group(1, Kind::unexpected_destination, 0, "203.0.113.50", 12, noon, noon + 60 * second);
    for (int i = 51; i < 58; ++i) many.peers.push_back({ip("203.0.113." + std::to_string(i)), 1});
    many.more_peers = 4;
    AlertGroup twice = group(1, Kind::unexpected_destination, 0, "203.0.113.51", 2, noon + 61 * second, noon + 62 * second);
    twice.text = "SSH out";
    twice.gid = 1;
    twice.sid = 9'000'002;
    AlertGroup other_port = group(2, Kind::unexpected_service, 0, "10.30.0.10", 1, noon, noon);
    other_port.port = 22;
    input.alerts = {many, twice, ingress, other_port, rule};
    input.alerts_total = 18;
    input.alert_sessions = 12;
    input.traffic.push_back(row("10.20.1.11", "10.30.0.10", 6, 22, 1, 500, 0));
    input.traffic.back().key.app = find_protocol("ssh");
    input.name_of = [](const IpAddress& address) -> std::string_view { return address == ip("10.30.0.10") ? "nms" : ""; };
    input.alerts_held_back = 7;
    input.blind = {{3, "packets cut by the capture's snap length: their ends were not seen"}, {0, "gaps in TCP streams"}};
    CHECK(render_summary(input, {}) ==
          R"(READ  2 captures, 1,234,567 packets, 812.4 MB, 4,321 sessions
      2023-09-18 06:13:41 to 08:43:52 UTC (2 h 30 min)

ALERTS  18 (14 high, 3 medium, 1 low) about 12 sessions, the worst first

  gnb-0117 (huawei, gnb, north-3)
    opened tcp/443 to 203.0.113.50, 203.0.113.51, 203.0.113.52, 203.0.113.53, 203.0.113.54,
      203.0.113.55, 203.0.113.56, 203.0.113.57 and others, 2023-09-18 06:13:41 to 06:14:43
      high    unexpected-destination  no line of the contract allows this peer, 12 times
      high    unexpected-destination  SSH out (1:9000002), 2 times, with 203.0.113.51
      low     signature               Reverse shell prompt in the clear?[2J (1:9000001), with
                203.0.113.50
    opened ssh tcp/22 to 10.30.0.10 (nms), 2023-09-18 06:13:41
      medium  unexpected-service      lines of the contract allow this peer, but not this

  10.9.9.9
    accepted tcp/23 from 198.51.100.7, 2023-09-18 06:13:41 to 06:13:44
      medium  unexpected-ingress      no line of the contract accepts this, 2 times

  7 findings stayed below thresholds or repeated what was told

  In eve.json each alert says why (weir.why), and which line of the policy would allow it
  (weir.allow).

EQUIPMENT  1 seen of 2

  gnb-0117 (huawei, gnb, north-3)  813 sessions opened, 3 accepted, 3 peers, 9.1 MB
    opened    udp/162 to nms (800)
              tcp/443 to 203.0.113.50 (12)
              ssh tcp/22 to nms (1)
    accepted  tcp/22 from 10.30.0.20 (3)

  silent: olt-1

NOT SEEN
               3  packets cut by the capture's snap length: their ends were not seen

WRITTEN
  weir-out/eve.json       1,204 events
  weir-out/metrics.prom
)");
}

TEST_CASE("summary: without a policy it says what it does not know, and how to begin") {
    SummaryInput input = example();
    input.files = 1;
    input.seconds = 1.5;
    input.traffic = {row("10.20.1.11", "10.30.0.10", 17, 162, 800, 96'000), row("2001:db8::1", "2001:db8::2", 58, 0, 1, 500)};
    input.learn_command = "weir learn -o policy.yaml a.pcap";
    CHECK(render_summary(input, {}) ==
          R"(READ  1 capture, 1,234,567 packets, 812.4 MB, 4,321 sessions
      2023-09-18 06:13:41 to 08:43:52 UTC (2 h 30 min)
      in 1.5 s: 823.0 thousand packets/s, 4.3 Gbit/s

ALERTS  none

HOSTS
  No policy was given: weir does not know which of these hosts are equipment, nor what they may do.

  busiest                                       opened    accepted   peers         bytes
  10.20.1.11                                       800           0       1       96.0 kB
  10.30.0.10                                         0         800       1       96.0 kB
  2001:db8::1                                        1           0       1     500 bytes
  2001:db8::2                                        0           1       1     500 bytes

  services  udp/162 at 10.30.0.10 (800)
            ipv6-icmp at 2001:db8::2 (1)

  To begin: let weir propose equipment and contracts from this traffic, review them, and replay with
  them.
    weir learn -o policy.yaml a.pcap

NOT SEEN  nothing: every packet was inspected whole

WRITTEN
  weir-out/eve.json       1,204 events
  weir-out/metrics.prom
)");
}

TEST_CASE("summary: addresses of one name are one") {
    SummaryInput input = example();
    input.policy = true;
    input.seconds = 0.017;
    input.interrupted = true;
    input.name_of = [](const IpAddress&) -> std::string_view { return "jump\x1bhosts"; };
    input.traffic = {row("10.30.0.20", "10.20.1.11", 6, 22, 3, 100, no_equipment, 0), row("10.30.0.21", "10.20.1.11", 6, 22, 2, 100, no_equipment, 0)};
    const std::string text = render_summary(input, {});
    CHECK(text.find("accepted  tcp/22 from jump?hosts (5)\n") != std::string::npos);
    CHECK(text.find("2 peers") != std::string::npos);
    CHECK(text.find("\n      interrupted: the input was not read to its end\n") != std::string::npos);
    CHECK(text.find("\n      in 17 ms: ") != std::string::npos);
}

TEST_CASE("summary: what is long is cut, and says so") {
    SummaryInput input = example();
    input.policy = true;
    for (std::uint16_t port = 1; port <= 10; ++port)
        for (std::uint32_t sid = 1; sid <= 10; ++sid) {
            input.alerts.push_back(group(3, Kind::signature, 0, "203.0.113.50", 1, noon, noon));
            input.alerts.back().port = port;
            input.alerts.back().sid = sid;
        }
    input.alerts_total = 103;
    input.alerts_ungrouped = 3;
    const std::string text = render_summary(input, {});
    CHECK(text.find("opened tcp/8 to") != std::string::npos);
    CHECK(text.find("opened tcp/9 to") == std::string::npos);
    CHECK(text.find("    and alerts about 2 more services\n") != std::string::npos);
    CHECK(text.find("      and 2 more findings\n") != std::string::npos);
    CHECK(text.find("  and 3 alerts of other kinds: see eve.json\n") != std::string::npos);
}

TEST_CASE("summary: nothing was read") {
    CHECK(render_summary(SummaryInput{}, {}).starts_with("READ  0 captures, 0 packets, 0 bytes, 0 sessions\n\nALERTS  none\n\nHOSTS\n"));
}

TEST_CASE("summary: colours only where they are asked for, and no line wider than it may be") {
    SummaryInput input = example();
    input.policy = true;
    input.alerts_total = 1;
    AlertGroup wide = group(1, Kind::beacon, 0, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 1, noon, noon + 90'000 * second);
    wide.text = "a message of many words that has to go on in another line because there is not enough room for it in this one";
    input.alerts = {wide};
    for (int i = 0; i < 9; ++i)
        input.traffic.push_back(row("2001:db8:ffff:ffff:ffff:ffff:ffff:" + std::to_string(i), "10.20.1.11", 6, static_cast<std::uint16_t>(i / 5), 1, 1, no_equipment, 0));
    const std::string plain = render_summary(input, {});
    CHECK(plain.find('\x1b') == std::string::npos);
    std::istringstream lines{plain};
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 100);
        CHECK((line.empty() || line.back() != ' '));
    }
    SummaryStyle color;
    color.color = true;
    std::string colored = render_summary(input, color);
    CHECK(colored.find("\x1b[1;31mhigh") != std::string::npos);
    for (std::size_t at; (at = colored.find('\x1b')) != std::string::npos;) colored.erase(at, colored.find('m', at) + 1 - at);
    CHECK(colored == plain);
}

TEST_CASE("summary: what to look at in the policy") {
    SummaryInput input;
    CHECK(render_summary(input, {}).find("POLICY") == std::string::npos);
    input.policy_notes = {"policy.yaml:5: to logs, syslog (contract c) was never used", "contracts of which no line was used: d"};
    CHECK(render_summary(input, {}).find("\nPOLICY  lines to look at\n  policy.yaml:5: to logs, syslog (contract c) was never used\n"
                                         "  contracts of which no line was used: d\n") != std::string::npos);
}
