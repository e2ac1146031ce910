// SPDX-License-Identifier: Apache-2.0
#include "parsers/syslog/syslog.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<syslog::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

Outcome parse(std::string_view datagram) {
    Driver driver;
    driver.datagram(to_server, as_bytes(datagram));
    return driver.finish();
}
Outcome::Transaction one(std::string_view datagram) {
    const Outcome outcome = parse(datagram);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(std::string_view text, bool port_matches, Transport transport = Transport::udp) {
    return syslog::Parser::probe(Offer{as_bytes(text), transport, to_server, port_matches});
}
/// The messages of a stream that is cut into pieces of `step`.
Outcome stream(std::string_view bytes, std::size_t step) {
    Driver driver;
    for (std::size_t at = 0; at < bytes.size(); at += step) driver.stream(to_server, as_bytes(bytes.substr(at, step)));
    return driver.finish();
}
std::vector<std::string> texts(const Outcome& outcome) {
    std::vector<std::string> out;
    for (const auto& transaction : outcome.transactions) {
        const std::string message = transaction.get("syslog.message");
        out.push_back(message.substr(0, message.size() / 2));  // once for rules, once for the event
    }
    return out;
}

}  // namespace

TEST_CASE("syslog: RFC 5424") {
    const auto seen = one("<165>1 2003-10-11T22:14:15.003Z host.example app 42 ID47 [a@1 x=\"]\\\"]\"][b@1] \xef\xbb\xbfthe text\n");
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("syslog.facility") == "20,local4");
    CHECK(seen.get("syslog.severity") == "5,notice");
    CHECK(seen.get("syslog.version") == "1");
    CHECK(seen.get("syslog.timestamp") == "2003-10-11T22:14:15.003Z");
    CHECK(seen.get("syslog.hostname") == "host.example");
    CHECK(seen.get("syslog.app_name") == "app");
    CHECK(seen.get("syslog.procid") == "42");
    CHECK(seen.get("syslog.msgid") == "ID47");
    CHECK(seen.get("syslog.structured_data") == "[a@1 x=\"]\\\"]\"][b@1]");
    CHECK(seen.get("syslog.message") == "the text,the text");
    const auto nil = one("<0>1 - - - - - -");
    CHECK(nil.get("syslog.facility") == "0,kern");
    CHECK(nil.get("syslog.severity") == "0,emerg");
    for (const char* path :
         {"syslog.timestamp", "syslog.hostname", "syslog.app_name", "syslog.procid", "syslog.msgid", "syslog.structured_data"})
        CHECK(nil.get(path).empty());
}

TEST_CASE("syslog: RFC 3164 and its kin") {
    struct Case {
        const char *wire, *timestamp, *hostname, *app_name, *procid, *msgid, *message;
    };
    const Case cases[]{
        {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "Oct 11 22:14:15", "mymachine", "su", "", "", "'su root' failed"},
        {"<30>Mar  9 04:44:27 node NetworkManager[1422]: <info> up", "Mar  9 04:44:27", "node", "NetworkManager", "1422", "", "<info> up"},
        {"<13>Mar 09 04:44:27 sshd[7]: closed", "Mar 09 04:44:27", "", "sshd", "7", "", "closed"},
        {"<13>2024-03-09T04:44:27.5+01:00 node app: text", "2024-03-09T04:44:27.5+01:00", "node", "app", "", "", "text"},
        {"<189>Oct 11 2021 10:11:12 HUAWEI %%01SHELL/5/LOGIN(s)[1]:in", "Oct 11 2021 10:11:12", "HUAWEI", "", "", "",
         "%%01SHELL/5/LOGIN(s)[1]:in"},
        {"<189>30: *Sep 22 13:34:49.195: %SYS-5-CONFIG_I: Configured", "Sep 22 13:34:49.195", "", "", "", "%SYS-5-CONFIG_I", "Configured"},
        {"<187>38: R1: .Sep 22 13:39:11.250: %LINK-3-UPDOWN: down", "Sep 22 13:39:11.250", "R1", "", "", "%LINK-3-UPDOWN", "down"},
        {"<14>just text", "", "", "", "", "", "just text"},
        {"<14>cron: text", "", "", "cron", "", "", "text"},
        {"<14>", "", "", "", "", "", ""},
    };
    for (const Case& expected : cases) {
        INFO(expected.wire);
        const auto seen = one(expected.wire);
        CHECK(seen.get("syslog.timestamp") == expected.timestamp);
        CHECK(seen.get("syslog.hostname") == expected.hostname);
        CHECK(seen.get("syslog.app_name") == expected.app_name);
        CHECK(seen.get("syslog.procid") == expected.procid);
        CHECK(seen.get("syslog.msgid") == expected.msgid);
        const std::string message = seen.get("syslog.message");
        CHECK(message.substr(0, message.size() / 2) == expected.message);
    }
}

