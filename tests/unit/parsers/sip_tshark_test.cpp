// SPDX-License-Identifier: Apache-2.0
// SIP against tshark, datagram by datagram.
#include "parsers/sip/sip.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("sip: agrees with tshark") {
    std::size_t compared = 0;
    for (const char* folder : {"sip-rtp", "mixed"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows =
                tshark(file, "udp && sip && !icmp && !ip.fragment",
                       {"frame.number", "sip.Method", "sip.r-uri", "sip.Status-Code", "sip.From", "sip.Call-ID", "sdp.connection_info"});
            if (!rows || rows->empty()) continue;
            const auto seen = parse_datagrams<sip::Parser>(file);
            for (const auto& row : *rows) {
                if (row[1].empty() && row[3].empty()) continue;  // not a message: kept alive, or its continuation
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                const auto& ours = found->second.transactions[0];
                CHECK(ours.get("sip.method") == row[1]);
                CHECK(ours.get("sip.uri") == row[2]);
                CHECK(ours.get("sip.code") == row[3]);
                CHECK(ours.get("sip.from") == row[4]);
                CHECK(ours.get("sip.call_id") == row[5]);
                CHECK(ours.get("sdp.connection_data") == row[6].substr(0, row[6].find(',')));
            }
        }
    }
    if (compared == 0)
        WARN("no captures or no tshark: nothing compared");
    else
        CHECK(compared >= 30);
}
