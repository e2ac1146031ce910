// SPDX-License-Identifier: Apache-2.0
#include "parsers/l2tp/l2tp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<l2tp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire avp(unsigned type, const Wire& value, unsigned bits = 0x8000, unsigned vendor = 0) {
    return joined({number(bits | (6 + value.size()), 2), number(vendor, 2), number(type, 2), value});
}
Wire message(unsigned type, std::initializer_list<Wire> avps, unsigned version = 2) {
    Wire body = type != 0 ? avp(0, number(type, 2)) : Wire{};
    for (const Wire& one : avps) body = joined({body, one});
    const Wire behind = joined({version == 2 ? number(0x00070009, 4) : number(77, 4), number(0x00010002, 4), body});
    return joined({number(0xc800 | version, 2), number(4 + behind.size(), 2), behind});
}
const Wire sccrq = message(1, {avp(7, text("lac.example")), avp(8, text("Vendor")), avp(9, number(4711, 2)), avp(11, Wire(16, 1))});

Probe probe(Bytes data, bool port_matches = false) { return l2tp::Parser::probe(Offer{data, Transport::udp, to_server, port_matches}); }

}  // namespace

TEST_CASE("l2tp: messages of version 2 and 3") {
    Driver driver;
    driver.datagram(to_server, sccrq);
    driver.datagram(to_client, message(14, {avp(1, joined({number(2, 2), number(0, 2), text("busy")})), avp(14, number(12, 2)),
                                            avp(21, text("5551234"), 0xc000), avp(22, text("5550000")), avp(30, text("alice"))}));
    driver.datagram(
        to_server,
        message(10, {avp(61, number(70000, 4)), avp(63, number(99, 4)), avp(66, text("pw-1")), avp(7, text("x"), 0x8000, 9)}, 3));
    driver.datagram(to_server, message(6, {}));
    driver.datagram(to_server, message(0, {}));
    driver.datagram(to_server, "0002000100020003"_hex);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].get("l2tp.operation") == "sccrq");
    CHECK(seen[0].get("l2tp.host_name") == "lac.example");
    CHECK(seen[0].get("l2tp.vendor_name") == "Vendor");
    CHECK(seen[0].get("l2tp.assigned_tunnel_id") == "4711");
    CHECK(seen[0].get("l2tp.tunnel_id") == "7");
    CHECK(seen[0].get("l2tp.session_id") == "9");
    CHECK(seen[0].get("l2tp.challenge") == "true");
    CHECK(seen[1].get("l2tp.operation") == "cdn");
    CHECK(seen[1].get("l2tp.result_code") == "2");
    CHECK(seen[1].get("l2tp.error_message") == "busy");
    CHECK(seen[1].get("l2tp.assigned_session_id") == "12");
    CHECK(seen[1].get("l2tp.called_number").empty());  // hidden
    CHECK(seen[1].get("l2tp.calling_number") == "5550000");
    CHECK(seen[1].get("l2tp.proxy_name") == "alice");
    CHECK(seen[2].get("l2tp.version") == "3");
    CHECK(seen[2].get("l2tp.tunnel_id") == "77");
    CHECK(seen[2].get("l2tp.assigned_tunnel_id") == "70000");
    CHECK(seen[2].get("l2tp.assigned_session_id") == "99");
    CHECK(seen[2].get("l2tp.remote_end_id") == "pw-1");
    CHECK(seen[2].get("l2tp.host_name").empty());
    CHECK(seen[3].report == Report::request);  // HELLO is not written
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("l2tp: what does not fit is an anomaly") {
    for (std::size_t size = 1; size < sccrq.size(); ++size) {
        Driver driver;
        driver.datagram(to_server, prefix(sccrq, size));
        CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_header"});
        CHECK(probe(prefix(sccrq, size), true).answer == Probe::Answer::no_match);
    }
    for (const Wire& broken : {message(1, {{0x80, 0x05, 0, 0, 0, 7}}), message(1, {{0x80, 0x50, 0, 0, 0, 7}}), message(1, {{0x80}})}) {
        Driver driver;
        driver.datagram(to_server, broken);
        CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_avp"});
        CHECK(driver.outcome().transactions.size() == 1);
    }
}

TEST_CASE("l2tp: recognised by header and message type") {
    CHECK(probe(sccrq).sender == Probe::Sender::client);
    CHECK(probe(message(2, {})).sender == Probe::Sender::server);
    CHECK(probe(message(6, {})).answer == Probe::Answer::match);
    CHECK(probe(message(0, {}), true).answer == Probe::Answer::match);
    CHECK(probe(message(0, {})).answer == Probe::Answer::no_match);
    CHECK(probe(message(99, {})).answer == Probe::Answer::no_match);
    CHECK(probe(message(0, {avp(7, {0, 1})}), true).answer == Probe::Answer::no_match);
    CHECK(probe(joined({sccrq, {0}})).answer == Probe::Answer::no_match);
    CHECK(probe("0002000100020003"_hex, true).answer == Probe::Answer::no_match);
    CHECK(l2tp::Parser::probe(Offer{sccrq, Transport::tcp, to_server, true}).answer == Probe::Answer::no_match);
}
