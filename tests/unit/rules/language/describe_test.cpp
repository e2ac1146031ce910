// SPDX-License-Identifier: Apache-2.0
#include "rules/language/describe.hpp"

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("a rule as text") {
    const auto loaded = load_text(
        "drop tcp 10.0.0.0/8 any <> any [22,1024:] (msg:\"a|b\"; flow:established; flowbits:set,x; content:\"GET \"; gid:2; rev:3; "
        "classtype:misc-attack; "
        "reference:url,e.com; metadata:k v, w; target:src_ip; noalert; sid:7;)");
    REQUIRE(loaded.rules.rules.size() == 1);
    CHECK(describe(loaded.rules.rules[0], loaded.rules.flowbits) ==
          "drop tcp 10.0.0.0-10.255.255.255 any <> any 22,1024:65535\n"
          "sid 7 gid 2 rev 3 priority 2 class misc-attack noalert target source\n"
          "msg \"a|7c|b\"\n"
          "reference url e.com\n"
          "metadata k v\n"
          "metadata w\n"
          "flow established\n"
          "flowbits set x\n"
          "payload:\n"
          "  content \"GET \"\n");
    CHECK(describe(loaded.rules.rules[0]).find("flowbits set 0\n") != std::string::npos);
}

TEST_CASE("buffers and ranges as text") {
    CHECK(describe(BufferRef{}) == "payload");
    CHECK(describe(BufferRef{BufferRef::Source::tcp_header}) == "tcp.hdr");
    CHECK(describe(IntegerRange{IntegerRange::Op::not_between, 1, 9}) == "!1-9");
}
