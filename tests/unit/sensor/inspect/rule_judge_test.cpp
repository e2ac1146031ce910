// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/rule_judge.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Traffic talk(std::string_view payload) {
    Traffic traffic;
    TcpTalk{traffic, {"10.0.0.1", 40000}, {"203.0.113.9", 4444}}.handshake().send(payload).answer("ok").close();
    return traffic;
}

using Alerts = std::vector<std::string>;

}  // namespace

TEST_CASE("Rule judge: an alert says whose rule it is, what kind, and why") {
    const Replay replay{talk("uid=0(root)"),
                        {.rules = "alert tcp any any -> any 4444 (msg:\"root\"; content:\"uid=0\"; classtype:trojan-activity; "
                                  "metadata:weir_kind reverse-shell, mitre_technique_id T1059, confidence High; sid:77; rev:3;)\n"}};
    REQUIRE(replay.alerts() == Alerts{"1:77"});
    const auto alert = replay.of("alert")[0];
    CHECK(alert.at("alert").at("rev") == 3);
    CHECK(alert.at("alert").at("severity") == 1);
    CHECK(alert.at("alert").at("action") == "allowed");
    CHECK(alert.at("alert").at("signature") == "root");
    CHECK(alert.at("weir").at("kind") == "reverse-shell");
    CHECK(alert.at("weir").at("judge") == "rule");
    CHECK(alert.at("weir").at("attack").at(0) == "T1059");
    CHECK(alert.at("weir").at("why").get<std::string>().find("10.0.0.1 opened tcp/4444") == 0);
    CHECK(std::filesystem::exists(replay.folder() / "evidence"));
}

TEST_CASE("Rule judge: a pass rule lets the session go and is no alert itself") {
    const std::string alerting = "alert tcp any any -> any 4444 (msg:\"a\"; content:\"secret\"; sid:1;)\n";
    const std::string passing = "pass tcp any any -> any 4444 (msg:\"p\"; content:\"secret\"; sid:2;)\n";
    CHECK(Replay{talk("secret"), {.rules = alerting}}.alerts() == Alerts{"1:1"});
    CHECK(Replay{talk("secret"), {.rules = alerting + passing}}.alerts().empty());
}

TEST_CASE("Rule judge: a transaction that is reported in parts fires a rule once") {
    Traffic traffic;
    TcpTalk{traffic, {"10.0.0.1", 40000}, {"203.0.113.9", 80}}
        .handshake()
        .send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
        .send("def")
        .answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok")
        .answer("ok")
        .close();
    const std::string rule =
        "alert http any any -> any any (msg:\"m\"; http.uri; content:\"/up\"; http.method; content:\"POST\"; sid:5;)\n";
    CHECK(Replay{traffic, {.rules = rule}}.alerts() == Alerts{"1:5"});
}

TEST_CASE("Rule judge: thresholds count over all workers") {
    Traffic traffic;
    for (std::uint16_t i = 0; i < 20; ++i) traffic.udp({"10.0.0.1", static_cast<std::uint16_t>(40000 + i)}, {"203.0.113.9", 999}, "ping");
    const std::string rule =
        "alert udp any any -> any 999 (msg:\"m\"; content:\"ping\"; threshold:type limit, track by_src, count 3, seconds 60; sid:6;)\n";
    for (const unsigned workers : {1u, 3u}) CHECK(Replay{traffic, {.rules = rule, .workers = workers}}.alerts() == Alerts(3, "1:6"));
}
