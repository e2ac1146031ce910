// SPDX-License-Identifier: Apache-2.0
// SMB logins and shares on real captures against tshark.
#include "parsers/smb/smb.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("smb: agrees with tshark") {
    const std::vector<std::string> fields{"ntlmssp.auth.username", "ntlmssp.auth.domain", "ntlmssp.auth.hostname", "smb.path", "smb2.tree"};
    std::size_t shares = 0;
    const std::string filter = "(smb || smb2) && (smb.flags.response == 0 || smb2.flags.response == 0)";
    compare_streams<smb::Parser>({"smb"}, filter, fields, [&](const Outcome& outcome, const Rows& rows) {
        const auto all = [&](std::string_view operation, std::string_view name) {
            std::string out;
            for (const auto& transaction : outcome.transactions) {
                if (transaction.report != Report::request || transaction.get("smb.operation") != operation) continue;
                if (const std::string value = transaction.get(name); !value.empty()) out += (out.empty() ? "" : ",") + value;
            }
            return out;
        };
        Rows named;
        for (const auto& row : rows)
            named.push_back(
                {row[0] == "NULL" ? "" : row[0], row[1] == "NULL" ? "" : row[1], row[2] == "NULL" ? "" : row[2], row[3] + row[4]});
        // tshark shows a login again with each message that goes back to it: the first one counts.
        const auto first = [](const std::string& list) { return list.substr(0, list.find(',')); };
        CHECK(first(all("session-setup", "smb.ntlmssp_user")) == first(column(named, 0)));
        CHECK(first(all("session-setup", "smb.ntlmssp_domain")) == first(column(named, 1)));
        CHECK(first(all("session-setup", "smb.ntlmssp_host")) == first(column(named, 2)));
        const std::string paths = all("tree-connect", "smb.share");
        for (const auto& row : named)
            if (!row[3].empty()) CHECK(paths.find(row[3].substr(0, row[3].find(','))) != std::string::npos);
        shares += paths.empty() ? 0 : 1;
    });
    if (shares != 0) CHECK(shares >= 3);
}
