// SPDX-License-Identifier: Apache-2.0
#include "parsers/mml/mml.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<mml::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

std::string block(std::string_view command, std::string_view rest, std::string_view source = "O&M    #1234") {
    std::string out = "+++    HLR9820/*MEID:4 MENAME:HLR*/        2026-01-02 14:55:24+08:00\r\n" + std::string{source} + "\r\n";
    if (!command.empty()) out += "%%" + std::string{command} + "%%\r\n";
    return out + std::string{rest} + "\r\n\r\n---    END\r\n\r\n";
}
Probe probe(std::string_view text, bool port_matches = false) {
    return mml::Parser::probe(Offer{as_bytes(text), Transport::tcp, to_server, port_matches});
}

}  // namespace

TEST_CASE("mml: a login") {
    Driver driver;
    driver.stream(to_server, as_bytes("LGI:OP=\"anne\", PWD =\"a;b,c=d:e\";\r\n"));
    driver.stream(to_client, as_bytes(block("LGI:OP=\"anne\",PWD=\"*****\"", "RETCODE = 0  Operation succeeded")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].report == Report::request);
    CHECK(seen[1].report == (Report::response | Report::log));
    for (const auto& transaction : seen) {
        CHECK(transaction.get("mml.operation") == "lgi");
        CHECK(transaction.get("mml.command") == "LGI");
        CHECK(transaction.get("mml.user") == "anne");
        CHECK(transaction.get("mml.password") == "a;b,c=d:e");
        CHECK(transaction.get("mml.redacted") == "true");
        CHECK(transaction.get("mml.parameters").empty());
        CHECK(transaction.get("mml.object").empty());
    }
    CHECK(seen[1].get("mml.ne") == "HLR9820/*MEID:4 MENAME:HLR*/");
    CHECK(seen[1].get("mml.source") == "O&M");
    CHECK(seen[1].get("mml.serial") == "1234");
    CHECK(seen[1].get("mml.retcode") == "0");
    CHECK(seen[1].get("mml.result") == "Operation succeeded");
    CHECK(driver.outcome().anomalies.empty());
    for (const Field& field : mml::Parser::fields)
        if (field.keyword == "mml.password") CHECK(field.secret);
}

TEST_CASE("mml: a command and its answer") {
    Driver driver;
    driver.stream(to_server, as_bytes("LST CELL: CELLID=1, NAME=\"x\";"));
    driver.stream(to_client,
                  as_bytes(block("LST CELL: CELLID=1, NAME=\"x\";", "RETCODE = 2154  No such cell\r\n\r\nList of cells\r\nRETCODE = 9 x")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].get("mml.operation") == "lst");
    CHECK(seen[1].get("mml.command") == "LST CELL");
    CHECK(seen[1].get("mml.object") == "CELL");
    CHECK(seen[1].get("mml.parameters") == "CELLID=1, NAME=\"x\"");
    CHECK(seen[1].get("mml.redacted").empty());
    CHECK(seen[1].get("mml.retcode") == "2154");
    CHECK(seen[1].get("mml.result") == "No such cell");
}

TEST_CASE("mml: pipelined commands find their answers by what these repeat") {
    Driver driver;
    driver.stream(to_server, as_bytes("lgi:op=\"a\";USE ME:MEID=5;DSP BRD:CN=0;"));
    driver.stream(to_client, as_bytes(block("DSP BRD:CN=0;", "RETCODE = -1 no") + block("", "RETCODE = 0 ok") +
                                      block("USE ME:MEID=5;", "RETCODE = 0 ok")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 6);
    CHECK(seen[3].get("mml.operation") == "dsp");
    CHECK(seen[3].get("mml.retcode") == "-1");
    CHECK(seen[4].get("mml.operation") == "lgi");
    CHECK(seen[5].get("mml.operation") == "use");
}

TEST_CASE("mml: an answer in several blocks is one") {
    Driver driver;
    driver.stream(to_server, as_bytes("LST SUB:ALL=1;"));
    driver.stream(to_client,
                  as_bytes(block("LST SUB:ALL=1;", "RETCODE = 0 ok\r\nTo be continued...") + block("LST SUB:ALL=1;", "RETCODE = 0 ok")));
    CHECK(driver.finish().transactions.size() == 2);
}

TEST_CASE("mml: what nobody asked for, and answers whose command was not seen") {
    Driver driver;
    driver.stream(to_client, as_bytes(block("", "ALARM NAME = Board fault", "ALARM    #77")));
    driver.stream(to_client, as_bytes(block("RMV USER:ID=7;", "RETCODE = 0 ok")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("mml.operation") == "report");
    CHECK(seen[0].get("mml.source") == "ALARM");
    CHECK(seen[0].get("mml.serial") == "77");
    CHECK(seen[1].get("mml.operation") == "rmv");
    CHECK(seen[1].get("mml.object") == "USER");
}

TEST_CASE("mml: which parameters are withheld") {
    const auto seen = [](std::string_view text) {
        Driver driver;
        driver.stream(to_server, as_bytes(text));
        return driver.finish().transactions.at(0);
    };
    CHECK(seen("MOD OP:OP=\"u\",NEWPASSWORD=\"n\";").get("mml.password") == "n");
    CHECK(seen("ADD SNMPV2:RDCOMMUNITY=\"public\";").get("mml.redacted") == "true");
    CHECK(seen("LGI:HLRSN=1,OPNAME=\"u\",PWD=\"p\";").get("mml.user") == "u");
    CHECK(seen("LGO:;").get("mml.redacted").empty());
}

TEST_CASE("mml: commands that are none, or have no end") {
    Driver driver;
    driver.stream(to_server, as_bytes("anne\r\nsecret!\r\nls -la; 12:x;LST CELL;" + std::string(mml::max_command, 'A') + "AAA;LGO:;"));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_command", "command_too_long"});
    CHECK(driver.outcome().text().find("secret!") == std::string::npos);
}

TEST_CASE("mml: goes on behind a gap") {
    Driver driver;
    driver.stream(to_server, as_bytes("LST CE"));
    CHECK(driver.gap(to_server, 50));
    CHECK(driver.gap(to_client, 50));
    driver.stream(to_server, as_bytes("LL:A=1;DSP BRD:CN=0;"));
    driver.stream(to_client, as_bytes("lost\r\nRETCODE = 7 x\r\n---    END\r\n" + block("DSP BRD:CN=0;", "RETCODE = 0 ok")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].get("mml.retcode") == "0");
}

TEST_CASE("mml: is recognised by what it says, and by its roles") {
    using enum Probe::Answer;
    constexpr std::string_view login = "LGI:OP=\"anne\",PWD=\"x\";";
    CHECK(probe(login).sender == Probe::Sender::client);
    CHECK(probe("lgi:op=\"anne\",pwd=\"x\";\r\n").answer == match);
    CHECK(probe("LST CELL:;").answer == match);
    CHECK(probe("XYZ CELL:;").answer == no_match);
    CHECK(probe("XYZ CELL:;", true).answer == match);
    CHECK(probe(block("", "")).sender == Probe::Sender::server);
    for (std::size_t size = 2; size < login.size(); ++size) CHECK(probe(login.substr(0, size)).answer == need_more);
    for (const std::string_view other :
         {"GET / HTTP/1.1\r\nHost: x;", "USER anne\r\n", "SET a;", "+++ATH0\r\n", "ACT-USER:N:U:1::p;", "PING x.y:1;"})
        CHECK(probe(other).answer == no_match);
}
