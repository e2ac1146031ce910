// SPDX-License-Identifier: Apache-2.0
// TLS on real captures, field by field: against tshark, certificates against OpenSSL, and JA4 (which tshark 4.0 lacks) against
// what nDPI publishes for the same captures.
#include <openssl/x509v3.h>

#include <cctype>
#include <ctime>
#include <map>

#include "parsers/tls/tls.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parse_capture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What the others say of one TCP stream, by EVE path: the first ClientHello, the last ServerHello, the first certificate.
struct Truth {
    std::map<std::string, std::string> values;
};

std::string first_occurrence(const std::string& cell) { return cell.substr(0, cell.find(',')); }
std::string last_occurrence(const std::string& cell) { return cell.substr(cell.rfind(',') + 1); }

std::string version_name(const std::string& number) {
    static const std::map<std::string, std::string> names{{"0x0300", "SSLv3"},
                                                          {"0x0301", "TLSv1"},
                                                          {"0x0302", "TLS 1.1"},
                                                          {"0x0303", "TLS 1.2"},
                                                          {"0x0304", "TLS 1.3"},
                                                          {"0x7f17", "TLS 1.3 draft-23"},
                                                          {"0x7f1a", "TLS 1.3 draft-26"},
                                                          {"0x7f1c", "TLS 1.3 draft-28"}};
    const auto found = names.find(number);
    return found != names.end() ? found->second : number;
}

std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), &BIO_free};
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN | ASN1_STRFLGS_UTF8_CONVERT);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string time_text(const ASN1_TIME* time) {
    tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts)};
}

/// OpenSSL's reading of the certificate that tshark found.
void read_with_openssl(const std::vector<std::uint8_t>& der, std::map<std::string, std::string>& values) {
    const std::uint8_t* at = der.data();
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{d2i_X509(nullptr, &at, static_cast<long>(der.size())), &X509_free};
    if (certificate == nullptr) return;
    values["tls.subject"] = name_text(X509_get_subject_name(certificate.get()));
    values["tls.issuerdn"] = name_text(X509_get_issuer_name(certificate.get()));
    values["tls.notbefore"] = time_text(X509_get0_notBefore(certificate.get()));
    values["tls.notafter"] = time_text(X509_get0_notAfter(certificate.get()));
    std::array<std::uint8_t, 20> digest{};
    X509_digest(certificate.get(), EVP_sha1(), digest.data(), nullptr);
    std::string& fingerprint = values["tls.fingerprint"];
    for (const std::uint8_t byte : digest) fingerprint += (fingerprint.empty() ? "" : ":") + show(Value::hex(Bytes{&byte, 1}));
    std::string& names = values["tls.subjectaltname[]"];
    auto* const list = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(list, i);
        if (name->type != GEN_DNS && name->type != GEN_EMAIL && name->type != GEN_URI) continue;
        const ASN1_STRING* const text = name->d.ia5;
        names += (names.empty() ? "" : ",") + std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                                          static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    GENERAL_NAMES_free(list);
}

void read_client_hello(const std::vector<std::string>& row, std::map<std::string, std::string>& values) {
    if (values.contains("tls.sni")) return;  // the first ClientHello counts
    values["tls.sni"] = row[2];
    values["tls.client_alpns[]"] = row[3];
    // Without extensions tshark 4.0 leaves out the last two lists; JA3 says that all five fields stand, if empty.
    if (std::ranges::count(row[5], ',') != 4) return;
    values["tls.ja3.hash"] = row[4];
    values["tls.ja3.string"] = row[5];
}

void read_server_hello(const std::vector<std::string>& row, std::map<std::string, std::string>& values) {
    values["tls.version"] = version_name(last_occurrence(row[7].empty() ? row[6] : row[7]));
    values["weir.tls.cipher_suite"] = last_occurrence(row[8]).substr(2);
    values["tls.server_alpns[]"] = row[3];
    values["tls.ja3s.hash"] = last_occurrence(row[9]);
    values["tls.ja3s.string"] = row[10];
}

