// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("contents and their modifiers") {
    for (const Accepted& row : {
             Accepted{R"(content:"abc";)", "payload:\n  content \"abc\"\n"},
             Accepted{R"(content:"a|0d 0A|b|63|c";)", "payload:\n  content \"a|0d 0a|bcc\"\n"},
             Accepted{R"(content:"|0d0a|\"\;\\\:";)", "payload:\n  content \"|0d 0a 22 3b 5c|:\"\n"},
             Accepted{R"(content:!"abc"; nocase;)", "payload:\n  not content \"abc\" nocase\n"},
             Accepted{R"(content: ! "abc";)", "payload:\n  not content \"abc\"\n"},
             Accepted{R"(content:"abc"; offset:3; depth:10;)", "payload:\n  content \"abc\" offset 3 depth 10\n"},
             Accepted{R"(content:"abc"; content:"de"; distance:-3; within:20;)",
                      "payload:\n  content \"abc\"\n  content \"de\" distance -3 within 20\n"},
             Accepted{R"(content:"abc"; distance:0;)",
                      "payload:\n  content \"abc\" distance 0\n"},  // from the buffer's beginning, as in Suricata
             Accepted{R"(content:"abc"; startswith; endswith;)", "payload:\n  content \"abc\" startswith endswith\n"},
             Accepted{R"(content:"abc"; fast_pattern; content:"d";)", "payload:\n  content \"abc\" fast_pattern\n  content \"d\"\n"},
             Accepted{R"(content:"abc"; fast_pattern:only; content:"d";)",
                      "payload:\n  content \"abc\" fast_pattern:only\n  content \"d\"\n"},
             Accepted{R"(content:"abcdef"; fast_pattern:1,4;)", "payload:\n  content \"abcdef\" fast_pattern:1,4\n"},
             Accepted{R"(content:"abc"; rawbytes; prefilter;)", "payload:\n  content \"abc\" rawbytes\n"},
             Accepted{R"(content:"abc"; replace:"de|66|";)", "payload:\n  content \"abc\" replace \"def\"\n"},
             Accepted{R"(content:"abc"; pcre:"/x/"; nocase;)", "payload:\n  content \"abc\" nocase\n  pcre /x/\n"},
             Accepted{R"(byte_extract:1,0,n; content:"abc"; offset:n; depth:n; content:"d"; distance:n; within:n;)",
                      "payload:\n  byte_extract 1 at 0 -> n\n  content \"abc\" offset n depth n\n  content \"d\" distance n within n\n"},
         })
        check_accepted(row);
}

TEST_CASE("expressions") {
    for (const Accepted& row : {
             Accepted{R"(pcre:"/ab+c/";)", "payload:\n  pcre /ab+c/\n"},
             Accepted{R"(pcre:!"/a\/b/ismxAEGRBO";)", "payload:\n  not pcre /a\\/b/ismxAEGR\n"},
             Accepted{R"(pcre:"/a\;b\"/i";)", "payload:\n  pcre /a\\;b\\\"/i\n"},
             Accepted{R"(pcre:"/(a)(b)/, flow:one, pkt:two";)", "payload:\n  pcre /(a)(b)/ flow:one pkt:two\n"},
             Accepted{R"(pcre:"/(a)\/(b)/i, flow:ua/name, flow:x";)", "payload:\n  pcre /(a)\\/(b)/i flow:ua/name flow:x\n"},
             Accepted{R"(pcre:"/(?:x)[(](y)(?P<flow_name>a)/";)", "payload:\n  pcre /(?:x)[(](y)(?P<flow_name>a)/ pkt: flow:name\n"},
             Accepted{R"(pcre:"/(?P<other>a)(?<pkt_n>b)/";)", "payload:\n  pcre /(?P<other>a)(?<pkt_n>b)/ pkt: pkt:n\n"},
             Accepted{R"(pcre:"/(?<=a)b/";)", "payload:\n  pcre /(?<=a)b/\n"},
             Accepted{R"(content:"GET"; http_method; pcre:"/\.php/Ui"; pcre:"/x/R";)",
                      "payload:\n  pcre /x/R\nhttp.method:\n  content \"GET\"\nhttp.uri:\n  pcre /\\.php/i\n"},
         })
        check_accepted(row);
}

TEST_CASE("refused contents") {
    for (const Refused& row : {
             Refused{R"(content:@abc;)", "content takes a text in double quotes"},
             Refused{R"(content:"@";)", "the pattern is empty"},
             Refused{R"(content:"a@|0d";)", "a hexadecimal part is not closed: expected a second |"},
             Refused{R"(content:"a|0@|";)", "a hexadecimal byte has two digits: one is missing"},
             Refused{R"(content:"a|0@g|";)", "\"g\" is not a hexadecimal digit: expected 0 to f between two |"},
             Refused{R"(content:"a@\b";)", "`\\` stands before one of \\ \" ; : only: expected |5C| for a backslash"},
             Refused{R"(content:"a@"b";)", "a quote inside a pattern is written \\\" or |22|"},
             Refused{R"(@nocase;)", "nocase modifies a content: expected one before it"},
             Refused{R"(pcre:"/a/"; @depth:5;)", "depth modifies a content: expected one before it"},
             Refused{R"(content:"a"; http.uri; @nocase;)", "nocase modifies a content: expected one before it"},
             Refused{R"(content:"a"; nocase; @nocase;)", "nocase stands twice for one content"},
             Refused{R"(content:"a"; depth:5; @depth:6;)", "depth stands twice for one content"},
             Refused{R"(content:"a"; depth:@n;)",
                     "unknown variable \"n\": expected a number, or a name that byte_extract or byte_math has set before"},
             Refused{R"(content:"a"; offset:@65536;)", "\"65536\" is not a number: expected 0 to 65535"},
             Refused{R"(content:"a"; distance:@1048577;)", "\"1048577\" is not a number: expected -1048576 to 1048576"},
             Refused{R"(content:"a"; within:@0;)", "\"0\" is not a number: expected 1 to 1048576"},
             Refused{R"(content:"a"; fast_pattern:@some;)", "expected fast_pattern, fast_pattern:only or fast_pattern:offset,length"},
             Refused{R"(content:"a"; replace:@!"b";)", "replace cannot be negated"},
             Refused{R"(content:"a"; http_uri; @replace:"b";)", "replace changes a packet's payload: it cannot stand with another buffer"},
         })
        check_refused(row);
}

TEST_CASE("refused expressions") {
    for (const Refused& row : {
             Refused{R"(pcre:"@abc";)", "an expression stands between slashes: expected \"/expression/flags\""},
             Refused{R"(pcre:"@/abc";)", "an expression stands between slashes: expected \"/expression/flags\""},
             Refused{R"(pcre:"@/abc\/";)", "an expression stands between slashes: expected \"/expression/flags\""},
             Refused{R"(pcre:"@//";)", "the expression is empty"},
             Refused{R"(pcre:"/a/i@k";)", "unknown flag \"k\" behind the expression"},
             Refused{R"(pcre:"/a/U@H";)", "an expression looks at one buffer: http.uri or http.header"},
             Refused{R"(pcre:"/(a)/, @x";)", "\"x\" is no variable: expected flow:name or pkt:name"},
             Refused{R"(http.uri; content:"a"; @pcre:"/a/U";)",
                     "this form names a buffer itself, and a sticky buffer is in force: expected pkt_data before it"},
         })
        check_refused(row);
}
