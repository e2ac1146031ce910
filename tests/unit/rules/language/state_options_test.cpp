// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("keywords that remember") {
    for (const Accepted& row : {
             Accepted{"xbits:set,a,track ip_src;", "xbits set 0 source for 30 s\n"},
             Accepted{"xbits:isset, a , track ip_dst; xbits:toggle,b,track ip_pair, expire 60;",
                      "xbits isset 0 destination for 30 s\nxbits toggle 1 pair for 60 s\n"},
             Accepted{"xbits:unset,a,track ip_src; xbits:isnotset,a,track ip_src;",
                      "xbits unset 0 source for 30 s\nxbits isnotset 0 source for 30 s\n"},
             Accepted{"hostbits:set,a; hostbits:isset,a,dst;", "xbits set 0 source for 300 s\nxbits isset 0 destination for 300 s\n"},
             Accepted{"flowint:n,=,5; flowint: n , + , m; flowint:m,>=,0;", "flowint 0 = 5\nflowint 0 + flowint 1\nflowint 1 >= 0\n"},
             Accepted{"flowint:n,isset; flowint:n,notset; flowint:n,-,4294967295;",
                      "flowint 0 isset\nflowint 0 isnotset\nflowint 0 - 4294967295\n"},
             Accepted{"iprep:src,CnC,>,30; iprep:any,Spam; iprep:both,Bad,10-20;",
                      "iprep src cnc >30\niprep any spam >0\niprep both bad 10-20\n"},
             Accepted{"ntp.reference_id; dataset:isset,d,type string,load d.lst; dataset:set,e, type md5, memcap 1mb, hashsize 5;",
                      "ntp.reference_id:\n  dataset isset 0\n  dataset set 1\n", "alert ntp any any -> any any"},
             Accepted{"ip.src; datarep:r,>=,7,type ip, load r.rep;", "ip.src:\n  dataset reputation 0 >=7\n"},
         })
        check_accepted(row);
}

TEST_CASE("noalert of every kind of bits") {
    for (const char* const options : {"xbits:set,a,track ip_src; xbits:noalert;", "hostbits:set,a; hostbits:noalert;"}) {
        const auto loaded = load_text(with_header(options));
        REQUIRE(loaded.rules.rules.size() == 1);
        CHECK(loaded.rules.rules[0].no_alert);
    }
}

TEST_CASE("xbits on an address and hostbits are one; datasets keep what rules say of them") {
    const auto loaded = load_text(
        "alert udp any any -> any any (xbits:set,a,track ip_src; sid:1;)\n"
        "alert udp any any -> any any (hostbits:isset,b; hostbits:isset,a; sid:2;)\n"
        "alert ntp any any -> any any (ntp.reference_id; dataset:set,d,type string; sid:3;)\n"
        "alert ntp any any -> any any (ntp.reference_id; dataset:isset,d,type string,state d.lst; sid:4;)\n"
        "alert ntp any any -> any any (ntp.reference_id; dataset:isset,d,type md5; sid:5;)\n"
        "alert ntp any any -> any any (ntp.reference_id; datarep:d,>,1; sid:6;)\n");
    CHECK(loaded.rules.hostbits == std::vector<std::string>{"a", "b"});
    REQUIRE(loaded.rules.datasets.size() == 1);
    CHECK(loaded.rules.datasets[0].load == "d.lst");
    CHECK(loaded.rules.datasets[0].rule_file == "test.rules");
    REQUIRE(loaded.errors.size() == 2);
    CHECK(loaded.errors[0].reason == "dataset d has another type in an earlier rule");
    CHECK(loaded.errors[1].reason == "d is a dataset in one rule and a set of reputations in another");
}

TEST_CASE("refused, keywords that remember") {
    for (const Refused& row : {
             Refused{"xbits:@set,a;", "expected `xbits:set,name,track ip_src,expire 60`, expire left out or not"},
             Refused{"xbits:@setx,a,track ip_src;", "unknown word \"setx\": expected set, unset, toggle, isset, isnotset or noalert"},
             Refused{"xbits:set,a,@by ip_src;", "expected track ip_src, track ip_dst or track ip_pair"},
             Refused{"xbits:set,a,track @ip_any;", "unknown word \"ip_any\": expected ip_src, ip_dst or ip_pair"},
             Refused{"xbits:set,a,track ip_src,expire @0;", "\"0\" is not a number: expected 1 to 4294967295"},
             Refused{"xbits:set,@a b,track ip_src;", "\"a b\" is no name of a xbit: expected one word"},
             Refused{"hostbits:set,a,@both;", "unknown word \"both\": expected src or dst"},
             Refused{"flowint:@n;", "expected `flowint:name,+,1` or `flowint:name,isset`"},
             Refused{"flowint:n,@*,1;", "unknown word \"*\": expected =, +, -, <, <=, ==, !=, >=, >, isset or isnotset"},
             Refused{"flowint:@n,isset,1;", "isset takes no value"},
             Refused{"flowint:@n,+;", "+ takes one value: a number or another variable"},
             Refused{"iprep:@up,CnC,>,1;", "unknown word \"up\": expected any, src, dst or both"},
             Refused{"iprep:src,CnC,>,@128;", "\"128\" is not a number: expected 0 to 127"},
             Refused{"@dataset:isset,d,type ip;", "dataset looks a sticky buffer up: expected one before it"},
             Refused{"ip.src; dataset:isset,@d;", "dataset d has no type: expected `type string` where it is first named"},
             Refused{"ip.src; dataset:isset,d,type @mac;", "unknown word \"mac\": expected string, md5, sha256, ipv4 or ip"},
             Refused{"ip.src; dataset:isset,d,type ip,load a,@state b;",
                     "the set is loaded from two files: expected one of load and state"},
             Refused{"ip.src; datarep:d,@~,1,type ip;", "unknown operator \"~\": expected <, <=, >, >=, = or !="},
         })
        check_refused(row);
}
