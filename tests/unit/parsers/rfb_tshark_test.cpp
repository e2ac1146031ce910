// SPDX-License-Identifier: Apache-2.0
// RFB handshakes on real captures against tshark.
#include "parsers/rfb/rfb.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("rfb: agrees with tshark") {
    const std::vector<std::string> fields{"vnc.server_proto_ver", "vnc.client_proto_ver", "vnc.auth_challenge",
                                          "vnc.auth_response",    "vnc.auth_result",      "vnc.width",
                                          "vnc.desktop_name"};
    const std::size_t compared = compare_streams<rfb::Parser>({"vnc"}, "vnc", fields, [](const Outcome& outcome, const Rows& rows) {
        const auto seen = logged(outcome);
        REQUIRE(seen.size() == 1);
        CHECK("003." + seen[0].get("rfb.server_protocol_version.minor") == column(rows, 0));
        CHECK("003." + seen[0].get("rfb.client_protocol_version.minor") == column(rows, 1));
        CHECK(seen[0].get("rfb.authentication.vnc.challenge") == column(rows, 2));
        CHECK(seen[0].get("rfb.authentication.vnc.response") == column(rows, 3));
        CHECK(seen[0].get("rfb.framebuffer.name") == column(rows, 6).substr(0, seen[0].get("rfb.framebuffer.name").size()));
    });
    if (compared != 0) CHECK(compared >= 3);
}
