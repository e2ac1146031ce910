// SPDX-License-Identifier: Apache-2.0
// QUIC on real captures: server names, protocols and JA3 as tshark decrypts them.
#include <map>

#include "parsers/quic/quic.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("quic: agrees with tshark") {
    std::size_t compared = 0;
    for (const auto& file : shared_captures("quic")) {
        // tshark tries keys of drafts on reserved versions, and reads Google's T051.
        const auto rows =
            tshark(file, "quic && tls.handshake.type == 1 && !icmp && quic.version != 0x0a0a0a0a && quic.version != 0x54303531",
                   {"udp.stream", "tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str", "tls.handshake.ja3"});
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        std::map<unsigned, std::vector<std::string>> expected;
        for (const auto& row : *rows) expected.try_emplace(static_cast<unsigned>(std::stoul(row[0])), row);
        for (const CapturedSession& session : read_capture(file)) {
            const auto found = expected.find(session.stream);
            if (session.transport != Transport::udp || found == expected.end()) continue;
            INFO(file.filename().string() << " stream " << session.stream);
            const auto outcome = parse_session<quic::Parser>(session);
            REQUIRE(outcome);
            const auto hello = std::ranges::find_if(outcome->transactions, [](const auto& t) { return !t.get("quic.ja3.hash").empty(); });
            CHECK(hello != outcome->transactions.end());
            if (hello == outcome->transactions.end()) continue;
            ++compared;
            const auto& ours = *hello;
            CHECK(ours.get("quic.sni") == found->second[1]);
            CHECK(ours.get("weir.quic.client_alpns[]") == found->second[2]);
            CHECK(ours.get("quic.ja3.hash") == found->second[3]);
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
