// SPDX-License-Identifier: Apache-2.0
#include "parsers/ssh/ssh.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ssh::Parser>;
using enum Direction;

namespace {

// Keys of ssh-keygen, and the fingerprints that it prints for them.
struct Key {
    const char* type;
    unsigned bits;
    const char* fingerprint;
    Wire blob;
};
const std::vector<Key> keys{
    {"ssh-rsa", 2048, "SHA256:VbFB6xOnN9y6doMS2oa6p+cumvWPw7qdKzRi3LqLrEs",
     from_hex("000000077373682d727361000000030100010000010100bc1120dd8688d4942f43855c4625ee0d76515e0512e985a2d932749b5601dcb021ee2bd109"
              "0aff427b73e8ea179460ac1e93b9ad62f2697a85eb599fadbb37b3eefec1e798dd1a46ac93b35ef71584e2f65ad3bb393e05817c569d05363010369d"
              "7a792c690c4fb5d62b6298fb93a5b4a69e15209eca48017877af5ab13d1b8e9d773f388560fe7e995f628c0e375491573e70f9dc12c595668988202c"
              "3cdafa2d756d5d74d1c4b49e7b1a458d9cbf3cf13b62d2f4c9a5ae759df8bd22aa417829bd654eb4a4bfdb23b9f2e6a63637b8152fb3de96d415646f"
              "dcd3bfd57e47156724de748e4c96ee1b2e0d40f30177f02bc01744f555ce6ddc1b967562e8d563")},
    {"ssh-ed25519", 256, "SHA256:XV/48jR1DxbMZmQpvJ0ZgV8OKscWUi0Nu6wYM3jpZGI",
     from_hex("0000000b7373682d656432353531390000002056d408a12c50dda9a2be1fed5c2758e902d826f9ae5c9b7fde443c6c6c39dd23")},
    {"ecdsa-sha2-nistp521", 521, "SHA256:4CBYod6DG5dGQMQOWcDdiJv3p8S0PvY9UnBqtfgIZfE",
     from_hex("0000001365636473612d736861322d6e69737470353231000000086e69737470353231000000850400e152436ce96f250af2385e7f1951bea00928fb"
              "6ee3c3ac16d31fb1c87f664281acc925c8d1e91bd2a7bc33ca5d9a00fbd42bc4d407070682b69e20d4cab67ac8d301f332fec5bd9477278ccb104b83"
              "9510f3c1a93372b60370ab992feba01f0bf3d62b051a0d28dd61a098a7383fc5e19db2a724baabf72795eec48754dcbd6124abfd")},
};

Wire packet(const Wire& payload) {
    const std::size_t padding = 4 + (8 - (5 + payload.size() + 4) % 8) % 8;
    return joined({number(1 + payload.size() + padding, 4), number(padding, 1), payload, Wire(padding, 0)});
}
Wire string(std::string_view characters) { return vector(4, text(characters)); }

struct Lists {
    std::string_view kex, host_key = "ssh-ed25519,rsa-sha2-512", cipher_up = "aes128-ctr,aes256-gcm@openssh.com",
                          cipher_down = "aes256-ctr,aes128-ctr", mac_up = "hmac-sha2-256,hmac-sha1", mac_down = "hmac-sha2-512,hmac-sha1",
                          compression = "none,zlib@openssh.com";
};
Wire kexinit(const Lists& lists) {
    return packet(joined({{20},
                          Wire(16, 0xcc),
                          string(lists.kex),
                          string(lists.host_key),
                          string(lists.cipher_up),
                          string(lists.cipher_down),
                          string(lists.mac_up),
                          string(lists.mac_down),
                          string(lists.compression),
                          string(lists.compression),
                          string(""),
                          string(""),
                          {0},
                          number(0, 4)}));
}
Wire reply(const Wire& blob, std::uint8_t message = 31) {
    return packet(joined({{message}, vector(4, blob), vector(4, Wire(32, 5)), vector(4, Wire(80, 6))}));
}

const Wire client_banner = text("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u1\r\n");
const Wire server_banner = text("SSH-2.0-dropbear_2022.83\r\n");
const Lists client_lists{.kex = "sntrup761x25519-sha512@openssh.com,curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com"};
const Lists server_lists{.kex = "curve25519-sha256,ecdh-sha2-nistp256,kex-strict-s-v00@openssh.com",
                         .cipher_up = "aes256-gcm@openssh.com,aes128-ctr",
                         .cipher_down = "aes128-ctr",
                         .mac_down = "hmac-sha1"};
const Wire new_keys = packet({21});
const Wire client_bytes =
    joined({client_banner, kexinit(client_lists), packet(joined({{30}, vector(4, Wire(32, 1))})), new_keys, Wire(200, 0xee)});
const Wire server_bytes = joined({server_banner, kexinit(server_lists), reply(keys[1].blob), new_keys, Wire(200, 0xee)});

std::size_t logs(const Outcome& outcome) {
    return static_cast<std::size_t>(
        std::ranges::count_if(outcome.transactions, [](const auto& transaction) { return has(transaction.report, Report::log); }));
}
const Outcome::Transaction& logged(const Outcome& outcome) {
    for (const auto& transaction : outcome.transactions)
        if (has(transaction.report, Report::log)) return transaction;
    FAIL("nothing was logged");
    std::abort();
}
Probe probe(const Wire& data, bool port_matches = false) {
    return ssh::Parser::probe(Offer{data, Transport::tcp, to_server, port_matches});
}
}  // namespace

