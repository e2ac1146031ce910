// SPDX-License-Identifier: Apache-2.0
// POP3 commands on a real capture against tshark.
#include "parsers/pop3/pop3.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("pop3: commands agree with tshark") {
    std::size_t commands = 0;
    compare_streams<pop3::Parser>({"smtp-pop-imap"}, "pop", {"pop.request.command"}, [&](const Outcome& outcome, const Rows& rows) {
        std::string seen;
        for (const auto& transaction : logged(outcome)) {
            const std::string command = transaction.get("pop3.command");
            if (!command.empty()) seen += (seen.empty() ? "" : ",") + command;
        }
        Rows commands_only;  // tshark takes a line of a login for one
        std::copy_if(rows.begin(), rows.end(), std::back_inserter(commands_only), [](const auto& row) { return row[0].size() <= 4; });
        CHECK(seen == column(commands_only, 0));
        commands += static_cast<std::size_t>(std::count(seen.begin(), seen.end(), ',')) + 1;
    });
    if (commands != 0) CHECK(commands >= 5);
}
