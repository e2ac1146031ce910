// SPDX-License-Identifier: Apache-2.0
#include "rules/language/header.hpp"

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

namespace {

std::string header_of(std::string_view header) {
    const auto loaded = load_text(with_header("", header));
    if (!loaded.errors.empty()) return loaded.errors.front().reason;
    const std::string text = describe(loaded.rules.rules.at(0));
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("headers are read") {
    for (const std::string_view action : {"alert", "pass", "drop", "reject", "rejectsrc", "rejectdst", "rejectboth"})
        CHECK(header_of(std::string(action) + " ip any any -> any any") == std::string(action) + " ip any any -> any any");
    for (const std::string_view protocol :
         {"ip", "tcp", "tcp-pkt", "tcp-stream", "udp", "icmp", "icmpv6", "sctp", "ntp", "http", "tls", "dns", "ftp-data"})
        CHECK(header_of("alert " + std::string(protocol) + " any any -> any any") ==
              "alert " + std::string(protocol) + " any any -> any any");
    CHECK(header_of("alert TCP any any -> any any") == "alert tcp any any -> any any");
    CHECK(header_of("alert http1 any any -> any any") == "alert http any any -> any any");
    CHECK(header_of("alert 89 any any -> any any") == "alert 89 any any -> any any");
    CHECK(header_of("alert icmpv4 any any -> any any") == "alert 1 any any -> any any");
    CHECK(header_of("alert  tcp\t[10.0.0.1, 10.0.0.3]  [80, 443]   <> 10.0.0.9 :1023") ==
          "alert tcp 10.0.0.1,10.0.0.3 80,443 <> 10.0.0.9 0:1023");
    CHECK(read_rule(with_header("", "alert ipv6 any any -> any any")) == "ip_version 6\n");
    CHECK(load_text("alert tcp any any -> any any(sid:1;)").rules.rules.size() == 1);
}

TEST_CASE("headers that are refused") {
    for (const Refused& row : {
             Refused{"", "unknown action \"log\": expected alert, pass, drop, reject, rejectsrc, rejectdst or rejectboth",
                     "@log tcp any any -> any any"},
             Refused{"", "unknown protocol \"tcpp\": expected ip, tcp, udp, icmp, sctp, an IP protocol's number or an application protocol",
                     "alert @tcpp any any -> any any"},
             Refused{"", "protocol dcerpc is not supported yet", "alert @dcerpc any any -> any any"},
             Refused{"", "\"256\" is not a number: expected 0 to 255", "alert @256 any any -> any any"},
             Refused{"", "unknown direction \"<-\": expected -> or <>", "alert tcp any any @<- any any"},
             Refused{"", "expected ( before the options", "alert tcp any any -> any any @any"},
             Refused{"", "a list without its `]`", "alert tcp @[10.0.0.1 any -> any any"},
             Refused{"", "unknown address variable $NOBODY", "alert tcp any any -> [10.0.0.1,@$NOBODY] any"},
         })
        check_refused(row);
}

TEST_CASE("ports where there are none are ignored, with a warning") {
    const auto loaded = load_text("alert icmp any any -> any 80 (sid:1;)");
    REQUIRE(loaded.rules.rules.size() == 1);
    CHECK(loaded.rules.rules[0].header.destination_port.any);
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].reason == "the rule's protocol has no ports: \"80\" is ignored");
    CHECK(loaded.warnings[0].column == 27);
}

TEST_CASE("IP protocols by name and number") {
    using language::parse_ip_protocol;
    CHECK(parse_ip_protocol({"gre", 0}) == 47);
    CHECK(parse_ip_protocol({"IPv6-ICMP", 0}) == 58);
    CHECK(parse_ip_protocol({"103", 0}) == 103);
    CHECK_THROWS_AS(parse_ip_protocol({"nothing", 0}), language::Refusal);
}
