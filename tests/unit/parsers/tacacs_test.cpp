// SPDX-License-Identifier: Apache-2.0
#include "parsers/tacacs/tacacs.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<tacacs::Parser>;

namespace {

constexpr unsigned authentication = 1, authorization = 2, accounting = 3;
constexpr unsigned clear = 1, single_connection = 4;

Wire packet(unsigned type, unsigned sequence, unsigned flags, const Wire& body, unsigned version = 0xc0) {
    return joined(
        {number(version, 1), number(type, 1), number(sequence, 1), number(flags, 1), "0badcafe"_hex, number(body.size(), 4), body});
}
/// User, port, remote address: their lengths, and behind `between` they themselves.
Wire origin(const Wire& between) { return joined({"05 04 0a"_hex, between, text("admin"), text("tty2"), text("10.30.0.20")}); }
const Wire login = packet(authentication, 1, clear,
                          joined({"01 01 02 01 05 04 0a 06"_hex, text("admin"), text("tty2"), text("10.30.0.20"), text("s3cret")}), 0xc1);
const Wire ask_password = packet(authentication, 2, clear, joined({"05 01 0009 0000"_hex, text("Password:")}));
const Wire typed = packet(authentication, 3, clear, joined({"0006 0000 00"_hex, text("s3cret")}));
const Wire passed = packet(authentication, 4, clear, "01 00 0000 0000"_hex);
const Wire command =
    packet(authorization, 1, clear, joined({"06 0f 01 01"_hex, origin("02 0d 08"_hex), text("service=shell"), text("cmd=show")}));
const Wire allowed = packet(authorization, 2, clear, joined({"01 01 0000 0000 0b"_hex, text("priv-lvl=15")}));
const Wire stop = packet(accounting, 1, clear, joined({"04 06 0f 01 01"_hex, origin("01 09"_hex), text("task_id=7")}));
const Wire noted = packet(accounting, 2, clear, "0000 0000 01"_hex);
const Wire hidden = packet(authentication, 1, single_connection, Wire(40, 0x5a));

Outcome::Transaction one(Bytes bytes, Direction direction = Direction::to_server) {
    Driver driver;
    driver.stream(direction, bytes);
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::tcp) {
    return tacacs::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}

}  // namespace

TEST_CASE("tacacs: what the header says of an obfuscated packet") {
    const auto seen = one(hidden);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("tacacs.version") == "12.0");
    CHECK(seen.get("tacacs.type") == "1");
    CHECK(seen.get("tacacs.operation") == "authentication");
    CHECK(seen.get("tacacs.sequence") == "1");
    CHECK(seen.get("tacacs.unencrypted") == "false");
    CHECK(seen.get("tacacs.single_connection") == "true");
    CHECK(seen.get("tacacs.session_id") == "195939070");
    CHECK(seen.get("tacacs.length") == "40");
    CHECK(seen.get("tacacs.user").empty());
    CHECK(seen.get("tacacs.args[]").empty());
}

TEST_CASE("tacacs: authentication in clear") {
    const auto start = one(login);
    CHECK(start.get("tacacs.version") == "12.1");
    CHECK(start.get("tacacs.unencrypted") == "true");
    CHECK(start.get("tacacs.action") == "1");
    CHECK(start.get("tacacs.priv_lvl") == "1");
    CHECK(start.get("tacacs.authen_type") == "2");
    CHECK(start.get("tacacs.service") == "1");
    CHECK(start.get("tacacs.user") == "admin");
    CHECK(start.get("tacacs.port") == "tty2");
    CHECK(start.get("tacacs.rem_addr") == "10.30.0.20");
    CHECK(start.get("tacacs.password") == "s3cret");
    CHECK(start.get("tacacs.status").empty());
    const auto asked = one(ask_password, Direction::to_client);
    CHECK(asked.report == (Report::response | Report::log));
    CHECK(asked.get("tacacs.status") == "5,getpass");
    CHECK(asked.get("tacacs.server_msg") == "Password:");
    CHECK(one(typed).get("tacacs.password") == "s3cret");
    CHECK(one(passed, Direction::to_client).get("tacacs.status") == "1,pass");
}

