// SPDX-License-Identifier: Apache-2.0
#include "parsers/netconf/netconf.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<netconf::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

const std::string base = "urn:ietf:params:xml:ns:netconf:base:1.0";

std::string hello(const std::string& session, const std::string& prefix = {}) {
    const std::string p = prefix.empty() ? "" : prefix + ":";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + p + "hello xmlns" + (prefix.empty() ? "" : ":" + prefix) + "=\"" + base +
           "\">\n <" + p + "capabilities>\n  <" + p + "capability>\n   urn:ietf:params:netconf:base:1.0\n  </" + p + "capability>\n  <" +
           p + "capability>urn:ietf:params:netconf:base:1.1</" + p + "capability>\n </" + p + "capabilities>\n" + session + "</" + p +
           "hello>";
}
std::string rpc(const std::string& id, const std::string& content) {
    return "<rpc message-id=\"" + id + "\" xmlns='" + base + "'>" + content + "</rpc>";
}
std::string reply(const std::string& id, const std::string& content) {
    return "<rpc-reply message-id=\"" + id + "\" xmlns=\"" + base + "\">" + content + "</rpc-reply>";
}
std::string marked(const std::string& message) { return message + "]]>]]>"; }
/// In chunks of `size`.
std::string chunked(const std::string& message, std::size_t size = 7) {
    std::string out;
    for (std::size_t at = 0; at < message.size(); at += size) {
        const std::string piece = message.substr(at, size);
        out += "\n#" + std::to_string(piece.size()) + "\n" + piece;
    }
    return out + "\n##\n";
}
Outcome::Transaction request(const std::string& content) {
    Driver driver;
    driver.stream(to_server, as_bytes(marked(rpc("101", content))));
    CHECK(driver.outcome().anomalies.empty());
    REQUIRE(driver.outcome().transactions.size() == 1);
    return driver.outcome().transactions[0];
}
Probe probe(const std::string& text) { return netconf::Parser::probe(Offer{as_bytes(text), Transport::tcp, to_server, false}); }

}  // namespace

TEST_CASE("netconf: hellos, and who is the server") {
    Driver driver;
    driver.stream(to_client, as_bytes(marked(hello("<session-id>4711</session-id>"))));
    driver.stream(to_server, as_bytes(marked(hello("", "nc"))));
    const auto& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.roles == "as fed");
    const auto& server = outcome.transactions[0];
    CHECK(server.report == (Report::response | Report::log));
    CHECK(server.get("netconf.type") == "hello");
    CHECK(server.get("netconf.operation") == "hello");
    CHECK(server.get("netconf.session_id") == "4711");
    CHECK(server.get("netconf.version") == "1.1");
    CHECK(server.get("netconf.capability_count") == "2");
    CHECK(server.get("netconf.capabilities[]") == "urn:ietf:params:netconf:base:1.0,urn:ietf:params:netconf:base:1.1");
    CHECK(outcome.transactions[1].report == (Report::request | Report::log));
    CHECK(outcome.transactions[1].get("netconf.session_id").empty());
}

TEST_CASE("netconf: call home turns the roles round") {
    Driver driver;
    driver.stream(to_server, as_bytes(marked(hello("<session-id>1</session-id>"))));
    CHECK(driver.finish().roles == "opposite");
}

TEST_CASE("netconf: operations") {
    const auto get_config =
        request("<get-config><source><running/></source><filter type=\"subtree\"><top xmlns=\"x\"/></filter></get-config>");
    CHECK(get_config.get("netconf.operation") == "get-config");
    CHECK(get_config.get("netconf.source") == "running");
    CHECK(get_config.get("netconf.datastore").empty());
    CHECK(get_config.get("netconf.message_id") == "101");
    CHECK(get_config.get("netconf.framing") == "end-of-message");
    const auto edit = request("<edit-config><target><candidate/></target><config><target><secret/></target></config></edit-config>");
    CHECK(edit.get("netconf.operation") == "edit-config");
    CHECK(edit.get("netconf.datastore") == "candidate");
    const auto copy =
        request("<copy-config><target><url>ftp://u:p@203.0.113.9/c.xml</url></target><source><running/></source></copy-config>");
    CHECK(copy.get("netconf.url") == "203.0.113.9/c.xml");
    CHECK(copy.get("netconf.datastore") == "url");
    CHECK(copy.get("netconf.source") == "running");
    const auto kill = request("<kill-session><session-id>4</session-id></kill-session>");
    CHECK(kill.get("netconf.session_id") == "4");
    const auto subscribe = request(
        "<create-subscription xmlns=\"urn:ietf:params:xml:ns:netconf:notification:1.0\"><stream>NETCONF</stream></create-subscription>");
    CHECK(subscribe.get("netconf.stream") == "NETCONF");
    CHECK(subscribe.get("netconf.namespace") == "urn:ietf:params:xml:ns:netconf:notification:1.0");
    const auto get_data =
        request("<get-data xmlns=\"urn:ietf:params:xml:ns:yang:ietf-netconf-nmda\"><datastore>ds:operational</datastore></get-data>");
    CHECK(get_data.get("netconf.datastore") == "operational");
}

