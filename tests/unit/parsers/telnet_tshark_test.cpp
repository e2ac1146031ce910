// SPDX-License-Identifier: Apache-2.0
// Telnet on real captures against tshark: what is negotiated, and the text that passes.
#include <map>

#include "parsers/telnet/telnet.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Talk {
    std::vector<std::string> options;  ///< `client will 24`, in order
    std::string typed_text, shown_text;
    std::vector<std::string> typed, shown;  ///< lines, editing done
};

constexpr char aggregator = '\1';
constexpr unsigned first_verb = 251;

std::vector<std::string> pieces(const std::string& cell) {
    std::vector<std::string> out;
    for (std::size_t start = 0; start < cell.size();) {
        const std::size_t end = std::min(cell.find(aggregator, start), cell.size());
        out.push_back(cell.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

std::string verb_name(unsigned verb) {
    static const std::array<std::string, 4> names{"will", "wont", "do", "dont"};
    return names.at(verb - first_verb);
}

/// The bytes behind what tshark escapes.
std::string unescaped(const std::string& text) {
    constexpr std::string_view letters = "abtnvfr";  // BEL (7) to CR (13)
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const std::size_t letter = letters.find(text[++i]);
        out += letter != std::string_view::npos ? static_cast<char>(7 + letter) : text[i];
    }
    // What is no UTF-8 (a data mark behind IAC) tshark shows as U+FFFD.
    for (std::size_t at = 0; (at = out.find("\xef\xbf\xbd", at)) != std::string::npos;) out.erase(at, 3);
    return out;
}

/// Lines that have ended and are not empty, as a terminal would show them, in the driver's notation.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::string line;
    for (const char letter : text) {
        if (letter == '\r' || letter == '\n') {
            if (!line.empty()) lines.push_back(show(Value::of(line)));
            line.clear();
        } else if (letter == '\b' || letter == '\x7f') {
            if (!line.empty()) line.pop_back();
        } else if (letter != 0) {
            line += letter;
        }
    }
    return lines;
}

/// tshark lists as `subcmd` a verb's option, a subnegotiation's option, and with some of these what they begin with.
void add_options(std::vector<std::string>& options, const std::string& sender, const std::string& commands,
                 const std::string& subcommands) {
    constexpr unsigned sub_negotiation = 250;
    const std::vector<std::string> named = pieces(subcommands);
    std::size_t next = 0;
    for (const std::string& text : pieces(commands)) {
        const auto command = static_cast<unsigned>(std::stoul(text));
        if (command < sub_negotiation || next >= named.size()) continue;
        const std::string& option = named[next++];
        if (command >= first_verb)
            options.push_back(sender + ' ' + verb_name(command) + ' ' + option);
        else if (option == "24" || option == "35")  // terminal type, X display: IS or SEND
            ++next;
    }
}

std::map<unsigned, Talk> ask_tshark(const std::filesystem::path& file) {
    std::map<unsigned, Talk> streams;
    const std::vector<std::string> fields{"tcp.stream", "tcp.dstport", "telnet.cmd", "telnet.subcmd", "telnet.data"};
    const auto rows = tshark(file, "telnet && !tcp.analysis.retransmission", fields, std::string{"-E 'aggregator="} + aggregator + '\'');
    for (const auto& row : rows.value_or(std::vector<std::vector<std::string>>{})) {
        Talk& talk = streams[static_cast<unsigned>(std::stoul(row[0]))];
        const bool typed = row[1] == "23";
        add_options(talk.options, typed ? "client" : "server", row[2], row[3]);
        for (const std::string& piece : pieces(row[4])) (typed ? talk.typed_text : talk.shown_text) += unescaped(piece);
    }
    for (auto& [number, talk] : streams) {
        talk.typed = lines_of(talk.typed_text);
        talk.shown = lines_of(talk.shown_text);
    }
    return streams;
}

Talk seen_by_weir(const Outcome& outcome) {
    Talk talk;
    for (const Outcome::Transaction& transaction : outcome.transactions) {
        std::vector<std::string> senders, verbs, options;
        for (const auto& [path, value] : transaction.values) {
            if (path == "telnet.negotiations[].sender") senders.push_back(value);
            if (path == "telnet.negotiations[].command") verbs.push_back(value);
            if (path == "telnet.negotiations[].option") options.push_back(value);
        }
        for (std::size_t i = 0; i < options.size(); ++i) talk.options.push_back(senders[i] + ' ' + verbs[i] + ' ' + options[i]);
        // The rule buffer and the EVE field have one name; the first is there for both ends, and for passwords.
        const auto line = std::ranges::find_if(transaction.values, [](const auto& value) { return value.first == "telnet.line"; });
        if (line != transaction.values.end())
            (transaction.direction == Direction::to_server ? talk.typed : talk.shown).push_back(line->second);
    }
    return talk;
}

/// Not Telnet but for the port: noise (1, 4), 64 KB of commands without their other end (3), and one frame made by hand that
/// begins with octets of no text.
bool differs(const std::string& file, unsigned stream) {
    if (file == "pcapplusplus-telnetCommandAfterData.pcap") return true;
    return file == "malcolm-Telnet.pcap" && (stream == 1 || stream == 3 || stream == 4);
}

}  // namespace

TEST_CASE("telnet: options and lines agree with tshark on every capture") {
    std::map<std::string, std::size_t> compared;
    for (const auto& file : shared_captures("telnet")) {
        const auto streams = ask_tshark(file);
        for (const CapturedSession& session : read_capture(file)) {
            const auto stream = streams.find(session.stream);
            if (session.transport != Transport::tcp || stream == streams.end()) continue;
            INFO(file.filename().string() << " tcp.stream " << session.stream);
            if (differs(file.filename().string(), session.stream)) continue;
            const auto outcome = parse_session<telnet::Parser>(session);
            CHECK(outcome.has_value());
            if (!outcome) continue;
            const Talk seen = seen_by_weir(*outcome);
            const auto compare = [&](const char* what, const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
                INFO(what);
                CHECK(ours == theirs);
                compared[what] += theirs.size();
            };
            std::vector<std::string> options = stream->second.options;
            if (seen.options.size() == telnet::max_negotiations) options.resize(std::min(options.size(), telnet::max_negotiations));
            compare("options", seen.options, options);
            compare("lines typed", seen.typed, stream->second.typed);
            compare("lines shown", seen.shown, stream->second.shown);
        }
    }
    if (compared.empty()) {
        WARN("no captures or no tshark: nothing compared");
        return;
    }
    CHECK(compared["options"] >= 60);
    CHECK(compared["lines typed"] >= 15);
    CHECK(compared["lines shown"] >= 60);
}
