// SPDX-License-Identifier: Apache-2.0
#include "parsers/stomp/stomp.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using stomp::Parser;

namespace {

const Conversation conversation{
    {up, "STOMP\naccept-version:1.1,1.2\nhost:broker.example\nlogin:agent\npasscode:secret\n\n\0"s},
    {down, "CONNECTED\nversion:1.2\nserver:RabbitMQ/3.8\nsubscribe-dest:/usp\n\n\0\n"s},
    {up,
     "\nSEND\r\ndestination:/queue/a\\cb\r\ncontent-type:application/vnd.bbf.usp.msg\r\nreply-to-dest:/agent\r\ncontent-length:5\r\n\r\na\0b\n\0\0"s},
    {up, "SUBSCRIBE\nid:0\ndestination:/usp\n\n\0"s},
    {down, "MESSAGE\ndestination:/usp\n\nhello\0\nERROR\nmessage:no\n\nlonger text\0"s},
    {up, "DISCONNECT\nreceipt:1\n\n\0"s}};

}  // namespace

TEST_CASE("stomp: frames") {
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 7);
    CHECK(seen[0].get("stomp.command") == "STOMP");
    CHECK(seen[0].get("stomp.operation") == "connect");
    CHECK(seen[0].get("stomp.login") == "agent");
    CHECK(seen[0].get("stomp.passcode") == "secret");
    CHECK(seen[0].get("stomp.version") == "1.1,1.2");
    CHECK(seen[1].get("stomp.server") == "RabbitMQ/3.8");
    CHECK(seen[2].get("stomp.destination") == "/queue/a:b");
    CHECK(seen[2].get("stomp.content_type") == "application/vnd.bbf.usp.msg");
    CHECK(seen[2].get("stomp.reply_to") == "/agent");
    CHECK(seen[2].get("stomp.body") == "a\\x00b\\x0a\\x00");
    CHECK(seen[3].get("stomp.operation") == "subscribe");
    CHECK(seen[4].get("stomp.body") == "hello");
    CHECK(seen[5].get("stomp.message") == "no");
    for (const Field& field : Parser::fields)
        if (field.keyword == "stomp.passcode") CHECK(field.secret);
}

TEST_CASE("stomp: long bodies are shown by their start") {
    const std::string body(10000, 'x');
    const auto seen = logged(run<Parser>({{up, "SEND\ndestination:a\n\n" + body + "\0"s},
                                          {up, "SEND\ncontent-length:10000\n\n" + body + "\0"s},
                                          {up, "DISCONNECT\n\n\0"s}}));
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].get("stomp.body").size() == stomp::max_body);
    CHECK(seen[1].get("stomp.body").size() == stomp::max_body);
    CHECK(seen[2].get("stomp.operation") == "disconnect");
}

TEST_CASE("stomp: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("stomp: anomalies") {
    CHECK(run<Parser>({{up, "WHAT\n\n\0"s}}).anomalies == std::vector<std::string>{"malformed_frame"});
    CHECK(run<Parser>({{up, "SEND\nno header\n\n\0"s}}).anomalies == std::vector<std::string>{"malformed_frame"});
    CHECK(run<Parser>({{up, "SEND\n" + std::string(stomp::max_head, 'x')}}).anomalies == std::vector<std::string>{"head_too_long"});
}

TEST_CASE("stomp: recognised by its first frame, HTTP's CONNECT is not") {
    CHECK(probe<Parser>(conversation[0].text, up).sender == Probe::Sender::client);
    CHECK(probe<Parser>(conversation[1].text, down).sender == Probe::Sender::server);
    CHECK(probe<Parser>("CONN", up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", up, true));
    CHECK(!recognised<Parser>("CONNECT\n\n", up));
}