TEST_CASE("ssh: a key exchange is one event") {
    Driver driver;
    CHECK_FALSE(driver.stream(to_server, client_bytes));
    CHECK_FALSE(driver.stream(to_client, server_bytes));
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    CHECK(logs(outcome) == 1);
    const auto& event = logged(outcome);
    CHECK(event.get("ssh.client.proto_version") == "2.0");
    CHECK(event.get("ssh.client.software_version") == "OpenSSH_9.2p1");
    CHECK(event.get("weir.ssh.client.comment") == "Debian-2+deb12u1");
    CHECK(event.get("ssh.server.software_version") == "dropbear_2022.83");
    CHECK(event.get("weir.ssh.server.comment").empty());
    CHECK(event.get("ssh.hassh.string") ==
          "sntrup761x25519-sha512@openssh.com,curve25519-sha256,ext-info-c,kex-strict-c-v00@openssh.com;aes128-ctr,aes256-gcm@openssh.com;"
          "hmac-sha2-256,hmac-sha1;none,zlib@openssh.com");
    CHECK(event.get("ssh.hassh.server.string") ==
          "curve25519-sha256,ecdh-sha2-nistp256,kex-strict-s-v00@openssh.com;aes128-ctr;hmac-sha1;none,zlib@openssh.com");
    CHECK(event.get("ssh.hassh") == md5(as_bytes(event.get("ssh.hassh.string"))).text());
    CHECK(event.get("ssh.hassh.server") == md5(as_bytes(event.get("ssh.hassh.server.string"))).text());
    CHECK(event.get("ssh.kex") == "curve25519-sha256");
    CHECK(event.get("ssh.host_key_algorithm") == "ssh-ed25519");
    CHECK(event.get("ssh.cipher") == "aes128-ctr");
    CHECK(event.get("weir.ssh.cipher.to_client") == "aes128-ctr");
    CHECK(event.get("weir.ssh.mac.to_server") == "hmac-sha2-256");
    CHECK(event.get("weir.ssh.mac.to_client") == "hmac-sha1");
    CHECK(event.get("weir.ssh.compression.to_server") == "none");
    CHECK(event.get("weir.ssh.client.strict_kex") == "true");
    CHECK(event.get("ssh.reversed").empty());
}

TEST_CASE("ssh: rules see the end that just spoke") {
    Driver driver;
    driver.stream(to_server, client_bytes);
    driver.stream(to_client, server_bytes);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 6);  // banner, KEXINIT; banner, KEXINIT, host key; the event
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(has(seen[i].report, Report::request) == (i < 2));
        CHECK(has(seen[i].report, Report::response) == (i >= 2));
        CHECK(has(seen[i].report, Report::again) == (i != 0 && i != 2));
        CHECK(seen[i].get("ssh.software") == (i < 2 ? "OpenSSH_9.2p1" : "dropbear_2022.83"));
    }
}

TEST_CASE("ssh: host keys are shown as ssh-keygen prints them") {
    for (const Key& key : keys) {
        for (const std::uint8_t message : {std::uint8_t{31}, std::uint8_t{33}}) {
            Driver driver;
            driver.stream(to_server, joined({client_banner, kexinit(client_lists)}));
            // A group of RFC 4419 has the number of a reply.
            const Wire group = packet(joined({{31}, vector(4, joined({{0}, Wire(256, 0xfe)})), vector(4, {2})}));
            driver.stream(to_client, joined({server_banner, kexinit(server_lists), message == 33 ? group : Wire{}, reply(key.blob, message),
                                             new_keys}));
            const auto& event = logged(driver.finish());
            CHECK(event.get("ssh.host_key_type") == key.type);
            CHECK(event.get("ssh.host_key_bits") == std::to_string(key.bits));
            CHECK(event.get("ssh.host_key_fingerprint") == key.fingerprint);
            CHECK(driver.outcome().anomalies.empty());
        }
    }
}

