// SPDX-License-Identifier: Apache-2.0
#include "parsers/ntp/ntp.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;
using nlohmann::json;

namespace {
/// What the collector does to a line.
std::string closed(std::string line) { return line + R"(,"evidence":"evidence/000017.pcap"}})" "\n"; }

AlertEvent alert_of(const Session& session, const Finding& finding) {
    AlertEvent event;
    event.place = {noon, 9, 0, &session, nullptr};
    event.finding = &finding;
    return event;
}
}  // namespace

TEST_CASE("eve alert: a finding of the contract, to the letter") {
    EveBench bench;
    const Session session = tcp_session();
    const std::array<std::string_view, 2> attack{"T1572", "T1071"};
    Finding finding;
    finding.kind = Kind::unexpected_destination;
    finding.judge = Judge::contract;
    finding.severity = 1;
    finding.confidence = 0.934;
    finding.sid = 9'000'001;
    finding.rev = 1;
    finding.signature = "gnb-0117 opened a session to an unexpected destination";
    finding.category = "Unexpected session";
    finding.why = "contract radio-node allows egress only to nms (snmp-trap)";
    finding.allow = "- {to: 203.0.113.50, service: https}";
    finding.attack = attack;
    finding.equipment = 0;
    AlertEvent event = alert_of(session, finding);
    event.peer_name = "unknown.example";
    const std::string line = closed(bench.text(bench.eve.alert(bench.room, event)));
    CHECK(line ==
          R"({"timestamp":"2023-09-18T06:13:41.532140+0000","flow_id":1234567890123,"pcap_cnt":9,"event_type":"alert","src_ip":"10.20.1.11",)"
          R"("src_port":40000,"dest_ip":"203.0.113.50","dest_port":443,"proto":"TCP","ip_v":4,"community_id":"1:gOclUX7mfGgBxFTPeVNHI/AOuZc=",)"
          R"("direction":"to_server","alert":{"action":"allowed","gid":1,"signature_id":9000001,"rev":1,)"
          R"("signature":"gnb-0117 opened a session to an unexpected destination","category":"Unexpected session","severity":1},)"
          R"("flow":{"pkts_toserver":10,"pkts_toclient":8,"bytes_toserver":1000,"bytes_toclient":4000,"start":"2023-09-18T06:13:41.532140+0000",)"
          R"("src_ip":"10.20.1.11","dest_ip":"203.0.113.50","src_port":40000,"dest_port":443},)"
          R"("weir":{"kind":"unexpected-destination","judge":"contract","equipment":{"name":"gnb-0117","vendor":"huawei","role":"gnb","site":"north-3"},)"
          R"("peer":{"ip":"203.0.113.50","port":443,"name":"unknown.example"},"direction":"egress",)"
          R"x("why":"contract radio-node allows egress only to nms (snmp-trap)","allow":"- {to: 203.0.113.50, service: https}",)x"
          R"("attack":["T1572","T1071"],"confidence":0.93,"evidence":"evidence/000017.pcap"}})"
          "\n");
    CHECK_NOTHROW(checked(line));
}

TEST_CASE("eve alert: a rule's match, with its transaction and metadata; ingress and blocked") {
    EveBench bench;
    Session session = tcp_session();
    session.app_status = AppStatus::known;
    session.app = find_protocol("ntp");
    ntp::Transaction transaction;
    transaction.version = 3;
    Finding finding;
    finding.sid = 2'000;
    finding.signature = "NTP control \"monlist\"";
    finding.metadata_json = R"({"mitre_technique_id":["T1498"]})";
    finding.facing = Facing::ingress;
    finding.equipment = 1;
    finding.blocked = true;
    AlertEvent event = alert_of(session, finding);
    event.parser = &protocols()[session.app];
    event.transaction = &transaction;
    event.tx_id = 2;
    event.direction = Direction::to_client;
    const json line = checked(closed(bench.text(bench.eve.alert(bench.room, event))));
    CHECK(line["alert"]["action"] == "blocked");
    CHECK(line["alert"]["metadata"]["mitre_technique_id"][0] == "T1498");
    CHECK(line["ntp"]["version"] == 3);
    CHECK(line["tx_id"] == 2);
    CHECK(line["direction"] == "to_client");
    CHECK(line["weir"]["why"] == "rule 1:2000 matched");
    CHECK(line["weir"]["peer"]["ip"] == "10.20.1.11");
    CHECK(line["weir"]["peer"]["port"] == 40'000);
    CHECK(line["weir"]["equipment"] == json::parse(R"({"name": "olt-1"})"));
    CHECK(!line["weir"].contains("allow"));
    CHECK(!line["weir"].contains("attack"));
}

TEST_CASE("eve alert: what is known of the finding survives any length of what comes before it") {
    EveBench bench;
    const Session session = tcp_session();
    const std::string endless(100'000, 'x');
    const std::string metadata = R"({"k":[")" + endless + R"("]})";
    const std::string why = std::string(4095, 'a') + "\xc3\xa4" + endless;  // the cut would fall into a sequence
    Finding finding;
    finding.signature = endless;
    finding.category = endless;
    finding.metadata_json = metadata;
    finding.why = why;
    finding.allow = endless;
    const json line = checked(closed(bench.text(bench.eve.alert(bench.room, alert_of(session, finding)))));
    CHECK(line["weir"]["truncated"] == true);
    CHECK(line["weir"]["why"] == std::string(4095, 'a'));
    CHECK(line["weir"]["confidence"] == 1);
    CHECK(bench.eve.truncated() == 1);
}
