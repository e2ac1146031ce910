// SPDX-License-Identifier: Apache-2.0
#include "parsers/pfcp/pfcp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<pfcp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

Wire element(unsigned type, const Wire& value) { return joined({number(type, 2), vector(2, value)}); }
Wire node_message(unsigned type, unsigned sequence, const Wire& elements, unsigned flags = 0x20) {
    return joined({{static_cast<std::uint8_t>(flags), static_cast<std::uint8_t>(type)},
                   number(elements.size() + 4, 2),
                   number(sequence, 3),
                   {0},
                   elements});
}
Wire session_message(unsigned type, unsigned seid, unsigned sequence, const Wire& elements) {
    return joined(
        {{0x21, static_cast<std::uint8_t>(type)}, number(elements.size() + 12, 2), number(seid, 8), number(sequence, 3), {0}, elements});
}
const Wire recovery = element(96, number(0xe9f0c2a3, 4));
const Wire node_v4 = element(60, {0, 10, 0, 0, 1});
const Wire heartbeat = node_message(1, 7, recovery);
const Wire establishment = session_message(
    50, 0, 9,
    joined({node_v4, element(57, joined({{2}, number(0x11, 8), {10, 0, 0, 1}})),
            element(1, joined({element(56, number(1, 2)),
                               element(2, joined({element(20, {0}), element(21, joined({{1}, number(5, 4), {10, 0, 0, 2}})),
                                                  element(22, text("internet")), element(93, {2, 192, 0, 2, 7})}))})),
            element(3, joined({element(108, number(1, 4)),
                               element(4, joined({element(84, joined({number(0x0100, 2), number(6, 4), {203, 0, 113, 9}})),
                                                  element(38, joined({{2}, vector(2, text("http://portal.example/"))}))}))}))}));

Outcome parse(const Wire& datagram) {
    Driver driver;
    driver.datagram(to_server, datagram);
    return driver.finish();
}
Outcome::Transaction one(const Wire& datagram) {
    const Outcome outcome = parse(datagram);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(const Wire& bytes, bool port_matches = false) {
    return pfcp::Parser::probe(Offer{bytes, Transport::udp, to_server, port_matches});
}

}  // namespace

TEST_CASE("pfcp: messages between nodes") {
    const auto seen = one(heartbeat);
    CHECK(seen.get("pfcp.operation") == "heartbeat-request");
    CHECK(seen.get("pfcp.type") == "1");
    CHECK(seen.get("pfcp.length") == "12");
    CHECK(seen.get("pfcp.sequence") == "7");
    CHECK(seen.get("pfcp.seid").empty());
    CHECK(seen.get("pfcp.extra") == "0");
    CHECK(seen.report == (Report::request | Report::log));
    const auto setup = one(node_message(
        6, 8, joined({element(60, joined({{2}, vector(1, text("upf")), vector(1, text("example"))})), element(19, {1}), recovery})));
    CHECK(setup.get("pfcp.operation") == "association-setup-response");
    CHECK(setup.get("pfcp.node_id") == "upf.example");
    CHECK(setup.get("pfcp.cause") == "1");
    CHECK(setup.report == (Report::response | Report::log));
    CHECK(one(node_message(5, 8, joined({node_v4, recovery}))).get("pfcp.node_id") == "10.0.0.1");
    CHECK(one(node_message(5, 8, element(60, joined({{1}, Wire(16, 0x20)})))).get("pfcp.node_id") ==
          "2020:2020:2020:2020:2020:2020:2020:2020");
    CHECK(one(node_message(99, 8, {})).get("pfcp.operation") == "type-99");
}

TEST_CASE("pfcp: a session, and where its packets go") {
    const auto seen = one(establishment);
    CHECK(seen.get("pfcp.operation") == "session-establishment-request");
    CHECK(seen.get("pfcp.seid") == "0");
    CHECK(seen.get("pfcp.f_seid") == "17");
    CHECK(seen.get("pfcp.f_seid_addresses[]") == "10.0.0.1");
    CHECK(seen.get("pfcp.tunnel_addresses[]") == "10.0.0.2,203.0.113.9");
    CHECK(seen.get("pfcp.ue_addresses[]") == "192.0.2.7");
    CHECK(seen.get("pfcp.network_instance") == "internet");
    CHECK(seen.get("pfcp.redirect") == "http://portal.example/");
}

TEST_CASE("pfcp: several messages in a datagram") {
    const Outcome outcome = parse(joined({node_message(1, 7, recovery, 0x24), heartbeat}));
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.transactions[0].get("pfcp.extra") == "0");
    CHECK(one(joined({heartbeat, text("tail")})).get("pfcp.extra") == "4");
}

TEST_CASE("pfcp: nesting is bounded, elements are") {
    Wire deep = element(21, joined({{1}, number(5, 4), {10, 0, 0, 2}}));
    for (int i = 0; i < 40; ++i) deep = element(1, deep);
    CHECK(one(node_message(5, 1, deep)).get("pfcp.tunnel_addresses[]").empty());
    CHECK(one(node_message(5, 1, joined({recovery, {0, 60, 0, 9, 1}}))).get("pfcp.extra") == "5");
    for (const unsigned type : {19u, 21u, 22u, 38u, 57u, 60u, 84u, 93u})
        CHECK(one(node_message(5, 1, element(type, {}))).get("pfcp.extra") == "0");
    CHECK(one(node_message(5, 1, element(60, joined({{2}, {9, 'a'}})))).get("pfcp.node_id").empty());
    CHECK(one(node_message(5, 1, element(60, {0, 10, 0}))).get("pfcp.node_id").empty());
}

TEST_CASE("pfcp: every prefix of a good message is an anomaly") {
    for (const Wire& good : {heartbeat, establishment}) {
        for (std::size_t length = 1; length < good.size(); ++length) {
            const Outcome outcome = parse(prefix(good, length));
            CHECK(outcome.transactions.empty());
            CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
}

TEST_CASE("pfcp: is recognised on any port where every octet is accounted for") {
    using enum Probe::Answer;
    CHECK(probe(heartbeat).sender == Probe::Sender::client);
    CHECK(probe(node_message(2, 7, recovery)).sender == Probe::Sender::server);
    CHECK(probe(establishment).answer == match);
    for (const Wire& weak : {joined({heartbeat, {0}}), node_message(50, 1, recovery), session_message(1, 1, 1, recovery)}) {
        CHECK(probe(weak).answer == no_match);
        CHECK(probe(weak, true).answer == match);
    }
    CHECK(probe(node_message(99, 1, recovery), true).answer == no_match);
    CHECK(probe({0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0}, true).answer == no_match);  // an echo of GTP
    CHECK(pfcp::Parser::probe(Offer{heartbeat, Transport::tcp, to_server, true}).answer == no_match);
}
