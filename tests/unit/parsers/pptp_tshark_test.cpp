// SPDX-License-Identifier: Apache-2.0
// PPTP against tshark: the messages of each session.
#include "parsers/pptp/pptp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("pptp: agrees with tshark") {
    std::size_t compared = 0;
    for (const auto& file : shared_captures("pptp")) {
        const auto rows =
            tshark(file, "pptp", {"pptp.control_message_type", "pptp.host_name", "pptp.vendor_name", "pptp.call_id", "pptp.peer_call_id"});
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        std::vector<Outcome::Transaction> seen;
        for (const CapturedSession& session : read_capture(file))
            if (const auto outcome = parse_session<pptp::Parser>(session))
                seen.insert(seen.end(), outcome->transactions.begin(), outcome->transactions.end());
        INFO(file.filename().string());
        REQUIRE(seen.size() == rows->size());
        for (std::size_t i = 0; i < seen.size(); ++i) {
            const auto& row = (*rows)[i];
            CHECK(seen[i].get("pptp.type") == row[0]);
            CHECK(seen[i].get("pptp.host_name") == row[1]);
            CHECK(seen[i].get("pptp.vendor_name") == row[2]);
            if (!seen[i].get("pptp.call_id").empty()) CHECK(seen[i].get("pptp.call_id") == row[3]);
            ++compared;
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
