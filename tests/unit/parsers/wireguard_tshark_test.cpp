// SPDX-License-Identifier: Apache-2.0
// WireGuard against tshark, message by message.
#include "parsers/wireguard/wireguard.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("wireguard: agrees with tshark") {
    std::size_t compared = 0;
    for (const auto& file : shared_captures("wireguard")) {
        const auto rows = tshark(file, "wg && !icmp", {"frame.number", "wg.type", "wg.sender", "wg.receiver"});
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        const auto number = [](const std::string& hex) { return hex.empty() ? hex : std::to_string(std::stoul(hex, nullptr, 16)); };
        const auto seen = parse_datagrams<wireguard::Parser>(file);
        for (const auto& row : *rows) {
            INFO(file.filename().string() << " frame " << row[0]);
            const auto found = seen.find(std::stoull(row[0]));
            REQUIRE(found != seen.end());
            CHECK(found->second.anomalies.empty());
            if (found->second.transactions.empty()) {
                CHECK(row[1] == "4");
                continue;
            }
            ++compared;
            const auto& ours = found->second.transactions[0];
            CHECK(ours.get("wireguard.type") == row[1]);
            CHECK(ours.get("wireguard.sender_index") == number(row[2]));
            CHECK(ours.get("wireguard.receiver_index") == number(row[3]));
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
