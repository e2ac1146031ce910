// SPDX-License-Identifier: Apache-2.0
#include "parsers/quic/quic.hpp"

#include <openssl/evp.h>

#include <memory>

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<quic::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;
const Wire identifier = "8394c8f03e515708"_hex;

Wire encrypt(const EVP_CIPHER* cipher, const std::uint8_t* key, const std::uint8_t* iv, const Wire& data) {
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    Wire out(data.size() + 16);
    int written = 0;
    EVP_EncryptInit_ex(context.get(), cipher, nullptr, key, iv);
    EVP_EncryptUpdate(context.get(), out.data(), &written, data.data(), static_cast<int>(data.size()));
    out.resize(static_cast<std::size_t>(written));
    return out;
}

/// An Initial packet as RFC 9001 section 5 protects it, filled up to a datagram of 1200 octets.
Wire initial(const Wire& frames, unsigned packet_number, std::uint32_t version = 1, const Wire& destination = identifier,
             const Wire& keyed_by = identifier) {
    const quic::InitialKeys keys = quic::client_keys(version, keyed_by);
    const unsigned first = version == quic::version_2 ? 0xd1 : 0xc1;
    Wire header = joined({number(first, 1), number(version, 4), vector(1, destination), vector(1, text("src")), vector(1, {})});
    const std::size_t length = 1200 - header.size() - 2;
    header = joined({header, number(0x4000 | length, 2), number(packet_number, 2)});
    Wire plain = frames;
    plain.resize(1200 - header.size() - 16);
    std::array<std::uint8_t, 12> nonce = keys.iv;
    nonce[10] ^= static_cast<std::uint8_t>(packet_number >> 8);
    nonce[11] ^= static_cast<std::uint8_t>(packet_number);
    Wire packet = joined({header, encrypt(EVP_aes_128_gcm(), keys.key.data(), nonce.data(), plain), Wire(16, 0x77)});
    const std::size_t at = header.size() - 2;
    const Wire sample{packet.begin() + static_cast<std::ptrdiff_t>(at) + 4, packet.begin() + static_cast<std::ptrdiff_t>(at) + 20};
    const Wire mask = encrypt(EVP_aes_128_ecb(), keys.header.data(), nullptr, sample);
    packet[0] ^= mask[0] & 0x0f;
    packet[at] ^= mask[1];
    packet[at + 1] ^= mask[2];
    return packet;
}
Wire crypto(std::size_t offset, const Wire& data) {
    return joined({{6}, number(0x4000 | offset, 2), number(0x4000 | data.size(), 2), data});
}

const Wire hello =
    tls_wire::client_hello(numbers({0x1301, 0x1302}), joined({tls_wire::server_name("quic.example"), tls_wire::alpn({"h3", "doq"})}));

Probe probe(Bytes data, bool port_matches = false) { return quic::Parser::probe(Offer{data, Transport::udp, to_server, port_matches}); }

}  // namespace

TEST_CASE("quic: keys of RFC 9001 appendix A.1 and RFC 9369 appendix A.1") {
    const auto first = quic::client_keys(1, identifier), second = quic::client_keys(quic::version_2, identifier);
    const auto is = [](const auto& key, std::string_view hex) { return std::ranges::equal(key, from_hex(hex)); };
    CHECK(is(first.key, "1f369613dd76d5467730efcbe3b1a22d"));
    CHECK(is(first.iv, "fa044b2f42a3fd3b46fb255c"));
    CHECK(is(first.header, "9f50449e04a0e810283a1e9933adedd2"));
    CHECK(is(second.key, "8b1a0bc121284290a29e0971b5cd045d"));
    CHECK(is(second.iv, "91f73e2351d8fa91660e909f"));
    CHECK(is(second.header, "45b95e15235d6f45a6b19cbcb0294ba9"));
}

TEST_CASE("quic: the ClientHello of one Initial packet") {
    for (const std::uint32_t version : {quic::version_1, quic::version_2, 0xff00001du}) {
        Driver driver;
        const Wire packet = initial(crypto(0, hello), 0, version);
        CHECK(probe(packet).sender == Probe::Sender::client);
        driver.datagram(to_server, packet);
        driver.datagram(to_server, packet);
        REQUIRE(driver.finish().transactions.size() == 1);
        const auto& seen = driver.outcome().transactions[0];
        CHECK(seen.get("quic.sni") == "quic.example");
        CHECK(seen.get("quic.version") == (version == 1 ? "1" : version == quic::version_2 ? "2" : "draft-29"));
        CHECK(seen.get("weir.quic.client_alpns[]") == "h3,doq");
        CHECK(seen.get("quic.ja4").substr(0, 10) == "q12d0202h3");
        CHECK(seen.get("quic.ja3.hash").size() == 32);
        CHECK(seen.get("weir.quic.dcid") == "8394c8f03e515708");
        CHECK(driver.outcome().anomalies.empty());
    }
}

