// SPDX-License-Identifier: Apache-2.0
#include "parsers/rsh/rsh.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using rsh::Parser;

namespace {

const Conversation refused{{up, "1022\0"s}, {up, "lns\0root\0mkdir testdir\0"s}, {down, "\x01Password incorrect.\n"s}};

}  // namespace

TEST_CASE("rsh: who runs what") {
    const Outcome outcome = run<Parser>(refused);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("rsh.client_user") == "lns");
    CHECK(seen[0].get("rsh.server_user") == "root");
    CHECK(seen[0].get("rsh.command") == "mkdir testdir");
    CHECK(seen[0].get("rsh.stderr_port") == "1022");
    CHECK(seen[0].get("rsh.accepted") == "false");
    CHECK(seen[0].get("rsh.error") == "Password incorrect.");
    REQUIRE(outcome.expectations.size() == 1);
    CHECK(outcome.expectations[0].opened_towards == Direction::to_client);
    CHECK(outcome.expectations[0].port == 1022);
}

TEST_CASE("rsh: accepted, without error output; and never answered") {
    const Outcome accepted = run<Parser>({{up, "0\0a\0b\0id\0"s}, {down, "\0uid=0\n"s}});
    REQUIRE(logged(accepted).size() == 1);
    CHECK(logged(accepted)[0].get("rsh.accepted") == "true");
    CHECK(accepted.expectations.empty());
    CHECK(logged(run<Parser>({{up, "\0a\0b\0id\0"s}})).size() == 1);
}

TEST_CASE("rsh: any cut gives the same") { check_cuts<Parser>(refused); }

TEST_CASE("rsh: anomalies") {
    CHECK(run<Parser>({{up, "<13>text\n"}}).anomalies == std::vector<std::string>{"malformed_start"});
    CHECK(run<Parser>({{up, "1022\0\x01"s}}).anomalies == std::vector<std::string>{"malformed_start"});
}

TEST_CASE("rsh: recognised on its port only") {
    CHECK(probe<Parser>("1022\0a\0b\0id\0"s, up, true).sender == Probe::Sender::client);
    CHECK(probe<Parser>("1022\0"s, up, true).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("1022\0a\0b\0id\0"s, up));
    CHECK(!recognised<Parser>("<13>Jan  1 00:00:00 host text\n", up, true));
}
