// SPDX-License-Identifier: Apache-2.0
#include "parsers/radius/radius.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<radius::Parser>;

namespace {

Wire attribute(unsigned type, const Wire& value) { return joined({number(type, 1), number(value.size() + 2, 1), value}); }
Wire packet(unsigned code, unsigned identifier, const Wire& attributes) {
    return joined({number(code, 1), number(identifier, 1), number(attributes.size() + 20, 2), Wire(16, 0xa5), attributes});
}

const Wire access_request =
    packet(1, 7,
           joined({attribute(1, text("admin")), attribute(2, Wire(16, 0x11)), attribute(4, "0a140102"_hex), attribute(5, "00000002"_hex),
                   attribute(6, "00000006"_hex), attribute(31, text("10.30.0.20")), attribute(32, text("router-1")),
                   attribute(61, "00000005"_hex), attribute(80, Wire(16, 0x22)), attribute(87, text("tty2"))}));
const Wire access_accept = packet(
    2, 7, joined({attribute(18, text("welcome")), attribute(26, joined({"00000009"_hex, attribute(1, text("shell:priv-lvl=15"))}))}));
const Wire accounting_stop =
    packet(4, 8,
           joined({attribute(40, "00000002"_hex), attribute(44, text("5A3F")), attribute(46, "0000003c"_hex), attribute(42, "000003e8"_hex),
                   attribute(43, "00000fa0"_hex), attribute(49, "00000001"_hex), attribute(8, "0a000007"_hex)}));
const Wire coa_request = packet(43, 9, attribute(1, text("bob")));
const Wire disconnect_nak = packet(42, 9, attribute(101, "000001f7"_hex));

Outcome parse(Bytes datagram, Direction direction = Direction::to_server) {
    Driver driver;
    driver.datagram(direction, datagram);
    return driver.finish();
}
Outcome::Transaction one(Bytes datagram, Direction direction = Direction::to_server) {
    const Outcome outcome = parse(datagram, direction);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return radius::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}

}  // namespace

TEST_CASE("radius: a login and its answer") {
    const auto asked = one(access_request);
    CHECK(asked.report == (Report::request | Report::log));
    CHECK(asked.get("radius.code") == "1");
    CHECK(asked.get("radius.operation") == "access-request");
    CHECK(asked.get("radius.identifier") == "7");
    CHECK(asked.get("radius.user_name") == "admin");
    CHECK(asked.get("radius.auth_method") == "pap");
    CHECK(asked.get("radius.message_authenticator") == "true");
    CHECK(asked.get("radius.nas_ip") == "10.20.1.2");
    CHECK(asked.get("radius.nas_identifier") == "router-1");
    CHECK(asked.get("radius.nas_port") == "2");
    CHECK(asked.get("radius.nas_port_id") == "tty2");
    CHECK(asked.get("radius.nas_port_type") == "5");
    CHECK(asked.get("radius.service_type") == "6");
    CHECK(asked.get("radius.calling_station_id") == "10.30.0.20");
    CHECK(asked.get("radius.acct_status_type").empty());

    const auto told = one(access_accept, Direction::to_client);
    CHECK(told.report == (Report::response | Report::log));
    CHECK(told.get("radius.operation") == "access-accept");
    CHECK(told.get("radius.message_authenticator") == "false");
    CHECK(told.get("radius.reply_messages[]") == "welcome");
    CHECK(told.get("radius.vendors[]") == "9");
    CHECK(told.get("radius.cisco_avpairs[]") == "shell:priv-lvl=15");
    CHECK(told.get("radius.user_name").empty());
}

TEST_CASE("radius: how the user proves himself") {
    const auto method = [](const Wire& attributes) { return one(packet(1, 1, attributes)).get("radius.auth_method"); };
    CHECK(method(attribute(3, Wire(17, 1))) == "chap");
    CHECK(method(attribute(79, "0201000501"_hex)) == "eap");
    CHECK(method(attribute(26, joined({"00000137"_hex, attribute(25, Wire(50, 1))}))) == "mschap");
    CHECK(method(attribute(1, text("bob"))).empty());
}