TEST_CASE("ssh: a cipher that authenticates has no MAC beside it") {
    Driver driver;
    Lists lists = client_lists;
    lists.cipher_up = "chacha20-poly1305@openssh.com";
    driver.stream(to_server, joined({client_banner, kexinit(lists)}));
    lists = server_lists;
    lists.cipher_up = "chacha20-poly1305@openssh.com,aes128-ctr";
    driver.stream(to_client, joined({server_banner, kexinit(lists), new_keys}));
    const auto& event = logged(driver.finish());
    CHECK(event.get("ssh.cipher") == "chacha20-poly1305@openssh.com");
    CHECK(event.get("weir.ssh.mac.to_server").empty());
    CHECK(event.get("weir.ssh.mac.to_client") == "hmac-sha1");
}

TEST_CASE("ssh: a server that opened the session is found out") {
    SECTION("by the markers of its KEXINIT, already when it is probed") {
        CHECK(probe(joined({server_banner, kexinit(server_lists)})).sender == Probe::Sender::server);
        CHECK(probe(joined({client_banner, kexinit(client_lists)})).sender == Probe::Sender::client);
        CHECK(probe(server_banner).sender == Probe::Sender::unknown);
    }
    Lists plain_client = client_lists, plain_server = server_lists;
    const bool markers = GENERATE(true, false);
    if (!markers) plain_client.kex = plain_server.kex = "curve25519-sha256";
    Driver driver;
    driver.stream(to_server, joined({server_banner, kexinit(plain_server)}));
    driver.stream(to_client, joined({client_banner, kexinit(plain_client), packet(joined({{30}, vector(4, Wire(32, 1))})), new_keys}));
    driver.stream(to_server, joined({reply(keys[0].blob), new_keys}));
    const Outcome& outcome = driver.finish();
    CHECK(logs(outcome) == 1);
    const auto& event = logged(outcome);
    CHECK(event.get("ssh.reversed") == "true");
    CHECK(event.get("ssh.client.software_version") == "OpenSSH_9.2p1");
    CHECK(event.get("ssh.server.software_version") == "dropbear_2022.83");
    CHECK(event.get("ssh.hassh.server.string") == std::string(plain_server.kex) + ";aes128-ctr;hmac-sha1;none,zlib@openssh.com");
    CHECK(event.get("ssh.kex") == "curve25519-sha256");
    CHECK(event.get("ssh.cipher") == "aes128-ctr");
    CHECK(event.get("ssh.host_key_type") == "ssh-rsa");
    CHECK(has(outcome.transactions[outcome.transactions.size() - 2].report, Report::response));
}

TEST_CASE("ssh: any split gives the same") {
    Driver straight;
    straight.stream(to_server, client_bytes);
    straight.stream(to_client, server_bytes);
    const std::string expected = straight.finish().text();
    for (const std::size_t step : {1u, 2u, 7u, 100u}) {
        Driver driver;
        for (std::size_t at = 0; at < client_bytes.size(); at += step)
            driver.stream(to_server, Bytes{client_bytes}.subspan(at, std::min(step, client_bytes.size() - at)));
        for (std::size_t at = 0; at < server_bytes.size(); at += step)
            driver.stream(to_client, Bytes{server_bytes}.subspan(at, std::min(step, server_bytes.size() - at)));
        CHECK(driver.finish().text() == expected);
    }
}

TEST_CASE("ssh: every prefix is quiet and gives one event at most") {
    const std::size_t exchange = server_bytes.size() - 200;
    for (std::size_t length = 0; length < exchange; ++length) {
        Driver driver;
        driver.stream(to_client, prefix(server_bytes, length));
        const Outcome& outcome = driver.finish();
        CHECK(outcome.anomalies.empty());
        CHECK(logs(outcome) == (length >= server_banner.size() ? 1 : 0));
    }
}

