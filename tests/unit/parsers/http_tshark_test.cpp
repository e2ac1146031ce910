// SPDX-License-Identifier: Apache-2.0
// HTTP on real captures, message by message against tshark.
#include <map>

#include "parsers/http/http.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What a TCP stream says, each in order; what a message does not have is left out.
struct Messages {
    std::vector<std::string> methods, targets, hosts, user_agents, statuses;
};

constexpr char aggregator = '\1';

void add_each(std::vector<std::string>& list, const std::string& cell) {
    for (std::size_t start = 0; start < cell.size();) {
        const std::size_t end = std::min(cell.find(aggregator, start), cell.size());
        if (end != start) list.push_back(cell.substr(start, end - start));
        start = end + 1;
    }
}

std::map<unsigned, Messages> ask_tshark(const std::filesystem::path& file) {
    std::map<unsigned, Messages> streams;
    const std::vector<std::string> fields{"tcp.stream", "http.request.method", "http.request.uri",
                                          "http.host",  "http.user_agent",     "http.response.code"};
    const auto rows = tshark(file, "http && tcp", fields, std::string{"-E 'aggregator="} + aggregator + '\'');
    for (const auto& row : rows.value_or(std::vector<std::vector<std::string>>{})) {
        Messages& stream = streams[static_cast<unsigned>(std::stoul(row[0]))];
        std::size_t column = 1;
        for (auto* const list : {&stream.methods, &stream.targets, &stream.hosts, &stream.user_agents, &stream.statuses})
            add_each(*list, row[column++]);
    }
    return streams;
}

/// The heads that weir reported; a head is reported again with its body, which is left out here.
Messages heads(const Outcome& outcome) {
    Messages seen;
    for (const Outcome::Transaction& report : outcome.transactions) {
        if (has(report.report, Report::log) || !report.get("http.request_body").empty() || !report.get("http.response_body").empty())
            continue;
        const auto add = [&](std::vector<std::string>& list, const char* keyword) {
            if (const std::string value = report.get(keyword); !value.empty()) list.push_back(value);
        };
        add(seen.methods, "http.method");
        add(seen.targets, "http.uri.raw");
        add(seen.hosts, "http.host.raw");
        add(seen.user_agents, "http.user_agent");
        add(seen.statuses, "http.stat_code");
    }
    return seen;
}

/// Sessions of which tshark and weir say different things, with who is right.
bool differs(const std::string& file, unsigned stream) {
    struct Case {
        std::string_view file;
        std::vector<unsigned> streams;  // none: all
    };
    static const std::array cases{
        // A target with blanks in it: tshark ends it at the first, weir (as servers do) before the protocol.
        Case{"ndpi-WebattackRCE.pcap", {534}},
        Case{"zeek-connect-with-smtp.pcap", {0}},
        // `OPTIONS HTTP/1.1` and `OPTIONS` alone: a request without a target is an anomaly to weir.
        Case{"zeek-methods.pcap", {1, 3}},
        // Responses whose body the capture does not hold whole: tshark waits for it and never shows the head.
        Case{"ndpi-gnutella.pcap", {134, 135}},
        // Bits turned over at random, in addresses and ports, too: the streams are not counted alike.
        Case{"ndpi-fuzz-2006-09-29-28586.pcap", {}},
    };
    return std::ranges::any_of(cases, [&](const Case& known) {
        return known.file == file && (known.streams.empty() || std::ranges::find(known.streams, stream) != known.streams.end());
    });
}

/// Whether `wanted` is in `list`, in this order, perhaps with others between.
bool holds_in_order(const std::vector<std::string>& list, const std::vector<std::string>& wanted) {
    auto at = list.begin();
    for (const std::string& item : wanted) {
        at = std::find(at, list.end(), item);
        if (at == list.end()) return false;
        ++at;
    }
    return true;
}

/// The statuses of the log lines: interim ones (1xx) are no line of their own.
std::vector<std::string> logged_statuses(const Outcome& outcome) {
    std::vector<std::string> statuses;
    for (const Outcome::Transaction& report : outcome.transactions)
        if (const std::string status = report.get("http.status"); has(report.report, Report::log) && !status.empty())
            statuses.push_back(status);
    return statuses;
}

}  // namespace

TEST_CASE("http: the messages agree with tshark on every capture") {
    std::map<std::string, std::size_t> compared;
    for (const char* const folder : {"http", "mixed", "c2-malware", "link-sll", "malformed"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto streams = ask_tshark(file);
            for (const CapturedSession& session : read_capture(file)) {
                const auto stream = streams.find(session.stream);
                if (session.transport != Transport::tcp || stream == streams.end()) continue;
                const Messages& expected = stream->second;
                // Taken for HTTP by its port only.
                if (expected.methods.empty() && expected.statuses.empty()) continue;
                if (differs(file.filename().string(), session.stream)) continue;
                // Where bytes are missing, tshark loses messages that stand whole behind the gap, or whose body is cut.
                const bool whole = file.filename() != "pcapplusplus-650HttpResponses.pcap" &&
                                   file.filename() != "pcapplusplus-4KHttpRequests.pcap" &&
                                   std::ranges::all_of(session.chunks, [](const Chunk& chunk) { return chunk.missing == 0; });
                INFO(file.filename().string() << " tcp.stream " << session.stream);
                const auto outcome = parse_session<http::Parser>(session);
                CHECK(outcome.has_value());
                if (!outcome) continue;
                const Messages seen = heads(*outcome);
                const auto compare = [&](const char* what, const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
                    INFO(what);
                    if (whole)
                        CHECK(ours == theirs);
                    else
                        CHECK(holds_in_order(ours, theirs));
                    compared[what] += theirs.size();
                };
                compare("methods", seen.methods, expected.methods);
                compare("targets", seen.targets, expected.targets);
                compare("hosts", seen.hosts, expected.hosts);
                compare("user agents", seen.user_agents, expected.user_agents);
                compare("statuses", seen.statuses, expected.statuses);
                std::vector<std::string> final_statuses = expected.statuses;
                std::erase_if(final_statuses, [](const std::string& status) { return status[0] == '1' && status != "101"; });
                compare("statuses of the log", logged_statuses(*outcome), final_statuses);
            }
        }
    }
    if (compared.empty()) {
        WARN("no captures or no tshark: nothing compared");
        return;
    }
    for (const auto& [what, count] : compared) {
        INFO(what << " compared " << count << " times");
        CHECK(count >= 500);
    }
}
