// SPDX-License-Identifier: Apache-2.0
#include "parsers/ftp_data/ftp_data.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("ftp-data: the start is shown once, all bytes are counted") {
    ParserDriver<ftp_data::Parser> driver;
    const std::string file = "!RUNNING-CONFIG\n" + std::string(1000, 'c');
    driver.stream(Direction::to_server, as_bytes(file).first(10));
    driver.stream(Direction::to_server, as_bytes(file).subspan(10));
    REQUIRE(driver.gap(Direction::to_server, 500));
    driver.stream(Direction::to_server, as_bytes("end"));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("ftp_data.start").substr(0, 15) == "!RUNNING-CONFIG");
    CHECK(seen[1].get("ftp_data.bytes_toserver") == "1519");
    CHECK(seen[1].get("ftp_data.start").empty());
}

TEST_CASE("ftp-data: never recognised by content") {
    CHECK(ftp_data::Parser::probe(Offer{as_bytes("anything"), Transport::tcp, Direction::to_server, true}).answer == Probe::Answer::no_match);
}
