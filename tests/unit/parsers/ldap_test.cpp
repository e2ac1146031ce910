// SPDX-License-Identifier: Apache-2.0
#include "parsers/ldap/ldap.hpp"

#include "parsers/ldap/ldap_filter.hpp"
#include "tests/support/ber_wire.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ldap::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire message(unsigned id, unsigned op, const Wire& content) { return sequence({integer(id), element(op, content)}); }
Wire result(unsigned code, std::string_view text = "", const Wire& more = {}) {
    return joined({integer(code, 0x0a), octets(""), octets(text), more});
}
Wire bind(unsigned id, std::string_view name, const Wire& choice) { return message(id, 0x60, joined({integer(3), octets(name), choice})); }
const Wire equality = element(0xa3, joined({octets("uid"), octets("admin")}));
Wire search(unsigned id, const Wire& filter) {
    return message(id, 0x63,
                   joined({octets("dc=example,dc=com"), integer(2, 0x0a), integer(0, 0x0a), integer(100), integer(30), "010100"_hex, filter,
                           sequence({octets("cn"), octets("userPassword")})}));
}
const Wire simple_bind = bind(1, "cn=admin,dc=example,dc=com", octets("s3cret", 0x80));
const Wire bind_refused = message(1, 0x61, result(49, "wrong password"));
const Wire entry =
    message(2, 0x64, joined({octets("uid=admin,dc=example,dc=com"), sequence({sequence({octets("cn"), element(0x31, octets("Admin"))})})}));
const Wire search_done = message(2, 0x65, result(0));
const Wire start_tls = message(3, 0x77, octets(ldap::start_tls, 0x80));

