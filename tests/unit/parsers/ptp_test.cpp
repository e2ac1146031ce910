// SPDX-License-Identifier: Apache-2.0
#include "parsers/ptp/ptp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ptp::Parser>;

namespace {

Outcome run(const char* hex) {
    Driver driver;
    driver.datagram(Direction::to_server, from_hex(hex));
    return driver.finish();
}

constexpr const char* announce =
    "0b 02 0040 00 00 0008 0000000000000000 00000000 00806efffe0c8c00 0001 05c0 05 01"
    "00000000000000000000 0025 00 80 06 21 4e5d 80 00806efffe0c8c00 0001 20";
constexpr const char* sync_message = "00 02 002c 07 00 0200 0000000000000000 00000000 00806efffe0c8c00 0002 1234 00 00 0000454932650000abcd";

}  // namespace

TEST_CASE("ptp: an Announce names the grandmaster") {
    const auto seen = run(announce).transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("ptp.operation") == "announce");
    CHECK(seen[0].get("ptp.clock") == "00806efffe0c8c00");
    CHECK(seen[0].get("ptp.grandmaster") == "00806efffe0c8c00");
    CHECK(seen[0].get("ptp.clock_class") == "6");
    CHECK(seen[0].get("ptp.priority1") == "128");
    CHECK(seen[0].get("ptp.steps_removed") == "1");
    CHECK(seen[0].get("ptp.time_source") == "32");
    CHECK(seen[0].get("ptp.sequence_id") == "1472");
}

TEST_CASE("ptp: other messages, and what is none") {
    const auto seen = run(sync_message).transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("ptp.operation") == "sync");
    CHECK(seen[0].get("ptp.domain") == "7");
    CHECK(seen[0].get("ptp.grandmaster").empty());
    CHECK(run("04 02 0022").anomalies == std::vector<std::string>{"malformed_message"});
    const auto bytes = from_hex(announce);
    CHECK(ptp::Parser::probe(Offer{bytes, Transport::udp, Direction::to_server, true}).answer == Probe::Answer::match);
    CHECK(ptp::Parser::probe(Offer{bytes, Transport::udp, Direction::to_server, false}).answer == Probe::Answer::no_match);
}