TEST_CASE("netconf: replies find their operation, in both framings") {
    Driver driver;
    driver.stream(to_server, as_bytes(chunked(rpc("1", "<lock><target><running/></target></lock>"))));
    driver.stream(to_server, as_bytes(chunked(rpc("2", "<get/>"), 1000)));
    driver.stream(to_client, as_bytes(chunked(reply("1",
                                                    "<rpc-error><error-type>protocol</error-type><error-tag>lock-denied</error-tag>"
                                                    "<error-severity>error</error-severity><error-message xml:lang=\"en\">\n Lock failed "
                                                    "</error-message></rpc-error>"))));
    driver.stream(to_client, as_bytes(chunked(reply("2", "<data><![CDATA[ <x> ]]><!-- > --></data>"), 60)));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[2].get("netconf.operation") == "lock");
    CHECK(seen[2].get("netconf.framing") == "chunked");
    CHECK(seen[2].get("netconf.datastore") == "running");
    CHECK(seen[2].get("netconf.result") == "rpc-error");
    CHECK(seen[2].get("netconf.error.tag") == "lock-denied");
    CHECK(seen[2].get("netconf.error.type") == "protocol");
    CHECK(seen[2].get("netconf.error.severity") == "error");
    CHECK(seen[2].get("netconf.error.message") == "Lock failed");
    CHECK(seen[3].get("netconf.operation") == "get");
    CHECK(seen[3].get("netconf.result") == "data");
    CHECK(seen[3].report == (Report::response | Report::log));
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("netconf: what stands inside data ends no message") {
    Driver driver;
    driver.stream(to_client,
                  as_bytes(marked(reply("1", "<data>" + std::string(5000, 'x') + "]]>]]]]]></data>")) + marked(reply("2", "<ok/>"))));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].get("netconf.result") == "ok");
}

TEST_CASE("netconf: notifications") {
    Driver driver;
    driver.stream(to_client,
                  as_bytes(marked("<notification xmlns=\"urn:ietf:params:xml:ns:netconf:notification:1.0\"><eventTime>2026-01-02T03:04:05Z"
                                  "</eventTime><netconf-config-change xmlns=\"x\"><a/></netconf-config-change></notification>")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("netconf.type") == "notification");
    CHECK(seen[0].get("netconf.operation") == "notification");
    CHECK(seen[0].get("netconf.event") == "netconf-config-change");
    CHECK(seen[0].get("netconf.event_time") == "2026-01-02T03:04:05Z");
}

TEST_CASE("netconf: an unanswered operation is still logged") {
    Driver driver;
    for (std::size_t i = 0; i <= netconf::max_outstanding; ++i)
        driver.stream(to_server, as_bytes(marked(rpc(std::to_string(i), "<get/>"))));
    std::size_t logged = 0;
    for (const auto& transaction : driver.finish().transactions) logged += has(transaction.report, Report::log) ? 1 : 0;
    CHECK(logged == netconf::max_outstanding + 1);
}

TEST_CASE("netconf: bounds of a hello, of tags and of nesting") {
    std::string many;
    for (int i = 0; i < 100; ++i) many += "<capability>urn:" + std::to_string(i) + "</capability>";
    std::string deep;
    for (int i = 0; i < 2000; ++i) deep += "<a" + std::string(600, 'b') + " c=\"/\">";
    Driver driver;
    driver.stream(to_server,
                  as_bytes(marked("<hello xmlns=\"" + base + "\"><capabilities>" + many + "</capabilities>" + deep + "</hello>")));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("netconf.capability_count") == "100");
    CHECK(seen[0].get("netconf.version") == "1.0");
    const std::string shown = seen[0].get("netconf.capabilities[]");
    CHECK(std::count(shown.begin(), shown.end(), ',') + 1 == static_cast<std::ptrdiff_t>(netconf::max_capabilities));
}

TEST_CASE("netconf: broken framing and foreign messages") {
    for (const char* wrong : {"\n#0\n", "\n#x\n", "\n#4294967296\n", "\n#1\nx#", "\n#1\nx\n#1\nx\n##x", "garbage"}) {
        Driver driver;
        driver.stream(to_server, as_bytes(wrong));
        CHECK(driver.finish().anomalies == std::vector<std::string>{"broken_framing"});
    }
    Driver driver;
    driver.stream(to_server, as_bytes(marked("<html></html>")));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"unexpected_message"});
}

TEST_CASE("netconf: is recognised by its first element") {
    using enum Probe::Answer;
    CHECK(probe(hello("")).answer == match);
    CHECK(probe(hello("", "nc")).answer == match);
    CHECK(probe(hello("<session-id>4</session-id>")).sender == Probe::Sender::server);
    CHECK(probe(rpc("1", "<get/>")).sender == Probe::Sender::client);
    CHECK(probe(reply("1", "<ok/>")).sender == Probe::Sender::server);
    CHECK(probe(chunked(rpc("1", "<get/>"), 200)).answer == match);
    for (const std::string other : {"<html><body>", "<?xml version=\"1.0\"?><soap:Envelope xmlns:soap=\"x\">", "<hello xmlns=\"other\">",
                                    "#!/bin/sh\n", "GET / HTTP/1.1\r\n", "\x16\x03\x01"})
        CHECK(probe(other).answer == no_match);
    for (const std::string open : {"", "<?xml version", "<hel", "\n#12"}) CHECK(probe(open).answer == need_more);
}
