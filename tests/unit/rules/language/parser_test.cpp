// SPDX-License-Identifier: Apache-2.0
#include "rules/language/parser.hpp"

#include <algorithm>
#include <random>

#include "tests/support/rule_cases.hpp"

using namespace weir;
using namespace weir::rules;
using namespace weir::test;

namespace {

std::vector<std::string> texts(const std::vector<FileError>& errors) {
    std::vector<std::string> out;
    for (const FileError& error : errors) out.push_back(error.text());
    return out;
}

}  // namespace

TEST_CASE("bad rules are refused one by one, the others load") {
    const auto loaded = load_text(
        "\xef\xbb\xbf# a comment\r\n"
        "alert tcp any any -> any any (msg:\"one\"; sid:1;)\r\n"
        "\r\n"
        "alert tcp any any -> any any (frobnicate:1; sid:2;)\r\n"
        "alert tcp any any -> any any (lua:x.lua; sid:3;)\r\n"
        "alert tcp any any -> any any ( \\\r\n"
        "    msg:\"four\"; \\\r\n"
        "    content:\"a\"; depth:x; sid:4;)\r\n"
        "alert udp any any -> any any (msg:\"five\"; sid:5;)\r\n");
    REQUIRE(loaded.rules.rules.size() == 2);
    CHECK(loaded.rules.rules[0].line == 2);
    CHECK(loaded.rules.rules[0].file == "test.rules");
    CHECK(loaded.rules.rules[0].text == "alert tcp any any -> any any (msg:\"one\"; sid:1;)");
    CHECK(loaded.rules.rules[1].message == "five");
    CHECK(texts(loaded.errors) ==
          std::vector<std::string>{
              "test.rules:4: unknown keyword frobnicate",
              "test.rules:5: keyword lua is not supported yet",
              "test.rules:8: unknown variable \"x\": expected a number, or a name that byte_extract or byte_math has set before",
          });
    CHECK(loaded.errors[2].column == 24);
}

TEST_CASE("a rule over several lines is one rule") {
    const auto loaded = load_text("alert tcp any any -> any any ( \\\n  msg:\"x\"; \\\n  sid:1;)\n");
    REQUIRE(loaded.rules.rules.size() == 1);
    CHECK(loaded.rules.rules[0].line == 1);
    CHECK(loaded.rules.rules[0].text == "alert tcp any any -> any any (   msg:\"x\";   sid:1;)");
}

TEST_CASE("the form of options") {
    for (const Refused& row : {
             Refused{"@:x;", "an option without a name"},
             Refused{"@\"x\":1;", "unknown keyword \"\"x\"\""},
             Refused{"@;", "an option without a name"},
         })
        check_refused(row);
    const auto column = [](std::string_view rule) {
        const auto loaded = load_text(rule);
        return loaded.errors.size() == 1 ? std::to_string(loaded.errors[0].column) + " " + loaded.errors[0].reason : "loaded";
    };
    CHECK(column("alert tcp any any -> any any (sid:1)") == "31 an option does not end with `;`");
    CHECK(column("alert tcp any any -> any any (sid:1;") == "37 expected ) behind the options");
    CHECK(column("alert tcp any any -> any any") == "29 expected ( before the options");
    CHECK(column("alert tcp any any -> any (sid:1;)") == "26 the header is incomplete: expected destination ports");
    CHECK(column("alert") == "6 the header is incomplete: expected a protocol");
    CHECK(column(std::string_view("alert tcp\0 any", 14)) == "10 a zero byte: rules are text");
    CHECK(column("alert tcp any any -> any any ( sid : 1 ; )") == "loaded");
    CHECK(column("alert tcp any any -> any any (msg:\"" + std::string(70'000, 'a') + "\"; sid:1;)") ==
          "1 the rule is longer than 65536 bytes");
}

TEST_CASE("two rules with one sid") {
    const RuleFile files[] = {
        {"a.rules",
         "alert tcp any any -> any any (msg:\"old\"; sid:1; rev:1;)\nalert tcp any any -> any any (msg:\"other\"; sid:2; rev:2;)\n"},
        {"b.rules",
         "alert tcp any any -> any any (msg:\"new\"; sid:1; rev:2;)\nalert tcp any any -> any any (msg:\"same\"; sid:2; rev:2;)\n"
         "alert tcp any any -> any any (msg:\"group\"; gid:2; sid:2; rev:1;)\n"},
    };
    const auto loaded = load(files, Variables::defaults(), Classification::built_in());
    REQUIRE(loaded.rules.rules.size() == 3);
    CHECK(loaded.rules.rules[0].message == "new");
    CHECK(loaded.rules.rules[1].message == "other");
    CHECK(loaded.rules.rules[2].message == "group");
    CHECK(texts(loaded.warnings) ==
          std::vector<std::string>{"b.rules:1: sid 1 stands in a.rules:1 too, with rev 1: rev 2 takes its place"});
    CHECK(texts(loaded.errors) ==
          std::vector<std::string>{"b.rules:2: sid 2 stands in a.rules:2 too, with rev 2: expected another sid or a higher rev"});
}

TEST_CASE("random bytes are refused, and mutations of a rule never do worse") {
    std::mt19937 random(7);
    const std::string seed =
        "alert tcp $HOME_NET [80,!81] -> any any (msg:\"x\"; content:\"a|0d 0a|\"; depth:10; pcre:\"/a(b)/Ri, flow:x\"; "
        "byte_test:2,>,5,0,relative; sid:1;)";
    for (int round = 0; round < 2000; ++round) {
        std::string text = seed;
        for (int i = 0; i < 1 + round % 5; ++i) text[random() % text.size()] = static_cast<char>(random());
        const auto loaded = load_text(text);
        for (const FileError& error : loaded.errors) CHECK_FALSE(error.reason.empty());
    }
    std::string bytes(20'000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    CHECK(load_text(bytes).rules.rules.empty());
}
