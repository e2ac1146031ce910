// SPDX-License-Identifier: Apache-2.0
// OpenVPN against tshark: the identifiers in the hard resets.
#include "parsers/openvpn/openvpn.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("openvpn: agrees with tshark") {
    std::size_t compared = 0;
    for (const auto& file : shared_captures("openvpn")) {
        const auto rows =
            tshark(file, "openvpn.opcode in {7,8,10} && !icmp", {"udp.stream", "tcp.stream", "openvpn.opcode", "openvpn.sessionid"});
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        const auto sessions = read_capture(file);
        for (const auto& row : *rows) {
            const Transport transport = row[0].empty() ? Transport::tcp : Transport::udp;
            const auto stream = static_cast<unsigned>(std::stoul(row[0].empty() ? row[1] : row[0]));
            const auto session =
                std::ranges::find_if(sessions, [&](const CapturedSession& s) { return s.transport == transport && s.stream == stream; });
            REQUIRE(session != sessions.end());
            INFO(file.filename().string() << " stream " << stream << " opcode " << row[2]);
            const auto outcome = parse_session<openvpn::Parser>(*session);
            REQUIRE(outcome);
            char identifier[20];
            std::snprintf(identifier, sizeof identifier, "%016llx", std::stoull(row[3]));
            const char* const path = std::stoi(row[2], nullptr, 0) == 8 ? "openvpn.server_session" : "openvpn.client_session";
            const bool found = std::ranges::any_of(outcome->transactions, [&](const auto& t) { return t.get(path) == identifier; });
            CHECK(found);
            ++compared;
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
