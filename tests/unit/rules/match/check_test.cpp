// SPDX-License-Identifier: Apache-2.0
// Contents, their places, numbers and regular expressions in one buffer. Expectations are worked out from Suricata's manual,
// "Payload Keywords"; the tables give options, payload and whether the rule fires.
#include "rules/match/check.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;

namespace {

struct Row {
    std::string options;
    std::string payload;
    bool fires;
};

void check(const std::vector<Row>& table) {
    for (const Row& row : table) {
        CAPTURE(row.options, row.payload);
        RuleDriver driver{udp_rule(row.options)};
        driver.udp();
        CHECK(driver.packet(row.payload).size() == (row.fires ? 1u : 0u));
    }
}

}  // namespace

TEST_CASE("a content stands anywhere, in its own case or in any") {
    check({
        {R"(content:"abc";)", "xxabcxx", true},
        {R"(content:"abc";)", "abc", true},
        {R"(content:"abc";)", "ab", false},
        {R"(content:"abc";)", "xxaBcxx", false},
        {R"(content:"AbC"; nocase;)", "xxaBcxx", true},
        {R"(content:"a|00 ff|c";)", "xa\0\xff"s + "c", true},
        {R"(content:!"abc";)", "xxabxcxx", true},
        {R"(content:!"abc";)", "xxabcxx", false},
        {R"(content:"abc"; content:"abc";)", "abc", true},
        {R"(content:"abc"; content:!"xyz";)", "abcd", true},
        {R"(content:"abc"; content:!"xyz";)", "xyzabcd", false},
        {R"(content:"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";)", "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-",
         true},
        {R"(content:"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";)", "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY-",
         false},
    });
}

TEST_CASE("offset and depth count from the payload's start, depth from the offset") {
    check({
        {R"(content:"abc"; depth:3;)", "abcdef", true},
        {R"(content:"abc"; depth:3;)", "xabcdef", false},
        {R"(content:"abc"; depth:4;)", "xabcdef", true},
        {R"(content:"def"; offset:3;)", "abcdef", true},
        {R"(content:"def"; offset:4;)", "abcdef", false},
        {R"(content:"def"; offset:4;)", "abcdefdef", true},
        {R"(content:"def"; offset:3; depth:3;)", "abcdef", true},
        {R"(content:"def"; offset:3; depth:3;)", "abcxdef", false},
        {R"(content:"def"; offset:2; depth:4;)", "abcdef", true},
        {R"(content:!"def"; depth:6;)", "abcxdef", true},
        {R"(content:!"def"; depth:7;)", "abcxdef", false},
        {R"(content:!"def"; offset:5;)", "abcdef", true},
        {R"(content:"GET"; startswith;)", "GET /", true},
        {R"(content:"GET"; startswith;)", " GET /", false},
        {R"(content:".php"; endswith;)", "/a.php", true},
        {R"(content:".php"; endswith;)", "/a.php?.php", true},
        {R"(content:".php"; endswith;)", "/a.php?", false},
        {R"(content:!".php"; endswith;)", "/a.php?", true},
        {R"(content:!".php"; endswith;)", "/a.php", false},
        {R"(content:"abc"; startswith; endswith;)", "abc", true},
        {R"(content:"abc"; startswith; endswith;)", "abcabc", false},
    });
}

TEST_CASE("distance and within count from where the last match ended") {
    check({
        {R"(content:"abc"; content:"def"; distance:0;)", "abcdef", true},
        {R"(content:"abc"; content:"def"; distance:0;)", "defabc", false},
        {R"(content:"abc"; content:"def"; distance:1;)", "abcdef", false},
        {R"(content:"abc"; content:"def"; distance:1;)", "abcxdef", true},
        {R"(content:"abc"; content:"def"; distance:1;)", "abcxxxxxdef", true},
        {R"(content:"abc"; content:"def"; within:3;)", "abcdef", true},
        {R"(content:"abc"; content:"def"; within:3;)", "abcxdef", false},
        {R"(content:"abc"; content:"def"; within:4;)", "abcxdef", true},
        {R"(content:"abc"; content:"def"; distance:1; within:3;)", "abcxdef", true},
        {R"(content:"abc"; content:"def"; distance:1; within:3;)", "abcxxdef", false},
        {R"(content:"abc"; content:"def"; distance:1; within:4;)", "abcxxdef", true},
        // A negative distance reaches back, over the match itself or before it.
        {R"(content:"abc"; content:"bcd"; distance:-2;)", "abcd", true},
        {R"(content:"abc"; content:"bcd"; distance:-1;)", "abcd", false},
        {R"(content:"def"; content:"abc"; distance:-6; within:3;)", "abcdef", true},
        {R"(content:"def"; content:"abc"; distance:-5; within:3;)", "abcdef", false},
        // Negated: nothing of the kind in that range.
        {R"(content:"abc"; content:!"def"; within:3;)", "abcxdef", true},
        {R"(content:"abc"; content:!"def"; within:3;)", "abcdef", false},
        {R"(content:"abc"; content:!"def"; distance:0;)", "defabc", true},
        {R"(content:"Firefox/3."; content:!"Firefox/3.6.13"; distance:-10;)", "Firefox/3.6.12", true},
        {R"(content:"Firefox/3."; content:!"Firefox/3.6.13"; distance:-10;)", "Firefox/3.6.13", false},
        // A negated content moves nothing.
        {R"(content:"abc"; content:!"xyz"; within:3; content:"def"; distance:0; within:3;)", "abcdef", true},
        // endswith behind a relative content
        {R"(content:"abc"; content:"ef"; distance:1; endswith;)", "abcdef", true},
        {R"(content:"abc"; content:"ef"; distance:2; endswith;)", "abcdef", false},
    });
}

