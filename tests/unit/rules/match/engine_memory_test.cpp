// SPDX-License-Identifier: Apache-2.0
// What rules remember for each other: flowints, xbits, hostbits, datasets; and what they ask of addresses.
#include "rules/language/dataset_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using Sids = RuleDriver::Sids;

TEST_CASE("flowint counts once the rule has matched, and compares what was set") {
    RuleDriver driver{udp_rule("content:\"login\"; flowint:n,+,1; noalert;", 1) + udp_rule("content:\"ask\"; flowint:n,>,2;", 2) +
                      udp_rule("content:\"ask\"; flowint:n,isset;", 3) + udp_rule("content:\"ask\"; flowint:n,isnotset;", 4) +
                      udp_rule("content:\"zero\"; flowint:n,=,0; flowint:m,=,7;", 5) + udp_rule("content:\"ask\"; flowint:n,==,m;", 6) +
                      udp_rule("content:\"back\"; flowint:n,-,1;", 7) + udp_rule("content:\"more\"; flowint:n,+,m;", 8) +
                      udp_rule("content:\"ask\"; flowint:n,<=,0;", 9)};
    driver.udp();
    CHECK(driver.packet("ask") == Sids{4});
    CHECK(driver.packet("back") == Sids{7});  // nothing was set: nothing is taken away
    CHECK(driver.packet("ask") == Sids{4});
    CHECK(driver.packet("login").empty());
    CHECK(driver.packet("login", Direction::to_client).empty());
    CHECK(driver.packet("ask") == Sids{3});
    CHECK(driver.packet("login").empty());
    CHECK(driver.packet("ask") == Sids{2, 3});
    CHECK(driver.packet("zero") == Sids{5});
    CHECK(driver.packet("ask") == Sids{3, 9});
    CHECK(driver.packet("more") == Sids{8});
    CHECK(driver.packet("ask") == Sids{2, 3, 6});
    CHECK(driver.packet("back") == Sids{7});
    CHECK(driver.packet("ask") == Sids{2, 3});
    driver.release();
    CHECK(driver.packet("ask") == Sids{4});
}

TEST_CASE("xbits on the source, the destination and the pair, over sessions, until they expire") {
    RuleDriver driver{udp_rule("content:\"mark\"; xbits:set,a,track ip_src,expire 10;", 1) +
                      udp_rule("content:\"ask\"; xbits:isset,a,track ip_src;", 2) +
                      udp_rule("content:\"ask\"; xbits:isset,a,track ip_dst;", 3) +
                      udp_rule("content:\"ask\"; xbits:isnotset,a,track ip_src;", 4) +
                      udp_rule("content:\"pair\"; xbits:set,b,track ip_pair;", 5) + udp_rule("content:\"ask\"; xbits:isset,b,track ip_pair;", 6) +
                      udp_rule("content:\"drop\"; xbits:unset,a,track ip_src;", 7) + udp_rule("content:\"turn\"; xbits:toggle,a,track ip_src;", 8) +
                      udp_rule("content:\"ask\"; hostbits:isset,a,src;", 9)};
    driver.udp();
    driver.session.seconds = 1000;
    CHECK(driver.packet("ask") == Sids{4});
    CHECK(driver.packet("mark") == Sids{1});
    driver.release();
    driver.session.client_port = 40001;  // another session of the same host
    CHECK(driver.packet("ask") == Sids{2, 9});
    CHECK(driver.packet("ask", Direction::to_client) == Sids{3, 4});
    driver.session.seconds = 1010;
    CHECK(driver.packet("ask") == Sids{2, 9});
    driver.session.seconds = 1011;
    CHECK(driver.packet("ask") == Sids{4});
    CHECK(driver.packet("pair") == Sids{5});
    CHECK(driver.packet("ask", Direction::to_client) == Sids{4, 6});
    CHECK(driver.packet("turn") == Sids{8});
    CHECK(driver.packet("ask") == Sids{2, 6, 9});
    CHECK(driver.packet("turn") == Sids{8});
    CHECK(driver.packet("mark") == Sids{1});
    CHECK(driver.packet("drop") == Sids{7});
    CHECK(driver.packet("ask") == Sids{4, 6});
}

