// SPDX-License-Identifier: Apache-2.0
#include "parsers/bgp/bgp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<bgp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

const std::string marker = "ffffffffffffffffffffffffffffffff";
const std::string open = marker + "0025 01 04 5ba0 00b4 c0a80a01 08 02 06 41 04 00010005";
const std::string update = marker + "0032 02 0002 08 0a 0012 40 01 01 00 40 02 04 02 01 fde9 40 03 04 c0000201 18 cb0071 10 c612";
const std::string shutdown = marker + "0019 03 06 02 03 627965";
const std::string keepalive = marker + "0013 04";

Outcome run(const std::string& hex) {
    Driver driver;
    driver.stream(to_server, from_hex(hex));
    return driver.finish();
}

Probe::Answer probe(const std::string& hex) {
    const auto bytes = from_hex(hex);
    return bgp::Parser::probe(Offer{bytes, Transport::tcp, to_server}).answer;
}

}  // namespace

TEST_CASE("bgp: an OPEN tells the sender") {
    const auto seen = run(open).transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("bgp.operation") == "open");
    CHECK(seen[0].get("bgp.as") == "65541");
    CHECK(seen[0].get("bgp.hold_time") == "180");
    CHECK(seen[0].get("bgp.identifier") == "192.168.10.1");
}

TEST_CASE("bgp: an UPDATE shows what is announced and withdrawn, a NOTIFICATION why it ends") {
    const auto seen = run(update + keepalive + shutdown);
    REQUIRE(seen.transactions.size() == 3);
    CHECK(seen.anomalies.empty());
    CHECK(seen.transactions[0].get("bgp.prefix") == "203.0.113.0/24,198.18.0.0/16");
    CHECK(seen.transactions[0].get("bgp.withdrawn") == "10.0.0.0/8");
    CHECK(seen.transactions[0].get("bgp.next_hop") == "192.0.2.1");
    CHECK(seen.transactions[0].get("bgp.origin_as") == "65001");
    CHECK(seen.transactions[1].get("bgp.operation") == "keepalive");
    CHECK(seen.transactions[2].get("bgp.error_code") == "6");
    CHECK(seen.transactions[2].get("bgp.reason") == "bye");
}

TEST_CASE("bgp: messages that do not fit, and the way behind a gap") {
    CHECK(run(marker + "0017 02 0000 00ff").anomalies == std::vector<std::string>{"malformed_message"});
    const auto shifted = run(keepalive + "00" + keepalive);
    CHECK(shifted.anomalies == std::vector<std::string>{"malformed_header"});
    CHECK(shifted.transactions.size() == 2);
    Driver driver;
    driver.stream(to_server, from_hex(keepalive));
    CHECK(driver.gap(to_server, 100));
    driver.stream(to_server, from_hex("0102030405" + keepalive));
    CHECK(driver.finish().transactions.size() == 2);
}

TEST_CASE("bgp: what is recognised, and what is not") {
    CHECK(probe(open) == Probe::Answer::match);
    CHECK(probe(keepalive) == Probe::Answer::match);
    CHECK(probe("ffffff") == Probe::Answer::need_more);
    CHECK(probe(marker + "0013 09") == Probe::Answer::no_match);
    CHECK(probe(marker + "0014 04") == Probe::Answer::no_match);
    CHECK(probe("fffd18fffd20") == Probe::Answer::no_match);
}
