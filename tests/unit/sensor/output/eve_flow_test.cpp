// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;
using nlohmann::json;

namespace {
FlowEvent ended(const Session& session, SessionEnd end = SessionEnd::closed) {
    FlowEvent event;
    event.place.time = session.end;
    event.place.session = &session;
    event.tcp_state = "closed";
    event.end = end;
    return event;
}
}  // namespace

TEST_CASE("eve flow: a TCP session that has ended, to the letter") {
    EveBench bench;
    Session session = tcp_session();
    session.equipment = {0, no_equipment};
    session.app_status = AppStatus::unknown;
    const std::string line = bench.text(bench.eve.flow(bench.room, ended(session)));
    CHECK(line ==
          R"({"timestamp":"2023-09-18T06:13:46.532140+0000","flow_id":1234567890123,"event_type":"flow","src_ip":"10.20.1.11","src_port":40000,)"
          R"("dest_ip":"203.0.113.50","dest_port":443,"proto":"TCP","ip_v":4,"community_id":"1:gOclUX7mfGgBxFTPeVNHI/AOuZc=","app_proto":"failed",)"
          R"("flow":{"pkts_toserver":10,"pkts_toclient":8,"bytes_toserver":1000,"bytes_toclient":4000,"start":"2023-09-18T06:13:41.532140+0000",)"
          R"("end":"2023-09-18T06:13:46.532140+0000","age":5,"state":"closed","reason":"timeout","alerted":false,"tx_cnt":0},)"
          R"("tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1a","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"},)"
          R"("weir":{"end":"closed","opening":"syn","src_equipment":"gnb-0117"}})"
          "\n");
    CHECK_NOTHROW(checked(line));
}

TEST_CASE("eve flow: an update of an open session has a number and no reason") {
    EveBench bench;
    Session session = tcp_session();
    session.state = SessionState::established;
    session.updates = 3;
    FlowEvent event = ended(session);
    event.update = true;
    event.tcp_state = "established";
    const json line = checked(bench.text(bench.eve.flow(bench.room, event)));
    CHECK(line["weir"]["update"] == 3);
    CHECK(!line["weir"].contains("end"));
    CHECK(!line["flow"].contains("reason"));
    CHECK(line["flow"]["state"] == "established");
}

TEST_CASE("eve flow: IPv6, VLANs, tunnel, parent, capture, interface") {
    EveBench bench;
    Session session = tcp_session();
    session.key.low = ip("2001:db8::5");
    session.key.high = ip("2001:db8::1");
    session.key.ip_version = 6;
    session.key.protocol = ip_protocol::udp;
    session.client_is_low = false;
    session.vlan = {100, 7, 0};
    session.vlan_count = 2;
    session.tunnel = static_cast<std::uint8_t>(Tunnel::gtpu);
    session.depth = 1;
    session.parent = 77;
    session.equipment = {no_equipment, 1};
    FlowEvent event = ended(session, SessionEnd::evicted);
    event.place.origin = 1;
    event.place.packet_number = 12;
    const json line = checked(bench.text(bench.eve.flow(bench.room, event)));
    CHECK(line["src_ip"] == "2001:0db8:0000:0000:0000:0000:0000:0001");
    CHECK(line["src_port"] == 443);
    CHECK(line["dest_ip"] == "2001:0db8:0000:0000:0000:0000:0000:0005");
    CHECK(line["vlan"] == json::array({100, 7}));
    CHECK(line["tunnel"]["depth"] == 1);
    CHECK(line["parent_id"] == 77);
    CHECK(line["in_iface"] == "eth0");
    CHECK(line["pcap_filename"] == "a.pcap");
    CHECK(line["pcap_cnt"] == 12);
    CHECK(line["flow"]["reason"] == "forced");
    CHECK(line["weir"]["end"] == "evicted");
    CHECK(line["weir"]["dest_equipment"] == "olt-1");
    CHECK(!line.contains("tcp"));
}

TEST_CASE("eve flow: ICMP has type and code, no ports") {
    EveBench bench;
    Session session = tcp_session();
    session.key.low = ip("192.168.0.1");
    session.key.high = ip("192.168.0.89");
    session.client_is_low = false;
    session.key.protocol = ip_protocol::icmp;
    session.icmp_type = 8;
    const json line = checked(bench.text(bench.eve.flow(bench.room, ended(session))));
    CHECK(line["icmp_type"] == 8);
    CHECK(line["icmp_code"] == 0);
    CHECK(!line.contains("src_port"));
    CHECK(line["proto"] == "ICMP");
    CHECK(line["community_id"] == "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
}

TEST_CASE("eve flow: a protocol inside another one is named with the outer one, as Suricata does") {
    EveBench bench;
    Session session = tcp_session();
    session.app_outer = find_protocol("http");
    json line = checked(bench.text(bench.eve.flow(bench.room, ended(session))));
    CHECK(!line.contains("app_proto"));
    CHECK(line["app_proto_orig"] == "http");
    session.app = find_protocol("tls");
    session.app_status = AppStatus::known;
    line = checked(bench.text(bench.eve.flow(bench.room, ended(session))));
    CHECK(line["app_proto"] == "tls");
    CHECK(line["app_proto_orig"] == "http");
}

TEST_CASE("eve flow: no room is a shorter line, said and counted") {
    EveBench bench;
    const Session session = tcp_session();
    std::vector<char> small(400);
    const std::size_t size = bench.eve.flow(small, ended(session));
    const json line = json::parse(std::string_view{small.data(), size});
    CHECK(line["weir"]["truncated"] == true);
    CHECK(bench.eve.truncated() == 1);
}

TEST_CASE("eve flow: cost of a line", "[.][bench]") {
    EveBench bench;
    Session session = tcp_session();
    session.equipment = {0, no_equipment};
    constexpr int rounds = 1'000'000;
    std::size_t total = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) {
        ++session.id;
        total += bench.eve.flow(bench.room, ended(session));
    }
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
    WARN(spent.count() / rounds << " ns a line of " << total / rounds << " bytes");
}
