// SPDX-License-Identifier: Apache-2.0
// RDP's negotiation and the client's settings on real captures against tshark.
#include "parsers/rdp/rdp.hpp"

#include "tests/support/parse_streams.hpp"
#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("rdp: agrees with tshark") {
    const std::vector<std::string> fields{"rdp.rt_cookie",   "rdp.neg_type",      "rdp.negReq.selectedProtocol",
                                          "rdp.client.name", "rdp.desktop.width", "rdp.client.build"};
    const std::size_t compared = compare_streams<rdp::Parser>({"rdp"}, "rdp", fields, [](const Outcome& outcome, const Rows& rows) {
        const auto all = [&](std::string_view name) {
            for (const auto& transaction : logged(outcome))
                if (const std::string value = transaction.get(name); !value.empty()) return value;
            return std::string{};
        };
        CHECK(column(rows, 0).find("mstshash=" + all("rdp.cookie")) != std::string::npos);
        CHECK(all("rdp.client_name") == column(rows, 3));
        CHECK(all("rdp.client.desktop_width") == column(rows, 4));
        CHECK(all("rdp.build") == column(rows, 5));
    });
    if (compared != 0) CHECK(compared >= 3);
}
