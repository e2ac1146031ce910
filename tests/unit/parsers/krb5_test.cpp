// SPDX-License-Identifier: Apache-2.0
#include "parsers/krb5/krb5.hpp"

#include "tests/support/ber_wire.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<krb5::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire context(unsigned number, const Wire& content) { return element(0xa0 | number, content); }
Wire general(std::string_view text) { return octets(text, 0x1b); }
Wire name(std::initializer_list<Wire> parts) { return sequence({context(0, integer(1)), context(1, sequence(parts))}); }
Wire encrypted(unsigned type) { return sequence({context(0, integer(type)), context(2, octets("cipher"))}); }
Wire message(unsigned type, const Wire& members) { return element(0x60 | type, element(0x30, members)); }

const Wire body = context(4, sequence({context(0, "030500 40810010"_hex), context(1, name({general("bob")})),
                                       context(2, general("EXAMPLE.COM")), context(3, name({general("krbtgt"), general("EXAMPLE.COM")})),
                                       context(7, integer(77)), context(8, sequence({integer(18), integer(23)}))}));
const Wire preauth = context(3, sequence({sequence({context(1, integer(2)), context(2, octets("stamp"))})}));
const Wire head = joined({context(1, integer(5)), context(2, integer(10))});
const Wire as_req = message(10, joined({head, body}));
const Wire as_req_proven = message(10, joined({head, preauth, body}));
Wire as_rep(unsigned ticket) {
    return message(
        11,
        joined({context(0, integer(5)), context(1, integer(11)), context(3, general("EXAMPLE.COM")), context(4, name({general("bob")})),
                context(5, element(0x61, sequence({context(0, integer(5)), context(1, general("EXAMPLE.COM")),
                                                   context(2, name({general("http"), general("www")})), context(3, encrypted(ticket))}))),
                context(6, encrypted(18))}));
}
const Wire refused = message(30, joined({context(0, integer(5)), context(1, integer(30)), context(4, octets("20261123000000Z", 0x18)),
                                         context(5, integer(1)), context(6, integer(25)), context(9, general("EXAMPLE.COM")),
                                         context(10, name({general("krbtgt"), general("EXAMPLE.COM")})), context(11, general("proof"))}));

Wire framed(const Wire& wire) { return vector(4, wire); }
Outcome::Transaction one(const Wire& bytes, Direction direction = to_server) {
    Driver driver;
    driver.datagram(direction, bytes);
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return krb5::Parser::probe(Offer{data, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("krb5: a request for a ticket") {
    const auto seen = one(as_req);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("krb5_msg_type") == "10");
    CHECK(seen.get("krb5.msg_type") == "KRB_AS_REQ");
    CHECK(seen.get("krb5.operation") == "as-req");
    CHECK(seen.get("krb5.cname") == "bob");
    CHECK(seen.get("krb5.realm") == "EXAMPLE.COM");
    CHECK(seen.get("krb5.sname") == "krbtgt/EXAMPLE.COM");
    CHECK(seen.get("krb5_sname") == "krbtgt,EXAMPLE.COM");
    CHECK(seen.get("krb5.etype") == "18,23");
    CHECK(seen.get("krb5.preauth") == "false");
    CHECK(seen.get("krb5.encryption").empty());
    CHECK(one(as_req_proven).get("krb5.preauth") == "true");
}

TEST_CASE("krb5: the ticket, and how well it is encrypted") {
    const auto strong = one(as_rep(18), to_client);
    CHECK(strong.report == (Report::response | Report::log));
    CHECK(strong.get("krb5.msg_type") == "KRB_AS_REP");
    CHECK(strong.get("krb5.cname") == "bob");
    CHECK(strong.get("krb5.sname") == "http/www");
    CHECK(strong.get("krb5.encryption") == "AES256_CTS_HMAC_SHA1_96");
    CHECK(strong.get("krb5.weak_encryption") == "false");
    CHECK(strong.get("krb5.ticket_weak_encryption") == "false");
    const auto weak = one(as_rep(23), to_client);
    CHECK(weak.get("krb5.ticket_encryption") == "RC4_HMAC");
    CHECK(weak.get("krb5.ticket_weak_encryption") == "true");
    CHECK(weak.get("krb5.weak_encryption") == "false");
}

TEST_CASE("krb5: a refusal says what was refused") {
    Driver driver;
    driver.datagram(to_server, as_req);
    driver.datagram(to_client, refused);
    REQUIRE(driver.finish().transactions.size() == 2);
    const auto& error = driver.outcome().transactions[1];
    CHECK(error.get("krb5.msg_type") == "KRB_ERROR");
    CHECK(error.get("krb5_err_code") == "25");
    CHECK(error.get("krb5.error_code") == "KDC_ERR_PREAUTH_REQUIRED");
    CHECK(error.get("krb5.failed_request") == "KRB_AS_REQ");
    CHECK(error.get("weir.krb5.error_text") == "proof");
    CHECK(one(refused, to_client).get("krb5.failed_request") == "UNKNOWN");
}

TEST_CASE("krb5: every prefix of a good message is an anomaly, never a transaction") {
    for (const Wire& wire : {as_req_proven, as_rep(18), refused}) {
        for (std::size_t length = 1; length < wire.size(); ++length) {
            Driver driver;
            driver.datagram(to_server, Bytes{wire}.first(length));
            CHECK(driver.finish().transactions.empty());
            CHECK(driver.outcome().anomalies == std::vector<std::string>{"malformed_data"});
        }
    }
}

TEST_CASE("krb5: over TCP, cut anywhere") {
    const Wire stream = joined({framed(as_req), framed(as_req_proven), framed(as_req)});
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().transactions.size() == 3);
        CHECK(driver.outcome().anomalies.empty());
    }
}

