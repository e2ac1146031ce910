// SPDX-License-Identifier: Apache-2.0
#include "parsers/socks/socks.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using socks::Parser;

namespace {

const Conversation version_5{{up, "\x05\x02\x00\x02"s},
                             {down, "\x05\x02"s},
                             {up, "\x01\x04user\x06secret"s},
                             {down, "\x01\x00"s},
                             {up,
                              "\x05\x01\x00\x03\x0b"
                              "example.com\x01\xbb"s},
                             {down, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s}};
const Conversation version_4{{up, "\x04\x01\x00\x50\xcb\x00\x71\x32root\x00"s}, {down, "\x00\x5a\x00\x00\x00\x00\x00\x00"s}};

}  // namespace

TEST_CASE("socks: version 5 with a password, granted") {
    const Outcome outcome = run<Parser>(version_5);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("socks.version") == "5");
    CHECK(seen[0].get("socks.methods[]") == "0,2");
    CHECK(seen[0].get("socks.auth") == "password");
    CHECK(seen[0].get("socks.user") == "user");
    CHECK(seen[0].get("socks.password") == "secret");
    CHECK(seen[0].get("socks.operation") == "connect");
    CHECK(seen[0].get("socks.host") == "example.com");
    CHECK(seen[0].get("socks.port") == "443");
    CHECK(seen[0].get("socks.status") == "granted");
    CHECK(outcome.upgraded);
    CHECK(outcome.transactions.size() == 2);
    for (const Field& field : Parser::fields)
        if (field.keyword == "socks.password") CHECK(field.secret);
}

TEST_CASE("socks: version 4 and 4a") {
    const auto seen = logged(run<Parser>(version_4));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("socks.version") == "4");
    CHECK(seen[0].get("socks.user") == "root");
    CHECK(seen[0].get("socks.host") == "203.0.113.50");
    CHECK(seen[0].get("socks.port") == "80");
    CHECK(seen[0].get("socks.reply") == "90");
    const auto named =
        logged(run<Parser>({{up, "\x04\x01\x00\x50\x00\x00\x00\x01\x00host.example\x00"s}, {down, "\x00\x5b\x00\x00\x00\x00\x00\x00"s}}));
    REQUIRE(named.size() == 1);
    CHECK(named[0].get("socks.host") == "host.example");
    CHECK(named[0].get("socks.user").empty());
    CHECK(named[0].get("socks.status") == "failed");
}

TEST_CASE("socks: IPv6 targets, refusals, and what was never answered") {
    const std::string greeting = "\x05\x01\x00"s, chosen = "\x05\x00"s;
    const std::string to_v6 = "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x16"s;
    const Outcome open = run<Parser>({{up, greeting}, {down, chosen}, {up, to_v6}});
    REQUIRE(logged(open).size() == 1);
    CHECK(logged(open)[0].get("socks.host") == "2001:db8::1");
    CHECK(logged(open)[0].get("socks.status").empty());
    CHECK(!open.upgraded);
    const Outcome refused = run<Parser>({{up, greeting}, {down, chosen}, {up, to_v6}, {down, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"s}});
    CHECK(logged(refused).at(0).get("socks.status") == "failed");
    CHECK(!refused.upgraded);
    CHECK(logged(run<Parser>({{up, greeting}, {down, "\x05\xff"s}})).at(0).get("socks.status") == "login-refused");
    CHECK(logged(run<Parser>({{up, "\x05\x01\x02"s}, {down, "\x05\x02"s}, {up, "\x01\x01u\x01p"s}, {down, "\x01\x01"s}}))
              .at(0)
              .get("socks.status") == "login-refused");
}

TEST_CASE("socks: bind is answered twice, udp-associate announces its session") {
    const std::string answer = "\x05\x00\x00\x01\xc0\x00\x02\x01\x04\x38"s;
    const Conversation start{{up, "\x05\x01\x00"s}, {down, "\x05\x00"s}};
    const auto with_request = [&](char command, int answers) {
        Conversation whole = start;
        whole.push_back({up, "\x05"s + command + "\x00\x01\x00\x00\x00\x00\x00\x00"s});
        for (int i = 0; i < answers; ++i) whole.push_back({down, answer});
        return run<Parser>(whole);
    };
    CHECK(!with_request(2, 1).upgraded);
    CHECK(with_request(2, 2).upgraded);
    const Outcome relay = with_request(3, 1);
    CHECK(!relay.upgraded);
    REQUIRE(relay.expectations.size() == 1);
    CHECK(relay.expectations[0].transport == Transport::udp);
    CHECK(relay.expectations[0].address.text() == "192.0.2.1");
    CHECK(relay.expectations[0].port == 1080);
}

TEST_CASE("socks: what a client sends before the answer is left to the inner protocol") {
    Conversation eager = version_5;
    eager[4].text += "\x16\x03\x01";
    const Outcome outcome = run<Parser>(eager);
    CHECK(outcome.upgraded);
    CHECK(outcome.pending[0] == 3);
}

TEST_CASE("socks: any cut gives the same") {
    check_cuts<Parser>(version_5);
    check_cuts<Parser>(version_4);
}

TEST_CASE("socks: anomalies") {
    CHECK(run<Parser>({{up, "\x05\x01\x00"s}, {up, "\x07"s}}).anomalies == std::vector<std::string>{"malformed_request"});
    CHECK(run<Parser>({{up, "\x05\x01\x00"s}, {down, "HTTP/1.1"s}}).anomalies == std::vector<std::string>{"malformed_reply"});
    CHECK(run<Parser>({{up, "\x04\x09"s}}).anomalies == std::vector<std::string>{"malformed_request"});
}

TEST_CASE("socks: recognised on any port, other binary protocols are not") {
    CHECK(recognised<Parser>("\x05\x01\x00"s, up));
    CHECK(recognised<Parser>("\x05\x02\x00\x02"s, up));
    CHECK(recognised<Parser>(version_4[0].text, up));
    CHECK(recognised<Parser>("\x05\x00"s, down, true));
    CHECK(!recognised<Parser>("\x05\x00"s, down));
    CHECK(probe<Parser>("\x05"s, up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("\x05\x00\x0b\x03\x10\x00\x00\x00"s, up));  // DCE/RPC
    CHECK(!recognised<Parser>("\x05\x01\x00\x00"s, up));
    CHECK(!recognised<Parser>("\x05\x02\x01\x01"s, up));
    CHECK(!recognised<Parser>("\x04\x01\x00\x50\xcb\x00\x71\x32root\x00 and more"s, up));
}
