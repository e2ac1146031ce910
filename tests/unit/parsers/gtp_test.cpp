// SPDX-License-Identifier: Apache-2.0
#include "parsers/gtp/gtp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<gtp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

/// Version 1 with a sequence number.
Wire version_1(unsigned type, unsigned teid, unsigned sequence, const Wire& elements) {
    return joined(
        {{0x32, static_cast<std::uint8_t>(type)}, number(elements.size() + 4, 2), number(teid, 4), number(sequence, 2), {0, 0}, elements});
}
/// Version 2 with a TEID.
Wire version_2(unsigned type, unsigned teid, unsigned sequence, const Wire& elements, unsigned flags = 0x48) {
    return joined({{static_cast<std::uint8_t>(flags), static_cast<std::uint8_t>(type)},
                   number(elements.size() + 8, 2),
                   number(teid, 4),
                   number(sequence, 3),
                   {0},
                   elements});
}
Wire echo_2(const Wire& elements) { return joined({{0x40, 1}, number(elements.size() + 4, 2), number(7, 3), {0}, elements}); }
Wire element_1(unsigned type, const Wire& value) { return joined({{static_cast<std::uint8_t>(type)}, vector(2, value)}); }
Wire element_2(unsigned type, const Wire& value) {
    return joined({{static_cast<std::uint8_t>(type)}, number(value.size(), 2), {0}, value});
}
Wire access_point(std::initializer_list<std::string_view> labels) {
    Wire out;
    for (const std::string_view label : labels) out = joined({out, vector(1, text(label))});
    return out;
}
const Wire imsi = "42 00 01 21 43 65 87 f9"_hex;
const Wire recovery_1{14, 3};

Outcome parse(const Wire& datagram, Direction direction = to_server) {
    Driver driver;
    driver.datagram(direction, datagram);
    return driver.finish();
}
Outcome::Transaction one(const Wire& datagram) {
    const Outcome outcome = parse(datagram);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(const Wire& bytes, bool port_matches = false) {
    return gtp::Parser::probe(Offer{bytes, Transport::udp, to_server, port_matches});
}

const Wire create_pdp = version_1(16, 0, 0x0c01,
                                  joined({{2},
                                          imsi,
                                          {16},
                                          number(1, 4),
                                          {17},
                                          number(2, 4),
                                          element_1(131, access_point({"internet"})),
                                          element_1(133, {10, 0, 0, 1}),
                                          element_1(134, "91 64 07 21 43 65"_hex),
                                          element_1(151, {1})}));
const Wire create_session =
    version_2(32, 0, 0x4b5462,
              joined({element_2(1, imsi), element_2(76, "64 07 21 43 f5"_hex), element_2(82, {6}),
                      element_2(87, joined({{0x8a}, number(5, 4), {10, 0, 0, 1}})), element_2(71, access_point({"ims", "mnc001"})),
                      element_2(93, element_2(87, joined({{0xc4}, number(6, 4), {10, 0, 0, 2}, Wire(15, 0x20), {1}})))}));

}  // namespace

TEST_CASE("gtp: control plane of version 1") {
    const auto seen = one(create_pdp);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("gtp.operation") == "create-pdp-context-request");
    CHECK(seen.get("gtp.version") == "1");
    CHECK(seen.get("gtp.type") == "16");
    CHECK(seen.get("gtp.teid") == "0");
    CHECK(seen.get("gtp.sequence") == "3073");
    CHECK(seen.get("gtp.imsi") == "240010123456789");
    CHECK(seen.get("gtp.msisdn") == "4670123456");
    CHECK(seen.get("gtp.apn") == "internet");
    CHECK(seen.get("gtp.rat") == "utran");
    CHECK(seen.get("gtp.addresses[]") == "10.0.0.1");
    CHECK(seen.get("gtp.extra") == "0");
    CHECK(seen.get("gtp.charging").empty());
    const auto answer = one(version_1(17, 1, 0x0c01, {1, 128}));
    CHECK(answer.get("gtp.cause") == "128");
    CHECK(answer.report == (Report::response | Report::log));
}

TEST_CASE("gtp: version 2, with what stands inside bearer contexts") {
    const auto seen = one(create_session);
    CHECK(seen.get("gtp.operation") == "create-session-request");
    CHECK(seen.get("gtp.version") == "2");
    CHECK(seen.get("gtp.sequence") == std::to_string(0x4b5462));
    CHECK(seen.get("gtp.imsi") == "240010123456789");
    CHECK(seen.get("gtp.msisdn") == "467012345");
    CHECK(seen.get("gtp.apn") == "ims.mnc001");
    CHECK(seen.get("gtp.rat") == "eutran");
    CHECK(seen.get("gtp.addresses[]") == "10.0.0.1,10.0.0.2,2020:2020:2020:2020:2020:2020:2020:2001");
    CHECK(one(version_2(33, 9, 1, element_2(2, {16, 0}))).get("gtp.cause") == "16");
    CHECK(one(version_2(250, 9, 1, {})).get("gtp.operation") == "type-250");
}