TEST_CASE("krb5: over TCP, what is broken, too long or missing") {
    const auto anomalies = [](const Wire& bytes) {
        Driver driver;
        driver.stream(to_server, bytes);
        return driver.finish().anomalies;
    };
    CHECK(anomalies(joined({"80000001"_hex, as_req})) == std::vector<std::string>{"malformed_data"});
    CHECK(anomalies(joined({framed(as_req), "00000020 30"_hex, Wire(32, 0)})) == std::vector<std::string>{"malformed_data"});
    CHECK(anomalies(framed(message(10, joined({head, preauth})))) == std::vector<std::string>{"malformed_data"});
    CHECK(anomalies(joined({"0000ffff"_hex, "6c82fffb 3082fff7 a103020105 a20302010c"_hex, Wire(0xffed, 0), framed(as_req)})) ==
          std::vector<std::string>{"message_too_long"});
    Driver driver;
    driver.stream(to_server, first_of(framed(as_req), 40));
    CHECK(driver.gap(to_server, 500));
    driver.stream(to_server, framed(as_req));
    CHECK(driver.outcome().transactions.size() == 1);
    CHECK(driver.gap(to_server, 500));
    CHECK_FALSE(driver.stream(to_server, Wire(40, 0x5a)));
    CHECK(driver.finish().anomalies.empty());
}

TEST_CASE("krb5: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(as_req, port).sender == Sender::client);
        CHECK(probe(as_rep(18), port).sender == Sender::server);
        CHECK(probe(refused, port).sender == Sender::server);
        CHECK(probe(framed(as_req), port, Transport::tcp).sender == Sender::client);
        for (std::size_t length = 0; length < as_req.size(); ++length) {
            CHECK(probe(Bytes{as_req}.first(length), port).answer == no_match);
        }
        const Wire stream = framed(as_req);
        for (std::size_t length = 0; length <= stream.size(); ++length)
            CHECK(probe(Bytes{stream}.first(length), port, Transport::tcp).answer == (length < 28 ? need_more : match));
        Wire other_version = stream;
        other_version[4 + 4 + 4] = 4;
        CHECK(probe(other_version, port, Transport::tcp).answer == no_match);
        CHECK(probe(joined({as_req, "00"_hex}), port).answer == no_match);
        CHECK(probe(text("lower case text"), port).answer == no_match);
        CHECK(probe(text("lower case text"), port, Transport::tcp).answer == no_match);
    }
}
