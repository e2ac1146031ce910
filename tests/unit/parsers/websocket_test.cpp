// SPDX-License-Identifier: Apache-2.0
#include "parsers/websocket/websocket.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using websocket::Parser;

namespace {

// RFC 6455 section 5.7: a masked text frame, a fragmented one, ping and pong; and a close.
const Conversation conversation{{up, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s},
                                {down, "\x01\x03Hel\x80\x02lo"s},
                                {down, "\x89\x05Hello"s},
                                {up, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s},
                                {down,
                                 "\x88\x05\x03\xe8"
                                 "bye"s}};

}  // namespace

TEST_CASE("websocket: frames") {
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 6);
    CHECK(seen[0].get("websocket.opcode") == "1,text");
    CHECK(seen[0].get("websocket.payload") == "Hello");
    CHECK(seen[0].get("websocket.fin") == "true");
    CHECK(seen[0].get("websocket.mask") == std::to_string(0x37fa213d));
    CHECK(seen[0].report == (Report::request | Report::log));
    CHECK(seen[1].get("websocket.fin") == "false");
    CHECK(seen[1].get("websocket.mask").empty());
    CHECK(seen[2].get("websocket.opcode") == "0,continuation");
    CHECK(seen[3].get("websocket.opcode") == "9,ping");
    CHECK(seen[5].get("weir.websocket.close_code") == "1000");
}

TEST_CASE("websocket: the sub-protocol that HTTP agreed on") {
    ParserDriver<Parser> driver;
    driver.announce("v1.usp");
    driver.stream(up, as_bytes(conversation[0].text));
    CHECK(driver.finish().transactions.at(0).get("websocket.subprotocol") == "v1.usp");
}

TEST_CASE("websocket: long frames are shown by their start") {
    const std::string body(70000, 'x');
    const auto seen = logged(
        run<Parser>({{down, "\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70"s + body}, {down, "\x82\x7e\x01\x00"s + body.substr(0, 256)}}));
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("websocket.length") == "70000");
    CHECK(seen[0].get("websocket.payload").size() == websocket::max_payload);
    CHECK(seen[1].get("websocket.length") == "256");
}

TEST_CASE("websocket: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("websocket: anomalies") {
    CHECK(run<Parser>({{up, "\x83\x00"s}}).anomalies == std::vector<std::string>{"reserved_opcode"});
    CHECK(run<Parser>({{up, "\x09\x00"s}}).anomalies == std::vector<std::string>{"invalid_control_frame"});
    CHECK(run<Parser>({{up, "\x89\x7e\x00\x80"s}}).anomalies == std::vector<std::string>{"invalid_control_frame"});
}

TEST_CASE("websocket: never recognised by itself") { CHECK(!recognised<Parser>(conversation[0].text, up)); }
