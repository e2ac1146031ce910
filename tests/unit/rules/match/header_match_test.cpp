// SPDX-License-Identifier: Apache-2.0
#include "rules/match/header_match.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

namespace {

bool holds(std::string_view head, std::string_view options, const PacketView& packet, const SessionView& session = {}) {
    const RuleText text = rules_from(std::string{head} + " any any -> any any (msg:\"m\"; " + std::string{options} + " sid:1;)");
    return matches_headers(text.rules.front(), packet, session);
}

}  // namespace

TEST_CASE("IP header keywords") {
    // Version 4, 24 octets with a router alert option, DF.
    const auto header = "46 00 0028 1234 4000 40 11 0000 0a000001 0a000002 94 04 0000"_hex;
    PacketView packet;
    packet.ip_protocol = 17;
    packet.ttl = 64;
    packet.tos = 8;
    packet.ip_id = 0x1234;
    packet.dont_fragment = true;
    packet.ip_header = header;
    CHECK(holds("alert ip", "ttl:64;", packet));
    CHECK(holds("alert ip", "ttl:>63;", packet));
    CHECK_FALSE(holds("alert ip", "ttl:<64;", packet));
    CHECK(holds("alert ip", "tos:8;", packet));
    CHECK(holds("alert ip", "id:4660;", packet));
    CHECK(holds("alert ip", "ip_proto:17;", packet));
    CHECK(holds("alert ip", "fragbits:D;", packet));
    CHECK_FALSE(holds("alert ip", "fragbits:M;", packet));
    CHECK(holds("alert ip", "fragoffset:0;", packet));
    CHECK(holds("alert ip", "ipopts:any;", packet));
    CHECK_FALSE(holds("alert ip", "ipopts:rr;", packet));
    CHECK(holds("alert ip", "sameip;", packet));
    packet.destination = IpAddress::v4(1);
    CHECK_FALSE(holds("alert ip", "sameip;", packet));
    packet.ip_header = Bytes{header}.first(20);
    CHECK_FALSE(holds("alert ip", "ipopts:any;", packet));
}

TEST_CASE("TCP and ICMP header keywords") {
    const auto syn = "9c40 0fa0 00000001 00000002 6002 1000 0000 0000 020405b4"_hex;
    PacketView packet;
    packet.ip_protocol = 6;
    packet.transport = syn;
    packet.tcp_flags = 0x02;
    packet.tcp_sequence = 1;
    packet.tcp_acknowledgement = 2;
    packet.tcp_window = 0x1000;
    CHECK(holds("alert tcp", "flags:S;", packet));
    CHECK_FALSE(holds("alert tcp", "flags:SA;", packet));
    CHECK(holds("alert tcp", "flags:*SA;", packet));
    CHECK_FALSE(holds("alert tcp", "flags:+SA;", packet));
    CHECK(holds("alert tcp", "flags:!A;", packet));
    CHECK(holds("alert tcp", "seq:1; ack:2; window:4096;", packet));
    CHECK(holds("alert tcp", "tcp.mss:1460;", packet));
    CHECK(header_buffer(BufferRef::Source::tcp_header, packet).size() == 24);
    packet.tcp_flags = 0xc2;
    CHECK(holds("alert tcp", "flags:S,CE;", packet));

    const auto echo = "08 00 0000 0102 0003 6162"_hex;
    PacketView ping;
    ping.ip_protocol = 1;
    ping.icmp_type = 8;
    ping.transport = echo;
    CHECK(holds("alert icmp", "itype:8; icode:0; icmp_id:258; icmp_seq:3;", ping));
    ping.icmp_type = 3;
    CHECK_FALSE(holds("alert icmp", "icmp_id:258;", ping));
    ping.ip_protocol = 17;
    CHECK_FALSE(holds("alert ip", "itype:3;", ping));
    CHECK(header_buffer(BufferRef::Source::icmp_header, ping).empty());
    CHECK(header_buffer(BufferRef::Source::udp_header, ping).size() == 8);
}

TEST_CASE("stream_size by side") {
    SessionView session;
    session.stream_bytes = {100, 5};
    const PacketView packet;
    CHECK(holds("alert tcp", "stream_size:client,>,50;", packet, session));
    CHECK_FALSE(holds("alert tcp", "stream_size:server,>,50;", packet, session));
    CHECK(holds("alert tcp", "stream_size:either,>,50;", packet, session));
    CHECK_FALSE(holds("alert tcp", "stream_size:both,>,50;", packet, session));
}

TEST_CASE("the protocol that is not known yet") {
    const ProtocolId ntp = find_protocol("ntp");
    const RuleText text = rules_from(
        "alert ip any any -> any any (msg:\"m\"; app-layer-protocol:!ntp; sid:1;)\nalert ntp any any -> any any (msg:\"m\"; sid:2;)");
    CHECK(matches_app(text.rules[0], no_protocol, false) == AppMatch::unknown);
    CHECK(matches_app(text.rules[0], no_protocol, true) == AppMatch::yes);
    CHECK(matches_app(text.rules[0], ntp, false) == AppMatch::no);
    CHECK(matches_app(text.rules[1], no_protocol, false) == AppMatch::unknown);
    CHECK(matches_app(text.rules[1], no_protocol, true) == AppMatch::no);
    CHECK(matches_app(text.rules[1], ntp, false) == AppMatch::yes);
}
