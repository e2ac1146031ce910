// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipfix/ipfix.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ipfix::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

Wire set(unsigned id, const Wire& content) { return joined({number(id, 2), number(content.size() + 4, 2), content}); }
Wire ipfix_10(const Wire& sets, unsigned domain = 7) {
    return joined({number(10, 2), number(sets.size() + 16, 2), "65000000 00000101"_hex, number(domain, 4), sets});
}
Wire netflow_9(unsigned count, const Wire& sets) {
    return joined({number(9, 2), number(count, 2), "00001000 65000000 00000102 00000008"_hex, sets});
}
Wire netflow_5(unsigned count) {
    return joined({number(5, 2), number(count, 2), "00001000 65000000 00000000 00000103 0102 4064"_hex, Wire(count * 48, 0)});
}

const Wire fields_3 = "0008 0004 000c 0004 8065 0004 00000009"_hex;  // two of IANA's, one of Cisco's
const Wire templates =
    ipfix_10(joined({set(2, joined({"0100 0003"_hex, fields_3})), set(3, "0101 0002 0001 0082 0004 0100 0002 0000"_hex)}));
const Wire data = ipfix_10(joined({set(256, Wire(24, 1)), set(257, Wire(8, 2))}));
const Wire templates_9 =
    netflow_9(2, joined({set(0, "0100 0002 0008 0004 000c 0004"_hex), set(1, "0101 0004 0004 0001 0004 0022 0004"_hex)}));

Outcome parse(std::initializer_list<Wire> all) {
    Driver driver;
    for (const Wire& datagram : all) driver.datagram(to_server, datagram);
    return driver.finish();
}
Outcome::Transaction one(const Wire& datagram) {
    const Outcome outcome = parse({datagram});
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes wire, bool port_matches, Transport transport = Transport::udp) {
    return ipfix::Parser::probe(Offer{wire, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("ipfix: templates") {
    const auto seen = one(templates);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("ipfix.version") == "10");
    CHECK(seen.get("ipfix.operation") == "template");
    CHECK(seen.get("ipfix.source_id") == "7");
    CHECK(seen.get("ipfix.sequence") == "257");
    CHECK(seen.get("ipfix.export_time") == "1694498816");
    CHECK(seen.get("ipfix.count").empty());
    CHECK(seen.get("ipfix.templates[].id") == "256,257");
    CHECK(seen.get("ipfix.templates[].fields") == "3,2");
    CHECK(seen.get("ipfix.templates[].options") == "false,true");
    CHECK(seen.get("ipfix.enterprises[]") == "9");
    CHECK(seen.get("ipfix.data_sets") == "0");
}

TEST_CASE("ipfix: NetFlow 9 and 5") {
    const auto nine = one(templates_9);
    CHECK(nine.get("ipfix.version") == "9");
    CHECK(nine.get("ipfix.source_id") == "8");
    CHECK(nine.get("ipfix.count") == "2");
    CHECK(nine.get("ipfix.uptime") == "4096");
    CHECK(nine.get("ipfix.templates[].id") == "256,257");
    CHECK(nine.get("ipfix.templates[].fields") == "2,2");
    const auto five = one(netflow_5(2));
    CHECK(five.get("ipfix.version") == "5");
    CHECK(five.get("ipfix.operation") == "data");
    CHECK(five.get("ipfix.sequence") == "259");
    CHECK(five.get("ipfix.source_id") == "258");
    CHECK(five.get("ipfix.sampling") == "100");
    CHECK(five.get("ipfix.templates[].id").empty());
}

TEST_CASE("ipfix: an event for each source and what it has new, and one at the end that counts") {
    const Outcome outcome = parse({data, data, templates, templates, ipfix_10(set(256, Wire(24, 1)), 9), data});
    REQUIRE(outcome.transactions.size() == 7);
    const std::vector<bool> written{true, false, true, false, true, false, true};
    for (std::size_t i = 0; i < written.size(); ++i) CHECK(has(outcome.transactions[i].report, Report::log) == written[i]);
    CHECK(outcome.transactions[0].get("ipfix.data_sets") == "2");
    CHECK_FALSE(has(outcome.transactions[6].report, Report::request));
    CHECK(outcome.transactions[6].get("ipfix.messages") == "6");
}

TEST_CASE("ipfix: padding and withdrawals") {
    CHECK(one(ipfix_10(set(2, "0100 0001 0008 0004 0000"_hex))).get("ipfix.templates[].id") == "256");
    const auto withdrawn = one(ipfix_10(set(2, "0100 0000"_hex)));
    CHECK(withdrawn.get("ipfix.templates[].fields") == "0");
    CHECK(one(ipfix_10(set(2, "0002 0000"_hex))).get("ipfix.templates[].id") == "2");  // all of them
}

TEST_CASE("ipfix: every prefix of a good message is an anomaly, never a transaction") {
    for (const Wire& wire : {templates, data, netflow_5(1)}) {
        for (std::size_t length = 0; length < wire.size(); ++length) {
            const Outcome outcome = parse({prefix(wire, length)});
            CHECK(outcome.transactions.empty());
            CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
    for (const Wire& sets :
         {"0100 0003"_hex, "0004 0004"_hex, "0100 0008 00"_hex, set(2, "0100 0002 0008 0004"_hex), set(2, "00ff 0001 0008 0004"_hex)})
        CHECK(parse({ipfix_10(sets)}).anomalies == std::vector<std::string>{"malformed_data"});
}

TEST_CASE("ipfix: over TCP, cut anywhere, and behind a gap") {
    const Wire stream = joined({templates, data, data});
    Driver whole;
    whole.stream(to_server, stream);
    const std::string expected = whole.finish().text();
    CHECK(whole.outcome().transactions.size() == 4);
    for (std::size_t step = 1; step < stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().text() == expected);
    }
    Driver driver;
    driver.stream(to_server, prefix(data, 20));
    CHECK(driver.gap(to_server, 100));
    driver.stream(to_server, templates);
    CHECK(driver.outcome().transactions.size() == 1);
    CHECK(driver.gap(to_server, 100));
    CHECK_FALSE(driver.stream(to_server, Wire(24, 0)));
    CHECK(driver.finish().anomalies.empty());
    Driver broken;
    broken.stream(to_server, joined({data, Wire(24, 0)}));
    CHECK(broken.finish().anomalies == std::vector<std::string>{"malformed_data"});
    Driver large;
    large.stream(to_server, joined({ipfix_10(set(256, Wire(ipfix::max_read, 0))), data}));
    CHECK(large.finish().anomalies == std::vector<std::string>{"message_too_long"});
    CHECK(large.outcome().transactions.size() == 1);
}

TEST_CASE("ipfix: recognised on any port, the exporter is the client") {
    using enum Probe::Answer;
    for (const bool port : {false, true}) {
        for (const Wire& wire : {templates, data, templates_9, netflow_5(30)}) CHECK(probe(wire, port).sender == Probe::Sender::client);
        CHECK(probe(netflow_5(31), port).answer == no_match);
        CHECK(probe(netflow_9(1, {}), port).answer == no_match);
        CHECK(probe(templates, port, Transport::tcp).answer == match);
        CHECK(probe(templates_9, port, Transport::tcp).answer == no_match);
        for (std::size_t length = 0; length < 20; ++length) CHECK(probe(prefix(data, length), port, Transport::tcp).answer == need_more);
        CHECK(probe(prefix(data, 30), port, Transport::tcp).answer == (port ? match : need_more));
        CHECK(probe(Wire(64, 0), port).answer == no_match);
    }
}
