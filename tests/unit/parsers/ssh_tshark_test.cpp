// SPDX-License-Identifier: Apache-2.0
// SSH on real captures, field by field against tshark.
#include <map>

#include "parsers/ssh/ssh.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What tshark says of one end of a TCP stream.
struct End {
    std::string banner, hassh, hassh_server, hassh_text, hassh_server_text, key_type;
};
using Stream = std::map<std::uint16_t, End>;  // by source port

std::map<unsigned, Stream> ask_tshark(const std::filesystem::path& file) {
    std::map<unsigned, Stream> streams;
    const std::vector<std::string> fields{"tcp.stream",
                                          "tcp.srcport",
                                          "ssh.protocol",
                                          "ssh.kex.hassh",
                                          "ssh.kex.hasshserver",
                                          "ssh.kex.hassh_algorithms",
                                          "ssh.kex.hasshserver_algorithms",
                                          "ssh.host_key.type"};
    const auto rows = tshark(file, "ssh", fields);
    for (const auto& row : rows.value_or(std::vector<std::vector<std::string>>{})) {
        End& end = streams[static_cast<unsigned>(std::stoul(row[0]))][static_cast<std::uint16_t>(std::stoul(row[1]))];
        std::size_t column = 2;
        for (std::string* const value :
             {&end.banner, &end.hassh, &end.hassh_server, &end.hassh_text, &end.hassh_server_text, &end.key_type}) {
            if (value->empty()) *value = row[column];
            ++column;
        }
    }
    return streams;
}

const Outcome::Transaction* event(const Outcome& outcome) {
    const auto found =
        std::ranges::find_if(outcome.transactions, [](const auto& transaction) { return has(transaction.report, Report::log); });
    return found != outcome.transactions.end() ? &*found : nullptr;
}

std::string banner(const Outcome::Transaction& event, const std::string& end) {
    const std::string protocol = event.get("ssh." + end + ".proto_version"), comment = event.get("weir.ssh." + end + ".comment");
    if (protocol.empty()) return {};
    return "SSH-" + protocol + '-' + event.get("ssh." + end + ".software_version") + (comment.empty() ? "" : ' ' + comment);
}

}  // namespace

TEST_CASE("ssh: the fields agree with tshark on every capture") {
    std::map<std::string, std::size_t> compared;
    const auto compare = [&](const char* what, const std::string& seen, const std::string& expected) {
        INFO(what);
        CHECK(seen == expected);
        if (!expected.empty()) ++compared[what];
    };
    std::size_t reversed = 0;
    const auto files = shared_captures("ssh");
    for (const auto& file : files) {
        const auto streams = ask_tshark(file);
        for (const CapturedSession& session : read_capture(file)) {
            const auto stream = streams.find(session.stream);
            if (session.transport != Transport::tcp || stream == streams.end()) continue;
            const bool has_banner = std::ranges::any_of(stream->second, [](const auto& end) { return !end.second.banner.empty(); });
            if (!has_banner) continue;  // taken for SSH by its port only
            const auto outcome = parse_session<ssh::Parser>(session);
            INFO(file.filename().string() << " tcp.stream " << session.stream);
            CHECK(outcome.has_value());
            if (!outcome || event(*outcome) == nullptr) continue;
            CHECK(outcome->anomalies.empty());
            const Outcome::Transaction& seen = *event(*outcome);
            // tshark tells the roles by port; where the key exchange shows them the other way round, so do we.
            const bool turned = seen.get("weir.ssh.reversed") == "true";
            reversed += turned ? 1 : 0;
            End opener, acceptor;
            for (const auto& [port, end] : stream->second) (port == session.client_port ? opener : acceptor) = end;
            const End &client = turned ? acceptor : opener, &server = turned ? opener : acceptor;
            compare("client banner", banner(seen, "client"), client.banner);
            compare("server banner", banner(seen, "server"), server.banner);
            // With one side of the session only, tshark does not look behind the banner.
            if (stream->second.size() < 2) continue;
            compare("host key", seen.get("weir.ssh.host_key.type"), server.key_type);
            if (turned || (client.hassh.empty() && server.hassh_server.empty())) continue;  // tshark took the lists of the wrong role
            compare("hassh", seen.get("ssh.client.hassh.hash"), client.hassh);
            compare("hassh string", seen.get("ssh.hassh.string"), client.hassh_text);
            compare("hassh of the server", seen.get("ssh.hassh.server"), server.hassh_server);
            compare("hassh string of the server", seen.get("ssh.server.hassh.string"), server.hassh_server_text);
        }
    }
    if (compared.empty()) {
        WARN("no captures or no tshark: nothing compared");
        return;
    }
    for (const char* const what : {"client banner", "server banner", "host key", "hassh", "hassh of the server"}) {
        INFO(what << " compared " << compared[what] << " times");
        CHECK(compared[what] >= 10);
    }
    CHECK(reversed >= 1);  // zeek-reverse-ssh.pcap: the SSH server opened the TCP session
}