TEST_CASE("syslog: no priority, or one that cannot be") {
    for (const char* wire : {"no priority", "<192>text", "<>text", "<1234>text", "<12"}) {
        const Outcome outcome = parse(wire);
        CHECK(outcome.anomalies == std::vector<std::string>{"missing_priority"});
        REQUIRE(outcome.transactions.size() == 1);
        CHECK(outcome.transactions[0].get("syslog.facility").empty());
        CHECK(texts(outcome) == std::vector<std::string>{wire});
    }
}

TEST_CASE("syslog: rules see all of a message, the event its beginning") {
    const std::string text(3000, 'x');
    const auto seen = one("<14>" + text);
    CHECK(seen.get("syslog.message") == text + "," + text.substr(0, syslog::max_logged));
}

TEST_CASE("syslog: over TCP, framed by lines or by counts, cut anywhere") {
    const std::string lines = "<14>Oct 11 22:14:16 m su: one\n<16>two\r\n\n2 days\n<1>three";
    for (std::size_t step = 1; step <= lines.size(); ++step) {
        CHECK(texts(stream(lines, step)) == std::vector<std::string>{"one", "two", "2 days", "three"});
        CHECK(stream(lines, step).anomalies == std::vector<std::string>{"missing_priority"});
    }
    CHECK(texts(stream("9 <14>a\nb\r\n5 <2>yz", 1)) == std::vector<std::string>{"a\\x0ab", "yz"});
    CHECK(texts(stream("9 <14>cut", 1)) == std::vector<std::string>{"cut"});
    CHECK(stream("0 <14>", 1).anomalies == std::vector<std::string>{"bad_octet_count"});
}

TEST_CASE("syslog: long messages over TCP are cut, and what follows is found") {
    const std::string text(syslog::max_message + 1000, 'x');
    for (const std::size_t step : {std::size_t{1000}, std::size_t{4096}, std::size_t{100000}}) {
        const Outcome line = stream("<14>" + text + "\n<14>next\n", step);
        CHECK(line.anomalies == std::vector<std::string>{"message_too_long"});
        REQUIRE(line.transactions.size() == 2);
        CHECK(texts(line)[1] == "next");
        const Outcome counted = stream(std::to_string(text.size() + 4) + " <14>" + text + "8 <14>next", step);
        CHECK(counted.anomalies == std::vector<std::string>{"message_too_long"});
        REQUIRE(counted.transactions.size() == 2);
        CHECK(texts(counted)[1] == "next");
    }
}

TEST_CASE("syslog: after a gap, lines go on and counts do not") {
    Driver lines;
    lines.stream(to_server, as_bytes("<14>one\n<14>tw"));
    CHECK(lines.gap(to_server, 10));
    lines.stream(to_server, as_bytes("ree\n<14>four\n"));
    CHECK(texts(lines.finish()) == std::vector<std::string>{"one", "four"});
    Driver counts;
    counts.stream(to_server, as_bytes("7 <14>one7 <14>"));
    counts.gap(to_server, 10);
    CHECK_FALSE(counts.stream(to_server, as_bytes("7 <14>two")));
    Driver answers;
    CHECK_FALSE(answers.stream(Direction::to_client, as_bytes("whatever")));
}

TEST_CASE("syslog: recognised on any port by its layout, on its own by its priority") {
    using enum Probe::Answer;
    for (const char* certain :
         {"<34>Oct 11 22:14:15 mymachine su: x", "<165>1 2003-10-11T22:14:15Z h a - - - x", "<165>1 - - - - - - x", "<189>30: *Sep"}) {
        CHECK(probe(certain, false).answer == match);
        CHECK(probe(certain, false).sender == Probe::Sender::client);
        CHECK(probe(certain, false, Transport::tcp).answer == match);
        CHECK(probe(std::to_string(std::string_view{certain}.size()) + " " + certain, false, Transport::tcp).answer == match);
    }
    CHECK(probe("<14>some text that is long enough to know", false).answer == no_match);
    CHECK(probe("<14>some text that is long enough to know", true).answer == match);
    CHECK(probe("<14>some text that is long enough to know", true, Transport::tcp).answer == match);
    CHECK(probe("text alone", true).answer == match);
    CHECK(probe("text alone", false).answer == no_match);
    CHECK(probe("text alone", true, Transport::tcp).answer == no_match);
    CHECK(probe(std::string_view{"1022\0root\0", 10}, true, Transport::tcp).answer == no_match);  // the remote shell
    CHECK(probe(std::string_view{"\x80\x01\x02", 3}, true).answer == no_match);
    CHECK(probe("<14", false, Transport::tcp).answer == need_more);
    CHECK(probe("12", false, Transport::tcp).answer == need_more);
    CHECK(probe("<html><head>", false, Transport::tcp).answer == no_match);
    CHECK(probe("220 ready", false, Transport::tcp).answer == no_match);
}