TEST_CASE("all places of a content are tried for those that follow") {
    check({
        {R"(content:"a"; content:"b"; within:1;)", "a a a ab", true},
        {R"(content:"a"; content:"b"; distance:1; within:1;)", "ab axb", true},
        {R"(content:"a"; content:"b"; within:3; content:"c"; within:1;)", "ab abbc", true},
        {R"(content:"a"; content:"b"; within:3; content:"c"; within:1;)", "ab abbxc", false},
        {R"(content:"a"; content:"b"; within:1; content:"z"; offset:6;)", "a abxxz", true},
        {R"(content:"a"; content:"b"; within:1; content:"z"; offset:7;)", "a abxxz", false},
        {R"(content:"a"; content:!"b"; within:1;)", "ababac", true},
        {R"(content:"a"; content:!"b"; within:1;)", "ababab", false},
        {R"(content:"a"; isdataat:!1,relative;)", "abaca", true},
        {R"(content:"a"; isdataat:!1,relative;)", "abacab", false},
    });
}

TEST_CASE("isdataat: the manual's tables") {
    const std::string payload(32, 'x');
    check({
        {"isdataat:31;", payload, true},
        {"isdataat:32;", payload, false},
        {"isdataat:31,relative;", payload, true},
        {"isdataat:32,relative;", payload, true},
        {"isdataat:33,relative;", payload, false},
        {"isdataat:!32;", payload, true},
        {"isdataat:7;", "abcdefgh", true},
        {"isdataat:8;", "abcdefgh", false},
        {R"(content:"c"; isdataat:4,relative;)", "abcdefgh", true},
        {R"(content:"c"; isdataat:5,relative;)", "abcdefgh", true},
        {R"(content:"c"; isdataat:6,relative;)", "abcdefgh", false},
        {R"(content:"h"; isdataat:!1,relative;)", "abcdefgh", true},
        {R"(content:"g"; isdataat:!1,relative;)", "abcdefgh", false},
    });
}

TEST_CASE("byte_test reads numbers of bytes and of text") {
    const std::string bytes = "\x00\x01\x00\x02\x00\x03\xff\xfe"s;
    check({
        {R"(content:"|00 01 00 02|"; byte_test:2,=,0x01,0;)", bytes, true},
        {R"(content:"|00 01 00 02|"; byte_test:2,=,0x03,0,relative;)", bytes, true},
        {R"(content:"|00 01 00 02|"; byte_test:2,!=,0x06,0;)", bytes, true},
        {R"(content:"|00 01 00 02|"; byte_test:2,>,1000,2,relative;)", bytes, true},
        {R"(content:"|00 01 00 02|"; byte_test:2,>,1000,4,relative;)", bytes, false},
        {R"(content:"|00 01 00 02|"; byte_test:2,!>,1000,4,relative;)", bytes, false},  // out of bounds never holds
        {R"(byte_test:2,=,512,2,little;)", bytes, true},
        {R"(byte_test:1,&,0x01,1;)", bytes, true},
        {R"(byte_test:1,&,0x01,0;)", bytes, false},
        {R"(byte_test:2,=,0xff,6,bitmask 0xff00;)", bytes, true},
        {R"(byte_test:4,=,65538,0;)", bytes, true},
        {R"(byte_test:2,<=,2,2;)", bytes, true},
        {R"(byte_test:2,>=,3,2;)", bytes, false},
        {R"(content:"foobar"; byte_test:4,=,1337,1,relative,string,dec;)", "foobar 1337", true},
        {R"(content:"foobar"; byte_test:4,=,1337,0,relative,string,dec;)", "foobar 1337", false},
        {R"(byte_test:4,=,0x1f,0,string,hex;)", "1f; ", true},
        {R"(byte_test:3,=,15,0,string,oct;)", "017", true},
        {R"(byte_test:3,=,0,0,string,dec;)", "xyz", false},
        {R"(content:"x"; byte_test:1,=,9,-2,relative;)", "\x09"s + "x", true},
    });
}

