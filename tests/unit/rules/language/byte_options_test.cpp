// SPDX-License-Identifier: Apache-2.0
#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

TEST_CASE("numbers in buffers") {
    for (const Accepted& row : {
             Accepted{"isdataat:512;", "payload:\n  isdataat 512\n"},
             Accepted{"isdataat:!1,relative;", "payload:\n  not isdataat 1 relative\n"},
             Accepted{"isdataat: 50, relative, rawbytes;", "payload:\n  isdataat 50 relative rawbytes\n"},
             Accepted{"byte_test:2,>,1000,0;", "payload:\n  byte_test 2 at 0 > 1000\n"},
             Accepted{"byte_test:4,!=,0x10,-4,relative,little,bitmask 0xff00;",
                      "payload:\n  byte_test 4 at -4 relative little bitmask 65280 shift 8 != 16\n"},
             Accepted{"byte_test:5,=,1337,1,relative,string,dec;", "payload:\n  byte_test 5 at 1 relative dec = 1337\n"},
             Accepted{
                 "byte_test:8,<=,7,0,string, hex; byte_test:1,!&,0x80,0; byte_test:1,^,1,0; byte_test:2,>=,5,0,dce;",
                 "payload:\n  byte_test 8 at 0 hex <= 7\n  byte_test 1 at 0 !& 128\n  byte_test 1 at 0 ^ 1\n  byte_test 2 at 0 dce >= 5\n"},
             Accepted{"byte_test:0,>,100,0,string,dec;", "payload:\n  byte_test 0 at 0 dec > 100\n"},
             Accepted{"byte_jump:2,0;", "payload:\n  byte_jump 2 at 0\n"},
             Accepted{"byte_jump:4,-2,relative,multiplier 4,align,from_beginning,post_offset -8,big;",
                      "payload:\n  byte_jump 4 at -2 relative multiplier 4 align from_beginning post_offset -8\n"},
             Accepted{"byte_jump:0,0, from_end, post_offset -8;", "payload:\n  byte_jump 0 at 0 from_end post_offset -8\n"},
             Accepted{"byte_extract:2,0,len,relative,multiplier 2,little,align 4; byte_test:len,=,len,len; byte_jump:len,len; "
                      "isdataat:len,relative;",
                      "payload:\n  byte_extract 2 at 0 relative little multiplier 2 align 4 -> len\n  byte_test len at len = len\n  "
                      "byte_jump len at len\n"
                      "  isdataat len relative\n"},
             Accepted{"byte_extract:3,1,n,string,oct;", "payload:\n  byte_extract 3 at 1 oct -> n\n"},
             Accepted{"byte_math:bytes 4, offset 0, oper +, rvalue 248, result var, relative;",
                      "payload:\n  byte_math 4 at 0 relative + 248 -> var\n"},
             Accepted{
                 "byte_extract:1,0,a; byte_math: result b, rvalue a, oper <<, offset a, bytes a, endian little, string hex, bitmask 0xf0;",
                 "payload:\n  byte_extract 1 at 0 -> a\n  byte_math a at a little hex bitmask 240 shift 4 << a -> b\n"},
             Accepted{"ntp.reference_id; content:\"a\"; bsize:1<>9;", "ntp.reference_id:\n  content \"a\"\n  bsize 1-9\n",
                      "alert ntp any any -> any any"},
         })
        check_accepted(row);
}

TEST_CASE("refused") {
    for (const Refused& row : {
             Refused{"isdataat:@x;", "unknown variable \"x\": expected a number, or a name that byte_extract or byte_math has set before"},
             Refused{"isdataat:1,@absolute;", "unknown word \"absolute\": expected relative or rawbytes"},
             Refused{"@bsize:4;", "bsize asks for the size of a sticky buffer: expected one before it"},
             Refused{"byte_test:@2,>,1000;", "expected `byte_test:count,operator,value,offset`"},
             Refused{"byte_test:@9,>,1,0;", "\"9\" is not a number: expected 1 to 8"},
             Refused{"byte_test:@24,>,1,0,string,dec;", "\"24\" is not a number: expected 0 to 23"},
             Refused{"byte_test:2,@==,1,0;", "unknown operator \"==\": expected <, >, =, <=, >=, & or ^"},
             Refused{"byte_test:2,=,@x,0;",
                     "unknown variable \"x\": expected a number, or a name that byte_extract or byte_math has set before"},
             Refused{"byte_test:2,=,1,0,@relativ;", "unknown word \"relativ\" in byte_test"},
             Refused{"byte_test:2,=,1,0,relative,@relative;", "relative stands twice"},
             Refused{"byte_test:@2,=,1,0,hex;", "a base stands with the word string: expected `string,dec`"},
             Refused{"byte_test:@2,=,1,0,little,string,hex;", "digits have no byte order: expected string or an order, not both"},
             Refused{"byte_test:2,=,1,0,big,@little;", "the byte order stands twice"},
             Refused{"byte_test:2,=,1,0,bitmask @0;", "\"0\" is not a number: expected 1 to 4294967295"},
             Refused{"byte_jump:2,0,@multiply 4;", "unknown word \"multiply 4\" in byte_jump"},
             Refused{"byte_jump:@2,0,from_beginning,from_end;", "from_beginning and from_end contradict each other"},
             Refused{"byte_jump:2,0,post_offset @70000;", "\"70000\" is not a number: expected -65535 to 65535"},
             Refused{"byte_extract:2,0,@0x;", "\"0x\" is no name of a variable: expected one that begins with a letter"},
             Refused{"byte_extract:2,0,n,align @3;", "align takes 2 or 4"},
             Refused{"byte_math:@bytes 4, offset 0;", "expected `byte_math:bytes n, offset n, oper +, rvalue n, result name`"},
             Refused{"byte_math:@bytes 4, offset 0, oper /, rvalue 0, result x;", "division by zero can never match"},
             Refused{"byte_math:bytes 4, offset 0, oper @%, rvalue 1, result x;", "unknown operator \"%\": expected +, -, *, /, << or >>"},
         })
        check_refused(row);
}
