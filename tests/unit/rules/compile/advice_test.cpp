// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/advice.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

namespace {

/// What is said of the rule, one line each.
std::string advice(const std::string& rule) {
    std::string out;
    for (const FileError& remark : advise(rules_from(rule))) out += (out.empty() ? "" : "\n") + remark.reason;
    return out;
}

}  // namespace

TEST_CASE("rules that are in order and quick") {
    CHECK(advice(udp_rule("content:\"abcd\";")).empty());
    CHECK(advice("alert tcp any any -> any 22 (flags:S; sid:1;)").empty());
    CHECK(advice("alert icmp any any -> any any (itype:8; sid:1;)").empty());
    CHECK(advice("alert ip any any -> any any (egress:unexpected; sid:1;)").empty());
    CHECK(advice("alert ntp any any -> any any (ntp.version:4; sid:1;)").empty());
    CHECK(advice("alert ssh any any -> any any (sid:1;)").empty());
}

TEST_CASE("slow ones") {
    CHECK(advice(udp_rule("content:\"a\";")) ==
          "slow: its literal is so short or common that it is seen in a good part of all traffic: expected a longer content");
    CHECK(advice(udp_rule("content:\"|00 00 00|\";")).starts_with("slow: "));
    CHECK(advice(udp_rule("pcre:\"/a.*b/\";")) ==
          "slow: it has no literal to wait for, and no rare port, address, flag or ICMP type: it is checked in full for every packet of its protocol");
    CHECK(advice("alert tcp any any -> any any (ttl:<5; sid:1;)").starts_with("slow: it has no literal"));
}

TEST_CASE("rules that can never match") {
    const auto never = [](const std::string& rule, const std::string& why) { CHECK(advice(rule) == why + ": the rule can never match"); };
    never("alert tcp any any -> any 22 (ttl:<5; ttl:>10; sid:1;)", "no packet is both <5 and >10 in the same header field");
    never("alert tcp any any -> any 22 (flow:established; flags:S; sid:1;)", "no packet of an established session has SYN without ACK");
    never("alert ntp any any -> any any (ntp.reference_id; bsize:4; bsize:>9; content:\"abcd\"; sid:1;)", "no buffer has a size of both 4 and >9");
    never(udp_rule("content:\"abcd\"; flowbits:isset,a; flowbits:isnotset,a;") + udp_rule("content:\"efgh\"; flowbits:set,a;", 2),
          "a flowbit cannot be set and not set");
    never(udp_rule("content:\"abcd\"; xbits:isset,a,track ip_src;"), "xbit a is asked for and no rule sets it");
    never(udp_rule("content:\"abcd\"; flowint:n,>,1;"), "flowint n is asked for and no rule sets it");
    never("alert ntp any any -> any any (ntp.reference_id; dataset:isset,d,type string; sid:1;)",
          "dataset d is asked for, no file fills it and no rule sets it");
    never(udp_rule("content:\"abcd\"; iprep:src,CnC,>,1;"), "no reputation file knows the category cnc");
    CHECK(advice(udp_rule("content:\"abcd\"; xbits:isset,a,track ip_src; xbits:set,a,track ip_src;")).empty());
    CHECK(advice(udp_rule("content:\"abcd\"; flowint:n,isnotset;")).empty());
    CHECK(advice("alert tcp any any -> any 22 (flow:established; flags:SA; sid:1;)").empty());
}

TEST_CASE("comparisons that exclude each other") {
    using Op = IntegerRange::Op;
    CHECK(can_both_hold({Op::less, 5, 0}, {Op::greater, 3, 0}));
    CHECK_FALSE(can_both_hold({Op::less, 5, 0}, {Op::greater, 4, 0}));
    CHECK(can_both_hold({Op::between, 1, 9}, {Op::not_equal, 5, 0}));
    CHECK_FALSE(can_both_hold({Op::between, 4, 6}, {Op::not_equal, 5, 0}));
    CHECK(can_both_hold({Op::not_equal, 0, 0}, {Op::not_equal, 1, 0}));
    CHECK_FALSE(can_both_hold({Op::equal, 1, 0}, {Op::equal, 2, 0}));
}
