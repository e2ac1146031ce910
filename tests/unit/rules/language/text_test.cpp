// SPDX-License-Identifier: Apache-2.0
#include "rules/language/text.hpp"

#include "rules/language/describe.hpp"
#include "tests/support/catch.hpp"

using namespace weir::rules;
using namespace weir::rules::language;

namespace {

std::string reason_of(auto&& action) {
    try {
        action();
    } catch (const Refusal& refusal) {
        return refusal.reason + " @" + std::to_string(refusal.offset);
    }
    return "accepted";
}

}  // namespace

TEST_CASE("pieces of text know their place") {
    Text rest{"  first ,second,", 10};
    const Text first = take_until(rest, ',');
    CHECK(first.text == "first");
    CHECK(first.offset == 12);
    const Text second = take_until(rest, ',');
    CHECK(second.text == "second");
    CHECK(second.offset == 19);
    CHECK(rest.empty());
    CHECK(split({"a, b,,", 0}, ',').size() == 4);
    CHECK(split({"", 0}, ',').size() == 1);
    Text words{" count  5 ", 0};
    CHECK(take_word(words).text == "count");
    CHECK(words.text == "5");
    CHECK(words.offset == 8);
}

TEST_CASE("numbers are decimal or hexadecimal") {
    CHECK(parse_unsigned({"42", 0}, 0, 100) == 42);
    CHECK(parse_unsigned({"0x2A", 0}, 0, 100) == 42);
    CHECK(parse_unsigned({"18446744073709551615", 0}, 0, ~std::uint64_t{0}) == ~std::uint64_t{0});
    CHECK(parse_signed({"-5", 0}, -10, 10) == -5);
    CHECK(parse_signed({"+5", 0}, -10, 10) == 5);
    CHECK(reason_of([] { (void)parse_unsigned({"101", 7}, 0, 100); }) == "\"101\" is not a number: expected 0 to 100 @7");
    for (const std::string_view bad : {"", "-1", "1 2", "0x", "0xg", "1e3", "99999999999999999999"})
        CHECK(reason_of([&] { (void)parse_unsigned({bad, 0}, 0, 100); }) != "accepted");
    for (const std::string_view bad : {"", "-", "--1", "-11", "9223372036854775809"})
        CHECK(reason_of([&] { (void)parse_signed({bad, 0}, -10, 10); }) != "accepted");
}

TEST_CASE("ranges") {
    struct Row {
        std::string_view text, read;
    };
    for (const auto& [text, read] :
         {Row{"5", "5"}, Row{"=5", "5"}, Row{"!5", "!5"}, Row{"!=5", "!5"}, Row{"<5", "<5"}, Row{"<= 5", "<=5"}, Row{">5", ">5"},
          Row{">=5", ">=5"}, Row{"1-9", "1-9"}, Row{"1<>9", "1-9"}, Row{" 1 <> 9 ", "1-9"}, Row{"!1-9", "!1-9"}, Row{"0x10-0x20", "16-32"},
          Row{"2kb", "2048"}, Row{"<1MiB", "<1048576"}, Row{"0xbb", "187"}}) {
        INFO(text);
        CHECK(describe(parse_range({text, 0}, 1u << 30)) == read);
    }
    for (const std::string_view bad :
         {"", "<", "<>", "-", "5-", "-5", "5-5", "5-6", "9-1", "!<5", "a", "<0", ">255", ">=0", "<=255", "256", "1kb"}) {
        INFO(bad);
        CHECK(reason_of([&] { (void)parse_range({bad, 0}, 255); }) != "accepted");
    }
    CHECK(reason_of([] {
              (void)parse_range({"5-6", 3}, 255);
          }) == "\"5-6\" can never match: a range leaves out both ends, and the lower one stands first @3");
    CHECK(reason_of([] { (void)parse_range({">=0", 3}, 255); }) == "\">=0\" always matches @3");
}

TEST_CASE("messages show text safely") {
    CHECK(shown("a\x01\xff\"") == "\"a..\"\"");
    CHECK(shown(std::string(100, 'x')).size() == 48 + 5);
}