TEST_CASE("ssh: lines before the banner, versions 1.99 and 1.5") {
    const Wire greeting = text("Authorised access only\r\n\r\nhave a nice day\n");
    Driver driver;
    driver.stream(to_client, joined({greeting, text("SSH-1.99-Cisco-1.25\n"), kexinit(server_lists)}));
    CHECK(driver.finish().anomalies.empty());
    CHECK(logged(driver.outcome()).get("ssh.server.software_version") == "Cisco-1.25");
    CHECK(logged(driver.outcome()).get("ssh.server.proto_version") == "1.99");
    CHECK_FALSE(logged(driver.outcome()).get("ssh.hassh.server").empty());
    CHECK(probe(joined({greeting, server_banner})).sender == Probe::Sender::server);
    CHECK(probe(greeting, true).answer == Probe::Answer::need_more);
    CHECK(probe(greeting, false).answer == Probe::Answer::no_match);

    Driver old;
    CHECK(old.stream(to_client, text("SSH-1.99-OpenSSH_3.4\n")));
    old.stream(to_server, joined({text("SSH-1.5-1.2.26\n"), Wire(40, 0xff)}));
    old.stream(to_client, Wire(300, 0xff));
    CHECK(old.finish().anomalies.empty());
    CHECK(logs(old.outcome()) == 1);
    CHECK(logged(old.outcome()).get("ssh.client.proto_version") == "1.5");

    Driver server_only;  // a packet of protocol 1 where a KEXINIT would begin
    CHECK_FALSE(server_only.stream(to_client, joined({text("SSH-1.99-OpenSSH_6.6.1p1\n"), "000001af 00 02 a112fc7ab2f71c4b"_hex})));
    CHECK(server_only.finish().anomalies.empty());
}

TEST_CASE("ssh: each anomaly") {
    const auto anomalies = [](const Wire& bytes) {
        Driver driver;
        driver.stream(to_client, bytes);
        return driver.finish().anomalies;
    };
    const auto only = [](const char* event) { return std::vector<std::string>{event}; };
    CHECK(anomalies(text("SSH-2.0\r\n")) == only("invalid_banner"));
    CHECK(anomalies(text("SSH-2.0- \r\n")) == only("invalid_banner"));
    CHECK(anomalies(Wire(200, '\n')) == only("invalid_banner"));
    CHECK(anomalies(text("SSH-2.0-" + std::string(300, 'a') + "\r\n")) == only("long_banner"));
    CHECK(anomalies(text("SSH-2.0-" + std::string(2000, 'a'))) == only("long_banner"));
    CHECK(anomalies(joined({server_banner, number(35001, 4), {4, 20}})) == only("invalid_record"));
    CHECK(anomalies(joined({server_banner, number(12, 4), {11, 20}, Wire(10, 0)})) == only("invalid_record"));
    CHECK(anomalies(joined({server_banner, packet(joined({{20}, Wire(16, 1), number(5000, 4)}))})) == only("invalid_kexinit"));
    const std::string names(4000, 'a');
    Lists longer = server_lists;
    longer.kex = names;
    Driver driver;
    driver.stream(to_client, joined({server_banner, kexinit(longer), new_keys}));
    CHECK(driver.finish().anomalies == only("long_kexinit"));
    CHECK(driver.outcome().transactions[1].get("ssh.hassh.server.string").starts_with(names));  // whole while it is at hand
    CHECK(logged(driver.outcome()).get("ssh.hassh.server.string").empty());
    CHECK(logged(driver.outcome()).get("ssh.hassh.server").size() == 32);
}

TEST_CASE("ssh: a gap ends the direction quietly") {
    Driver driver;
    driver.stream(to_server, client_bytes);
    driver.stream(to_client, prefix(server_bytes, server_banner.size() + 40));
    CHECK(driver.gap(to_client, 1000));
    CHECK_FALSE(driver.stream(to_client, Wire(100, 9)));
    CHECK(driver.finish().anomalies.empty());
    CHECK(logged(driver.outcome()).get("ssh.server.software_version") == "dropbear_2022.83");
}

TEST_CASE("ssh: probing") {
    for (std::size_t length = 0; length < 5; ++length) CHECK(probe(prefix(client_banner, length)).answer == Probe::Answer::need_more);
    CHECK(probe(client_banner).answer == Probe::Answer::match);
    CHECK(probe(prefix(client_banner, 6)).answer == Probe::Answer::match);
    CHECK(ssh::Parser::probe(Offer{client_banner, Transport::udp, to_server, true}).answer == Probe::Answer::no_match);
    for (const std::string_view other : {"GET / HTTP/1.1\r\n", "SSH-key", "SSHX", "220 mail.example ESMTP\r\n"})
        CHECK(probe(text(other)).answer == Probe::Answer::no_match);
    CHECK(probe("16030102000100"_hex, true).answer == Probe::Answer::no_match);
}
