// SPDX-License-Identifier: Apache-2.0
// DTLS on real captures against tshark: hellos by session.
#include <map>

#include "parsers/dtls/dtls.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("dtls: agrees with tshark") {
    std::size_t compared = 0;
    for (const char* folder : {"dtls", "stun-turn", "capwap"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "dtls.handshake.type in {1,2} && udp && !icmp && !stun && !capwap",
                                     {"udp.stream", "dtls.handshake.type", "dtls.handshake.extensions_server_name", "dtls.handshake.ja3",
                                      "dtls.handshake.ciphersuite", "dtls.handshake.ja3s"});
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            const auto sessions = read_capture(file);
            for (const auto& row : *rows) {
                const auto session = std::ranges::find_if(sessions, [&](const CapturedSession& s) {
                    return s.transport == Transport::udp && s.stream == static_cast<unsigned>(std::stoul(row[0]));
                });
                REQUIRE(session != sessions.end());
                INFO(file.filename().string() << " stream " << row[0]);
                const auto outcome = parse_session<dtls::Parser>(*session);
                REQUIRE(outcome);
                REQUIRE_FALSE(outcome->transactions.empty());
                const auto& ours = outcome->transactions.back();
                ++compared;
                if (row[1][0] == '1') {
                    CHECK(ours.get("dtls.sni") == row[2]);
                    if (!row[3].empty()) CHECK(ours.get("dtls.ja3.hash") == row[3]);  // tshark: none without extensions
                } else {
                    CHECK(ours.get("dtls.ja3s.hash") == row[5].substr(0, row[5].find(',')));
                    CHECK(ours.get("dtls.cipher_suite") == std::to_string(std::stoul(row[4], nullptr, 0)));
                }
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