void read_certificate(const std::vector<std::string>& row, std::map<std::string, std::string>& values) {
    if (values.contains("tls.serial")) return;
    read_with_openssl(from_hex(first_occurrence(row[12])), values);
    std::string serial = first_occurrence(row[11]);
    if (serial.starts_with("0x")) serial.erase(0, 2);
    std::ranges::transform(serial, serial.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    values["tls.serial"] = serial;
}

std::map<unsigned, Truth> ask_tshark(const std::filesystem::path& file) {
    static const std::vector<std::string> fields{"tcp.stream",
                                                 "tls.handshake.type",
                                                 "tls.handshake.extensions_server_name",
                                                 "tls.handshake.extensions_alpn_str",
                                                 "tls.handshake.ja3",
                                                 "tls.handshake.ja3_full",
                                                 "tls.handshake.version",
                                                 "tls.handshake.extensions.supported_version",
                                                 "tls.handshake.ciphersuite",
                                                 "tls.handshake.ja3s",
                                                 "tls.handshake.ja3s_full",
                                                 "x509af.serialNumber",
                                                 "tls.handshake.certificate"};
    std::map<unsigned, Truth> streams;
    const auto rows = tshark(file, "tcp && tls.handshake.type", fields);
    for (const auto& row : rows.value_or(std::vector<std::vector<std::string>>{})) {
        auto& values = streams[static_cast<unsigned>(std::stoul(row[0]))].values;
        const std::string types = ',' + row[1] + ',';
        if (types.find(",1,") != std::string::npos)
            read_client_hello(row, values);
        else if (types.find(",2,") != std::string::npos)
            read_server_hello(row, values);
        if (types.find(",11,") != std::string::npos) read_certificate(row, values);
    }
    return streams;
}

std::string without_colons(std::string text) {
    std::erase(text, ':');
    return text;
}

/// A value of the session's event.
std::string logged(const Outcome& outcome, const std::string& path) {
    for (const auto& transaction : outcome.transactions) {
        if (!has(transaction.report, Report::log)) continue;
        std::string values;
        for (const auto& [key, value] : transaction.values) {
            if (key != path || (path == "tls.version" && value.find_first_not_of("0123456789") == std::string::npos)) continue;
            values += (values.empty() ? "" : ",") + value;
        }
        return values;
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
                // tshark follows SOCKS and upgrades from other protocols into TLS; this parser is given sessions that begin with it.
                if (session.chunks.front().bytes[0] != 0x16) continue;
                CHECK(outcome.has_value());
                if (!outcome) continue;
                for (const auto& [path, expected] : truth->second.values) {
                    std::string seen = logged(*outcome, path);
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
    for (const char* const path : {"tls.sni", "tls.version", "tls.client_alpns[]", "tls.server_alpns[]", "tls.ja3.hash", "tls.ja3s.hash",
                                   "tls.subject", "tls.issuerdn", "tls.serial", "tls.subjectaltname[]"}) {
        INFO(path << " compared " << by_field[path] << " times");
        CHECK(by_field[path] >= 30);
    }
}

TEST_CASE("tls: JA4 agrees with what nDPI publishes for the same captures") {
    struct Published {
        const char* file;
        std::uint16_t client_port;
        const char* ja4;
    };
    // Three of these hellos have no server_name; nDPI writes `d` for them nevertheless, the specification says `i`.
    constexpr std::array published{
        Published{"tls/ndpi-443-curl.pcap", 55523, "t12d6707h2_2955a3196ffa_c83f907a73d3"},
        Published{"tls/ndpi-no_sni.pcap", 51606, "t13d1814h2_e8a523a41297_7673359314f0"},
        Published{"tls/ndpi-no_sni.pcap", 51612, "t13i1813h2_e8a523a41297_a36e8500eb55"},
        Published{"tls/ndpi-no_sni.pcap", 51637, "t13i1813h2_e8a523a41297_0d6ff543c596"},
        Published{"tls/ndpi-no_sni.pcap", 51635, "t13d1814h2_e8a523a41297_d267a5f792d4"},
        Published{"mixed/ndpi-alexa-app.pcapng", 54411, "t12d1510h2_f0daf39aad75_e69ac49eb88f"},
        Published{"mixed/ndpi-alexa-app.pcapng", 54434, "t12d1511h2_f0daf39aad75_7ed7223c468c"},
        Published{"mixed/ndpi-alexa-app.pcapng", 41691, "t12d220500_5fd681855ab9_c70a3c84db07"},
        Published{"mixed/ndpi-alexa-app.pcapng", 38483, "t12i220300_5fd681855ab9_1ea9011b3dfa"},
    };
    for (const Published& row : published) {
        const std::string path = row.file;
        const std::size_t slash = path.find('/');
        const auto files = shared_captures(path.substr(0, slash));
        const auto file =
            std::ranges::find_if(files, [&](const auto& candidate) { return candidate.filename() == path.substr(slash + 1); });
        if (file == files.end()) {
            WARN(path << " is not there: not compared");
            continue;
        }
        INFO(path << " port " << row.client_port);
        bool found = false;
        for (const CapturedSession& session : read_capture(*file)) {
            if (session.transport != Transport::tcp || session.client_port != row.client_port) continue;
            const auto outcome = parse_session<tls::Parser>(session);
            REQUIRE(outcome.has_value());
            CHECK(logged(*outcome, "tls.ja4") == row.ja4);
            found = true;
        }
        CHECK(found);
    }
}