TEST_CASE("quic: a ClientHello in pieces over packets, out of order") {
    const std::ptrdiff_t a = 20, b = 60;
    const Wire first = joined({crypto(60, {hello.begin() + b, hello.end()}), {1}, crypto(0, {hello.begin(), hello.begin() + a})});
    const Wire second = joined({{2, 0, 0, 0, 0}, crypto(20, {hello.begin() + a, hello.begin() + b})});
    Driver driver;
    driver.datagram(to_server, initial(first, 0));
    CHECK(driver.outcome().transactions.empty());
    driver.datagram(to_server, initial(second, 1, 1, text("server-chosen")));
    REQUIRE(driver.finish().transactions.size() == 1);
    CHECK(driver.outcome().transactions[0].get("quic.sni") == "quic.example");
}

TEST_CASE("quic: Retry and Version Negotiation") {
    Driver driver;
    driver.datagram(to_server, initial(crypto(0, prefix(hello, 30)), 0));
    driver.datagram(to_client, joined({"f000000001"_hex, vector(1, text("src")), vector(1, text("new")), Wire(40, 0x11)}));
    driver.datagram(to_server, initial(crypto(0, hello), 1, 1, text("new"), text("new")));
    REQUIRE(driver.finish().transactions.size() == 1);
    CHECK(driver.outcome().transactions[0].get("weir.quic.retried") == "true");

    const Wire negotiation =
        joined({"8000000000"_hex, vector(1, text("src")), vector(1, identifier), "00000001 6b3343cf ff00001d 51303436 1a2a3a4a"_hex});
    CHECK(probe(negotiation).sender == Probe::Sender::server);
    Driver other;
    other.datagram(to_server, joined({"c00a0a0a0a"_hex, Wire(1195, 1)}));
    other.datagram(to_client, negotiation);
    REQUIRE(other.finish().transactions.size() == 2);
    CHECK(other.outcome().transactions[0].get("weir.quic.server_versions[]") == "1,2,draft-29,Q046,0x1a2a3a4a");
    CHECK(other.outcome().transactions[1].get("quic.version") == "0x0a0a0a0a");
}

TEST_CASE("quic: what cannot be read is said") {
    const auto anomalies = [](const Wire& datagram) {
        Driver driver;
        driver.datagram(to_server, datagram);
        std::string out;
        for (const std::string& anomaly : driver.finish().anomalies) out += anomaly + ' ';
        return out;
    };
    CHECK(anomalies(initial(crypto(0, hello), 0, 1, text("elsewhere"))) == "failed_decrypt ");
    CHECK(anomalies(initial(crypto(0, text("\x02not a ClientHello")), 0)) == "error_on_data ");
    CHECK(anomalies(initial(crypto(0x3fff, text("x")), 0)) == "error_on_data ");
    CHECK(anomalies(prefix(initial(crypto(0, hello), 0), 100)) == "error_on_header ");
    CHECK(anomalies("4001020304"_hex).empty());
    Driver google;
    google.datagram(to_server, joined({"0d1122334455667788"_hex, text("Q043"), Wire(1300, 0)}));
    REQUIRE(google.finish().transactions.size() == 1);
    CHECK(google.outcome().transactions[0].get("quic.version") == "Q043");
}

TEST_CASE("quic: other traffic is not taken for it") {
    const Wire packet = initial(crypto(0, hello), 0);
    CHECK(quic::Parser::probe(Offer{packet, Transport::tcp, to_server, true}).answer == Probe::Answer::no_match);
    CHECK(probe(prefix(packet, 600)).answer == Probe::Answer::no_match);
    CHECK(probe("4000000001"_hex, true).answer == Probe::Answer::no_match);
    CHECK(probe("80000001000000010000000000000000"_hex, true).answer == Probe::Answer::no_match);
    CHECK(probe(Wire(1200, 0xff), true).answer == Probe::Answer::no_match);
    CHECK(probe(Wire(1200, 0), true).answer == Probe::Answer::no_match);
}
