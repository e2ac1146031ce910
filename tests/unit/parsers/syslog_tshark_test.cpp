// SPDX-License-Identifier: Apache-2.0
// Syslog against tshark, packet by packet, on every capture that holds some.
#include "parsers/syslog/syslog.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parse_datagrams.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("syslog: agrees with tshark") {
    std::size_t compared = 0;
    for (const char* folder : {"syslog"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto rows = tshark(file, "udp && syslog && !icmp && !ip.fragment && !pppoes && !(ip && ipv6)",
                                     {"frame.number", "syslog.facility", "syslog.level", "syslog.version", "syslog.timestamp",
                                      "syslog.hostname", "syslog.appname", "syslog.procid", "syslog.msgid", "syslog.timestamp_rfc3164"});
            if (!rows) {
                WARN("tshark is not installed: nothing compared");
                return;
            }
            if (rows->empty()) continue;
            const auto seen = parse_datagrams<syslog::Parser>(file);
            for (const auto& row : *rows) {
                INFO(file.filename().string() << " frame " << row[0]);
                const auto found = seen.find(std::stoull(row[0]));
                const bool reported = found != seen.end() && found->second.transactions.size() == 1;
                CHECK(reported);
                if (!reported) continue;
                ++compared;
                const auto& ours = found->second.transactions[0];
                CHECK(ours.get("syslog.facility") ==
                      (row[1].empty() ? "" : row[1] + "," + std::string(syslog::facility_name(static_cast<unsigned>(std::stoul(row[1]))))));
                CHECK(ours.get("syslog.severity") ==
                      (row[2].empty() ? "" : row[2] + "," + std::string(syslog::severity_name(static_cast<unsigned>(std::stoul(row[2]))))));
                CHECK(found->second.anomalies ==
                      (row[1].empty() ? std::vector<std::string>{"missing_priority"} : std::vector<std::string>{}));
                const auto nilable = [](const std::string& text) { return text == "-" ? std::string{} : text; };
                if (!row[3].empty()) {
                    CHECK(ours.get("syslog.version") == row[3]);
                    CHECK(ours.get("syslog.hostname") == nilable(row[5]));
                    CHECK(ours.get("syslog.app_name") == nilable(row[6]));
                    CHECK(ours.get("syslog.procid") == nilable(row[7]));
                    CHECK(ours.get("syslog.msgid") == nilable(row[8]));
                } else if (!row[9].empty()) {
                    CHECK(ours.get("syslog.timestamp") == row[9]);
                    CHECK(ours.get("syslog.hostname") == row[5]);
                    CHECK(ours.get("syslog.app_name") == row[7]);  // tshark 4.0 calls the tag of RFC 3164 a process identifier
                }
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}

TEST_CASE("syslog: over TCP, counts and lines in one stream") {
    // tshark takes TCP port 514 for the remote shell: these are the messages as they can be read in the payload.
    for (const auto& file : shared_captures("syslog")) {
        if (file.filename() != "zeek-tcp-syslog.pcap") continue;
        std::vector<std::string> programs;
        for (const CapturedSession& session : read_capture(file))
            if (const auto outcome = parse_session<syslog::Parser>(session))
                for (const auto& message : outcome->transactions)
                    programs.push_back(message.get("syslog.timestamp") + " " + message.get("syslog.hostname") + " " +
                                       message.get("syslog.app_name"));
        CHECK(programs == std::vector<std::string>{"Oct 11 22:14:15 mymachine su", "Oct 11 22:14:16 mymachine su",
                                                   "Oct 11 22:14:17 mymachine su", "Oct 11 22:14:18 mymachine su"});
    }
}
