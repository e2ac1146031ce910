// SPDX-License-Identifier: Apache-2.0
#include "parsers/ipmi/ipmi.hpp"

#include "parsers/ipmi/ipmi_names.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ipmi::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

const Wire rmcp = "06 00 ff 07"_hex;

std::uint8_t checksum(const Wire& bytes) {
    unsigned sum = 0;
    for (const std::uint8_t byte : bytes) sum += byte;
    return static_cast<std::uint8_t>(-static_cast<int>(sum));
}
/// An IPMI message to the controller (20h) from remote console software (81h); with an odd network function the other way round.
Wire command(unsigned network_function, unsigned number, const Wire& data = {}) {
    const bool response = (network_function & 1) != 0;
    const Wire first{static_cast<std::uint8_t>(response ? 0x81 : 0x20), static_cast<std::uint8_t>(network_function << 2)};
    const Wire second = joined({{static_cast<std::uint8_t>(response ? 0x20 : 0x81), 0x04, static_cast<std::uint8_t>(number)}, data});
    return joined({first, {checksum(first)}, second, {checksum(second)}});
}
Wire version_15(const Wire& payload, std::uint8_t auth_type = 0, const Wire& auth_code = {}) {
    return joined({rmcp, {auth_type}, "01000000 00c0ffee"_hex, auth_code, vector(1, payload)});
}
Wire version_20(unsigned payload_type, const Wire& payload, const Wire& session = "00000000"_hex, const Wire& oem = {}) {
    return joined({rmcp,
                   {6, static_cast<std::uint8_t>(payload_type)},
                   oem,
                   session,
                   "00000000"_hex,
                   {static_cast<std::uint8_t>(payload.size()), static_cast<std::uint8_t>(payload.size() >> 8)},
                   payload});
}
Wire algorithms(std::uint8_t authentication, std::uint8_t integrity, std::uint8_t confidentiality) {
    return {0, 0, 0, 8, authentication, 0, 0, 0, 1, 0, 0, 8, integrity, 0, 0, 0, 2, 0, 0, 8, confidentiality, 0, 0, 0};
}
Wire open_request(const Wire& suite) { return version_20(0x10, joined({"00 04 0000 a4a3a2a0"_hex, suite})); }
Wire rakp_1(std::string_view user) {
    return version_20(0x12, joined({"00 000000 01020304"_hex, Wire(16, 0xaa), "14 0000"_hex, vector(1, text(user))}));
}
Outcome::Transaction one(Direction direction, const Wire& datagram) {
    Driver driver;
    driver.datagram(direction, datagram);
    CHECK(driver.finish().anomalies.empty());
    REQUIRE(driver.outcome().transactions.size() == 1);
    return driver.outcome().transactions[0];
}
Probe probe(const Wire& bytes, bool port_matches = false) {
    return ipmi::Parser::probe(Offer{bytes, Transport::udp, to_server, port_matches});
}

const Wire ping = "06 00 ff 06 000011be 80 01 00 00"_hex;
const Wire pong = "06 00 ff 06 000011be 40 01 00 10 000011be 00000000 81 00 000000000000"_hex;

}  // namespace

TEST_CASE("ipmi: presence ping and pong") {
    const auto asked = one(to_server, ping);
    CHECK(asked.get("ipmi.class") == "asf");
    CHECK(asked.get("ipmi.operation") == "presence-ping");
    CHECK(asked.report == (Report::request | Report::log));
    CHECK(one(to_client, pong).get("ipmi.operation") == "presence-pong");
    CHECK(one(to_server, "06 00 ff 06 000011be 77 01 00 00"_hex).get("ipmi.operation") == "asf-77");
    CHECK(one(to_client, "06 00 05 86"_hex).get("ipmi.operation") == "ack");
}

