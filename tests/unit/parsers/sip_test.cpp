// SPDX-License-Identifier: Apache-2.0
#include "parsers/sip/sip.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using sip::Parser;

namespace {

const std::string invite =
    "INVITE sip:bob@b.example SIP/2.0\r\nVia: SIP/2.0/TCP a.example;branch=1\r\nf: <sip:alice@a.example>;tag=1\r\nTo: "
    "<sip:bob@b.example>\r\n"
    "Call-ID: 1@a\r\nCSeq: 1 INVITE\r\nUser-Agent: friendly-scanner\r\nContact: <sip:alice@192.0.2.1>\r\nContent-Type: application/sdp\r\n"
    "Authorization: Digest username=\"alice\", realm=\"a\", response=\"00\"\r\nl: 63\r\n\r\n"
    "v=0\r\no=alice 1 1 IN IP4 a\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 X 0\r\n";
const std::string ringing = "SIP/2.0 180 Ringing now\r\nCSeq: 1 INVITE\r\nServer: PBX\r\nContent-Length: 0\r\n\r\n";
const Conversation conversation{{up, invite}, {down, ringing + "\r\n\r\n" + ringing}};

}  // namespace

TEST_CASE("sip: request and response over TCP") {
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].get("sip.method") == "INVITE");
    CHECK(seen[0].get("sip.uri") == "sip:bob@b.example");
    CHECK(seen[0].get("sip.version") == "SIP/2.0");
    CHECK(seen[0].get("sip.request_line") == "INVITE sip:bob@b.example SIP/2.0");
    CHECK(seen[0].get("sip.from") == "<sip:alice@a.example>;tag=1");
    CHECK(seen[0].get("sip.user_agent") == "friendly-scanner");
    CHECK(seen[0].get("sip.user") == "alice");
    CHECK(seen[0].get("sip.sdp.connection_data") == "IN IP4 192.0.2.1");
    CHECK(seen[0].get("sdp.media") == "audio 4000 X 0");
    CHECK(seen[1].get("sip.code") == "180");
    CHECK(seen[1].get("sip.reason") == "Ringing now");
    CHECK(seen[1].get("sip.method").empty());
    CHECK(seen[2].get("weir.sip.user_agent") == "PBX");
}

TEST_CASE("sip: datagrams; a request from the server's side is a request") {
    ParserDriver<Parser> driver;
    driver.datagram(down, as_bytes(invite));
    driver.datagram(down, as_bytes("\r\n\r\n"));
    driver.datagram(up, as_bytes(ringing));
    const Outcome outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.transactions[0].report == (Report::request | Report::log));
    CHECK(outcome.transactions[0].direction == down);
    CHECK(outcome.transactions[1].report == (Report::response | Report::log));
    CHECK(outcome.anomalies.empty());
}

TEST_CASE("sip: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("sip: anomalies") {
    CHECK(run<Parser>({{up, "NONSENSE\r\n\r\n"}}).anomalies == std::vector<std::string>{"invalid_data"});
    CHECK(run<Parser>({{up, std::string(sip::max_head + 1, 'x')}}).anomalies == std::vector<std::string>{"invalid_data"});
    ParserDriver<Parser> driver;
    driver.datagram(up, as_bytes(std::string_view{invite}.substr(0, 100)));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"incomplete_data"});
    CHECK(driver.outcome().transactions.size() == 1);
}

TEST_CASE("sip: recognised by its start line") {
    CHECK(probe<Parser>(invite, up).sender == Probe::Sender::client);
    CHECK(probe<Parser>(ringing, up, false, Transport::udp).sender == Probe::Sender::server);
    CHECK(probe<Parser>("INVI", up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("GET / HTTP/1.1\r\n\r\n", up, true));
    CHECK(!recognised<Parser>("INVITE sip:a RTSP/1.0\r\n\r\n", up, true));
}
