// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("session keywords") {
    for (const Accepted& row : {
             Accepted{"flow:established,to_server;", "flow to_server established\n"},
             Accepted{"flow: from_server , not_established,no_frag;", "flow to_client not_established no_frag\n"},
             Accepted{"flow:from_client,stateless,only_stream,only_frag;", "flow to_server stateless only_stream only_frag\n"},
             Accepted{"flow:no_stream;", "flow no_stream\n"},
             Accepted{"flowbits:set,a; flowbits:unset,b; flowbits:toggle,a; flowbits:isset,a|b; flowbits:isnotset, c;",
                      "flowbits set a\nflowbits unset b\nflowbits toggle a\nflowbits isset a|b\nflowbits isnotset c\n"},
             Accepted{"threshold:type limit, track by_src, count 1, seconds 60;", "threshold limit by_src count 1 seconds 60\n"},
             Accepted{"threshold: seconds 5,count 2 , track by_both,type both;", "threshold both by_both count 2 seconds 5\n"},
             Accepted{"threshold:type threshold, track by_rule, count 3, seconds 9;", "threshold threshold by_rule count 3 seconds 9\n"},
             Accepted{"threshold:type backoff, track by_flow, count 1, multiplier 10;",
                      "threshold backoff by_flow count 1 multiplier 10\n"},
             Accepted{"detection_filter:track by_dst, count 5, seconds 60;", "detection_filter by_dst count 5 seconds 60\n"},
             Accepted{"app-layer-protocol:ntp;", "app ntp\n", "alert udp any any -> any any"},
             Accepted{"app-layer-protocol:!tls; app-layer-protocol:!http; app-layer-protocol:!ntp;", "app !tls !http !ntp\n"},
             Accepted{"stream_size:server,>,1000; stream_size: either, !=, 5;", "stream_size server >1000\nstream_size either !5\n"},
         })
        check_accepted(row);
}

TEST_CASE("flowbits:noalert") {
    const auto loaded = load_text("alert tcp any any -> any any (flowbits:set,a; flowbits:noalert; sid:1;)");
    REQUIRE(loaded.rules.rules.size() == 1);
    CHECK(loaded.rules.rules[0].no_alert);
    CHECK(loaded.rules.flowbits == std::vector<std::string>{"a"});
}

TEST_CASE("flowbits have one number in all rules, and one that nothing sets is warned about") {
    const auto loaded = load_text(
        "alert tcp any any -> any any (flowbits:isset,later; sid:1;)\n"
        "alert tcp any any -> any any (flowbits:set,other; flowbits:set,later; sid:2;)\n"
        "alert tcp any any -> any any (flowbits:isset,never; sid:3;)\n"
        "alert tcp any any -> any any (flowbits:isset,never|other; flowbits:isnotset,absent; sid:4;)\n");
    REQUIRE(loaded.rules.rules.size() == 4);
    CHECK(loaded.rules.flowbits == std::vector<std::string>{"later", "other", "never", "absent"});
    CHECK(loaded.rules.rules[1].flowbits[1].bits == loaded.rules.rules[0].flowbits[0].bits);
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].text() == "test.rules:3: flowbit never is asked for and no rule sets it: the rule can never match");
}

TEST_CASE("refused") {
    for (const Refused& row : {
             Refused{"flow:established,@sideways;",
                     "unknown word \"sideways\" in flow: expected to_server, to_client, from_server, from_client, established, "
                     "not_established, stateless, "
                     "only_stream, no_stream, only_frag or no_frag"},
             Refused{"flow:to_server,@to_client;", "to_client contradicts an earlier word of flow"},
             Refused{"flow:to_server,@from_client;", "from_client stands twice in flow"},
             Refused{"flow:stateless,@established;", "established contradicts an earlier word of flow"},
             Refused{"flow:to_server; @flow:established;", "flow stands twice in the rule"},
             Refused{"flowbits:@sett,a;", "unknown word \"sett\": expected set, unset, toggle, isset, isnotset or noalert"},
             Refused{"flowbits:set@;", "the name of a flowbit is missing"},
             Refused{"flowbits:set,a|@b;", "several flowbits at once can be asked for, not set"},
             Refused{"flowbits:isset,@a b;", "\"a b\" is no name of a flowbit: expected one word"},
             Refused{"threshold:@type limit, track by_src, count 1;", "threshold lacks seconds"},
             Refused{"threshold:@track by_src, count 1, seconds 5;", "threshold lacks its type"},
             Refused{"threshold:type @sometimes, track by_src, count 1, seconds 5;",
                     "unknown type \"sometimes\": expected limit, threshold, both or backoff"},
             Refused{"threshold:type limit, track @by_port, count 1, seconds 5;",
                     "cannot track \"by_port\": expected by_src, by_dst, by_both, by_rule or by_flow"},
             Refused{"threshold:type limit, track by_src, count 1, @count 2, seconds 5;", "count stands twice"},
             Refused{"threshold:@type backoff, track by_src, count 1, multiplier 2;", "type backoff tracks by_flow only"},
             Refused{"threshold:@type limit, track by_src, count 1, seconds 2, multiplier 2;",
                     "type backoff takes a multiplier, the other types do not"},
             Refused{"detection_filter:track by_src, count @0, seconds 5;", "\"0\" is not a number: expected 1 to 4294967295"},
             Refused{"detection_filter:@type limit, track by_src;", "unknown word \"type\": expected track, count and seconds"},
             Refused{"app-layer-protocol:@bogus;",
                     "unknown protocol \"bogus\": expected ip, tcp, udp, icmp, sctp, an IP protocol's number or an application protocol"},
             Refused{"app-layer-protocol:tls; @app-layer-protocol:http;",
                     "app-layer-protocol stands twice: only negated ones can be several"},
             Refused{"@app-layer-protocol:ntp;", "the rule's header names its application protocol already",
                     "alert ntp any any -> any any"},
             Refused{"stream_size:@server,>;", "expected `stream_size:side,operator,bytes`, as in `stream_size:server,>,1000`"},
             Refused{"stream_size:@west,>,1;", "unknown side \"west\": expected server, client, both or either"},
             Refused{"stream_size:server,@<>,1;", "unknown operator \"<>\": expected <, <=, >, >=, = or !="},
             Refused{"@stream_size:server,>,1;", "stream_size asks for TCP, which the rule's protocol rules out",
                     "alert udp any any -> any any"},
         })
        check_refused(row);
}
