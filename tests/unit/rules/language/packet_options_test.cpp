// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("header keywords") {
    for (const Accepted& row : {
             Accepted{"ttl:<5;", "ttl <5\n"},
             Accepted{"ttl:1-10; ttl:!7;", "ttl 1-10\nttl !7\n"},
             Accepted{"tos:!8;", "tos !8\n"},
             Accepted{"id:0x10;", "id 16\n"},
             Accepted{"ip_proto:gre; ip_proto:!6; ip_proto:>100;", "ip_proto 47\nip_proto !6\nip_proto >100\n",
                      "alert ip any any -> any any"},
             Accepted{"sameip;", "sameip 1\n"},
             Accepted{"ipopts:lsrr; ipopts: any;", "ipopts 131\nipopts any\n"},
             Accepted{"fragbits:MD; fragbits:+M; fragbits:R*; fragbits:!D;", "fragbits MD\nfragbits +M\nfragbits *R\nfragbits !D\n"},
             Accepted{"fragoffset:>0;", "fragoffset >0\n"},
             Accepted{"flags:S;", "flags S\n"},
             Accepted{"flags:SA,CE;", "flags SA ignored EC\n"},
             Accepted{"flags:+AP; flags:*SF; flags:!R; tcp.flags:0;", "flags +PA\nflags *FS\nflags !R\nflags 0\n"},
             Accepted{"flags:S,12;", "flags S ignored EC\n"},
             Accepted{"seq:0; ack:4294967295; window:!55808; tcp.mss:<536;", "seq 0\nack 4294967295\nwindow !55808\ntcp.mss <536\n"},
             Accepted{"tcp.seq:1; tcp.ack:2; tcp.window:3;", "seq 1\nack 2\nwindow 3\n"},
             Accepted{"itype:8; icode:0; icmp_id:\"7\"; icmp_seq:1-3;", "itype 8\nicode 0\nicmp_id 7\nicmp_seq 1-3\n",
                      "alert icmp any any -> any any"},
             Accepted{"dsize:!9; dsize:8<>20;", "dsize !9\ndsize 8-20\n"},
         })
        check_accepted(row);
}

TEST_CASE("an ICMP keyword in a rule for TCP is warned about") {
    const auto loaded = load_text("alert tcp any any -> any any (itype:8; sid:1;)");
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].reason == "itype asks for ICMP: the rule can never match");
}

TEST_CASE("refused") {
    for (const Refused& row : {
             Refused{"ttl:@256;", "\"256\" is not a number: expected 0 to 255"},
             Refused{"ttl:@>=0;", "\">=0\" always matches"},
             Refused{"ttl:@5-6;", "\"5-6\" can never match: a range leaves out both ends, and the lower one stands first"},
             Refused{"ip_proto:@nothing;", "unknown IP protocol \"nothing\": expected a name or 0 to 255"},
             Refused{"sameip:@1;", "sameip takes no value"},
             Refused{"ipopts:@xyz;", "unknown IP option \"xyz\": expected rr, eol, nop, ts, sec, esec, lsrr, ssrr, satid or any"},
             Refused{"fragbits:M@X;", "unknown letter \"X\": expected M, D or R"},
             Refused{"fragbits:@+;", "letters are missing: expected M, D or R"},
             Refused{"flags:S@+A;", "one of + * ! stands before or behind the letters"},
             Refused{"@flags:S;", "flags asks for TCP, which the rule's protocol rules out", "alert udp any any -> any any"},
             Refused{"@flags:S;", "flags asks for TCP, which the rule's protocol rules out", "alert ntp any any -> any any"},
             Refused{"@window:1;", "window asks for TCP, which the rule's protocol rules out", "alert icmp any any -> any any"},
             Refused{"fragoffset:@8192;", "\"8192\" is not a number: expected 0 to 8191"},
             Refused{"dsize:@big;", "\"big\" is not a number: expected 0 to 65535"},
         })
        check_refused(row);
}