TEST_CASE("byte_jump moves the position") {
    check({
        {R"(byte_jump:1,0; content:"x"; within:1;)", "\x03"s + "abcx", true},
        {R"(byte_jump:1,0; content:"x"; within:1;)", "\x02"s + "abcx", false},
        {R"(byte_jump:1,0; byte_jump:1,0,relative; content:"foobar"; distance:0; within:6;)", "\x01"s + "a\x02" + "bbfoobar", true},
        {R"(byte_jump:1,0,from_beginning; content:"c"; within:1;)", "\x03"s + "abc", true},
        {R"(byte_jump:1,0,multiplier 2; content:"x"; within:1;)", "\x02"s + "abcdx", true},
        {R"(byte_jump:1,0,align; content:"x"; within:1;)", "\x02"s + "abcdx", true},
        {R"(byte_jump:1,0,post_offset -1; content:"x"; within:1;)", "\x03"s + "abxd", true},
        {R"(byte_jump:0,0,from_end,post_offset -8; content:"l33t"; distance:0; within:4;)", "xxl33t1234", true},
        {R"(byte_jump:2,0,string,dec; content:"x"; within:1;)", "3 abx", true},  // one digit, then three bytes
        {R"(byte_jump:1,0; isdataat:0;)", "\x05"s + "ab", false},                // beyond the end
        {R"(content:"abc"; byte_jump:1,0,relative; content:"z"; within:1;)", "abc\x02xxz", true},
        // Every place of the content is tried for the jump.
        {R"(content:"L"; byte_jump:1,0,relative; content:"z"; within:1;)", "L\x01-- L\x02xxz", true},
    });
}

TEST_CASE("byte_extract and byte_math feed numbers to what follows") {
    check({
        {R"(content:"Alice"; byte_extract:2,0,size; content:"Bob"; distance:size; within:3;)", "\x00\x02"s + "AlicexxBob", true},
        {R"(content:"Alice"; byte_extract:2,0,size; content:"Bob"; distance:size; within:3;)", "\x00\x03"s + "AlicexxBob", false},
        {R"(content:"|00 ff|"; byte_extract:1,0,len,relative; content:"|5c 00|"; distance:2; within:len;)", "\x00\xff\x05--\x5c\x00"s,
         true},
        {R"(content:"|00 ff|"; byte_extract:1,0,len,relative; content:"|5c 00|"; distance:2; within:len;)", "\x00\xff\x02---\x5c\x00"s,
         false},
        {R"(byte_extract:1,0,at; content:"x"; offset:at; depth:1;)", "\x03"s + "abx", true},
        {R"(byte_extract:1,0,at; content:"x"; offset:at; depth:1;)", "\x02"s + "abx", false},
        {R"(byte_extract:1,0,n; byte_test:1,=,n,1;)", "\x07\x07", true},
        {R"(byte_extract:1,0,n; byte_test:1,=,n,1;)", "\x07\x08", false},
        {R"(byte_extract:1,0,n,multiplier 4; isdataat:n;)", "\x01"s + "abcd", true},
        {R"(byte_extract:1,0,n,multiplier 4; isdataat:n;)", "\x01"s + "abc", false},
        {R"(byte_math:bytes 1, offset 0, oper +, rvalue 1, result n; isdataat:!n;)", "\x02"s + "ab", true},
        {R"(byte_math:bytes 1, offset 0, oper *, rvalue 2, result n; byte_test:1,=,n,1;)", "\x04\x08", true},
        {R"(byte_math:bytes 1, offset 0, oper -, rvalue 1, result n; byte_test:1,=,n,1;)", "\x04\x03", true},
        {R"(byte_math:bytes 1, offset 0, oper <<, rvalue 3, result n; byte_test:1,=,n,1;)", "\x01\x08", true},
        {R"(byte_extract:1,0,d; byte_math:bytes 1, offset 1, oper /, rvalue d, result n; byte_test:1,=,n,2;)", "\x02\x08\x04", true},
        {R"(byte_extract:1,0,d; byte_math:bytes 1, offset 1, oper /, rvalue d, result n;)", "\x00\x08\x04"s, false},  // never by zero
        // The variable follows the place of the content before it.
        {R"(content:"L"; byte_extract:1,0,n,relative; content:"x"; offset:n; depth:1;)", "L\x01 L\x05x", true},
    });
}

