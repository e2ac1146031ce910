// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/eve.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;
using nlohmann::json;

TEST_CASE("eve: the catalogue has a row per fixed event and protocol") {
    CHECK(event_name(event_type::alert) == "alert");
    CHECK(event_name(event_type::stats) == "stats");
    const ProtocolId ntp = find_protocol("ntp");
    REQUIRE(ntp != no_protocol);
    CHECK(event_name(event_type::of(ntp)) == "ntp");
    CHECK(event_name(static_cast<EventType>(event_type_count())).empty());
    CHECK(canonical(event_type::flow) == event_type::flow);
}

TEST_CASE("eve: events are switched by name, and a wrong name is told") {
    EveConfig config;
    const std::vector<std::string> some{"alert", "ntp"};
    CHECK(config.select(some).empty());
    EveBench bench{config};
    CHECK(bench.eve.wants(event_type::alert));
    CHECK(bench.eve.wants(event_type::of(find_protocol("ntp"))));
    CHECK(!bench.eve.wants(event_type::flow));
    const std::vector<std::string> wrong{"alert", "alerts"};
    CHECK(config.select(wrong) == "alerts");
    const std::vector<std::string> empty{""};
    CHECK(config.select(empty).empty());
}

TEST_CASE("eve: an anomaly of a session, and one of a datagram that has none") {
    EveBench bench;
    Session session = tcp_session();
    AnomalyEvent event;
    event.place = {noon, 5, 0, &session, nullptr};
    event.type = AnomalyEvent::Type::stream;
    event.event = "overlap_different_data";
    event.layer = "tcp";
    event.code = 3;
    event.direction = Direction::to_client;
    json line = checked(bench.text(bench.eve.anomaly(bench.room, event)));
    CHECK(line["anomaly"] == json::parse(R"({"type": "stream", "event": "overlap_different_data", "layer": "tcp", "code": 3})"));
    CHECK(line["direction"] == "to_client");
    CHECK(line["src_ip"] == "10.20.1.11");  // who opened it, whatever the packet's way

    Layers layers{};
    layers.source = ip("10.0.0.1");
    layers.destination = ip("10.0.0.2");
    layers.protocol = ip_protocol::udp;
    layers.ip_version = 4;
    layers.source_port = 1;
    event.place = {noon, 5, 0, nullptr, &layers};
    event.type = AnomalyEvent::Type::decode;
    line = checked(bench.text(bench.eve.anomaly(bench.room, event)));
    CHECK(line["src_ip"] == "10.0.0.1");
    CHECK(line["pcap_cnt"] == 5);
    CHECK(line["community_id"].is_string());
    CHECK(!line.contains("flow_id"));

    event.place = {noon, 5, 0, nullptr, nullptr};
    line = checked(bench.text(bench.eve.anomaly(bench.room, event)));
    CHECK(!line.contains("src_ip"));
}

TEST_CASE("eve: no community id where the configuration says so") {
    EveConfig config;
    config.community_id = false;
    EveBench bench{config};
    const Session session = tcp_session();
    AnomalyEvent event;
    event.place = {noon, 5, 0, &session, nullptr};
    event.event = "x";
    CHECK(!checked(bench.text(bench.eve.anomaly(bench.room, event))).contains("community_id"));
}
