// SPDX-License-Identifier: Apache-2.0
#include "parsers/tl1/tl1.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<tl1::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

constexpr std::string_view login = "ACT-USER:NODE7:CISCO15:100::otbu+1;";
constexpr std::string_view login_done = "\r\n\n   NODE7 98-06-20 14:30:00\r\nM  100 COMPLD\r\n   \"CISCO15:98-06-19 10-00-00,0\"\r\n;";
constexpr std::string_view denied =
    "\r\n\n   NODE7 2002-05-14 08:15:01\r\nM  7 DENY\r\n   IIAC\r\n   /* Input, Invalid Access Identifier */\r\n;";
constexpr std::string_view critical_alarm =
    "\r\n\n   NODE7 98-06-20 14:31:07\r\n*C 12 REPT ALM T3\r\n   \"FAC-3-1:CR,LOS,SA,06-20,14-31-07,NEND,RCV:\\\"LOSS OF SIGNAL\\\"\"\r\n;";

Probe probe(std::string_view text, bool port_matches = false) {
    return tl1::Parser::probe(Offer{as_bytes(text), Transport::tcp, to_server, port_matches});
}

}  // namespace

TEST_CASE("tl1: a command and its response are one transaction") {
    Driver driver;
    driver.stream(to_server, as_bytes("\r\nRTRV-ALM-OC12:ELDRIDGE:FAC-5-1:225::MN,SD,SA;\r\n"));
    driver.stream(to_client,
                  as_bytes("\r\n\n   ELDRIDGE 1998-06-20 14:30:00\r\nM  225 COMPLD\r\n   \"FAC-5-1,OC12:MJ,SD,SA,,,,:;\"\r\n;\r\n"));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].report == Report::request);
    CHECK(seen[1].report == (Report::response | Report::log));
    for (const auto& transaction : seen) {
        CHECK(transaction.get("tl1.operation") == "rtrv");
        CHECK(transaction.get("tl1.command") == "RTRV-ALM-OC12");
        CHECK(transaction.get("tl1.tid") == "ELDRIDGE");
        CHECK(transaction.get("tl1.aid") == "FAC-5-1");
        CHECK(transaction.get("tl1.ctag") == "225");
        CHECK(transaction.get("tl1.parameters") == "MN,SD,SA");
        CHECK(transaction.get("tl1.user").empty());
    }
    CHECK(seen[1].get("tl1.sid") == "ELDRIDGE");
    CHECK(seen[1].get("tl1.completion") == "COMPLD");
    CHECK(seen[1].get("tl1.text") == "\"FAC-5-1,OC12:MJ,SD,SA,,,,:;\",\"FAC-5-1,OC12:MJ,SD,SA,,,,:;\"");  // for rules, and for the event
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("tl1: what a login carries is for rules only") {
    Driver driver;
    driver.stream(to_server, as_bytes(login));
    driver.stream(to_client, as_bytes(login_done));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("tl1.user") == "CISCO15");
    CHECK(seen[0].get("tl1.password") == "otbu+1");
    CHECK(seen[0].get("tl1.redacted") == "true");
    CHECK(seen[0].get("tl1.parameters").empty());
    for (const Field& field : tl1::Parser::fields)
        if (field.keyword == "tl1.password") CHECK(field.secret);
}

TEST_CASE("tl1: which payloads are withheld") {
    const auto withheld = [](std::string_view text) {
        Driver driver;
        driver.stream(to_server, as_bytes(text));
        return driver.finish().transactions.at(0).get("tl1.redacted") == "true";
    };
    CHECK(withheld("ENT-USER-SECU:N:ANNE:1::pw1%,,MAINT;"));
    CHECK(withheld("ED-PID:N:ANNE:1::old,new;"));
    CHECK(withheld("ENT-TRAPTABLE:N:10.0.0.9:2::COMMUNITY=\"x\";"));
    CHECK(withheld("ENT-HGU::ONT-1:::PARAMNAME=Password,PARAMVALUE=\"q\";"));
    CHECK_FALSE(withheld("RTRV-EQPT::SLOT-1:3::,;"));
    CHECK_FALSE(withheld("CANC-USER::ANNE:4;"));
}

TEST_CASE("tl1: responses find their command by the tag, whatever the order") {
    Driver driver;
    driver.stream(to_server, as_bytes("RTRV-HDR:::7;RTRV-EQPT::ALL:8;"));
    driver.stream(to_client, as_bytes("\r\n\n   N 98-06-20 14:30:00\r\nM  8 COMPLD\r\n;"));
    driver.stream(to_client, as_bytes("IP 7\r\n<"));
    driver.stream(to_client, as_bytes(denied));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[2].get("tl1.command") == "RTRV-EQPT");
    CHECK(seen[3].get("tl1.command") == "RTRV-HDR");
    CHECK(seen[3].get("tl1.completion") == "DENY");
    CHECK(seen[3].get("tl1.error") == "IIAC");
    CHECK(seen[3].get("tl1.text").starts_with("/* Input, Invalid Access Identifier */"));
}