struct Said {
    Direction direction;
    Wire bytes;
};
Outcome parse(std::initializer_list<Said> all) {
    Driver driver;
    for (const Said& said : all) driver.stream(said.direction, said.bytes);
    return driver.finish();
}
Outcome::Transaction asked(const Wire& bytes) {
    const Outcome outcome = parse({{to_server, bytes}});
    CHECK(outcome.anomalies.empty());
    REQUIRE_FALSE(outcome.transactions.empty());
    return outcome.transactions[0];
}
std::string filter_text(const Wire& filter) {
    std::array<std::uint8_t, 512> room{};
    TextWriter writer{room};
    return ldap::write_filter(filter, writer) ? std::string{as_text(writer.text())} : "broken";
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::tcp) {
    return ldap::Parser::probe(Offer{data, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("ldap: a bind that is refused") {
    const Outcome outcome = parse({{to_server, simple_bind}, {to_client, bind_refused}});
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 2);
    const auto& request = outcome.transactions[0];
    CHECK(request.report == Report::request);
    CHECK(request.get("ldap.request.operation") == "0,bind_request");
    CHECK(request.get("ldap.operation") == "bind");
    CHECK(request.get("ldap.request.message_id") == "1");
    CHECK(request.get("ldap.request.bind_request.version") == "3");
    CHECK(request.get("ldap.request.bind_request.name") == "cn=admin,dc=example,dc=com");
    CHECK(request.get("ldap.request.search_request.base_object").empty());
    CHECK(request.get("ldap.authentication") == "simple");
    CHECK(request.get("ldap.password") == "s3cret");
    const auto& response = outcome.transactions[1];
    CHECK(response.report == (Report::response | Report::log));
    CHECK(response.get("ldap.request.dn") == "cn=admin,dc=example,dc=com");
    CHECK(response.get("ldap.password").empty());
    CHECK(response.get("ldap.responses.operation") == "1");
    CHECK(response.get("ldap.responses[].operation") == "bind_response");
    CHECK(response.get("ldap.responses.result_code") == "49");
    CHECK(response.get("ldap.responses[].bind_response.result_code") == "invalid_credentials");
    CHECK(response.get("ldap.responses[].bind_response.message") == "wrong password");
    CHECK(response.get("ldap.responses[].search_result_done.result_code").empty());
    CHECK(response.get("ldap.responses[].message_id").empty());
}

TEST_CASE("ldap: a search and its entries are one event") {
    const Outcome outcome = parse({{to_server, search(2, equality)}, {to_client, joined({entry, entry})}, {to_client, search_done}});
    REQUIRE(outcome.transactions.size() == 4);
    const auto& request = outcome.transactions[0];
    CHECK(request.get("ldap.request.search_request.base_object") == "dc=example,dc=com");
    CHECK(request.get("ldap.request.search_request.scope") == "2");
    CHECK(request.get("ldap.request.search_request.size_limit") == "100");
    CHECK(request.get("ldap.filter") == "(uid=admin)");
    CHECK(request.get("ldap.request.attribute_type") == "cn,userPassword");
    const auto& found = outcome.transactions[1];
    CHECK(found.report == Report::response);
    CHECK(found.get("ldap.responses.dn") == "uid=admin,dc=example,dc=com");
    CHECK(found.get("ldap.responses.attribute_type") == "cn");
    const auto& done = outcome.transactions[3];
    CHECK(done.report == (Report::response | Report::log));
    CHECK(done.get("weir.ldap.entries") == "2");
    CHECK(done.get("ldap.responses.count") == "3");
    CHECK(done.get("ldap.filter") == "(uid=admin)");
    CHECK(done.get("ldap.responses[].search_result_done.result_code") == "success");
}

TEST_CASE("ldap: how a bind is proven") {
    const auto authentication = [](const Wire& bytes) { return asked(bytes).get("ldap.authentication"); };
    CHECK(authentication(bind(1, "", octets("", 0x80))) == "anonymous");
    CHECK(authentication(bind(1, "cn=a", octets("", 0x80))) == "unauthenticated");
    CHECK(authentication(bind(1, "User1", octets("NTLMSSP", 0x8a))) == "ntlm");
    const auto sasl = asked(bind(1, "", element(0xa3, octets("GSS-SPNEGO"))));
    CHECK(sasl.get("ldap.authentication") == "sasl");
    CHECK(sasl.get("ldap.request.bind_request.sasl.mechanism") == "GSS-SPNEGO");
    CHECK(sasl.get("ldap.password").empty());
    for (const Field& field : ldap::Parser::fields)
        if (field.keyword == "ldap.password") CHECK(field.secret);
}

TEST_CASE("ldap: what changes the directory") {
    const Wire change = sequence({integer(2, 0x0a), sequence({octets("userPassword"), element(0x31, octets("new"))})});
    const auto modified = asked(message(5, 0x66, joined({octets("cn=a"), sequence({change})})));
    CHECK(modified.get("ldap.operation") == "modify");
    CHECK(modified.get("ldap.request.modify_request.object") == "cn=a");
    CHECK(modified.get("ldap.request.attribute_type") == "userPassword");
    const auto added = asked(message(5, 0x68, joined({octets("cn=b"), sequence({sequence({octets("cn"), element(0x31, octets("b"))})})})));
    CHECK(added.get("ldap.request.add_request.entry") == "cn=b");
    CHECK(asked(message(5, 0x4a, text("cn=c"))).get("ldap.request.del_request.dn") == "cn=c");
    CHECK(asked(message(5, 0x6c, joined({octets("cn=d"), octets("cn=e"), "0101ff"_hex}))).get("ldap.operation") == "rename");
    CHECK(asked(message(5, 0x6e, joined({octets("cn=f"), sequence({octets("cn"), octets("f")})}))).get("ldap.operation") == "compare");
    const auto left = asked(message(6, 0x42, {}));
    CHECK(left.report == (Report::request | Report::log));
    CHECK(left.get("ldap.operation") == "unbind");
    CHECK(asked(message(6, 0x50, number(5, 1))).get("ldap.request.operation") == "16,abandon_request");
}

TEST_CASE("ldap: StartTLS hands the session on once it is accepted") {
    const Outcome accepted = parse({{to_server, start_tls}, {to_client, message(3, 0x78, result(0))}});
    CHECK(accepted.upgraded);
    CHECK(accepted.transactions[0].get("ldap.extended_oid") == ldap::start_tls);
    CHECK(accepted.transactions[1].get("ldap.responses[].extended_response.result_code") == "success");
    CHECK_FALSE(parse({{to_server, start_tls}, {to_client, message(3, 0x78, result(2))}}).upgraded);
    CHECK(parse({{to_client, message(3, 0x78, result(0, "", octets(ldap::start_tls, 0x8a)))}}).upgraded);
}

TEST_CASE("ldap: behind a SASL bind a security layer may hide everything") {
    const Outcome outcome = parse({{to_server, bind(1, "", element(0xa3, octets("GSSAPI")))},
                                   {to_client, message(1, 0x61, result(0))},
                                   {to_server, "00000040 0504ffff"_hex}});
    CHECK(outcome.anomalies.empty());
    CHECK(outcome.transactions.size() == 2);
    CHECK(parse({{to_server, simple_bind}, {to_server, "00000040"_hex}}).anomalies == std::vector<std::string>{"malformed_data"});
}

TEST_CASE("ldap: responses without their request, requests without a response") {
    const Outcome alone = parse({{to_client, joined({entry, search_done})}});
    REQUIRE(alone.transactions.size() == 2);
    CHECK(alone.transactions[0].report == Report::response);
    CHECK(alone.transactions[1].get("ldap.responses[].message_id") == "2");
    CHECK(alone.transactions[1].get("ldap.request.operation").empty());
    const Outcome silent = parse({{to_server, simple_bind}});
    REQUIRE(silent.transactions.size() == 2);
    CHECK(silent.transactions[1].report == Report::log);
    Driver many;
    for (unsigned id = 1; id <= ldap::max_pending + 1; ++id) many.stream(to_server, search(id, equality));
    CHECK(many.outcome().anomalies == std::vector<std::string>{"too_many_transactions"});
    CHECK(many.finish().transactions.size() == 2 * (ldap::max_pending + 1));
}

TEST_CASE("ldap: filters as text") {
    const auto leaf = [](unsigned tag, std::string_view type, std::string_view value) {
        return element(tag, joined({octets(type), octets(value)}));
    };
    CHECK(filter_text(element(0x87, text("objectClass"))) == "(objectClass=*)");
    CHECK(filter_text(leaf(0xa5, "a", "1")) == "(a>=1)");
    CHECK(filter_text(leaf(0xa6, "a", "1")) == "(a<=1)");
    CHECK(filter_text(leaf(0xa8, "a", "1")) == "(a~=1)");
    CHECK(filter_text(leaf(0xa3, "a", "(*)")) == "(a=\\28\\2a\\29)");
    CHECK(filter_text(element(0xa0, joined({equality, element(0xa2, equality), element(0xa1, joined({equality, equality}))}))) ==
          "(&(uid=admin)(!(uid=admin))(|(uid=admin)(uid=admin)))");
    const auto substring = [](const Wire& pieces) { return filter_text(element(0xa4, joined({octets("cn"), sequence({pieces})}))); };
    CHECK(substring(octets("a", 0x80)) == "(cn=a*)");
    CHECK(substring(octets("b", 0x81)) == "(cn=*b*)");
    CHECK(substring(octets("c", 0x82)) == "(cn=*c)");
    CHECK(substring(joined({octets("a", 0x80), octets("b", 0x81), octets("c", 0x82)})) == "(cn=a*b*c)");
    CHECK(filter_text(element(0xa9, joined({octets("1.2.3", 0x81), octets("cn", 0x82), octets("x", 0x83), octets("\1", 0x84)}))) ==
          "(cn:dn:1.2.3:=x)");
    CHECK(filter_text("a302 0401"_hex) == "broken");
    CHECK(filter_text("bf00"_hex) == "broken");
    Wire deep = equality;
    for (std::size_t i = 1; i < ldap::max_filter_depth; ++i) deep = element(0xa2, deep);
    CHECK(filter_text(deep) != "broken");
    CHECK(filter_text(element(0xa2, deep)) == "broken");
}

TEST_CASE("ldap: cut anywhere") {
    const Wire stream = joined({simple_bind, search(2, equality), start_tls});
    const std::string whole = parse({{to_server, stream}}).text();
    for (std::size_t step = 1; step < stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(to_server, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        CHECK(driver.finish().text() == whole);
    }
}

TEST_CASE("ldap: what is broken is said, and passed over where its length is known") {
    const Outcome outcome = parse({{to_server, joined({message(1, 0x60, octets("no version")), search(2, equality)})}});
    CHECK(outcome.anomalies == std::vector<std::string>{"malformed_data"});
    CHECK(outcome.transactions.size() == 2);
    CHECK(parse({{to_server, joined({simple_bind, "3080"_hex})}}).anomalies == std::vector<std::string>{"malformed_data"});
    const Wire large = joined({"3083010000 020102 6483 00fff0"_hex, Wire(0xfff8, 0x04)});
    const Outcome passed = parse({{to_client, joined({large, search_done})}});
    CHECK(passed.anomalies.empty());
    CHECK(passed.transactions.size() == 2);
}

TEST_CASE("ldap: goes on behind a gap where a message begins") {
    Driver driver;
    driver.stream(to_server, first_of(simple_bind, 10));
    CHECK(driver.gap(to_server, 500));
    driver.stream(to_server, search(2, equality));
    CHECK(driver.outcome().transactions.size() == 1);
    CHECK(driver.gap(to_server, 500));
    CHECK_FALSE(driver.stream(to_server, text("example")));
    CHECK(driver.finish().anomalies.empty());
}

TEST_CASE("ldap: over UDP, as Active Directory's locator") {
    Driver driver;
    driver.datagram(to_server, search(2, equality));
    driver.datagram(to_client, joined({entry}));
    driver.datagram(to_client, search_done);
    driver.datagram(to_client, "30"_hex);
    CHECK(driver.finish().transactions.size() == 3);
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"malformed_data"});
    CHECK(probe(search(2, equality), false, Transport::udp).sender == Probe::Sender::client);
    CHECK(probe(first_of(search(2, equality), 20), true, Transport::udp).answer == Probe::Answer::no_match);
}

TEST_CASE("ldap: recognised on any port, with the roles") {
    using enum Probe::Answer;
    using Sender = Probe::Sender;
    for (const bool port : {false, true}) {
        CHECK(probe(simple_bind, port).sender == Sender::client);
        CHECK(probe(bind_refused, port).sender == Sender::server);
        CHECK(probe("308400000010 020101 6084000000 07 020103 0400 8000"_hex, port).sender == Sender::client);
        for (std::size_t length = 0; length < simple_bind.size(); ++length)
            CHECK(probe(Bytes{simple_bind}.first(length), port).answer == need_more);
        CHECK(probe("302b02010104067075626c6963a01e02043563d30a0201000201003010300e060a2b0601020102020111010500"_hex, port).answer ==
              no_match);
        CHECK(probe(message(1, 0x60, joined({integer(9), octets(""), octets("", 0x80)})), port).answer == no_match);
        CHECK(probe(message(0, 0x42, {}), port).answer == no_match);
        CHECK(probe(text("0GET / HTTP/1.1"), port).answer == no_match);
    }
}
