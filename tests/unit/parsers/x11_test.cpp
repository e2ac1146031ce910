// SPDX-License-Identifier: Apache-2.0
#include "parsers/x11/x11.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using x11::Parser;

namespace {

const std::string setup =
    "l\x00\x0b\x00\x00\x00\x12\x00\x10\x00\x00\x00MIT-MAGIC-COOKIE-1\x00\x00"
    "0123456789abcdef"s;
const std::string answer =
    "\x01\x00\x0b\x00\x00\x00\x0b\x00"s + std::string(16, '\0') + "\x0b\x00"s + std::string(14, '\0') + "The X.Org F\x00"s;
const Conversation conversation{{up, setup}, {down, answer}};

}  // namespace

TEST_CASE("x11: setup with a cookie") {
    const Outcome outcome = run<Parser>(conversation);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("x11.version") == "11.0");
    CHECK(seen[0].get("x11.auth") == "MIT-MAGIC-COOKIE-1");
    CHECK(seen[0].get("x11.cookie") == "0123456789abcdef");
    CHECK(seen[0].get("x11.status") == "success");
    CHECK(seen[0].get("x11.vendor") == "The X.Org F");
    for (const Field& field : Parser::fields)
        if (field.keyword == "x11.cookie") CHECK(field.secret);
}

TEST_CASE("x11: big endian, without a cookie, refused") {
    const auto seen = logged(
        run<Parser>({{up, "B\x00\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00"s}, {down, "\x00\x07\x00\x0b\x00\x00\x00\x02refused\x00"s}}));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("x11.status") == "failed");
    CHECK(seen[0].get("x11.reason") == "refused");
    CHECK(seen[0].get("x11.auth").empty());
    CHECK(logged(run<Parser>({{up, setup}})).size() == 1);
}

TEST_CASE("x11: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("x11: anomalies") {
    CHECK(run<Parser>({{up, "l\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"s}}).anomalies == std::vector<std::string>{"malformed_setup"});
    CHECK(run<Parser>({{up, setup}, {down, "\x07\x00\x0b\x00\x00\x00\x00\x00"s}}).anomalies == std::vector<std::string>{"malformed_setup"});
}

TEST_CASE("x11: recognised by the client's setup") {
    CHECK(probe<Parser>(setup, up).sender == Probe::Sender::client);
    CHECK(probe<Parser>(setup.substr(0, 20), up).answer == Probe::Answer::need_more);
    CHECK(recognised<Parser>(answer, down, true));
    CHECK(!recognised<Parser>(answer, down));
    CHECK(!recognised<Parser>("login: something\r\n", up, true));
    CHECK(!recognised<Parser>(setup + "more", up));
}
