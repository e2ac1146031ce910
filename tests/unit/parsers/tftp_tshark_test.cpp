// SPDX-License-Identifier: Apache-2.0
// TFTP against tshark: the requests, and the transfers that they announce.
#include "parsers/tftp/tftp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("tftp: agrees with tshark") {
    std::size_t compared = 0;
    for (const char* folder : {"tftp"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "tftp && !icmp && !_ws.malformed",
                                     {"frame.number", "tftp.opcode", "tftp.source_file", "tftp.destination_file", "tftp.type", "tftp.block",
                                      "udp.length", "udp.dstport", "udp.srcport"});
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            INFO(file.filename().string());
            const auto seen = parse_datagrams<tftp::Parser>(file);
            const auto sessions = read_capture(file);
            for (const auto& row : *rows) {
                if (row[1] != "1" && row[1] != "2") continue;
                INFO("frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                REQUIRE(found != seen.end());
                REQUIRE(found->second.transactions.size() == 1);
                const auto& request = found->second.transactions[0];
                CHECK(request.get("tftp.packet") == (row[1] == "1" ? "read" : "write"));
                CHECK(request.get("tftp.file") == row[2] + row[3]);
                CHECK(request.get("tftp.mode") == row[4]);

                // The announced session: opened towards the port that the request came from.
                const auto transfer = std::find_if(sessions.begin(), sessions.end(), [&](const CapturedSession& session) {
                    return std::to_string(session.server_port) == row[8] && session.client_port != 69;
                });
                REQUIRE(transfer != sessions.end());
                ParserDriver<tftp::Parser> driver;
                for (const Chunk& chunk : transfer->chunks) driver.datagram(opposite(chunk.direction), chunk.bytes);
                std::map<unsigned long, unsigned long> blocks;
                for (const auto& packet : *rows)
                    if (packet[1] == "3" && (packet[7] == row[8] || packet[8] == row[8]))
                        blocks[std::stoul(packet[5])] = std::stoul(packet[6]) - 8 - 4;
                unsigned long bytes = 0;
                for (const auto& [block, size] : blocks) bytes += size;
                const auto& end = driver.finish().transactions.at(0);
                CHECK(end.get("tftp.packet") == request.get("tftp.packet"));
                CHECK(end.get("weir.tftp.bytes") == std::to_string(bytes));
                CHECK(end.get("weir.tftp.blocks") == std::to_string(blocks.size()));
                CHECK(end.get("weir.tftp.complete") == "true");
                ++compared;
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
