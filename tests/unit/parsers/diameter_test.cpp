// SPDX-License-Identifier: Apache-2.0
#include "parsers/diameter/diameter.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<diameter::Parser>;

namespace {

Wire avp(unsigned code, const Wire& data, unsigned flags = 0x40) {
    return joined({number(code, 4), number(flags, 1), number(data.size() + 8, 3), data, Wire((4 - data.size() % 4) % 4, 0)});
}
Wire message(unsigned flags, unsigned command, unsigned application, const Wire& avps) {
    return joined({number(1, 1), number(avps.size() + 20, 3), number(flags, 1), number(command, 3), number(application, 4),
                   "00000011 00000022"_hex, avps});
}
const Wire origin = joined({avp(264, text("mme.example.com")), avp(296, text("example.com"))});
const Wire cer = message(0x80, 257, 0, joined({origin, avp(257, "0001 0a140102"_hex), avp(269, text("weir"), 0)}));
const Wire cea =
    message(0x00, 257, 0, joined({avp(268, "000007d1"_hex), avp(264, text("hss.example.com")), avp(296, text("example.com"))}));
const Wire update_location =
    message(0xc0, 316, 16777251,
            joined({avp(263, text("mme.example.com;1;2")), origin, avp(293, text("hss.example.com")), avp(283, text("example.com")),
                    avp(1, text("001010000000001")), avp(282, text("dra.example.com")), avp(1405, "000028af 00000022"_hex, 0xc0)}));
const Wire refused =
    message(0x40, 316, 16777251,
            joined({avp(263, text("mme.example.com;1;2")), avp(297, joined({avp(266, "000028af"_hex), avp(298, "00001389"_hex)}))}));

Outcome parse(Bytes bytes, Direction direction = Direction::to_server) {
    Driver driver;
    driver.stream(direction, bytes);
    return driver.finish();
}
Outcome::Transaction one(Bytes bytes, Direction direction = Direction::to_server) {
    const Outcome outcome = parse(bytes, direction);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::tcp) {
    return diameter::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}

}  // namespace

TEST_CASE("diameter: capabilities") {
    const auto asked = one(cer);
    CHECK(asked.report == (Report::request | Report::log));
    CHECK(asked.get("diameter.command") == "257");
    CHECK(asked.get("diameter.operation") == "capabilities-exchange");
    CHECK(asked.get("diameter.request") == "true");
    CHECK(asked.get("diameter.application_id") == "0");
    CHECK(asked.get("diameter.origin_host") == "mme.example.com");
    CHECK(asked.get("diameter.origin_realm") == "example.com");
    CHECK(asked.get("diameter.product_name") == "weir");
    CHECK(asked.get("diameter.host_addresses[]") == "10.20.1.2");
    CHECK(asked.get("diameter.result_code").empty());
    const auto told = one(cea, Direction::to_client);
    CHECK(told.report == (Report::response | Report::log));
    CHECK(told.get("diameter.result_code") == "2001");
    CHECK(told.get("diameter.request") == "false");
}

TEST_CASE("diameter: an application's request and its refusal") {
    const auto asked = one(update_location);
    CHECK(asked.get("diameter.operation") == "update-location");
    CHECK(asked.get("diameter.application_id") == "16777251");
    CHECK(asked.get("diameter.session_id") == "mme.example.com;1;2");
    CHECK(asked.get("diameter.destination_host") == "hss.example.com");
    CHECK(asked.get("diameter.destination_realm") == "example.com");
    CHECK(asked.get("diameter.user_name") == "001010000000001");
    CHECK(asked.get("diameter.route_records[]") == "dra.example.com");
    CHECK(asked.get("diameter.hop_by_hop") == "17");
    CHECK(asked.get("diameter.end_to_end") == "34");
    CHECK(one(refused, Direction::to_client).get("diameter.experimental_result") == "5001");
}

TEST_CASE("diameter: a request may come from either end, and a command need not be known") {
    CHECK(one(message(0x80, 280, 0, origin), Direction::to_client).report == (Report::request | Report::log));
    CHECK(one(message(0x80, 8388999, 7, origin)).get("diameter.operation") == "unknown");
    const auto error = one(message(0x20, 280, 0, joined({avp(268, "00000bbc"_hex), avp(281, text("no route"))})), Direction::to_client);
    CHECK(error.get("diameter.error") == "true");
    CHECK(error.get("diameter.error_message") == "no route");
}

TEST_CASE("diameter: cut anywhere") {
    const Wire stream = joined({cer, update_location, message(0x80, 280, 0, origin)});
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(Direction::to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().transactions.size() == 3);
        CHECK(driver.outcome().anomalies.empty());
    }
}

TEST_CASE("diameter: what is broken") {
    for (const auto& header : {"02000014"_hex, "01000010"_hex, "01000015"_hex, "0100001481"_hex, "01000014a0"_hex, "0100001410"_hex})
        CHECK(parse(joined({header, Wire(20, 0)})).anomalies == std::vector<std::string>{"malformed_header"});
    for (const auto& broken : {"00000001 40 000007"_hex, "00000001 40 0000ff 00"_hex, "00000001 c0 000009 00000000"_hex, "0000"_hex}) {
        const Wire padded = joined({origin, broken, Wire((4 - broken.size() % 4) % 4, 0)});
        const Outcome outcome = parse(message(0x80, 280, 0, padded));
        CHECK(outcome.anomalies == std::vector<std::string>{"malformed_avp"});
        REQUIRE(outcome.transactions.size() == 1);
        CHECK(outcome.transactions[0].get("diameter.origin_realm") == "example.com");
    }
    Wire records;
    for (std::size_t i = 0; i <= diameter::max_listed; ++i) records = joined({records, avp(282, text("a"))});
    CHECK(parse(message(0x80, 272, 4, records)).anomalies == std::vector<std::string>{"too_many_avps"});
    const Outcome large = parse(joined({message(0x80, 272, 4, Wire(diameter::max_read, 0)), cer}));
    CHECK(large.anomalies == std::vector<std::string>{"message_too_long"});
    CHECK(large.transactions.size() == 2);
}

TEST_CASE("diameter: goes on behind a gap where a message begins, and stops quietly where none does") {
    Driver driver;
    driver.stream(Direction::to_server, first_of(cer, 30));
    CHECK(driver.gap(Direction::to_server, 1000));
    driver.stream(Direction::to_server, update_location);
    CHECK(driver.finish().transactions.size() == 1);
    Driver amid;
    amid.stream(Direction::to_server, cer);
    CHECK(amid.gap(Direction::to_server, 100));
    CHECK_FALSE(amid.stream(Direction::to_server, text("host.example.com and more")));
    CHECK(amid.finish().anomalies.empty());
}

TEST_CASE("diameter: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(cer, port).sender == Sender::client);
        CHECK(probe(cea, port).sender == Sender::server);
        CHECK(probe(update_location, port).answer == match);
        CHECK(probe(update_location, port).sender == Sender::unknown);
        for (std::size_t length = 0; length < 28; ++length) CHECK(probe(Bytes{cer}.first(length), port).answer == need_more);
        CHECK(probe(message(0x80, 8388999, 7, origin), port).answer == no_match);
        CHECK(probe(message(0x80, 257, 0, Wire(8, 0)), port).answer == no_match);
        CHECK(probe(message(0x80, 257, 0, {}), port).answer == no_match);
        CHECK(probe(cer, port, Transport::udp).answer == no_match);
    }
}
