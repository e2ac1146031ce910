// SPDX-License-Identifier: Apache-2.0
// Packets and sessions: actions and their order, flowbits, flow words, protocols, rules without contents.
#include "rules/match/engine.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/no_alloc.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using Sids = RuleDriver::Sids;

namespace {

std::string rule(std::string_view head, std::string_view options, unsigned sid) {
    return std::string{head} + " (msg:\"m\"; " + std::string{options} + " sid:" + std::to_string(sid) + ";)\n";
}

}  // namespace

TEST_CASE("pass goes before drop, reject and alert, and silences a packet or a session") {
    SECTION("the order") {
        RuleDriver driver{rule("alert udp any any -> any any", "content:\"x\";", 1) +
                          rule("reject udp any any -> any any", "content:\"x\";", 2) +
                          rule("drop udp any any -> any any", "content:\"x\";", 3)};
        CHECK(driver.udp().packet("x") == Sids{3, 2, 1});
    }
    SECTION("a rule about packets passes its packet") {
        RuleDriver driver{rule("alert udp any any -> any any", "content:\"x\";", 1) +
                          rule("pass udp any any -> any any", "content:\"ok\";", 2)};
        CHECK(driver.udp().packet("x ok") == Sids{2});
        CHECK(driver.packet("x") == Sids{1});
    }
    SECTION("a rule about streams passes the session") {
        RuleDriver driver{rule("alert tcp any any -> any any", "content:\"x\";", 1) +
                          rule("pass tcp any any -> any any", "content:\"ok\";", 2)};
        CHECK(driver.segment("x") == Sids{1});
        CHECK(driver.segment("x ok") == Sids{2});
        CHECK(driver.segment("x").empty());
        CHECK(driver.segment("x", Direction::to_client).empty());
    }
}

TEST_CASE("flowbits live in the session and are set by whole matches only") {
    const std::string rules = udp_rule("content:\"get\"; flowbits:isset,in;", 1) +
                              udp_rule("content:\"login\"; content:\"root\"; flowbits:set,in; flowbits:noalert;", 2) +
                              udp_rule("content:\"bye\"; flowbits:unset,in;", 3) + udp_rule("content:\"none\"; flowbits:isnotset,in;", 4) +
                              udp_rule("content:\"turn\"; flowbits:toggle,in;", 5) +
                              udp_rule("content:\"any\"; flowbits:isset,other|in;", 6);
    RuleDriver driver{rules};
    driver.udp();
    CHECK(driver.packet("get").empty());
    CHECK(driver.packet("none") == Sids{4});
    CHECK(driver.packet("login user").empty());
    CHECK(driver.packet("get").empty());
    CHECK(driver.packet("login root").empty());
    CHECK(driver.packet("get") == Sids{1});
    CHECK(driver.packet("get any", Direction::to_client) == Sids{1, 6});
    CHECK(driver.packet("none").empty());
    CHECK(driver.packet("bye") == Sids{3});
    CHECK(driver.packet("get any").empty());
    CHECK(driver.packet("turn") == Sids{5});
    CHECK(driver.packet("get") == Sids{1});
    SECTION("set and asked in one packet, whatever the order of the file") {
        driver.release();
        CHECK(driver.packet("get").empty());
        CHECK(driver.packet("login root get") == Sids{1});
    }
}

TEST_CASE("flow words") {
    RuleDriver driver{udp_rule("content:\"x\"; flow:to_server;", 1) + udp_rule("content:\"x\"; flow:from_server;", 2) +
                      udp_rule("content:\"x\"; flow:established;", 3) + udp_rule("content:\"x\"; flow:not_established;", 4) +
                      udp_rule("content:\"x\"; flow:only_frag;", 5) + udp_rule("content:\"x\"; flow:no_frag;", 6) +
                      udp_rule("content:\"x\"; flow:stateless;", 7)};
    driver.udp();
    driver.session.established = false;
    CHECK(driver.packet("x") == Sids{1, 4, 6, 7});
    driver.session.established = true;
    driver.view.reassembled = true;
    CHECK(driver.packet("x", Direction::to_client) == Sids{2, 3, 5, 7});
}