TEST_CASE("tacacs: secrets are for rules only") {
    for (const Field& field : tacacs::Parser::fields)
        if (field.keyword == "tacacs.password") CHECK(field.secret);
}

TEST_CASE("tacacs: authorization and accounting in clear") {
    const auto asked = one(command);
    CHECK(asked.get("tacacs.operation") == "authorization");
    CHECK(asked.get("tacacs.user") == "admin");
    CHECK(asked.get("tacacs.priv_lvl") == "15");
    CHECK(asked.get("tacacs.args[]") == "service=shell,cmd=show");
    const auto told = one(allowed, Direction::to_client);
    CHECK(told.get("tacacs.status") == "1,pass_add");
    CHECK(told.get("tacacs.args[]") == "priv-lvl=15");
    const auto ended = one(stop);
    CHECK(ended.get("tacacs.operation") == "accounting");
    CHECK(ended.get("tacacs.acct_flags") == "4");
    CHECK(ended.get("tacacs.rem_addr") == "10.30.0.20");
    CHECK(ended.get("tacacs.args[]") == "task_id=7");
    CHECK(one(noted, Direction::to_client).get("tacacs.status") == "1,success");
}

TEST_CASE("tacacs: cut anywhere") {
    const Wire stream = joined({login, hidden, command, stop});
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(Direction::to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().transactions.size() == 4);
        CHECK(driver.outcome().anomalies.empty());
    }
}

TEST_CASE("tacacs: what is broken") {
    const auto anomalies = [](const Wire& bytes) {
        Driver driver;
        driver.stream(Direction::to_server, bytes);
        return driver.finish().anomalies;
    };
    CHECK(anomalies(joined({hidden, "d0 01 01 00 00000000 00000010"_hex})) == std::vector<std::string>{"malformed_header"});
    CHECK(anomalies("c0 01 01 00 00000000 00010000"_hex) == std::vector<std::string>{"malformed_header"});
    // Each length of a body in clear once too large, and once too small.
    for (const std::size_t at : {16u, 17u, 18u, 19u}) {
        for (const int change : {1, -1}) {
            Wire broken = login;
            broken[at] = static_cast<std::uint8_t>(broken[at] + change);
            CHECK(anomalies(broken) == std::vector<std::string>{"malformed_body"});
        }
    }
    const Wire long_body = packet(authentication, 1, clear, Wire(tacacs::max_read_body + 1, 0));
    CHECK(anomalies(long_body) == std::vector<std::string>{"malformed_body"});
}

TEST_CASE("tacacs: goes on behind a gap where a packet begins, and stops quietly where none does") {
    Driver driver;
    driver.stream(Direction::to_server, first_of(hidden, 20));
    CHECK(driver.gap(Direction::to_server, 32 + 100));
    driver.stream(Direction::to_server, hidden);
    CHECK(driver.finish().transactions.size() == 2);
    Driver amid;
    amid.stream(Direction::to_server, hidden);
    CHECK(amid.gap(Direction::to_server, 100));
    CHECK_FALSE(amid.stream(Direction::to_server, Wire(12, 0x5a)));
    CHECK(amid.finish().anomalies.empty());
}

TEST_CASE("tacacs: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(hidden, port).sender == Sender::client);
        CHECK(probe(passed, port).sender == (port ? Sender::server : Sender::unknown));
        CHECK(probe(allowed, port).sender == Sender::server);
        for (std::size_t length = 0; length < 12; ++length) CHECK(probe(Bytes{hidden}.first(length), port).answer == need_more);
        CHECK(probe(hidden, port, Transport::udp).answer == no_match);
        CHECK(probe("c0 01 01 00 00000000 00000000"_hex, port).answer == no_match);
        CHECK(probe("c0 01 01 f0 00000000 00000010"_hex, port).answer == no_match);
        CHECK(probe(as_bytes("GET / HTTP/1.1\r\n"), port).answer == no_match);
    }
}
