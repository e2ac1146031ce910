// SPDX-License-Identifier: Apache-2.0
#include "parsers/rfb/rfb.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using rfb::Parser;

namespace {

const std::string challenge(16, 'c'), response(16, 'r');
const std::string desktop = "\x05\x00\x03\x20\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00\x00\x00\x00\x05host1"s;
const Conversation version_8{{down, "RFB 003.008\n"}, {up, "RFB 003.008\n"}, {down, "\x02\x01\x02"s},     {up, "\x02"s},
                             {down, challenge},       {up, response},        {down, "\x00\x00\x00\x00"s}, {up, "\x01"s},
                             {down, desktop}};
const Conversation version_3{{down, "RFB 003.008\n"}, {up, "RFB 003.003\n"},       {down, "\x00\x00\x00\x02"s + challenge},
                             {up, response},          {down, "\x00\x00\x00\x00"s}, {up, "\x00"s},
                             {down, desktop}};

}  // namespace

TEST_CASE("rfb: version 3.8 with VNC authentication") {
    const auto seen = logged(run<Parser>(version_8));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rfb.server_protocol_version.major") == "003");
    CHECK(seen[0].get("rfb.client_protocol_version.minor") == "008");
    CHECK(seen[0].get("rfb.sectype") == "2");
    CHECK(seen[0].get("rfb.authentication.vnc.challenge").substr(0, 4) == "6363");
    CHECK(seen[0].get("rfb.authentication.vnc.response").substr(0, 4) == "7272");
    CHECK(seen[0].get("rfb.authentication.security_result") == "OK");
    CHECK(seen[0].get("rfb.screen_shared") == "true");
    CHECK(seen[0].get("rfb.framebuffer.width") == "1280");
    CHECK(seen[0].get("rfb.framebuffer.pixel_format.red_shift") == "16");
    CHECK(seen[0].get("rfb.name") == "host1");
}

TEST_CASE("rfb: version 3.3, where the server chooses") {
    const auto seen = logged(run<Parser>(version_3));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rfb.client_protocol_version.minor") == "003");
    CHECK(seen[0].get("rfb.sectype") == "2");
    CHECK(seen[0].get("rfb.screen_shared") == "false");
    CHECK(seen[0].get("rfb.name") == "host1");
}

TEST_CASE("rfb: without authentication") {
    const auto open =
        GENERATE(Conversation{{down, "RFB 003.008\n"},
                              {up, "RFB 003.008\n"},
                              {down, "\x01\x01"s},
                              {up, "\x01"s},
                              {down, "\x00\x00\x00\x00"s},
                              {up, "\x01"s},
                              {down, desktop}},
                 Conversation{{down, "RFB 003.007\n"}, {up, "RFB 003.007\n"}, {down, "\x01\x01"s}, {up, "\x01\x01"s}, {down, desktop}},
                 Conversation{{down, "RFB 003.003\n"}, {up, "RFB 003.003\n"}, {down, "\x00\x00\x00\x01"s}, {up, "\x01"s}, {down, desktop}});
    const auto seen = logged(run<Parser>(open));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rfb.sectype") == "1");
    CHECK(seen[0].get("rfb.name") == "host1");
}

TEST_CASE("rfb: refusals and other security types") {
    Conversation refused(version_8.begin(), version_8.begin() + 6);
    refused.push_back({down, "\x00\x00\x00\x01\x00\x00\x00\x05wrong"s});
    auto seen = logged(run<Parser>(refused));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rfb.authentication.security_result") == "FAIL");
    CHECK(seen[0].get("rfb.reason") == "wrong");
    seen = logged(run<Parser>({{down, "RFB 003.008\n"},
                               {up, "RFB 003.008\n"},
                               {down,
                                "\x00\x00\x00\x00\x04"
                                "busy"s}}));
    CHECK(seen.at(0).get("rfb.reason") == "busy");
    const Outcome other =
        run<Parser>({{down, "RFB 003.889\n"}, {up, "RFB 003.889\n"}, {down, "\x02\x1e\x23"s}, {up, "\x1e"s}, {down, "more"}, {up, "more"}});
    CHECK(logged(other).at(0).get("rfb.sectype") == "30");
    CHECK(other.status[0] == Fed::Status::done);
    CHECK(other.anomalies == std::vector<std::string>{"unimplemented_security_type"});
    CHECK(run<Parser>({{down, "RFB 003.008\n"}, {up, "RFB 003.008\n"}, {down, "\x01\x12"s}, {up, "\x12"s}}).upgraded);
}

TEST_CASE("rfb: any cut gives the same") {
    check_cuts<Parser>(version_8);
    check_cuts<Parser>(version_3);
}

TEST_CASE("rfb: anomalies") {
    CHECK(run<Parser>({{down, "RFB 003.008\n"}, {up, "GET / HTTP/1.1"}}).anomalies == std::vector<std::string>{"malformed_message"});
    Conversation odd(version_8.begin(), version_8.begin() + 6);
    odd.push_back({down, "\x00\x00\x00\x09"s});
    CHECK(run<Parser>(odd).anomalies == std::vector<std::string>{"unknown_security_result"});
}

TEST_CASE("rfb: recognised by its version") {
    CHECK(probe<Parser>("RFB 003.008\n", down).sender == Probe::Sender::server);
    CHECK(probe<Parser>("RFB 0", down).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("RFB 3.8\n", down, true));
}