TEST_CASE("protocols, addresses and ports of the header") {
    RuleDriver driver{
        rule("alert tcp any any -> any any", "content:\"x\";", 1) + rule("alert udp any any -> any any", "content:\"x\";", 2) +
        rule("alert ip any any -> any any", "content:\"x\";", 3) + rule("alert icmp any any -> any any", "content:\"x\";", 4) +
        rule("alert udp 10.0.0.1 any -> any any", "content:\"x\";", 5) + rule("alert udp !10.0.0.1 any -> any any", "content:\"x\";", 6) +
        rule("alert udp any any -> any [1:100,!50]", "content:\"x\";", 7) +
        rule("alert udp any any <> 10.0.0.1 40000", "content:\"x\";", 8) +
        rule("alert udp [10.0.0.0/8,!10.0.0.2] any -> any any", "content:\"x\";", 9)};
    driver.udp();
    driver.session.server_port = 51;
    CHECK(driver.packet("x") == Sids{2, 3, 5, 7, 8, 9});
    driver.session.server_port = 50;
    CHECK(driver.packet("x") == Sids{2, 3, 5, 8, 9});
    CHECK(driver.packet("x", Direction::to_client) == Sids{2, 3, 6, 8});
    CHECK(driver.protocol(1).packet("x") == Sids{3, 4});
    CHECK(driver.protocol(132).packet("x") == Sids{3});
}

TEST_CASE("rules without contents are judged by packet, by what their header says") {
    RuleDriver driver{rule("alert tcp any any -> any 4000", "flags:S;", 1) + rule("alert tcp any any -> any 4001", "flags:S;", 2) +
                      rule("alert tcp any any -> any 4000", "", 3) + rule("alert icmp any any -> any any", "itype:8; icode:0;", 4) +
                      rule("alert ip any any -> any any", "ttl:<5;", 5) + rule("alert udp any any -> any any", "dsize:>100;", 6) +
                      rule("alert tcp any any -> any any", "stream_size:client,>,10; flags:A;", 7)};
    driver.view.tcp_flags = 0x02;
    driver.view.ttl = 64;
    CHECK(driver.packet("") == Sids{1, 3});
    driver.view.tcp_flags = 0x10;
    driver.view.ttl = 4;
    CHECK(driver.packet("") == Sids{3, 5});
    driver.view.ttl = 64;
    CHECK(driver.packet("") == Sids{3});
    driver.session.stream_bytes = {11, 0};
    CHECK(driver.packet("") == Sids{3, 7});
    driver.protocol(1).view.icmp_type = 8;
    CHECK(driver.packet("") == Sids{4});
    driver.view.icmp_type = 0;
    CHECK(driver.packet("").empty());
    CHECK(driver.udp().packet(std::string(101, 'x')) == Sids{6});
}

TEST_CASE("rules about addresses alone fire once per direction") {
    RuleDriver driver{rule("alert ip any any -> 10.0.0.2 any", "", 1) + rule("alert ip 10.0.0.2 any -> any any", "", 2) +
                      rule("alert ip any any -> 10.9.9.9 any", "", 3)};
    driver.udp();
    CHECK(driver.packet("") == Sids{1});
    CHECK(driver.packet("").empty());
    CHECK(driver.packet("", Direction::to_client) == Sids{2});
    CHECK(driver.packet("", Direction::to_client).empty());
}

TEST_CASE("the application protocol may become known after the bytes") {
    const ProtocolId ntp = find_protocol("ntp");
    REQUIRE(ntp != no_protocol);
    SECTION("rules that ask for nothing else fire once per direction") {
        RuleDriver driver{rule("alert ntp any any -> any any", "", 1) + rule("alert udp any any -> any any", "app-layer-protocol:ntp;", 2) +
                          rule("alert udp any any -> any any", "app-layer-protocol:!ntp;", 3) +
                          rule("alert udp any any -> any any", "app-layer-protocol:ntp; flow:to_client;", 4)};
        driver.udp();
        CHECK(driver.packet("x").empty());
        CHECK(driver.app_known(ntp) == Sids{1, 2});
        CHECK(driver.packet("x").empty());
        CHECK(driver.packet("x", Direction::to_client) == Sids{1, 2, 4});
        CHECK(driver.packet("x", Direction::to_client).empty());
    }
    SECTION("contents that matched before are kept") {
        const std::string rules = rule("alert ntp any any -> any any", "content:\"x\";", 1) +
                                  rule("alert udp any any -> any any", "content:\"x\"; app-layer-protocol:!ntp;", 2);
        RuleDriver driver{rules};
        CHECK(driver.udp().packet("x").empty());
        CHECK(driver.app_known(ntp) == Sids{1});
        CHECK(driver.packet("x") == Sids{1});
        RuleDriver other{rules};
        CHECK(other.udp().packet("x").empty());
        CHECK(other.app_known(no_protocol) == Sids{2});
    }
    SECTION("a call-home session has its roles turned round") {
        RuleDriver driver{udp_rule("content:\"x\"; flow:to_server;")};
        driver.udp().session.app_reversed = true;
        CHECK(driver.packet("x").empty());
        CHECK(driver.packet("x", Direction::to_client) == Sids{1});
    }
}

