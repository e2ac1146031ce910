// SPDX-License-Identifier: Apache-2.0
// SNMP against tshark, packet by packet, on every capture that holds some.
#include "parsers/snmp/snmp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("snmp: agrees with tshark") {
    std::size_t compared = 0;
    for (const char* folder : {"snmp", "malformed"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "udp && snmp && !icmp && !ip.fragment && !_ws.malformed",
                                     {"frame.number", "snmp.version", "snmp.msgVersion", "snmp.community", "snmp.msgUserName", "snmp.data",
                                      "snmp.name", "snmp.request_id", "snmp.msgAuthoritativeEngineID", "snmp.enterprise", "snmp.agent_addr",
                                      "snmp.generic_trap", "snmp.error_status", "snmp.encryptedPDU"});
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            const auto seen = parse_datagrams<snmp::Parser>(file);
            for (const auto& row : *rows) {
                // Not ours: SNMPv2u (RFC 1910), which nobody speaks, and what has no PDU (arkime-snmpv3_synthetic.pcap holds both).
                if (row[1] == "2" || (row[5].empty() && row[13].empty())) continue;
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                const auto& ours = found->second.transactions[0];
                const std::string version = row[2].empty() ? std::to_string(std::stoi(row[1]) + 1) : row[2];
                CHECK(ours.get("snmp.version") == version);
                CHECK(ours.get("snmp.community") == row[3]);
                CHECK(ours.get("snmp.usm") == row[4]);
                CHECK(ours.get("snmp.vars[]") == row[6]);
                CHECK(ours.get("weir.snmp.engine_id") == (row[8] == "<MISSING>" ? "" : row[8]));
                if (!row[13].empty()) {
                    CHECK(ours.get("snmp.pdu_type") == "encrypted");
                    continue;
                }
                CHECK(ours.get("snmp.pdu_type").substr(0, 2) == row[5] + ",");
                if (!row[7].empty())
                    CHECK(ours.get("weir.snmp.request_id") == std::to_string(static_cast<std::uint32_t>(std::stoll(row[7]))));
                if (row[9].empty()) continue;
                CHECK(ours.get("snmp.trap_oid") == row[9]);
                CHECK(ours.get("snmp.trap_address") == row[10]);
                CHECK(ours.get("snmp.trap_type").substr(0, row[11].size()) == row[11]);
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