TEST_CASE("xbits that one packet sets and asks for, whatever the order of the file") {
    RuleDriver driver{udp_rule("content:\"x\"; xbits:isset,a,track ip_src;", 1) + udp_rule("content:\"x\"; xbits:set,a,track ip_src;", 2)};
    CHECK(driver.udp().packet("x") == Sids{2, 1});
}

TEST_CASE("hostbits live for 300 seconds") {
    RuleDriver driver{udp_rule("content:\"mark\"; hostbits:set,a,dst;", 1) + udp_rule("content:\"ask\"; hostbits:isset,a,dst;", 2)};
    driver.udp();
    driver.session.seconds = 50;
    CHECK(driver.packet("mark") == Sids{1});
    driver.session.seconds = 350;
    CHECK(driver.packet("ask") == Sids{2});
    driver.session.seconds = 351;
    CHECK(driver.packet("ask").empty());
}

TEST_CASE("iprep: rules about reputations fire once per direction") {
    rules::RuleText text = rules_from(
        "alert ip any any -> any any (iprep:src,CnC,>,30; sid:1;)\n"
        "alert ip any any -> any any (iprep:dst,CnC,>,30; sid:2;)\n"
        "alert ip any any -> any any (iprep:any,CnC,>,90; sid:3;)\n"
        "alert ip any any -> any any (iprep:both,CnC,>,1; sid:4;)\n"
        "alert ip any any -> any any (iprep:any,Nothing,>,1; sid:5;)\n" +
        udp_rule("content:\"x\"; iprep:src,CnC,=,50;", 6));
    CHECK(text.reputation.load_categories("c", "1,CnC,x\n").empty());
    CHECK(text.reputation.load("r", "10.0.0.1,1,50\n").empty());
    text.reputation.finish();
    RuleDriver driver{compiled_from(std::move(text))};
    driver.udp();
    CHECK(driver.packet("y") == Sids{1});
    CHECK(driver.packet("x") == Sids{6});
    CHECK(driver.packet("x", Direction::to_client) == Sids{2});
    CHECK(driver.packet("x", Direction::to_client).empty());
}

TEST_CASE("datasets: members from files, members that rules add and take out") {
    rules::RuleText text = rules_from(
        "alert udp any any -> any any (ip.src; dataset:isset,bad,type ip,load bad.lst; sid:1;)\n"
        "alert udp any any -> any any (ip.src; dataset:isnotset,bad; sid:2;)\n"
        "alert udp any any -> any any (ip.dst; datarep:rep,>,100,type ip,load rep.lst; sid:3;)\n"
        "alert udp any any -> any any (content:\"add\"; ip.src; dataset:set,seen,type ip; sid:4;)\n"
        "alert udp any any -> any any (content:\"out\"; ip.src; dataset:unset,seen; sid:5;)\n"
        "alert udp any any -> any any (ip.src; dataset:isset,seen; sid:6;)\n");
    CHECK(rules::read_dataset_file("bad.lst", "10.0.0.1\n", text.datasets[0], 0, text.dataset_members).empty());
    CHECK(rules::read_dataset_file("rep.lst", "10.0.0.1,200\n10.0.0.2,50\n", text.datasets[1], 1, text.dataset_members).empty());
    rules::sort_dataset_members(text.dataset_members);
    RuleDriver driver{compiled_from(std::move(text)), {1024, 1u << 20, 64, 1}};
    driver.udp();
    CHECK(driver.packet("x") == Sids{1});
    CHECK(driver.packet("x", Direction::to_client) == Sids{2, 3});
    CHECK(driver.packet("add") == Sids{1, 4, 6});
    CHECK(driver.packet("add") == Sids{1, 6});  // it is there already
    CHECK(driver.packet("add", Direction::to_client) == Sids{2, 3});  // the table holds one
    CHECK(driver.engine().counters().datasets_full == 1);
    CHECK(driver.packet("out") == Sids{1, 5});
    CHECK(driver.packet("out") == Sids{1});
    CHECK(driver.packet("add") == Sids{1, 4, 6});
}