TEST_CASE("regular expressions, and where they stand") {
    check({
        {R"(content:"NICK "; pcre:"/NICK .*USA.*[0-9]{3,}/i";)", "xx NICK some usa|123", true},
        {R"(content:"NICK "; pcre:"/NICK .*USA.*[0-9]{3,}/i";)", "xx NICK some usa|12", false},
        {R"(content:"NICK "; pcre:!"/USA/";)", "NICK usa", true},
        {R"(content:"NICK "; pcre:!"/USA/";)", "NICK USA", false},
        {R"(content:"id="; pcre:"/^[0-9]{3}/R";)", "id=x id=123", true},
        {R"(content:"id="; pcre:"/^[0-9]{3}/R";)", "123 id=12", false},
        {R"(content:"id="; pcre:"/^[0-9]+/R"; content:"|3b|"; within:1;)", "id=123;", true},
        {R"(content:"id="; pcre:"/^[0-9]+/R"; content:"|3b|"; within:1;)", "id=123 ;", false},
        {R"(content:"a"; pcre:"/b+/R"; content:"c"; within:1;)", "a bb bbc", true},
        {R"(content:"a"; pcre:"/^b/"; content:"c";)", "bac", true},
        {R"(content:"a"; pcre:"/b/A";)", "abc", false},
        {R"(content:"a"; pcre:"/a.b/";)", "a\nb", false},
        {R"(content:"a"; pcre:"/a.b/s";)", "a\nb", true},
        {R"(content:"a"; pcre:"/^b/m";)", "a\nb", true},
        {R"(content:"a"; pcre:"/(a)\1/";)", "xaax", true},  // a construct that PCRE2 alone knows
        {R"(content:"a"; pcre:"/a(?!b)/";)", "ab ab", false},
        {R"(content:"a"; pcre:"/a(?!b)/";)", "ab ac", true},
        {R"(content:"a"; pcre:"/x*/";)", "a", true},  // matches nothing, everywhere
        {R"(content:"a"; pcre:"/a$/";)", "a\n", true},
        {R"(content:"a"; pcre:"/a$/E";)", "a\n", false},
        {R"(content:"a"; pcre:"/a b # no blank/x";)", "ab", true},
    });
}

TEST_CASE("header buffers and sizes") {
    check({
        {R"(content:"abc"; dsize:4;)", "abcd", true},
        {R"(content:"abc"; dsize:<4;)", "abcd", false},
        {R"(content:"abc"; dsize:3<>5;)", "abcd", true},
        {R"(content:"abc"; dsize:4<>6;)", "abcd", false},
    });
}

TEST_CASE("Hyperscan and PCRE2 give one answer") {
    const std::vector<std::string> patterns{
        "a.*b",  "^a[^b]+c$",  "(?:GET|POST)\\s+/", "[0-9a-f]{4,8}", "\\d+\\.\\d+", "a+b?c*d", "^$",      "x\\b",           "\\Aab",
        "ab\\z", "[^\\r\\n]+", "(?i)hello",         "\\x00\\xff",    "a|b|cd",      "(ab)+c",  "\\w+\\s", "[[:alpha:]]{3}", "a{2}",
        "b$",    "\\W\\S\\D"};
    std::uint32_t random = 1;
    const auto next = [&random](unsigned below) {
        random = random * 1664525 + 1013904223;
        return (random >> 16) % below;
    };
    const std::string alphabet = "aabbccdhello GETPOST/ 0123.\r\n\xff"s + '\0';
    for (const std::string& pattern : patterns) {
        // Captures keep Hyperscan away; so does a position that is asked for.
        const std::string text = udp_rule("pcre:\"/" + pattern + "/\";", 1) + udp_rule("pcre:\"/" + pattern + "/,pkt:x\";", 2);
        RuleDriver driver{text};
        driver.udp();
        for (int i = 0; i < 300; ++i) {
            std::string payload;
            for (unsigned size = 1 + next(12); size > 0; --size) payload += alphabet[next(static_cast<unsigned>(alphabet.size()))];
            const auto fired = driver.packet(payload);
            CAPTURE(pattern, payload, fired);
            REQUIRE(fired.size() != 1);
        }
    }
}

TEST_CASE("limits end what would not end") {
    SECTION("a regular expression that backtracks without end") {
        RuleDriver driver{udp_rule(R"(content:"a"; pcre:"/(a+)+\1$/";)")};
        driver.udp();
        CHECK(driver.packet(std::string(60, 'a') + "b").empty());
        CHECK(driver.engine().counters().pcre_limit_hits == 1);
    }
    SECTION("contents that stand everywhere") {
        RuleDriver driver{udp_rule(R"(content:"a"; content:"a"; within:200; content:"a"; within:200; content:"b"; within:1;)")};
        driver.udp();
        CHECK(driver.packet(std::string(1400, 'a')).empty());
        CHECK(driver.engine().counters().place_limit_hits == 1);
    }
}
