// SPDX-License-Identifier: Apache-2.0
#include "parsers/snmp/snmp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<snmp::Parser>;

namespace {

// Real messages of net-snmp; the v2c trap and the encrypted message are laid out after RFC 3416 and RFC 3414.
const auto get = "302b02010104067075626c6963a01e02043563d30a0201000201003010300e060a2b0601020102020111010500"_hex;
const auto reply = "302e02010104067075626c6963a22102043563d30a02010002010030133011060a2b06010201020201110141030d0973"_hex;
const auto trap_v1 =
    "303b02010004067075626c6963a42e06092b0601040181f4690040047f000001020100020100430400000000300f300d06082b06010201020100020121"_hex;
const auto trap_v2 =
    "3041 020101 0406 7075626c6963 a734 020101 020100 020100 3029"
    "300e 0608 2b06010201010300 4302 0102"
    "3017 060a 2b06010603010104 0100 0609 2b0601060301010503"_hex;
const auto get_v3 =
    "307902010330100204207b2f72020240000401040201030431302f040d80001f8880a9498e5e3a2c30430201dd0201dd0408757365726e616d65040c000000000000"
    "0000000000000400302f040d80001f8880a9498e5e3a2c30430400a11c0204207b2f72020100020100300e300c06082b060102010106000500"_hex;
const auto encrypted_v3 =
    "304c 020103 300d 020101 02024000 040107 020103"
    "042e 302c 0405 8000000001 020102 02022710 0404 61646d6e 040c 000000000000000000000000 0408 0001020304050607"
    "0408 deadbeefdeadbeef"_hex;

Outcome::Transaction one(Bytes datagram, Direction direction = Direction::to_server) {
    Driver driver;
    driver.datagram(direction, datagram);
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return snmp::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}

}  // namespace

TEST_CASE("snmp: a request and its response") {
    const auto asked = one(get);
    CHECK(asked.report == (Report::request | Report::log));
    CHECK(asked.get("snmp.version") == "2");
    CHECK(asked.get("snmp.community") == "public");
    CHECK(asked.get("snmp.pdu_type") == "0,get_request");
    CHECK(asked.get("snmp.operation") == "get");
    CHECK(asked.get("snmp.vars[]") == "1.3.6.1.2.1.2.2.1.17.1");
    CHECK(asked.get("snmp.oid") == "1.3.6.1.2.1.2.2.1.17.1");
    CHECK(asked.get("weir.snmp.request_id") == "895734538");
    CHECK(asked.get("snmp.usm").empty());
    CHECK(asked.get("snmp.error").empty());
    const auto told = one(reply, Direction::to_client);
    CHECK(told.report == (Report::response | Report::log));
    CHECK(told.get("snmp.operation") == "response");
}

TEST_CASE("snmp: traps of both versions") {
    const auto first = one(trap_v1);
    CHECK(first.get("snmp.version") == "1");
    CHECK(first.get("snmp.pdu_type") == "4,trap_v1");
    CHECK(first.get("snmp.trap_type") == "0,ColdStart");
    CHECK(first.get("snmp.trap_oid") == "1.3.6.1.4.1.31337.0");
    CHECK(first.get("snmp.trap_address") == "127.0.0.1");
    CHECK(first.get("snmp.vars[]") == "1.3.6.1.2.1.2.1.0");
    CHECK(first.get("weir.snmp.request_id").empty());
}

TEST_CASE("snmp: a v2 trap shows the value of snmpTrapOID.0") {
    Driver driver;
    driver.datagram(Direction::to_server, trap_v2);
    REQUIRE(driver.finish().transactions.size() == 1);
    const auto& trap = driver.outcome().transactions[0];
    CHECK(trap.get("snmp.pdu_type") == "7,trap_v2");
    CHECK(trap.get("snmp.trap_oid") == "1.3.6.1.6.3.1.1.5.3");
    CHECK(trap.get("snmp.trap_type").empty());
}

TEST_CASE("snmp: what an agent says of itself") {
    const auto said = one(
        "3055 020101 0406 7075626c6963 a248 020101 020100 020100 303d"
        "3013 0608 2b06010201010100 0407 5665727369 6f6e"
        "3015 0608 2b06010201010200 0609 2b060104018f5b01 02"
        "300f 0608 2b06010201010500 0403 722d31"_hex,
        Direction::to_client);
    CHECK(said.get("snmp.sys_descr") == "Version");
    CHECK(said.get("snmp.sys_object_id") == "1.3.6.1.4.1.2011.1.2");
    CHECK(said.get("snmp.sys_name") == "r-1");
    CHECK(one(get).get("snmp.sys_name").empty());
}

