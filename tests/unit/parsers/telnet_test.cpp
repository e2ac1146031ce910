// SPDX-License-Identifier: Apache-2.0
#include "parsers/telnet/telnet.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<telnet::Parser>;

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;
const auto server_hello = "ff fd 18 ff fd 20 ff fb 01 ff fa 18 01 ff f0"_hex;

Probe probe(Bytes data, bool port_matches) { return telnet::Parser::probe(Offer{data, Transport::tcp, down, port_matches}); }

std::vector<Outcome::Transaction> typed(const Outcome& outcome) {
    std::vector<Outcome::Transaction> out;
    for (const auto& transaction : outcome.transactions)
        if (transaction.direction == up) out.push_back(transaction);
    return out;
}

void log_in(Driver& driver) {
    driver.stream(down, server_hello);
    driver.stream(up, "ff fc 18 ff fc 20 ff fd 01"_hex);
    driver.stream(down, as_bytes("Router login: "));
    for (const char c : std::string_view{"adminx\x7f\r\n"}) driver.stream(up, as_bytes({&c, 1}));
    driver.stream(down, as_bytes("\r\nPassword: "));
    driver.stream(up, as_bytes("s3cret\r"));
    driver.stream(up, as_bytes(std::string_view{"\0", 1}));
    driver.stream(down, as_bytes("\r\nRouter# "));
    driver.stream(up, as_bytes("show running-config\r\n"));
    driver.stream(down, as_bytes("show running-config\r\nversion 15.2\r\n"));
}

}  // namespace

TEST_CASE("telnet: negotiation, then the lines that were typed, editing done") {
    Driver driver;
    log_in(driver);
    const auto seen = typed(driver.finish());
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].get("telnet.negotiations[].command") == "do,do,will,wont,wont,do");
    CHECK(seen[0].get("telnet.negotiations[].option") == "24,32,1,24,32,1");
    CHECK(seen[0].get("telnet.negotiations[].sender") == "server,server,server,client,client,client");
    CHECK(seen[1].get("telnet.prompt") == "Router login: ");
    CHECK(seen[3].get("telnet.line") == "show running-config,show running-config");  // for rules, and for EVE
}

TEST_CASE("telnet: a password is for rules only") {
    Driver driver;
    log_in(driver);
    const auto seen = typed(driver.finish());
    REQUIRE(seen.size() == 4);
    CHECK(seen[2].get("telnet.redacted") == "true");
    CHECK(seen[2].get("telnet.line") == "s3cret");  // the keyword's value alone; the EVE path gave none
}

TEST_CASE("telnet: any cut gives the same transactions") {
    Driver whole;
    log_in(whole);
    whole.finish();
    Driver driver;
    for (const std::uint8_t byte : server_hello) driver.stream(down, Bytes{&byte, 1});
    driver.stream(up, "ff"_hex);
    driver.stream(up, "fc 18 ff fc 20 ff fd 01"_hex);
    driver.stream(down, as_bytes("Router login: "));
    driver.stream(up, as_bytes("adminx\x7f\r\n"));
    driver.stream(down, as_bytes("\r\nPassword: "));
    driver.stream(up, as_bytes(std::string_view{"s3cret\r\0", 8}));
    driver.stream(down, as_bytes("\r\nRouter# "));
    driver.stream(up, as_bytes("show running-config\r\n"));
    driver.stream(down, as_bytes("show running-config\r"));
    driver.stream(down, as_bytes("\nversion 15.2\r\n"));
    CHECK(driver.finish().text() == whole.outcome().text());
}

TEST_CASE("telnet: a line without end is cut, said once") {
    Driver driver;
    driver.stream(up, as_bytes(std::string(2000, 'a')));
    driver.stream(up, as_bytes("\r\n"));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"line_too_long"});
    CHECK(driver.outcome().transactions[0].get("telnet.line").size() == 256 + 1 + 256);
}

TEST_CASE("telnet: recognised by its negotiation on any port, by text on its own") {
    CHECK(probe(server_hello, false).answer == Probe::Answer::match);
    CHECK(probe("ff fd"_hex, false).answer == Probe::Answer::need_more);
    CHECK(probe("ff d8 ff e0 00 10"_hex, false).answer == Probe::Answer::no_match);  // JPEG
    CHECK(probe("ff fb 90 64 00 00"_hex, false).answer == Probe::Answer::no_match);  // MPEG audio
    CHECK(probe(as_bytes("login: "), true).answer == Probe::Answer::match);
    CHECK(probe(as_bytes("login: "), false).answer == Probe::Answer::no_match);
}

TEST_CASE("telnet: a subnegotiation without its end hides nothing") {
    Driver driver;
    driver.stream(up, "ff fa 18 00 78 74 ff fd 01"_hex);  // IAC DO ECHO stands where IAC SE should
    driver.stream(up, as_bytes("enable\r\n"));
    const auto seen = typed(driver.finish());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("telnet.negotiations[].option") == "1");
    CHECK(seen[1].get("telnet.line") == "enable,enable");
}