TEST_CASE("radius: accounting") {
    const auto stop = one(accounting_stop);
    CHECK(stop.get("radius.operation") == "accounting-request");
    CHECK(stop.get("radius.acct_status_type") == "2,stop");
    CHECK(stop.get("radius.acct_session_id") == "5A3F");
    CHECK(stop.get("radius.acct_session_time") == "60");
    CHECK(stop.get("radius.acct_input_octets") == "1000");
    CHECK(stop.get("radius.acct_output_octets") == "4000");
    CHECK(stop.get("radius.acct_terminate_cause") == "1");
    CHECK(stop.get("radius.framed_ip") == "10.0.0.7");
}

TEST_CASE("radius: change of authorisation") {
    CHECK(one(coa_request).get("radius.operation") == "coa-request");
    CHECK(one(coa_request).report == (Report::request | Report::log));
    const auto refused = one(disconnect_nak, Direction::to_client);
    CHECK(refused.get("radius.operation") == "disconnect-nak");
    CHECK(refused.get("radius.error_cause") == "503");
}

TEST_CASE("radius: every prefix of a good packet is an anomaly, never a transaction") {
    for (std::size_t length = 0; length < access_request.size(); ++length) {
        const Outcome outcome = parse(Bytes{access_request}.first(length));
        CHECK(outcome.transactions.empty());
        CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
    }
    CHECK(parse(packet(77, 1, {})).anomalies == std::vector<std::string>{"malformed_data"});
}

TEST_CASE("radius: broken attributes are said, and what stands before them is shown") {
    for (const auto& broken : {"0400"_hex, "0401"_hex, "04060a00"_hex, "04"_hex}) {
        const Outcome outcome = parse(packet(1, 1, joined({attribute(1, text("bob")), broken})));
        CHECK(outcome.anomalies == std::vector<std::string>{"malformed_attribute"});
        REQUIRE(outcome.transactions.size() == 1);
        CHECK(outcome.transactions[0].get("radius.user_name") == "bob");
    }
    // A number of another size than its own is not one.
    CHECK(one(packet(1, 1, attribute(5, "0001"_hex))).get("radius.nas_port").empty());
    CHECK(one(packet(1, 1, attribute(4, "0a0000"_hex))).get("radius.nas_ip").empty());
}

TEST_CASE("radius: lists are bounded") {
    Wire replies;
    for (std::size_t i = 0; i <= radius::max_listed; ++i) replies = joined({replies, attribute(18, text("a"))});
    const Outcome outcome = parse(packet(2, 1, replies));
    CHECK(outcome.anomalies == std::vector<std::string>{"too_many_attributes"});
    REQUIRE(outcome.transactions.size() == 1);
    CHECK(outcome.transactions[0].get("radius.reply_messages[]").size() == 2 * radius::max_listed - 1);
}

TEST_CASE("radius: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(access_request, port).sender == Sender::client);
        CHECK(probe(accounting_stop, port).sender == Sender::client);
        CHECK(probe(coa_request, port).sender == Sender::client);
        CHECK(probe(access_accept, port).sender == Sender::server);
        CHECK(probe(disconnect_nak, port).sender == Sender::server);
        CHECK(probe(access_request, port, Transport::tcp).answer == no_match);
        for (std::size_t length = 0; length < access_request.size(); ++length)
            CHECK(probe(Bytes{access_request}.first(length), port).answer == no_match);
        CHECK(probe(packet(1, 1, "0400"_hex), port).answer == no_match);
        CHECK(probe(Wire(64, 0), port).answer == no_match);
    }
    // Without attributes, or with padding behind them, only where the port says so.
    const Wire bare = packet(5, 3, {}), padded = joined({access_request, Wire(4, 0)});
    CHECK(probe(bare, true).answer == match);
    CHECK(probe(bare, false).answer == no_match);
    CHECK(probe(padded, true).answer == match);
    CHECK(probe(padded, false).answer == no_match);
    CHECK(one(padded).get("radius.user_name") == "admin");
}