TEST_CASE("snmp: version 3") {
    const auto plain = one(get_v3);
    CHECK(plain.get("snmp.version") == "3");
    CHECK(plain.get("snmp.usm") == "username");
    CHECK(plain.get("snmp.community").empty());
    CHECK(plain.get("snmp.pdu_type") == "1,get_next_request");
    CHECK(plain.get("snmp.engine_id") == "80001f8880a9498e5e3a2c3043");
    CHECK(plain.get("weir.snmp.engine_boots") == "221");
    CHECK(plain.get("snmp.security_level") == "noAuthNoPriv");
    const auto hidden = one(encrypted_v3);
    CHECK(hidden.get("snmp.pdu_type") == "encrypted");
    CHECK(hidden.get("snmp.usm") == "admn");
    CHECK(hidden.get("snmp.security_level") == "authPriv");
    CHECK(hidden.get("snmp.vars[]").empty());
}

TEST_CASE("snmp: every prefix of a good message is an anomaly, never a transaction") {
    for (const auto& message : {get, trap_v1, get_v3, encrypted_v3}) {
        for (std::size_t length = 1; length < message.size(); ++length) {
            Driver driver;
            driver.datagram(Direction::to_server, Bytes{message}.first(length));
            CHECK(driver.finish().transactions.empty());
            CHECK(driver.outcome().anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
}

TEST_CASE("snmp: a session keeps to one version, and other security models are said") {
    Driver driver;
    driver.datagram(Direction::to_server, get);
    driver.datagram(Direction::to_server, trap_v1);
    auto other_model = encrypted_v3;
    other_model[19] = 4;  // the security model
    driver.datagram(Direction::to_server, other_model);
    REQUIRE(driver.finish().transactions.size() == 3);
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"version_mismatch", "version_mismatch", "unknown_security_model"});
    CHECK(driver.outcome().transactions[2].get("snmp.usm").empty());
}

TEST_CASE("snmp: variables are bounded") {
    std::vector<std::uint8_t> bindings;
    for (std::size_t i = 0; i <= snmp::max_variables; ++i) {
        const auto binding = "3007 0603 2b0601 0500"_hex;
        bindings.insert(bindings.end(), binding.begin(), binding.end());
    }
    const auto length = [](std::size_t size) {
        return std::vector<std::uint8_t>{0x82, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
    };
    const auto wrap = [&](std::uint8_t tag, std::vector<std::uint8_t> head, const std::vector<std::uint8_t>& content) {
        head.insert(head.end(), content.begin(), content.end());
        std::vector<std::uint8_t> out{tag};
        const auto size = length(head.size());
        out.insert(out.end(), size.begin(), size.end());
        out.insert(out.end(), head.begin(), head.end());
        return out;
    };
    const auto message = wrap(0x30, "020101 0400"_hex, wrap(0xa0, "020101 020100 020100"_hex, wrap(0x30, {}, bindings)));
    Driver driver;
    driver.datagram(Direction::to_server, message);
    REQUIRE(driver.finish().transactions.size() == 1);
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"too_many_variables"});
}

TEST_CASE("snmp: over TCP, cut anywhere") {
    std::vector<std::uint8_t> stream;
    for (const auto& message : {get, get_v3, encrypted_v3}) stream.insert(stream.end(), message.begin(), message.end());
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(Direction::to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().transactions.size() == 3);
    }
}

TEST_CASE("snmp: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(get, port).sender == Sender::client);
        CHECK(probe(reply, port).sender == Sender::server);
        CHECK(probe(trap_v1, port).sender == Sender::client);
        CHECK(probe(encrypted_v3, port).sender == Sender::client);
        CHECK(probe(get, port, Transport::tcp).answer == match);
        for (std::size_t length = 0; length < get.size(); ++length) {
            CHECK(probe(Bytes{get}.first(length), port, Transport::tcp).answer == need_more);
            if (length > 0) CHECK(probe(Bytes{get}.first(length), port).answer == no_match);
        }
        CHECK(probe("300c02010160070201030400 8000"_hex, port).answer == no_match);  // an LDAP bind
        CHECK(probe("300c02010160070201030400 8000"_hex, port, Transport::tcp).answer == no_match);
        CHECK(probe(as_bytes("0GET / HTTP/1.1\r\n"), port, Transport::tcp).answer == no_match);
    }
}
