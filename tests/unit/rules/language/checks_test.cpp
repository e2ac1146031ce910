// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("contents that contradict themselves or can never match") {
    for (const Refused& row : {
             Refused{R"(@content:"abcdef"; depth:3;)", "depth 3 is too small for a pattern of 6 bytes"},
             Refused{R"(content:"x"; @content:"abcdef"; within:5;)", "within 5 is too small for a pattern of 6 bytes"},
             Refused{R"(@content:"a"; offset:3; distance:2;)",
                     "offset and depth count from the buffer's beginning, distance and within from the last match: expected one kind for "
                     "one content"},
             Refused{R"(@content:"a"; startswith; depth:2;)",
                     "startswith stands for offset 0 and a depth: it cannot stand with offset, depth, distance or within"},
             Refused{R"(@content:"a"; fast_pattern:only; depth:2;)",
                     "fast_pattern:only leaves the place unchecked: expected no offset, depth, distance, within, startswith or endswith"},
             Refused{R"(@content:!"a"; fast_pattern; depth:2;)",
                     "a negated content with fast_pattern cannot have a place: expected no offset, depth, distance, within or "
                     "fast_pattern:only"},
             Refused{R"(@content:!"a"; fast_pattern:only;)",
                     "a negated content with fast_pattern cannot have a place: expected no offset, depth, distance, within or "
                     "fast_pattern:only"},
             Refused{R"(@content:"abc"; fast_pattern:1,3;)", "fast_pattern reaches past the end of a pattern of 3 bytes"},
             Refused{R"(content:"abc"; fast_pattern; @content:"d"; fast_pattern;)", "fast_pattern stands at two contents: expected one"},
             Refused{R"(@content:"abc"; replace:"de";)", "replace has 2 bytes for a pattern of 3 bytes: expected as many"},
             Refused{R"(@content:!"abc"; replace:"def";)", "replace has nothing to replace where the content is negated"},
         })
        check_refused(row);
}

TEST_CASE("sizes that leave no room for a content") {
    constexpr std::string_view dns = "alert dns any any -> any any";
    for (const Refused& row : {
             Refused{R"(dns.query; @content:"google.com"; bsize:9;)", "the content needs 10 bytes, bsize allows 9", dns},
             Refused{R"(dns.query; @content:"google.com"; bsize:<10;)", "the content needs 10 bytes, bsize allows 9", dns},
             Refused{R"(dns.query; bsize:6<>11; @content:"google.com"; offset:2;)", "the content needs 12 bytes, bsize allows 10", dns},
             Refused{R"(dsize:<3; @content:"abc";)", "the content needs 3 bytes, dsize allows 2"},
         })
        check_refused(row);
    for (const Accepted& row : {
             Accepted{R"(dns.query; content:"google.com"; bsize:10; content:!"a longer content";)",
                      "dns.query:\n  content \"google.com\"\n  bsize 10\n  not content \"a longer content\"\n", dns},
             Accepted{R"(dns.query; content:"google.com"; bsize:>3;)", "dns.query:\n  content \"google.com\"\n  bsize >3\n", dns},
         })
        check_accepted(row);
}

TEST_CASE("rules that ask for a packet and a stream, or for both directions") {
    for (const Refused& row : {
             Refused{R"(dsize:>5; tls.sni; @content:"a";)",
                     "dsize is about a packet's payload: it cannot stand with the buffers of a protocol"},
             Refused{R"(http.uri; content:"a"; http.stat_code; @content:"200";)",
                     "http.stat_code is sent to the client, another buffer of the rule the other way: a rule looks at one direction"},
             Refused{R"(flow:to_client; http.uri; @content:"a";)", "http.uri is sent to the server, flow says the other direction"},
         })
        check_refused(row);
    CHECK(read_rule(with_header("flow:only_stream; dsize:5;")) ==
          "test.rules:1: dsize asks for a packet, flow:only_stream for a stream (column 64)");
}

TEST_CASE("sid is needed, one of threshold and detection_filter allowed") {
    CHECK(read_rule("alert tcp any any -> any any (msg:\"x\";)") ==
          "test.rules:1: sid is missing: expected a number that names the rule (column 39)");
    CHECK(read_rule(with_header("threshold:type limit,track by_src,count 1,seconds 1; detection_filter:track by_src,count 1,seconds 1;")) ==
          "test.rules:1: threshold and detection_filter contradict each other: expected one of them (column 139)");
}
