// SPDX-License-Identifier: Apache-2.0
// STUN against tshark, datagram by datagram.
#include "parsers/stun/stun.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("stun: agrees with tshark") {
    std::size_t compared = 0;
    for (const auto& file : shared_captures("stun-turn")) {
        // tshark reads what ChannelData and SRTP carry as well; only whole messages are compared.
        const auto rows = tshark(file, "stun.type && udp && !icmp && !stun.channel && !_ws.malformed",
                                 {"frame.number", "stun.type.method", "stun.id", "stun.att.username", "stun.att.software",
                                  "stun.att.ipv4-xord", "stun.att.ipv4"});
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        const auto seen = parse_datagrams<stun::Parser>(file);
        for (const auto& row : *rows) {
            INFO(file.filename().string() << " frame " << row[0]);
            const auto found = seen.find(std::stoull(row[0]));
            REQUIRE(found != seen.end());
            REQUIRE(found->second.transactions.size() == 1);
            const auto& ours = found->second.transactions[0];
            ++compared;
            CHECK(ours.get("stun.transaction_id") == row[2]);
            CHECK(ours.get("stun.username") == row[3]);
            CHECK(ours.get("stun.software") == row[4]);
            if (!row[6].empty()) {
                const std::string addresses = ours.get("stun.mapped_address") + ' ' + ours.get("stun.relayed_address") + ' ' +
                                              ours.get("stun.peer_address") + ' ' + ours.get("stun.alternate_server");
                if (row[6].find(',') == std::string::npos) CHECK(addresses.find(row[6]) != std::string::npos);
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
