// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("weir's own keywords") {
    for (const Accepted& row : {
             Accepted{"equipment.name:gnb-0117; equipment.vendor:!Huawei, ZTE; equipment.role:gnb;",
                      "equipment.name gnb-0117\nequipment.vendor !huawei,zte\nequipment.role gnb\n"},
             Accepted{"equipment.site:\"north 3\"; contract:radio-node;", "equipment.site north 3\ncontract radio-node\n"},
             Accepted{"egress:unexpected; direction:egress;", "egress unexpected\ndirection egress\n"},
             Accepted{"ingress:expected;", "ingress expected\n"},
             Accepted{"egress:unexpected-service;", "egress unexpected-service\n"},
         })
        check_accepted(row);
    for (const Refused& row : {
             Refused{"equipment.name:a,@;", "equipment.name lacks a value"},
             Refused{"egress:@5;", "\"5\" is no kind of finding: expected expected, unexpected or a kind such as unexpected-service"},
             Refused{"direction:@up;", "unknown direction \"up\": expected egress or ingress"},
             Refused{"egress:expected; @direction:ingress;", "direction contradicts the rule's egress"},
             Refused{"direction:egress; @ingress:expected;", "ingress contradicts the rule's direction"},
         })
        check_refused(row);
}

TEST_CASE("events") {
    for (const Accepted& row : {
             Accepted{"app-layer-event:ntp.truncated_header;", "app-layer-event ntp.truncated_header\n", "alert udp any any -> any any"},
             Accepted{"decode-event:ipv4.trunc_pkt;", "decode-event ipv4.trunc_pkt\n", "alert pkthdr any any -> any any"},
             Accepted{"stream-event:reassembly_seq_gap;", "stream-event reassembly_seq_gap\n"},
             Accepted{"engine-event:stream.pkt_broken_ack;", "stream-event pkt_broken_ack\n"},
             Accepted{"engine-event:decoder.ipv4.trunc_pkt;", "decode-event ipv4.trunc_pkt\n"},
         })
        check_accepted(row);
    for (const Refused& row : {
             Refused{"app-layer-event:@strange;", "\"strange\" is no event of a protocol: expected `protocol.event`"},
             Refused{"app-layer-event:@applayer_wrong_direction_first_data;",
                     "event applayer_wrong_direction_first_data is not supported yet"},
             Refused{"app-layer-event:ntp.@nothing;", "event ntp.nothing is not one that weir sees in ntp", "alert udp any any -> any any"},
             Refused{"stream-event:@A B;", "\"A B\" is no name of an event: expected small letters, digits, `_` and `.`"},
             Refused{"stream-event:a; @stream-event:b;", "a rule is about one event: expected one such keyword"},
             Refused{"engine-event:@a;", "\"a\" is no event: expected decoder. or stream. and its name"},
         })
        check_refused(row);
    const auto loaded = load_text("alert udp any any -> any any (app-layer-event:ntp.truncated_header; ntp.version:4; sid:1;)");
    REQUIRE(loaded.errors.size() == 1);
    CHECK(loaded.errors[0].reason == "a rule about an event cannot ask for a field of the protocol too");
}