TEST_CASE("ipmi: commands of version 1.5") {
    const auto asked = one(to_server, version_15(command(0x06, 0x38, {0x0e, 0x04})));
    CHECK(asked.get("ipmi.class") == "ipmi");
    CHECK(asked.get("ipmi.version") == "1.5");
    CHECK(asked.get("ipmi.auth_type") == "none");
    CHECK(asked.get("ipmi.operation") == "get-channel-authentication-capabilities");
    CHECK(asked.get("ipmi.netfn") == "6");
    CHECK(asked.get("ipmi.command") == "56");
    CHECK(asked.get("ipmi.session_id") == std::to_string(0xeeffc000u));
    const auto answered = one(to_client, version_15(command(0x07, 0x38, {0x00, 0x01, 0x15, 0x13, 0x03, 0, 0, 0, 0})));
    CHECK(answered.get("ipmi.netfn") == "6");
    CHECK(answered.get("ipmi.completion_code") == "0");
    CHECK(answered.get("ipmi.supported_auth[]") == "none,md5,password");
    CHECK(answered.get("ipmi.anonymous_login") == "true");
    const auto challenge = one(to_server, version_15(command(0x06, 0x39, joined({{0x04}, text("admin"), Wire(11, 0)}))));
    CHECK(challenge.get("ipmi.operation") == "get-session-challenge");
    CHECK(challenge.get("ipmi.user") == "admin");
    CHECK(challenge.get("ipmi.anonymous").empty());
    const auto nobody = one(to_server, version_15(command(0x06, 0x39, joined({{0x00}, Wire(16, 0)}))));
    CHECK(nobody.get("ipmi.anonymous") == "true");
    CHECK(nobody.get("ipmi.user").empty());
    CHECK(one(to_server, version_15(command(0x00, 0x02, {0x00}))).get("ipmi.operation") == "chassis-control");
    CHECK(one(to_server, version_15(command(0x06, 0x7f))).get("ipmi.operation") == "app-7f");
    CHECK(one(to_server, version_15(command(0x30, 0x01))).get("ipmi.operation") == "netfn-30-01");
}

TEST_CASE("ipmi: passwords in clear are for rules only") {
    const auto straight = one(to_server, version_15(command(0x06, 0x3a), 4, joined({text("calvin"), Wire(10, 0)})));
    CHECK(straight.get("ipmi.auth_type") == "password");
    CHECK(straight.get("ipmi.password").substr(0, 6) == "calvin");
    CHECK(straight.get("ipmi.redacted") == "true");
    const auto set = one(to_server, version_15(command(0x06, 0x47, joined({{0x02, 0x02}, text("secret")}))));
    CHECK(set.get("ipmi.operation") == "set-user-password");
    CHECK(set.get("ipmi.password") == "secret");
    CHECK(one(to_server, version_15(command(0x06, 0x3a), 2, Wire(16, 7))).get("ipmi.redacted").empty());
    for (const Field& field : ipmi::Parser::fields)
        if (field.keyword == "ipmi.password") CHECK(field.secret);
}

TEST_CASE("ipmi: the set-up of an RMCP+ session") {
    const auto open = one(to_server, open_request(algorithms(1, 1, 1)));
    CHECK(open.get("ipmi.version") == "2.0");
    CHECK(open.get("ipmi.auth_type") == "rmcp+");
    CHECK(open.get("ipmi.payload") == "open-session-request");
    CHECK(open.get("ipmi.operation") == "open-session-request");
    CHECK(open.get("ipmi.privilege") == "administrator");
    CHECK(open.get("ipmi.cipher_suite") == "3");
    CHECK(open.get("ipmi.authentication") == "hmac-sha1");
    CHECK(open.get("ipmi.integrity") == "hmac-sha1-96");
    CHECK(open.get("ipmi.confidentiality") == "aes-cbc-128");
    const auto zero = one(to_client, version_20(0x11, joined({"00 00 04 00 a4a3a2a0 01020304"_hex, algorithms(0, 0, 0)})));
    CHECK(zero.get("ipmi.cipher_suite") == "0");
    CHECK(zero.get("ipmi.status") == "0");
    CHECK(one(to_client, version_20(0x11, "00 11 00 00 a4a3a2a0"_hex)).get("ipmi.status") == "17");
    const auto named = one(to_server, rakp_1("root"));
    CHECK(named.get("ipmi.operation") == "rakp-1");
    CHECK(named.get("ipmi.user") == "root");
    CHECK(named.get("ipmi.anonymous").empty());
    CHECK(one(to_server, rakp_1("")).get("ipmi.anonymous") == "true");
    CHECK(one(to_client, version_20(0x13, joined({"00 0d 0000 a4a3a2a0"_hex}))).get("ipmi.status") == "13");
    CHECK(one(to_client, version_20(0x15, joined({"00 00 0000 a4a3a2a0"_hex, Wire(12, 1)}))).get("ipmi.operation") == "rakp-4");
}

