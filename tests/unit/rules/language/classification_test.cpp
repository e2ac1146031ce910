// SPDX-License-Identifier: Apache-2.0
#include "rules/language/classification.hpp"

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"

using namespace weir::rules;

namespace {

std::string file_text(const std::string& name) {
    std::ifstream file(std::string(WEIR_SOURCE_DIR "/rules/") + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the shipped files are what the program has built in") {
    CHECK(file_text("classification.config") == Classification::built_in_text());
    CHECK(file_text("reference.config") == reference_config_text());
}

TEST_CASE("class types have a sentence and a priority") {
    Classification table;
    CHECK(table.load("built-in", Classification::built_in_text()).empty());
    CHECK(table.size() > 40);
    CHECK(table.size() == Classification::built_in().size());
    REQUIRE(table.find("trojan-activity") != nullptr);
    CHECK(table.find("Trojan-Activity")->priority == 1);
    CHECK_FALSE(table.find("trojan-activity")->text.empty());
    CHECK(table.find("no-such-class") == nullptr);
}

TEST_CASE("a classification.config replaces rows, and says what it does not understand") {
    Classification table;
    const auto errors = table.load("c.config",
                                   "# comment\n"
                                   "config classification: one,First, with a comma,2\r\n"
                                   "config classification: one,Second,4\n"
                                   "config reference: url http://\n"
                                   "config classification: two,No priority\n"
                                   "config classification: three,Bad,0\n"
                                   "nonsense\n");
    REQUIRE(table.find("one") != nullptr);
    CHECK(table.find("one")->text == "Second");
    CHECK(table.find("one")->priority == 4);
    CHECK(table.size() == 1);
    REQUIRE(errors.size() == 4);
    CHECK(errors[0].text() == "c.config:4: expected `config classification: name,Sentence,priority`");
    CHECK(errors[1].text() == "c.config:5: expected `name,Sentence,priority`");
    CHECK(errors[2].text() == "c.config:6: \"0\" is not a number: expected 1 to 255");
    CHECK(errors[2].column == 34);
    CHECK(errors[3].line == 7);
}

TEST_CASE("reference systems") {
    REQUIRE(reference_prefix("URL") != nullptr);
    CHECK(*reference_prefix("url") == "http://");
    CHECK(reference_prefix("nowhere") == nullptr);
}