TEST_CASE("gtp: piggybacked messages are told one by one") {
    const Outcome outcome = parse(joined({version_2(33, 9, 1, element_2(2, {16, 0}), 0x58), version_2(95, 9, 2, {})}));
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.transactions[0].get("gtp.operation") == "create-session-response");
    CHECK(outcome.transactions[1].get("gtp.operation") == "create-bearer-request");
    CHECK(outcome.transactions[1].get("gtp.extra") == "0");
}

TEST_CASE("gtp: what an echo should not carry is counted") {
    CHECK(one(version_1(1, 0, 1, {})).get("gtp.extra") == "0");
    CHECK(one(version_1(2, 0, 1, recovery_1)).get("gtp.extra") == "0");
    CHECK(one(version_1(1, 0, 1, joined({recovery_1, element_1(255, Wire(20, 1))}))).get("gtp.extra") == "23");
    CHECK(one(joined({version_1(1, 0, 1, recovery_1), text("tunnel")})).get("gtp.extra") == "6");
    CHECK(one(version_1(1, 0, 1, text("~unknown"))).get("gtp.extra") == "8");
    CHECK(one(echo_2(element_2(3, {1}))).get("gtp.extra") == "0");
    CHECK(one(echo_2(joined({element_2(3, {1}), element_2(255, Wire(10, 1))}))).get("gtp.extra") == "14");
}

TEST_CASE("gtp: signalling of the user plane, extension headers, user data") {
    CHECK(one(version_1(26, 0, 1, joined({{16}, number(7, 4), element_1(133, {10, 0, 0, 9})}))).get("gtp.addresses[]") == "10.0.0.9");
    const auto extended = one(joined({{0x36, 1}, number(8, 2), number(0, 4), number(5, 2), {0, 0x85}, {1, 0, 0, 0}}));
    CHECK(extended.get("gtp.operation") == "echo-request");
    CHECK(extended.get("gtp.extra") == "0");
    CHECK(one(joined({{0x30, 254}, number(0, 2), number(7, 4)})).get("gtp.sequence").empty());
    CHECK(parse(joined({{0x30, 255}, number(3, 2), number(7, 4), {1, 2, 3}})).transactions.empty());
}

TEST_CASE("gtp: version 0 and the charging network") {
    const auto seen =
        one(joined({{0x1e, 16}, number(9, 2), number(0x1001, 2), number(0, 2), {0xff, 0xff, 0xff, 0xff}, Wire(8, 0x12), {2}, imsi}));
    CHECK(seen.get("gtp.version") == "0");
    CHECK(seen.get("gtp.imsi") == "240010123456789");
    CHECK(seen.get("gtp.teid").empty());
    for (const unsigned flags : {0x0fu, 0x2fu, 0x4eu}) {
        const auto record = one(joined({{static_cast<std::uint8_t>(flags), 240}, number(2, 2), number(5, 2), {126, 1}}));
        CHECK(record.get("gtp.charging") == "true");
        CHECK(record.get("gtp.version") == std::to_string(flags >> 5));
        CHECK(record.get("gtp.operation") == "data-record-transfer-request");
        CHECK(record.get("gtp.sequence") == "5");
    }
    CHECK(one(joined({{0x0e, 1}, number(0, 2), number(5, 2), Wire(14, 0xff)})).get("gtp.charging") == "true");
}

TEST_CASE("gtp: every prefix of a good message is an anomaly") {
    for (const Wire& good : {create_pdp, create_session, version_1(1, 0, 1, {})}) {
        for (std::size_t length = 1; length < good.size(); ++length) {
            const Outcome outcome = parse(prefix(good, length));
            CHECK(outcome.transactions.empty());
            CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
    CHECK(parse({0x36, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0x85, 0}).anomalies.size() == 1);  // an extension header without length
    CHECK(parse({0xff, 1, 0, 0, 0, 0, 0, 0}).anomalies.size() == 1);
    CHECK(one(version_2(32, 0, 1, element_2(71, {9, 'a'}))).get("gtp.apn").empty());
}

TEST_CASE("gtp: control messages are recognised on any port, the rest on GTP's") {
    using enum Probe::Answer;
    CHECK(probe(create_pdp).sender == Probe::Sender::client);
    CHECK(probe(create_session).answer == match);
    CHECK(probe(version_1(17, 1, 1, {1, 128})).sender == Probe::Sender::server);
    CHECK(probe(echo_2(element_2(3, {1}))).answer == match);
    for (const Wire& weak :
         {joined({create_pdp, {0}}), version_1(1, 7, 1, {}), version_2(1, 7, 1, {}), version_1(1, 0, 1, text("~unknown")),
          joined({{0x30, 254}, number(0, 2), number(7, 4)}), joined({{0x0f, 240}, number(0, 2), number(5, 2)})}) {
        CHECK(probe(weak).answer == no_match);
        CHECK(probe(weak, true).answer == match);
    }
    CHECK(probe(version_2(250, 9, 1, {}), true).answer == no_match);
    CHECK(probe(text("GET / HTTP/1.1"), true).answer == no_match);
    CHECK(gtp::Parser::probe(Offer{create_pdp, Transport::tcp, to_server, true}).answer == no_match);
}
