// SPDX-License-Identifier: Apache-2.0
// One parser over the TCP sessions of real captures, beside what tshark says of the same sessions.
#pragma once

#include <functional>
#include <initializer_list>

#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

namespace weir::test {

using Rows = std::vector<std::vector<std::string>>;

/// For each TCP session of the captures in `folders` for which tshark's `filter` shows packets: calls `compare` with what `P` made
/// of it and tshark's rows of `fields`. A session that `P` does not recognise is a failure. The number of sessions; says so where
/// there was nothing to compare. `options` go to tshark.
template <ParserType P>
std::size_t compare_streams(std::initializer_list<std::string_view> folders, const std::string& filter, std::vector<std::string> fields,
                            const std::function<void(const Outcome&, const Rows&)>& compare, const std::string& options = {}) {
    fields.insert(fields.begin(), {"tcp.stream", "tcp.srcport", "tcp.dstport"});
    std::size_t compared = 0;
    for (const std::string_view folder : folders) {
        for (const auto& file : shared_captures(folder)) {
            // By ports, which tell sessions of these captures apart; those that use them again by tshark's number.
            using Ports = std::pair<unsigned, unsigned>;
            std::map<Ports, std::map<unsigned, Rows>> by_ports;
            for (auto& row : tshark(file, filter, fields, options).value_or(Rows{})) {
                if (row[0].empty()) continue;
                const Ports ports = std::minmax(static_cast<unsigned>(std::stoul(row[1])), static_cast<unsigned>(std::stoul(row[2])));
                Rows& rows = by_ports[ports][static_cast<unsigned>(std::stoul(row[0]))];
                row.erase(row.begin(), row.begin() + 3);
                rows.push_back(std::move(row));
            }
            if (by_ports.empty()) continue;
            for (const CapturedSession& session : read_capture(file)) {
                const auto streams = by_ports.find(std::minmax<unsigned>(session.client_port, session.server_port));
                if (session.transport != Transport::tcp || streams == by_ports.end()) continue;
                const auto stream = streams->second.size() == 1 ? streams->second.begin() : streams->second.find(session.stream);
                if (stream == streams->second.end()) continue;
                INFO(file.filename().string() << " tcp.stream " << stream->first);
                const auto outcome = parse_session<P>(session);
                CHECK(outcome.has_value());
                if (!outcome) continue;
                compare(*outcome, stream->second);
                ++compared;
            }
        }
    }
    if (compared == 0) WARN("no captures or no tshark: nothing compared");
    return compared;
}

/// All values of one column, the empty ones left out, joined by `,`.
inline std::string column(const Rows& rows, std::size_t index) {
    std::string out;
    for (const auto& row : rows)
        if (!row[index].empty()) out += (out.empty() ? "" : ",") + row[index];
    return out;
}

}  // namespace weir::test