TEST_CASE("ipmi: every cipher suite has its number") {
    for (int suite = 0, found = 0; suite < 20; ++suite, found = 0) {
        for (std::uint8_t a = 0; a < 4; ++a)
            for (std::uint8_t i = 0; i < 5; ++i)
                for (std::uint8_t c = 0; c < 4; ++c) found += ipmi::cipher_suite(a, i, c) == suite ? 1 : 0;
        CHECK(found == 1);
    }
    CHECK(ipmi::cipher_suite(3, 4, 1) == 17);
    CHECK(one(to_server, open_request(algorithms(0, 4, 0))).get("ipmi.cipher_suite").empty());
}

TEST_CASE("ipmi: what shows nothing new has one event") {
    Driver driver;
    for (int i = 0; i < 3; ++i) {
        driver.datagram(to_server, version_20(0xc0, Wire(32, 0x55), "01020304"_hex));
        driver.datagram(to_client, version_20(0x01, Wire(8, 0), "01020304"_hex));
    }
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 6);
    CHECK(seen[0].get("ipmi.operation") == "encrypted");
    CHECK(seen[0].get("ipmi.encrypted") == "true");
    CHECK(seen[1].get("ipmi.operation") == "sol");
    std::size_t logged = 0;
    for (const auto& transaction : seen) logged += has(transaction.report, Report::log) ? 1 : 0;
    CHECK(logged == 2);
}

TEST_CASE("ipmi: payloads of other makers") {
    const auto seen = one(to_server, version_20(0x02, {1, 2, 3}, "01020304"_hex, "00000157 0001"_hex));
    CHECK(seen.get("ipmi.operation") == "oem");
    CHECK(one(to_server, version_20(0x20, {1})).get("ipmi.operation") == "payload-20");
}

TEST_CASE("ipmi: every prefix of a good message is an anomaly") {
    for (const Wire& good : {ping, version_15(command(0x06, 0x01)), open_request(algorithms(1, 1, 1)), rakp_1("root")}) {
        for (std::size_t length = 1; length < good.size(); ++length) {
            Driver driver;
            driver.datagram(to_server, prefix(good, length));
            CHECK(driver.finish().transactions.empty());
            CHECK(driver.outcome().anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
}

TEST_CASE("ipmi: is recognised on any port, with its roles") {
    using enum Probe::Answer;
    CHECK(probe(ping).sender == Probe::Sender::client);
    CHECK(probe(pong).sender == Probe::Sender::server);
    CHECK(probe(version_15(command(0x06, 0x38, {0x0e, 0x04}))).sender == Probe::Sender::client);
    CHECK(probe(version_15(command(0x07, 0x38, {0x00}))).sender == Probe::Sender::server);
    CHECK(probe(open_request(algorithms(0, 0, 0))).sender == Probe::Sender::client);
    CHECK(probe(version_20(0xc0, Wire(32, 0x55))).answer == no_match);
    CHECK(probe(version_20(0xc0, Wire(32, 0x55)), true).answer == match);
    Wire wrong = version_15(command(0x06, 0x01));
    wrong.back() ^= 1;
    CHECK(probe(wrong).answer == no_match);
    CHECK(probe("06 00 05 86"_hex).answer == no_match);
    CHECK(probe(text("\x06 not rmcp at all")).answer == no_match);
    CHECK(ipmi::Parser::probe(Offer{ping, Transport::tcp, to_server, true}).answer == no_match);
}