TEST_CASE("tl1: a response in parts is reported with its last") {
    Driver driver;
    driver.stream(
        to_client,
        as_bytes("\r\n\n   N 98-06-20 14:30:00\r\nM  8 RTRV\r\n   \"A\"\r\n>\r\n\n   N 98-06-20 14:30:01\r\nM  8 COMPLD\r\n   \"B\"\r\n;"));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("tl1.completion") == "COMPLD");
    CHECK(seen[0].get("tl1.text") == "\"B\",\"B\"");
    CHECK(seen[0].get("tl1.command").empty());
}

TEST_CASE("tl1: a response that holds a secret is not written") {
    Driver driver;
    driver.stream(to_client, as_bytes("\r\n\n   N 98-06-20 14:30:00\r\nM  8 COMPLD\r\n   \"10.0.0.9,COMMUNITY=private\"\r\n;"));
    CHECK(driver.finish().transactions.at(0).get("tl1.text") == "\"10.0.0.9,COMMUNITY=private\"");  // once: for rules
}

TEST_CASE("tl1: autonomous messages") {
    struct Case {
        std::string_view code, alarm;
    };
    for (const auto& [code, level] : {Case{"*C", "critical"}, Case{"**", "major"}, Case{"* ", "minor"}, Case{"A ", "none"}}) {
        Driver driver;
        const std::string text = "\r\n\n   N 98-06-20 14:30:00\r\n" + std::string{code} + " 12 REPT ALM T3\r\n   \"x\"\r\n;";
        driver.stream(to_client, as_bytes(text));
        const auto& seen = driver.finish().transactions;
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].get("tl1.alarm") == level);
        CHECK(seen[0].get("tl1.event") == "REPT ALM T3");
        CHECK(seen[0].get("tl1.operation") == "rept");
        CHECK(seen[0].get("tl1.atag") == "12");
    }
}

TEST_CASE("tl1: prompts, echoes and Telnet's options are no messages") {
    Driver driver;
    driver.stream(to_client, as_bytes("\xff\xfb\x01\xff\xfb\x03Login: "));
    driver.stream(to_server, as_bytes("\xff\xfd\x01\xff\xfd\x03"
                                      "anne\r\nsecret!\r\n"));
    driver.stream(to_client, as_bytes("\r\nAmp01:ONS15216 EDFA2> "));
    driver.stream(to_server, as_bytes("RTRV-HDR:::1;"));
    driver.stream(to_client, as_bytes("RTRV-HDR:::1;\r\n\r\n\n   N 98-06-20 14:30:00\r\nM  1 COMPLD\r\n;\r\n> "));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("tl1.command") == "RTRV-HDR");
    CHECK(seen[1].get("tl1.completion") == "COMPLD");
    CHECK(driver.outcome().text().find("secret!") == std::string::npos);
}

TEST_CASE("tl1: commands that are none, or have no end") {
    Driver driver;
    driver.stream(to_server, as_bytes("ls -la; 99:1;" + std::string(tl1::max_command, 'A') + "AAA;RTRV-HDR:::1;"));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_command", "invalid_command", "command_too_long"});
    CHECK(driver.outcome().transactions.size() == 2);  // the request, and the event of what was never answered
}

TEST_CASE("tl1: more commands than can wait") {
    Driver driver;
    for (std::size_t i = 0; i <= tl1::max_outstanding; ++i) driver.stream(to_server, as_bytes("RTRV-HDR:::" + std::to_string(i) + ';'));
    std::size_t logged = 0;
    for (const auto& transaction : driver.finish().transactions) logged += has(transaction.report, Report::log) ? 1 : 0;
    CHECK(logged == tl1::max_outstanding + 1);
}

TEST_CASE("tl1: goes on behind a gap") {
    Driver driver;
    driver.stream(to_server, as_bytes(login));
    CHECK(driver.gap(to_server, 50));
    CHECK(driver.gap(to_client, 50));
    driver.stream(to_server, as_bytes("lost;RTRV-HDR:::9;"));
    driver.stream(to_client, as_bytes("M  9 COMPLD lost\r\nM  9 COMPLD\r\n;"));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[2].get("tl1.command") == "RTRV-HDR");
    CHECK(seen[2].get("tl1.completion") == "COMPLD");
}

TEST_CASE("tl1: is recognised by what it says, and by its roles") {
    using enum Probe::Answer;
    CHECK(probe(login).answer == match);
    CHECK(probe(login).sender == Probe::Sender::client);
    CHECK(probe(login_done).sender == Probe::Sender::server);
    CHECK(probe(critical_alarm).sender == Probe::Sender::server);
    CHECK(probe("\r\n\n   NODE7 98-06-20 14:30:00\r\n", true).answer == match);
    CHECK(probe("X:a;", true).answer == match);
    CHECK(probe("\xff\xfb\x01", true).answer == match);
    CHECK(probe("< ", true).answer == need_more);
    for (std::size_t size = 1; size + 1 < login.size(); ++size) CHECK(probe(login.substr(0, size)).answer == need_more);
    for (const std::string_view other :
         {"GET / HTTP/1.1\r\n", "USER anne\r\n", "220 ftp ready\r\n", "SSH-2.0-x\r\n", "\xff\xfb\x01", "LST CELL:ID=1,B=2:C:D;",
          "X-1:a:b:c;", "   just some text here\r\nM 1 COMPLD\r\n", "\r\n\n   NODE7 98-06-20 14:30:00\r\nHello\r\n"})
        CHECK(probe(other).answer == no_match);
}
