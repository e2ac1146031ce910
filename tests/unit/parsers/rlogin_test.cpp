// SPDX-License-Identifier: Apache-2.0
#include "parsers/rlogin/rlogin.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using rlogin::Parser;

namespace {

const Conversation conversation{{up, "\0bostic\0kbostic\0vt100/9600\0"s}, {down, "\0Password:"s}, {up, "x\r"}};

}  // namespace

TEST_CASE("rlogin: who logs in as whom") {  // the example of RFC 1282
    const Outcome outcome = run<Parser>(conversation);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rlogin.client_user") == "bostic");
    CHECK(seen[0].get("rlogin.server_user") == "kbostic");
    CHECK(seen[0].get("rlogin.terminal") == "vt100/9600");
    CHECK(outcome.status[0] == Fed::Status::done);
}

TEST_CASE("rlogin: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("rlogin: anomalies") {
    CHECK(run<Parser>({{up, "GET / HTTP/1.1\r\n"}}).anomalies == std::vector<std::string>{"malformed_start"});
}

TEST_CASE("rlogin: recognised by the client's first bytes") {
    CHECK(probe<Parser>(conversation[0].text, up).sender == Probe::Sender::client);
    CHECK(probe<Parser>("\0bos"s, up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("\0\0\0\x10rest"s, up, true));
    CHECK(!recognised<Parser>("\0a\0b\0vt100\0"s, up, true));
}
