// SPDX-License-Identifier: Apache-2.0
#include "parsers/mqtt/mqtt.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using mqtt::Parser;

namespace {

std::string packet(char first, const std::string& body) {
    std::string out(1, first);
    std::size_t left = body.size();
    do {
        out += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
        left >>= 7;
    } while (left != 0);
    return out + body;
}
std::string text(const std::string& value) {
    return std::string{static_cast<char>(value.size() >> 8), static_cast<char>(value.size() & 0xff)} + value;
}
const std::string connect =
    packet(0x10, text("MQTT") + "\x04\xee\x00\x3c"s + text("gnb-1") + text("will/t") + text("gone") + text("user") + text("pass"));
const Conversation version_4{{up, connect},
                             {down, packet(0x20, "\x01\x00"s)},
                             {up, packet('\x82', "\x00\x01"s + text("a/#") + "\x01"s + text("b") + "\x02"s)},
                             {down, packet('\x90', "\x00\x01\x01\x80"s)},
                             {down, packet(0x33, text("a/b") + "\x00\x07hello"s)},
                             {up, packet(0x40, "\x00\x07"s)},
                             {up, packet('\xa2', "\x00\x02"s + text("a/#"))},
                             {down, packet('\xb0', "\x00\x02"s)},
                             {up, packet('\xc0', "")},
                             {down, packet('\xd0', "")},
                             {up, packet('\xe0', "")}};

}  // namespace

TEST_CASE("mqtt: version 3.1.1") {
    const auto seen = logged(run<Parser>(version_4));
    REQUIRE(seen.size() == 11);
    CHECK(seen[0].get("mqtt.connect.protocol_string") == "MQTT");
    CHECK(seen[0].get("mqtt.connect.protocol_version") == "4");
    CHECK(seen[0].get("mqtt.connect.client_id") == "gnb-1");
    CHECK(seen[0].get("mqtt.connect.will.topic") == "will/t");
    CHECK(seen[0].get("mqtt.connect.will.message") == "gone");
    CHECK(seen[0].get("mqtt.connect.username") == "user");
    CHECK(seen[0].get("mqtt.connect.password") == "pass");
    CHECK(seen[0].get("mqtt.connect.flags.clean_session") == "true");
    CHECK(seen[1].get("mqtt.connack.session_present") == "true");
    CHECK(seen[1].get("mqtt.connack.return_code") == "0");
    CHECK(seen[2].get("mqtt.subscribe.topics[].topic") == "a/#,b");
    CHECK(seen[2].get("mqtt.subscribe.topics[].qos") == "1,2");
    CHECK(seen[3].get("mqtt.suback.qos_granted[]") == "1,128");
    CHECK(seen[4].get("mqtt.publish.topic") == "a/b");
    CHECK(seen[4].get("mqtt.publish.message_id") == "7");
    CHECK(seen[4].get("mqtt.publish.message") == "hello,hello");  // for rules, and for EVE
    CHECK(seen[4].get("mqtt.publish.qos") == "1");
    CHECK(seen[4].get("mqtt.publish.retain") == "true");
    CHECK(seen[5].get("mqtt.puback.message_id") == "7");
    CHECK(seen[6].get("mqtt.unsubscribe.topics[]") == "a/#");
    CHECK(seen[8].get("mqtt.operation") == "pingreq");
    CHECK(seen[10].get("mqtt.type") == "14");
    for (const Field& field : Parser::fields)
        if (field.keyword == "mqtt.connect.password") CHECK(field.secret);
}

TEST_CASE("mqtt: version 5, with what USP is known by") {
    const Conversation conversation{
        {up, packet(0x10, text("MQTT") + "\x05\x02\x00\x3c\x05\x11\x00\x00\x0e\x10"s + text("os::1-2"))},
        {down, packet(0x20, "\x00\x00\x00"s)},
        {up, packet(0x30, text("usp/controller") + "\x1a\x03"s + text("usp.msg") + "\x08"s + text("usp/agent/1") + "\x01\x00"s + "body")},
        {down, packet('\xe0', "\x8b"s)}};
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].get("mqtt.connect.client_id") == "os::1-2");
    CHECK(seen[2].get("mqtt.publish.properties.content_type") == "usp.msg");
    CHECK(seen[2].get("mqtt.publish.properties.response_topic") == "usp/agent/1");
    CHECK(seen[2].get("mqtt.publish.message") == "body,body");
    CHECK(seen[3].get("mqtt.disconnect.reason_code") == "139");
    check_cuts<Parser>(conversation);
}

TEST_CASE("mqtt: long messages are shown by their start") {
    const auto seen = logged(run<Parser>({{up, connect}, {up, packet(0x30, text("t") + std::string(100000, 'x')) + packet('\xc0', "")}}));
    REQUIRE(seen.size() == 3);
    CHECK(seen[1].get("mqtt.publish.truncated") == "true");
    CHECK(seen[1].get("mqtt.publish.skipped_length") == "100003");
    CHECK(seen[2].get("mqtt.operation") == "pingreq");
}

TEST_CASE("mqtt: any cut gives the same") { check_cuts<Parser>(version_4); }

TEST_CASE("mqtt: anomalies") {
    CHECK(run<Parser>({{up, packet(0x30, "\x00\x09x"s)}}).anomalies == std::vector<std::string>{"malformed_traffic"});
    CHECK(run<Parser>({{up, "\x30\xff\xff\xff\xff\x01"s}}).anomalies == std::vector<std::string>{"malformed_traffic"});
    CHECK(run<Parser>({{up, "\x00\x00"s}}).anomalies == std::vector<std::string>{"malformed_traffic"});
    CHECK(run<Parser>({{up, packet('\xc0', "")}}).anomalies == std::vector<std::string>{"missing_connect"});
}

TEST_CASE("mqtt: recognised by CONNECT") {
    CHECK(probe<Parser>(connect, up).sender == Probe::Sender::client);
    CHECK(recognised<Parser>(packet(0x10, text("MQIsdp") + "\x03\x02\x00\x3c"s + text("x")), up));
    CHECK(probe<Parser>(connect.substr(0, 5), up).answer == Probe::Answer::need_more);
    CHECK(recognised<Parser>("\x20\x02\x00\x00"s, down, true));
    CHECK(!recognised<Parser>("\x20\x02\x00\x00"s, down));
    CHECK(!recognised<Parser>("\x10\x0c\x00\x04HTTP"s, up));
}
