// SPDX-License-Identifier: Apache-2.0
// HTTP/2 on real captures, header by header against tshark.
#include <map>

#include "parsers/http2/http2.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("http2: agrees with tshark") {
    constexpr char aggregator = '\1';
    std::size_t compared = 0;
    for (const auto& file : shared_captures("http2")) {
        const auto rows = tshark(file, "tcp && http2.header", {"tcp.stream", "http2.header.name", "http2.header.value"},
                                 std::string{"-E 'aggregator="} + aggregator + '\'');
        if (!rows) {
            WARN("tshark is not installed: nothing compared");
            return;
        }
        // All header names of a session, each as often as it occurs: the order between the two directions is tshark's own.
        std::map<unsigned, std::map<std::string, unsigned>> expected, seen;
        for (const auto& row : *rows) {
            for (std::size_t start = 0; start <= row[1].size();) {
                const std::size_t end = std::min(row[1].find(aggregator, start), row[1].size());
                ++expected[static_cast<unsigned>(std::stoul(row[0]))][row[1].substr(start, end - start)];
                start = end + 1;
            }
        }
        for (const CapturedSession& session : read_capture(file)) {
            if (session.transport != Transport::tcp || !expected.contains(session.stream)) continue;
            CapturedSession from_start = session;
            // What stands before an upgrade is not HTTP/2.
            std::erase_if(from_start.chunks, [](const Chunk& chunk) { return starts_with(chunk.bytes, "GET /"); });
            for (Chunk& chunk : from_start.chunks) {
                if (!starts_with(chunk.bytes, "HTTP/1.1 101")) continue;
                const std::string_view text = as_text(chunk.bytes);
                chunk.bytes.erase(chunk.bytes.begin(), chunk.bytes.begin() + static_cast<std::ptrdiff_t>(text.find("\r\n\r\n") + 4));
            }
            const auto outcome = parse_session<http2::Parser>(from_start);
            INFO(file.filename().string() << " stream " << session.stream);
            REQUIRE(outcome);
            CHECK(outcome->anomalies.empty());
            for (const auto& transaction : outcome->transactions)
                for (const auto& [path, value] : transaction.values)
                    if (path == "http2.header_name") ++seen[session.stream][value], ++compared;
        }
        // tshark 4.0 leaves out what stands in CONTINUATION frames.
        for (const auto& [stream, names] : expected) {
            for (const auto& [name, count] : names) {
                INFO(file.filename().string() << " stream " << stream << ' ' << name);
                CHECK(seen[stream][name] == count);
            }
        }
    }
    if (compared == 0) WARN("no captures: nothing compared");
}