TEST_CASE("5,000 literals: what a plain search finds") {
    std::mt19937 random{7};
    const auto text = [&](std::size_t size) {
        std::string out;
        while (out.size() < size) out += static_cast<char>("abAB\0\xff 12"[random() % 9]);
        return out;
    };
    rules::RuleText rules;
    for (unsigned sid = 1; sid <= 5000; ++sid) {
        rules::Rule one;
        one.header.protocol = rules::Protocol::ip;
        one.sid = sid;
        rules::Content content;
        content.pattern = text(3 + random() % 6);
        content.nocase = sid % 3 == 0;
        rules::BufferGroup group;
        group.checks.emplace_back(content);
        one.groups.push_back(group);
        rules.rules.push_back(one);
    }
    const rules::RuleText copy = rules;
    const auto lower = [](std::string bytes) {
        std::transform(bytes.begin(), bytes.end(), bytes.begin(), [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
        return bytes;
    };
    const auto compiled = compiled_from(std::move(rules));
    for (int round = 0; round < 60; ++round) {
        const std::string payload = text(1 + random() % 60);
        const std::string folded = lower(payload);
        std::size_t expected = 0;
        for (const rules::Rule& one : copy.rules) {
            const auto& content = std::get<rules::Content>(one.groups[0].checks[0]);
            expected += content.nocase ? folded.find(lower(content.pattern)) != std::string::npos
                                       : payload.find(content.pattern) != std::string::npos;
        }
        RuleDriver packets{compiled}, streams{compiled};
        CHECK(packets.udp().packet(payload).size() <= expected);
        CHECK(packets.hits() == expected);
        (void)streams.segments(payload, 1 + random() % 8);
        CAPTURE(payload);
        CHECK(streams.hits() >= expected);  // a literal that stands twice may fire in each segment
    }
}

TEST_CASE("a rule with an expression that nobody understands does not fire; the others do") {
    rules::RuleText text = rules_from(udp_rule("content:\"abc\";", 1));
    rules::Rule bad = text.rules.front();
    bad.sid = 2;
    rules::Pcre pcre;
    pcre.pattern = "(unclosed";
    bad.groups[0].checks.emplace_back(pcre);
    text.rules.push_back(bad);
    const auto compiled = rules::compile(std::move(text));
    REQUIRE(compiled);
    RuleDriver driver{*compiled};
    CHECK(driver.udp().packet("abc") == Sids{1});
}

TEST_CASE("matching leaves the heap alone") {
    RuleDriver driver{tcp_rule("content:\"abc\"; content:\"def\"; distance:0; pcre:\"/x(y)\\1/\"; flowbits:set,a;", 1) +
                      tcp_rule("content:\"abc\"; pcre:\"/a.*z/\";", 2) +
                      udp_rule("content:\"abc\"; byte_test:1,=,97,0; flowbits:isnotset,b; flowbits:set,b;", 3) +
                      rule("alert ip any any -> 10.0.0.2 any", "", 4)};
    const std::string payload = "abc def xyy z";
    const auto bytes = as_bytes(payload);
    struct Counter final : rules::HitSink {
        std::size_t hits = 0;
        void hit(const rules::Hit&) noexcept override { ++hits; }
    } sink;
    rules::PacketView packet;
    packet.payload = bytes;
    packet.destination = IpAddress::v4(0x0a000002);
    {
        const NoAlloc guard;
        for (unsigned i = 0; i < 100; ++i) {
            rules::SessionHandle handle = 0;
            rules::SessionView session;
            session.established = true;
            packet.ip_protocol = session.ip_protocol = i % 2 == 0 ? 6 : 17;
            driver.engine().packet(packet, session, handle, sink);
            if (i % 2 == 0)
                for (std::size_t at = 0; at < bytes.size(); ++at)
                    driver.engine().stream(Direction::to_server, bytes.subspan(at, 1), at, packet, session, handle, sink);
            driver.engine().release(handle);
        }
    }
    CHECK(sink.hits == 100 + 100 + 50);
}

TEST_CASE("no rules at all") {
    RuleDriver driver{compiled_from(rules::RuleText{})};
    CHECK(driver.segment("abc").empty());
    CHECK(driver.udp().packet("abc").empty());
    CHECK_FALSE(driver.engine().wants_packets(driver.session));
    CHECK_FALSE(driver.tcp().engine().wants_stream(driver.session));
}
