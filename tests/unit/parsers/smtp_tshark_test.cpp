// SPDX-License-Identifier: Apache-2.0
// SMTP commands and reply codes on real captures against tshark.
#include "parsers/smtp/smtp.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// `220,250,250,221,` -> `220,250,221,`
std::string without_repetitions(const std::string& codes) {
    std::string out;
    for (std::size_t at = 0; at + 4 <= codes.size(); at += 4)
        if (!out.ends_with(codes.substr(at, 4))) out += codes.substr(at, 4);
    return out;
}

}  // namespace

TEST_CASE("smtp: commands and replies agree with tshark") {
    std::size_t commands = 0;
    compare_streams<smtp::Parser>(
        {"smtp-pop-imap"}, "smtp", {"smtp.req.command", "smtp.response.code"}, [&](const Outcome& outcome, const Rows& rows) {
            std::string seen, codes;
            for (const auto& transaction : outcome.transactions) {
                if (transaction.report == Report::request) seen += transaction.get("smtp.operation") + ",";
                if (has(transaction.report, Report::response)) codes += transaction.get("smtp.reply_code") + ",";
            }
            std::string expected = column(rows, 0) + ",";
            std::transform(expected.begin(), expected.end(), expected.begin(),
                           [](char c) { return static_cast<char>(to_lower(static_cast<std::uint8_t>(c))); });
            CHECK(seen == expected);
            // A reply of many lines counts once per packet there.
            CHECK(without_repetitions(codes) == without_repetitions(column(rows, 1).empty() ? "" : column(rows, 1) + ","));
            commands += static_cast<std::size_t>(std::count(seen.begin(), seen.end(), ','));
            CHECK(!logged(outcome).empty());
        });
    if (commands != 0) CHECK(commands >= 50);
}
