// SPDX-License-Identifier: Apache-2.0
#include "parsers/sflow/sflow.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<sflow::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

Wire sample(unsigned format, const Wire& content) { return joined({number(format, 4), vector(4, content)}); }
Wire datagram(const Wire& agent, unsigned count, const Wire& samples) {
    return joined({"00000005"_hex, agent, "00000001 00000102 00001000"_hex, number(count, 4), samples});
}
const Wire v4 = "00000001 ac152311"_hex, v6 = "00000002 20010db8000000000000000000000001"_hex;
// Sequence, source, rate, pool, drops, input, output, number of records.
const Wire flow = sample(1, "00000001 00000002 00000200 00001000 00000003 00000001 00000002 00000000"_hex);
const Wire expanded_flow =
    sample(3, "00000001 00000000 00000002 00000400 00001000 00000000 0000000000000001 0000000000000002 00000000"_hex);
const Wire counters = sample(2, "00000001 00000002 00000000"_hex);
const Wire mixed = datagram(v4, 3, joined({flow, counters, expanded_flow}));

Outcome parse(std::initializer_list<Wire> all) {
    Driver driver;
    for (const Wire& one : all) driver.datagram(to_server, one);
    return driver.finish();
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return sflow::Parser::probe(Offer{data, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("sflow: the agent and what it samples") {
    const Outcome outcome = parse({mixed, datagram(v6, 1, expanded_flow)});
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 2);
    const auto& first = outcome.transactions[0];
    CHECK(first.report == (Report::request | Report::log));
    CHECK(first.get("sflow.version") == "5");
    CHECK(first.get("sflow.agent") == "172.21.35.17");
    CHECK(first.get("sflow.sub_agent") == "1");
    CHECK(first.get("sflow.sequence") == "258");
    CHECK(first.get("sflow.uptime") == "4096");
    CHECK(first.get("sflow.samples") == "3");
    CHECK(first.get("sflow.flow_samples") == "2");
    CHECK(first.get("sflow.counter_samples") == "1");
    CHECK(first.get("sflow.sampling_rate") == "512");
    CHECK(first.get("sflow.drops") == "3");
    CHECK(outcome.transactions[1].get("sflow.agent") == "2001:db8::1");
    CHECK(outcome.transactions[1].get("sflow.sampling_rate") == "1024");
}

TEST_CASE("sflow: an event for each agent, and one at the end that counts") {
    const Outcome outcome = parse({mixed, mixed, datagram(v6, 1, counters), mixed});
    REQUIRE(outcome.transactions.size() == 5);
    const std::vector<bool> written{true, false, true, false, true};
    for (std::size_t i = 0; i < written.size(); ++i) CHECK(has(outcome.transactions[i].report, Report::log) == written[i]);
    CHECK(outcome.transactions[2].get("sflow.sampling_rate").empty());
    CHECK(outcome.transactions[4].get("sflow.datagrams") == "4");
}

TEST_CASE("sflow: every prefix of a good datagram is an anomaly, never a transaction") {
    for (std::size_t length = 0; length < mixed.size(); ++length) {
        const Outcome outcome = parse({prefix(mixed, length)});
        CHECK(outcome.transactions.empty());
        CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
    }
    CHECK(parse({datagram(v4, 0xffffffff, counters)}).anomalies == std::vector<std::string>{"malformed_data"});
    CHECK(parse({datagram("00000003"_hex, 1, counters)}).anomalies == std::vector<std::string>{"malformed_data"});
}

TEST_CASE("sflow: recognised on any port, the agent is the client") {
    using enum Probe::Answer;
    for (const bool port : {false, true}) {
        CHECK(probe(mixed, port).sender == Probe::Sender::client);
        CHECK(probe(mixed, port, Transport::tcp).answer == no_match);
        CHECK(probe(joined({mixed, "00"_hex}), port).answer == no_match);
        CHECK(probe(datagram(v4, 0, {}), port).answer == (port ? match : no_match));
        CHECK(probe(Wire(40, 0), port).answer == no_match);
    }
}
