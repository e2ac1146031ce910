// SPDX-License-Identifier: Apache-2.0
// SOCKS requests and what was answered, on real captures against tshark.
#include "parsers/socks/socks.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("socks: agrees with tshark") {
    const std::vector<std::string> fields{"socks.version", "socks.command",     "socks.dst",
                                          "socks.dstV6",   "socks.remote_name", "socks.results"};
    const std::size_t compared = compare_streams<socks::Parser>({"socks"}, "socks", fields, [](const Outcome& outcome, const Rows& rows) {
        const auto seen = logged(outcome);
        REQUIRE(seen.size() == 1);
        const auto request = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return !row[1].empty(); });
        REQUIRE(request != rows.end());
        CHECK(seen[0].get("socks.version") == (*request)[0]);
        CHECK(seen[0].get("socks.operation") == ((*request)[1] == "1" ? "connect" : "other"));
        const bool named = (*request)[2].starts_with("0.0.0.");  // version 4a: tshark shows the mark, not the name
        if (!named) CHECK(seen[0].get("socks.host") == (*request)[2] + (*request)[3] + (*request)[4]);
        const std::string results = column(rows, 5);
        CHECK(seen[0].get("socks.reply") == results.substr(0, results.find(',')));
        CHECK(outcome.upgraded);
    });
    if (compared != 0) CHECK(compared >= 6);
}
