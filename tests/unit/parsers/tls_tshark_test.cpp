// SPDX-License-Identifier: Apache-2.0
// TLS on real captures, field by field against tshark; JA4, which tshark 4.0 lacks, against published values.
#include <map>
#include <set>

#include "parsers/tls/tls.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What tshark says of one TCP stream: the first ClientHello, the last ServerHello, the first certificate.
struct Truth {
    std::map<std::string, std::string> values;
};

std::string first_occurrence(const std::string& cell) { return cell.substr(0, cell.find(',')); }
std::string last_occurrence(const std::string& cell) { return cell.substr(cell.rfind(',') + 1); }

std::string version_name(const std::string& number) {
    static const std::map<std::string, std::string> names{{"0x0300", "SSLv3"},   {"0x0301", "TLSv1"},   {"0x0302", "TLS 1.1"},
                                                          {"0x0303", "TLS 1.2"}, {"0x0304", "TLS 1.3"}, {"0x7f17", "TLS 1.3 draft-23"},
                                                          {"0x7f1a", "TLS 1.3 draft-26"}, {"0x7f1c", "TLS 1.3 draft-28"}};
    const auto found = names.find(number);
    return found != names.end() ? found->second : number;
}

std::map<unsigned, Truth> ask_tshark(const std::filesystem::path& file) {
    std::map<unsigned, Truth> streams;
    const std::vector<std::string> client{"tcp.stream", "tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str", "tls.handshake.ja3",
                                          "tls.handshake.ja3_full"};
    const auto clients = tshark(file, "tcp && tls.handshake.type == 1", client);
    for (const auto& row : clients.value_or(std::vector<std::vector<std::string>>{})) {
        if (row[0].empty()) continue;
        Truth& truth = streams[static_cast<unsigned>(std::stoul(row[0]))];
        if (!truth.values.empty()) continue;  // the first ClientHello counts
        truth.values = {{"tls.sni", row[1]}, {"tls.client_alpns[]", row[2]}, {"tls.ja3.hash", row[3]}, {"tls.ja3.string", row[4]}};
    }
    const std::vector<std::string> server{"tcp.stream", "tls.handshake.version", "tls.handshake.extensions.supported_version", "tls.handshake.ciphersuite",
                                          "tls.handshake.extensions_alpn_str", "tls.handshake.ja3s", "tls.handshake.ja3s_full"};
    const auto servers = tshark(file, "tcp && tls.handshake.type == 2 && !(tls.handshake.type == 1)", server);
    for (const auto& row : servers.value_or(std::vector<std::vector<std::string>>{})) {
        if (row[0].empty()) continue;
        auto& values = streams[static_cast<unsigned>(std::stoul(row[0]))].values;
        values["tls.version"] = version_name(row[2].empty() ? last_occurrence(row[1]) : last_occurrence(row[2]));
        values["weir.tls.cipher_suite"] = last_occurrence(row[3]).substr(2);
        values["tls.server_alpns[]"] = row[4];
        values["tls.ja3s.hash"] = last_occurrence(row[5]);
        values["tls.ja3s.string"] = row[6];
    }
    const std::vector<std::string> certificate{"tcp.stream", "x509af.serialNumber", "x509sat.uTF8String", "x509sat.printableString", "x509ce.dNSName", "x509af.utcTime"};
    const auto certificates = tshark(file, "tcp && tls.handshake.type == 11", certificate, "-E occurrence=a");
    for (const auto& row : certificates.value_or(std::vector<std::vector<std::string>>{})) {
        if (row[0].empty()) continue;
        auto& values = streams[static_cast<unsigned>(std::stoul(row[0]))].values;
        if (values.contains("tls.serial")) continue;
        std::string serial;
        for (const char c : first_occurrence(row[1]).substr(2)) serial += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        values["tls.serial"] = serial;
    }
    return streams;
}

std::string without_colons(std::string text) {
    std::erase(text, ':');
    return text;
}

/// One session's values: of all its reports the log's, with the certificate's where that came with another.
std::string value_of(const Outcome& outcome, const std::string& path) {
    for (auto it = outcome.transactions.rbegin(); it != outcome.transactions.rend(); ++it) {
        if (!has(it->report, Report::log)) continue;
        for (const auto& [key, value] : it->values)
            if (key == path) return it->get(path).substr(0, path == "tls.version" ? value.size() : std::string::npos);
    }
    return {};
}

}  // namespace

TEST_CASE("tls: the fields agree with tshark on every capture") {
    std::size_t compared = 0;
    std::map<std::string, std::size_t> by_field;
    for (const char* const folder : {"tls", "mixed", "c2-malware", "socks"}) {
        for (const auto& file : shared_captures(folder)) {
            const auto streams = ask_tshark(file);
            if (streams.empty()) continue;
            for (const CapturedSession& session : read_capture(file)) {
                if (session.transport != Transport::tcp) continue;
                const auto truth = streams.find(session.stream);
                if (truth == streams.end()) continue;
                const auto outcome = parse_session<tls::Parser>(session);
                INFO(file.filename().string() << " tcp.stream " << session.stream);
                CHECK(outcome.has_value());
                if (!outcome) continue;
                for (const auto& [path, expected] : truth->second.values) {
                    std::string seen = value_of(*outcome, path);
                    if (path == "tls.serial") seen = without_colons(seen);
                    INFO(path);
                    CHECK(seen == expected);
                    ++compared;
                    if (!expected.empty()) ++by_field[path];
                }
            }
        }
    }
    if (compared == 0) {
        WARN("no captures or no tshark: nothing compared");
        return;
    }
    for (const auto& [path, count] : by_field) UNSCOPED_INFO(path << ": " << count);
    CHECK(compared > 1000);
}
