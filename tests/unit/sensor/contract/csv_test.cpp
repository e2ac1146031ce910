// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/csv.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::import;

namespace {
std::string error_of(std::string_view text) {
    const auto table = parse_csv("t.csv", text);
    return table ? "none" : table.error().text();
}
}  // namespace

TEST_CASE("csv: quotes, separators, line ends") {
    const auto table = parse_csv("t.csv", "\xef\xbb\xbfName ; Port;Note\r\n a ;22;\"x;\"\"y\"\"\nz\"\r\n\r\n;;\nb\n");
    REQUIRE(table);
    CHECK(table->header == std::vector<std::string>{"name", "port", "note"});
    REQUIRE(table->rows.size() == 2);
    CHECK(table->rows[0].cells == std::vector<std::string>{"a", "22", "x;\"y\" z"});
    CHECK(table->rows[0].line == 2);
    CHECK(table->rows[1].cells == std::vector<std::string>{"b", "", ""});
    CHECK(table->rows[1].line == 6);
    CHECK(table->column({"ports", "port"}) == 1u);
    CHECK_FALSE(table->column({"address"}));
    CHECK(parse_csv("t", "a\tb\n1\t2,3")->rows[0].cells[1] == "2,3");
}

TEST_CASE("csv: what cannot be read says where") {
    CHECK(error_of("") == "t.csv: an empty table; expected a header and rows");
    CHECK(error_of("a,b\n\"x").find("t.csv:2: a quote that is not closed") == 0);
    CHECK(error_of("a,b\n\"x\"y,z").find("t.csv:2: text behind a closing quote") == 0);
    CHECK(error_of("a,b\n1,2,3").find("t.csv:2: a row of 3 cells") == 0);
    CHECK(error_of("a\n" + std::string(5000, 'x')).find("t.csv:2: a cell of more than 4096 bytes") == 0);
    CHECK(error_of(std::string(100, ',')).find("t.csv:1: more than 64 columns") == 0);
    CHECK(error_of("a\n\xff\n").find("t.csv:2: not text") == 0);
}
