// SPDX-License-Identifier: Apache-2.0
#include "parsers/ospf/ospf.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ospf::Parser>;

namespace {

Outcome run(const char* hex) {
    Driver driver;
    driver.datagram(Direction::to_server, from_hex(hex));
    return driver.finish();
}

constexpr const char* hello_v2 =
    "02 01 0030 c0a8aa08 00000001 275a 0001 7365637265740000  ffffff00 000a 02 01 00000028 c0a8aa08 00000000 c0a8aa03";
constexpr const char* hello_v3 = "03 01 0028 01010101 00000001 fb86 0000  00000005 01000013 000a 0028 02020202 01010101 02020202";

}  // namespace

TEST_CASE("ospf: a Hello of version 2, with its password") {
    const auto seen = run(hello_v2).transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("ospf.operation") == "hello");
    CHECK(seen[0].get("ospf.version") == "2");
    CHECK(seen[0].get("ospf.router") == "192.168.170.8");
    CHECK(seen[0].get("ospf.area") == "0.0.0.1");
    CHECK(seen[0].get("ospf.authentication") == "simple");
    CHECK(seen[0].get("ospf.password") == "secret");
    CHECK(seen[0].get("ospf.designated_router") == "192.168.170.8");
    CHECK(seen[0].get("ospf.hello_interval") == "10");
    CHECK(seen[0].get("ospf.neighbors") == "1");
}

TEST_CASE("ospf: a Hello of version 3") {
    const auto seen = run(hello_v3).transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("ospf.version") == "3");
    CHECK(seen[0].get("ospf.designated_router") == "2.2.2.2");
    CHECK(seen[0].get("ospf.neighbors") == "1");
    CHECK(seen[0].get("ospf.authentication").empty());
}

TEST_CASE("ospf: what is none") {
    CHECK(run("02 06 0018 01010101 00000001 0000 0000 0000000000000000").anomalies == std::vector<std::string>{"malformed_packet"});
    CHECK(run("02 01 00ff 01010101 00000001 0000 0000 0000000000000000").transactions.empty());
    CHECK(run("02 01").transactions.empty());
    const auto bytes = from_hex(hello_v2);
    CHECK(ospf::Parser::probe(Offer{bytes, Transport::ip, Direction::to_server, true}).answer == Probe::Answer::match);
    CHECK(ospf::Parser::probe(Offer{bytes, Transport::ip, Direction::to_server, false}).answer == Probe::Answer::no_match);
    CHECK(ospf::Parser::probe(Offer{bytes, Transport::udp, Direction::to_server, true}).answer == Probe::Answer::no_match);
}
