// SPDX-License-Identifier: Apache-2.0
// FTP control sessions on real captures, line by line against tshark.
#include <map>

#include "parsers/ftp/ftp.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using Line = std::pair<std::string, std::string>;  // command and argument, or reply code and text

struct Control {
    std::vector<Line> commands, replies;
};

/// Command words are cut where weir cuts them: zeek-fake-long-commands.pcap has words of 130 letters.
std::map<unsigned, Control> ask_tshark(const std::filesystem::path& file) {
    std::map<unsigned, Control> streams;
    const std::vector<std::string> fields{"tcp.stream", "ftp.request.command", "ftp.request.arg", "ftp.response.code", "ftp.response.arg"};
    const auto rows = tshark(file, "ftp", fields);
    for (const auto& row : rows.value_or(std::vector<std::vector<std::string>>{})) {
        Control& stream = streams[static_cast<unsigned>(std::stoul(row[0]))];
        if (!row[1].empty()) stream.commands.emplace_back(row[1].substr(0, ftp::max_command), row[2]);
        if (!row[3].empty()) stream.replies.emplace_back(row[3], row[4]);
    }
    return streams;
}

Control seen_by_weir(const Outcome& outcome) {
    Control seen;
    for (const Outcome::Transaction& transaction : outcome.transactions) {
        if (!has(transaction.report, Report::log)) continue;
        std::string data;  // stands in the event's row, if it is no secret, and in the rules'
        for (const auto& [path, value] : transaction.values)
            if (path == "ftp.command_data") data = value;
        if (const std::string command = transaction.get("ftp.command"); !command.empty()) seen.commands.emplace_back(command, data);
        std::vector<std::string> codes, texts;
        for (const auto& [path, value] : transaction.values) {
            if (path == "ftp.completion_code[]") codes.push_back(value);
            if (path == "ftp.reply[]") texts.push_back(value);
        }
        for (std::size_t i = 0; i < std::min(codes.size(), texts.size()); ++i) seen.replies.emplace_back(codes[i], texts[i]);
    }
    return seen;
}

/// Takes out the lines in the middle of a reply, to which tshark gives no code: weir gives them the one of their reply.
std::vector<Line> without_continuations(const std::vector<Line>& seen, const std::vector<Line>& expected) {
    std::vector<Line> out;
    for (const Line& line : seen) {
        const bool next = out.size() < expected.size() && line == expected[out.size()];
        if (next || out.empty() || line.first != out.back().first) out.push_back(line);
    }
    return out;
}

}  // namespace

TEST_CASE("ftp: commands and replies agree with tshark on every capture") {
    std::map<std::string, std::size_t> compared;
    for (const char* const folder : {"ftp", "mixed"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto streams = ask_tshark(file);
            for (const CapturedSession& session : read_capture(file)) {
                const auto stream = streams.find(session.stream);
                if (session.transport != Transport::tcp || stream == streams.end()) continue;
                INFO(file.filename().string() << " tcp.stream " << session.stream);
                const auto outcome = parse_session<ftp::Parser>(session);
                CHECK(outcome.has_value());
                if (!outcome) continue;
                const Control seen = seen_by_weir(*outcome);
                CHECK(seen.commands == stream->second.commands);
                CHECK(without_continuations(seen.replies, stream->second.replies) == stream->second.replies);
                compared["commands"] += stream->second.commands.size();
                compared["replies"] += stream->second.replies.size();
            }
        }
    }
    if (compared.empty()) {
        WARN("no captures or no tshark: nothing compared");
        return;
    }
    CHECK(compared["commands"] >= 3000);
    CHECK(compared["replies"] >= 3000);
}
