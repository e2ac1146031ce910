// SPDX-License-Identifier: Apache-2.0
// DHCP against tshark, packet by packet, on every capture that holds some.
#include "parsers/dhcp/dhcp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("dhcp: agrees with tshark") {
    const std::vector<std::pair<const char*, const char*>> columns{
        {"dhcp.ip.your", "dhcp.assigned_ip"},
        {"dhcp.ip.client", "dhcp.client_ip"},
        {"dhcp.option.hostname", "dhcp.hostname"},
        {"dhcp.option.subnet_mask", "dhcp.subnet_mask"},
        {"dhcp.option.router", "dhcp.routers[]"},
        {"dhcp.option.domain_name_server", "dhcp.dns_servers[]"},
        {"dhcp.option.requested_ip_address", "dhcp.requested_ip"},
        {"dhcp.option.ip_address_lease_time", "dhcp.lease_time"},
        {"dhcp.option.renewal_time_value", "dhcp.renewal_time"},
        {"dhcp.option.rebinding_time_value", "dhcp.rebinding_time"},
        {"dhcp.option.dhcp_server_id", "weir.dhcp.server_id"},
        {"dhcp.option.vendor_class_id", "dhcp.vendor_class_identifier"},
        {"dhcp.option.domain_name", "weir.dhcp.domain_name"},
    };
    constexpr std::array names{"unknown", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform"};
    std::vector<std::string> fields{"frame.number", "dhcp.id", "dhcp.type", "dhcp.option.dhcp", "dhcp.hw.mac_addr"};
    for (const auto& [theirs, ours] : columns) fields.emplace_back(theirs);

    std::size_t compared = 0;
    for (const char* folder : {"dhcp", "mixed"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "udp && dhcp && !icmp && !ip.fragment && !_ws.malformed", fields);
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            const auto seen = parse_datagrams<dhcp::Parser>(file);
            for (const auto& row : *rows) {
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                const auto& ours = found->second.transactions[0];
                CHECK(std::stoull(ours.get("dhcp.id")) == std::stoull(row[1], nullptr, 16));
                CHECK(ours.get("dhcp.type") == (row[2] == "1" ? "request" : "reply"));
                const std::size_t type = row[3].empty() ? 0 : std::stoul(row[3]);
                CHECK(ours.get("dhcp.dhcp_type") == (row[3].empty() ? "" : names[type < names.size() ? type : 0]));
                CHECK(ours.get("dhcp.client_mac") == row[4].substr(0, row[4].find(',')));  // behind it: the client identifier
                for (std::size_t i = 0; i < columns.size(); ++i) {
                    INFO(columns[i].first);
                    CHECK(ours.get(columns[i].second) == row[5 + i]);
                }
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
