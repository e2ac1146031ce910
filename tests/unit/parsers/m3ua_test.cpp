// SPDX-License-Identifier: Apache-2.0
#include "parsers/m3ua/m3ua.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<m3ua::Parser>;

namespace {

Outcome run(const char* hex) {
    Driver driver;
    driver.datagram(Direction::to_server, from_hex(hex));
    return driver.finish();
}

bool recognised(const char* hex, std::uint32_t payload_protocol, bool port_matches = false) {
    const auto bytes = from_hex(hex);
    return m3ua::Parser::probe(Offer{bytes, Transport::sctp, Direction::to_server, port_matches, payload_protocol}).answer == Probe::Answer::match;
}

constexpr const char* data = "01 00 01 01 0000001c 0210 0014 00000102 00000304 03 02 00 05 01020304";

}  // namespace

TEST_CASE("m3ua: a DATA message shows the point codes") {
    const auto seen = run(data);
    REQUIRE(seen.transactions.size() == 1);
    CHECK(seen.transactions[0].get("m3ua.operation") == "data");
    CHECK(seen.transactions[0].get("m3ua.opc") == "258");
    CHECK(seen.transactions[0].get("m3ua.dpc") == "772");
    CHECK(seen.transactions[0].get("m3ua.service") == "3");
}

TEST_CASE("m3ua: management of the association") {
    CHECK(run("01 00 03 01 00000008").transactions.at(0).get("m3ua.operation") == "aspup");
    const auto error = run("01 00 00 00 00000010 000c 0008 00000005").transactions.at(0);
    CHECK(error.get("m3ua.operation") == "error");
    CHECK(error.get("m3ua.error") == "5");
    CHECK(run("01 00 07 07 00000008").anomalies == std::vector<std::string>{"malformed_message"});
    CHECK(run("01 00 01 01 00000010 0210 0002 00000000").transactions.size() == 1);  // a parameter shorter than its head
}

TEST_CASE("m3ua: what is recognised, and what is not") {
    CHECK(recognised(data, 3));
    CHECK(recognised(data, 0, true));
    CHECK_FALSE(recognised(data, 0));
    CHECK_FALSE(recognised(data, 60));
    CHECK_FALSE(recognised("02 00 01 01 00000008", 3));
    CHECK_FALSE(recognised("01 00 03 01 00000007", 3));
    CHECK_FALSE(recognised("01 00 03 01", 3));
}
