// SPDX-License-Identifier: Apache-2.0
#include "parsers/tls/tls.hpp"

#include "parsers/base/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::test::tls_wire;
using Driver = ParserDriver<tls::Parser>;
using enum Direction;

namespace {

// openssl req -x509 -newkey ec: C=AT, O=Example, Inc., CN=bts.example with names of every kind.
const Wire leaf = from_hex(
    "30820224308201caa003020102020500a1b2c3d4300a06082a8648ce3d040302303b310b300906035504061302415431163014060355040a0c0d4578"
    "616d706c652c20496e632e3114301206035504030c0b6274732e6578616d706c65301e170d3236313132333230343632355a170d3336313132303230"
    "343632355a303b310b300906035504061302415431163014060355040a0c0d4578616d706c652c20496e632e3114301206035504030c0b6274732e65"
    "78616d706c653059301306072a8648ce3d020106082a8648ce3d0301070342000426ba347a9f8e3bc60bd378235cd2cf9688f270d26d6d161cbd3335"
    "e714bef25ecd951eb6342e7527f8c12e7a2734e016bce866b5096ba5c1c889af498fb8d302a381ba3081b7301d0603551d0e041604148dcc27a55158"
    "5eed3bf4d81748abf953552563c8301f0603551d230418301680148dcc27a551585eed3bf4d81748abf953552563c8300f0603551d130101ff040530"
    "030101ff30640603551d11045d305b820b6274732e6578616d706c65820d2a2e6274732e6578616d706c658704c0000207871020010db80000000000"
    "00000000000007810f6e6f63406274732e6578616d706c65861468747470733a2f2f6274732e6578616d706c652f300a06082a8648ce3d0403020348"
    "00304502210096617e48143144f197b72c7816e9dbbcb152c925a541a2da5140d22b20aab0d4022055735f89f9c44979e040bbedb1ab4bb9bc3f71ea"
    "6fa2e46d4715f72104db9b89");

/// The lists that JA4's specification takes for its example, in the order of the wire.
const Wire ja4_ciphers =
    numbers({0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035});
Wire ja4_extensions() {
    Wire out;
    for (const unsigned type : {0x001bu, 0x0000u, 0x0033u, 0x0010u, 0x4469u, 0x0017u, 0x002du, 0x000du, 0x0005u, 0x0023u, 0x0012u, 0x002bu,
                                0xff01u, 0x000bu, 0x000au, 0x0015u}) {
        switch (type) {
            case 0x0000: out = joined({out, server_name("bts.example")}); break;
            case 0x0010: out = joined({out, alpn({"h2", "http/1.1"})}); break;
            case 0x000d:
                out = joined({out, extension(13, vector(2, numbers({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601})))});
                break;
            case 0x002b: out = joined({out, extension(43, vector(1, numbers({0x7a7a, 0x0304, 0x0303})))}); break;
            case 0x000a: out = joined({out, extension(10, vector(2, numbers({0x3a3a, 29, 23, 24})))}); break;
            case 0x000b: out = joined({out, extension(11, vector(1, {0}))}); break;
            default: out = joined({out, extension(type, {})}); break;
        }
    }
    return out;
}
/// The same with the GREASE that Chrome strews in.
const Wire greased_hello =
    client_hello(joined({numbers({0xeaea}), ja4_ciphers}), joined({extension(0x1a1a, {}), ja4_extensions(), extension(0xbaba, {0})}));
const Wire hello_13 = server_hello(0x1301, joined({extension(43, numbers({0x0304})), extension(51, numbers({29}))}));
const Wire hello_12 = server_hello(0xc02f, joined({extension(0xff01, {0}), alpn({"h2"})}));
const Wire server_flight_12 = joined({hello_12, certificates({leaf, leaf}), message(12, Wire(70, 7)), message(14, {})});

Probe probe(const Wire& data, bool port_matches = false, Direction direction = to_server) {
    return tls::Parser::probe(Offer{data, Transport::tcp, direction, port_matches});
}
const Outcome::Transaction& logged(const Outcome& outcome) {
    for (const auto& transaction : outcome.transactions)
        if (has(transaction.report, Report::log)) return transaction;
    FAIL("nothing was logged");
    std::abort();
}
std::size_t logs(const Outcome& outcome) {
    return static_cast<std::size_t>(
        std::ranges::count_if(outcome.transactions, [](const auto& transaction) { return has(transaction.report, Report::log); }));
}
}  // namespace

TEST_CASE("tls: a TLS 1.3 handshake is one event, written when the ServerHello is there") {
    Driver driver;
    CHECK(driver.stream(to_server, record(22, greased_hello)));
    REQUIRE(driver.outcome().transactions.size() == 1);
    CHECK(driver.outcome().transactions[0].report == Report::request);
    CHECK(driver.outcome().transactions[0].get("tls.alpn") == "h2,http/1.1");
    CHECK(driver.outcome().transactions[0].get("tls.version").empty());
    CHECK_FALSE(driver.stream(to_client, record(22, hello_13)));  // all that follows is encrypted
    CHECK_FALSE(driver.stream(to_server, change_cipher_spec()));
    const Outcome& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.transactions[1].report == (Report::response | Report::log));
    CHECK(outcome.anomalies.empty());
    const auto& event = outcome.transactions[1];
    CHECK(event.get("tls.sni") == "bts.example");
    CHECK(event.get("tls.version") == "TLS 1.3,772");
    CHECK(event.get("tls.client_alpns[]") == "h2,http/1.1");
    CHECK(event.get("tls.server_alpns[]").empty());
    CHECK(event.get("weir.tls.cipher_suite") == "1301");
    CHECK(event.get("tls.session_resumed").empty());
    CHECK(event.get("tls.ja3s.string") == "771,4865,43-51");
}

TEST_CASE("tls: JA4 of the specification's example, and JA3 without GREASE") {
    Driver driver;
    driver.stream(to_server, record(22, greased_hello));
    const auto& request = driver.outcome().transactions.at(0);
    CHECK(request.get("tls.ja4") == "t13d1516h2_8daaf6152771_e5627efa2ab1");
    const std::string ja3 =
        "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
        "27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0";
    CHECK(request.get("ja3.string") == ja3);
    CHECK(request.get("ja3.hash") == md5(as_bytes(ja3)).text());
}

TEST_CASE("tls: JA4 of odd hellos") {
    const auto ja4_of = [](const Wire& hello) {
        Driver driver;
        driver.stream(to_server, record(22, hello));
        return driver.outcome().transactions.at(0).get("tls.ja4");
    };
    const Wire cipher = numbers({0x1301});
    CHECK(ja4_of(client_hello(cipher, {})) == "t12i010000_0f2cb44170f4_000000000000");
    CHECK(ja4_of(client_hello({}, {}, 0x0300)) == "ts3i000000_000000000000_000000000000");
    CHECK(ja4_of(client_hello(cipher, {}, 0x0305)).substr(0, 4) == "t00i");
    CHECK(ja4_of(client_hello(Wire(400, 0x01), {})).substr(0, 6) == "t12i99");
    // The specification's examples of names that are not alphanumeric at both ends.
    for (const auto& [name, shown] : {std::pair{"\xab", "ab"},
                                      {"\xab\xcd", "ad"},
                                      {"0\xab", "3b"},
                                      {"01\xab\xcd", "3d"},
                                      {"0\xab\xcd"
                                       "1",
                                       "01"},
                                      {"a", "aa"}})
        CHECK(ja4_of(client_hello(cipher, alpn({name}))).substr(8, 2) == shown);
    CHECK(ja4_of(client_hello(cipher, alpn({""}))).substr(8, 2) == "00");
    // An odd byte behind the cipher suites is no cipher suite.
    CHECK(ja4_of(client_hello({0x13, 0x01, 0x99}, {})) == "t12i010000_0f2cb44170f4_000000000000");
}

TEST_CASE("tls: a TLS 1.2 handshake shows the leaf certificate as Suricata prints it") {
    Driver driver;
    driver.stream(to_server, record(22, greased_hello));
    CHECK(driver.stream(to_client, record(22, server_flight_12)));
    CHECK_FALSE(driver.stream(to_server, joined({record(22, message(16, Wire(66, 1))), change_cipher_spec()})));
    CHECK_FALSE(driver.stream(to_client, change_cipher_spec()));
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    CHECK(logs(outcome) == 1);
    const auto& event = logged(outcome);
    CHECK(event.get("tls.sni") == "bts.example");
    CHECK(event.get("tls.version") == "TLS 1.2,771");
    CHECK(event.get("tls.subject") == "C=AT, O=Example, Inc., CN=bts.example");
    CHECK(event.get("tls.issuerdn") == "C=AT, O=Example, Inc., CN=bts.example");
    CHECK(event.get("tls.serial") == "00:A1:B2:C3:D4");
    CHECK(event.get("tls.cert_fingerprint") == "cc:c9:6e:d2:43:0b:d3:88:c8:b0:0d:55:50:38:f2:5c:51:c0:98:15");
    CHECK(event.get("tls.notbefore") == "2026-11-23T20:46:25");
    CHECK(event.get("tls.notafter") == "2036-11-20T20:46:25");
    CHECK(event.get("tls.subjectaltname[]") == "bts.example,*.bts.example,192.0.2.7,2001:db8::7,noc@bts.example,https://bts.example/");
    CHECK(event.get("tls.cert_chain_len") == "2");
    CHECK(event.get("weir.tls.self_signed") == "true");
    CHECK(event.get("tls.server_alpns[]") == "h2");
    CHECK(event.get("tls.session_resumed").empty());
}

TEST_CASE("tls: resumption is seen in TLS 1.2 and 1.3") {
    Driver abbreviated;
    abbreviated.stream(to_server, record(22, greased_hello));
    CHECK_FALSE(abbreviated.stream(to_client, joined({record(22, hello_12), change_cipher_spec()})));
    CHECK(logged(abbreviated.finish()).get("tls.session_resumed") == "true");
    Driver with_psk;
    with_psk.stream(to_server, record(22, greased_hello));
    with_psk.stream(to_client, record(22, server_hello(0x1301, joined({extension(43, numbers({0x0304})), extension(41, numbers({0}))}))));
    CHECK(logged(with_psk.finish()).get("tls.session_resumed") == "true");
}

TEST_CASE("tls: HelloRetryRequest, the compatibility ChangeCipherSpec and early data do not end the handshake") {
    Wire retry = hello_13;
    const Wire retry_random = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"_hex;
    std::ranges::copy(retry_random, retry.begin() + 6);
    Driver driver;
    const Wire early = client_hello(numbers({0x1301}), joined({extension(43, vector(1, numbers({0x0304}))), extension(42, {})}));
    CHECK(driver.stream(to_server, joined({record(22, early), change_cipher_spec(), record(23, Wire(100, 9))})));
    CHECK(driver.stream(to_client, joined({record(22, retry), change_cipher_spec()})));
    CHECK(driver.stream(to_server, record(22, early)));
    CHECK_FALSE(driver.stream(to_client, record(22, hello_13)));
    CHECK_FALSE(driver.stream(to_server, record(23, Wire(50, 1))));
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    CHECK(logs(outcome) == 1);
    CHECK(logged(outcome).get("weir.tls.retried") == "true");
    CHECK(logged(outcome).get("tls.version") == "TLS 1.3,772");
}

TEST_CASE("tls: messages cut into small records and small segments are put together") {
    Wire client, server;
    for (const std::uint8_t byte : greased_hello) client = joined({client, record(22, {byte})});
    for (std::size_t at = 0; at < server_flight_12.size(); at += 100)
        server =
            joined({server,
                    record(22, Wire(server_flight_12.begin() + static_cast<std::ptrdiff_t>(at),
                                    server_flight_12.begin() + static_cast<std::ptrdiff_t>(std::min(at + 100, server_flight_12.size()))))});
    Driver straight;
    straight.stream(to_server, record(22, greased_hello));
    straight.stream(to_client, record(22, server_flight_12));
    const std::string expected = straight.finish().text();
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, client.size() + server.size()}) {
        Driver driver;
        for (std::size_t at = 0; at < client.size(); at += step)
            driver.stream(to_server, Bytes{client}.subspan(at, std::min(step, client.size() - at)));
        for (std::size_t at = 0; at < server.size(); at += step)
            driver.stream(to_client, Bytes{server}.subspan(at, std::min(step, server.size() - at)));
        CHECK(driver.finish().text() == expected);
    }
    CHECK(probe(client).sender == Probe::Sender::client);
}

TEST_CASE("tls: a prefix of a handshake gives no more than it holds, and never two events") {
    const Wire all = joined({record(22, hello_12), record(22, certificates({leaf})), record(22, message(14, {})), change_cipher_spec()});
    for (std::size_t length = 0; length <= all.size(); ++length) {
        Driver driver;
        driver.stream(to_server, record(22, greased_hello));
        driver.stream(to_client, Bytes{all}.first(length));
        const Outcome& outcome = driver.finish();
        CHECK(logs(outcome) == 1);
        CHECK(outcome.anomalies.empty());
    }
    for (std::size_t length = 0; length < greased_hello.size(); ++length) {
        Driver driver;
        driver.stream(to_server, first_of(record(22, greased_hello), length));
        CHECK(driver.finish().transactions.empty());
    }
}

TEST_CASE("tls: one side alone is enough for an event") {
    Driver client;
    client.stream(to_server, joined({record(22, greased_hello), record(22, message(16, Wire(66, 1))), change_cipher_spec(),
                                     record(22, Wire(40, 0xee))}));
    CHECK(client.outcome().anomalies.empty());
    CHECK_FALSE(client.stream(to_server, record(23, Wire(100, 0xee))));
    CHECK(logged(client.finish()).get("tls.sni") == "bts.example");
    Driver server;
    server.stream(to_client, record(22, server_flight_12));
    CHECK(logged(server.finish()).get("tls.subject") == "C=AT, O=Example, Inc., CN=bts.example");
    Driver middle;
    CHECK_FALSE(middle.stream(to_client, record(23, Wire(1000, 1))));
    CHECK(middle.finish().transactions.empty());
}

TEST_CASE("tls: a gap ends the direction quietly") {
    Driver driver;
    driver.stream(to_server, record(22, greased_hello));
    driver.stream(to_client, first_of(record(22, server_flight_12), 300));
    CHECK(driver.gap(to_client, 500));
    CHECK_FALSE(driver.stream(to_client, Wire(200, 0x99)));
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    CHECK(logged(outcome).get("tls.version") == "TLS 1.2,771");
}

TEST_CASE("tls: alerts in clear") {
    Driver driver;
    driver.stream(to_server, record(22, greased_hello));
    CHECK(driver.stream(to_client, record(21, {1, 112})));  // unrecognized_name, a warning
    CHECK_FALSE(driver.stream(to_client, record(21, {2, 40})));
    const auto& event = logged(driver.finish());
    CHECK(event.get("weir.tls.alert.level") == "2");
    CHECK(event.get("tls.alert") == "40");
    CHECK(has(event.report, Report::response));
}

TEST_CASE("tls: hellos in the form of SSL 2.0") {
    const Wire compatible =
        "802e 01 0301 0015 0000 0010 000004 000005 00000a 010080 070000 0000ff 000035 4242424242424242 4242424242424242"_hex;
    CHECK(probe(compatible).sender == Probe::Sender::client);
    for (std::size_t length = 0; length < compatible.size(); ++length)
        CHECK(probe(Wire(compatible.begin(), compatible.begin() + static_cast<std::ptrdiff_t>(length))).answer == Probe::Answer::need_more);
    Driver driver;
    CHECK(driver.stream(to_server, compatible));
    driver.stream(to_client, record(22, server_hello(0x0035, {}, 0x0301), 0x0301));
    CHECK(driver.finish().anomalies.empty());
    CHECK(driver.outcome().transactions.at(1).get("tls.version") == "TLSv1,769");
    Driver old;
    Wire pure = compatible;
    pure[3] = 0, pure[4] = 2;
    CHECK(old.stream(to_server, pure));
    CHECK_FALSE(old.stream(to_client, "8010 04 00 01 0002 0000 0000 0010"_hex));
    CHECK_FALSE(old.stream(to_server, "8005 02"_hex));
    CHECK(old.finish().anomalies.empty());
    CHECK(logged(old.outcome()).get("tls.version") == "SSLv2,2");
    Driver broken;
    Wire wrong = compatible;
    wrong[6] = 0x14;  // not a multiple of three
    broken.stream(to_server, wrong);
    CHECK(broken.finish().anomalies == std::vector<std::string>{"invalid_sslv2_header"});
}

TEST_CASE("tls: each anomaly") {
    const auto anomalies = [](const Wire& client, const Wire& server = {}) {
        Driver driver;
        driver.stream(to_server, client);
        driver.stream(to_client, server);
        return driver.finish().anomalies;
    };
    const auto only = [](const char* event) { return std::vector<std::string>{event}; };
    const Wire cipher = numbers({0x1301});
    const Wire good = record(22, greased_hello);
    CHECK(anomalies(text("GET / HTTP/1.1\r\n")) == only("invalid_tls_header"));
    CHECK(anomalies(joined({good, {0x19, 3, 3, 0, 1, 0}})) == only("invalid_record_type"));
    CHECK(anomalies(joined({good, {22, 2, 3, 0, 1, 0}})) == only("invalid_record_version"));
    CHECK(anomalies(joined({good, {22, 3, 3, 0x50, 0, 0}})) == only("invalid_record_length"));
    CHECK(anomalies(record(22, message(1, Wire(20, 1)))) == only("invalid_handshake_message"));
    CHECK(anomalies(record(22, client_hello({1}, {}))) == only("invalid_handshake_message"));
    CHECK(anomalies(record(22, message(200, {1, 2}))) == only("invalid_handshake_message"));
    CHECK(anomalies(joined({record(22, Wire(greased_hello.begin(), greased_hello.begin() + 50)), record(21, {1, 0}), Wire(400, 0)}))
              .front() == "invalid_handshake_message");
    CHECK(anomalies(record(22, joined({number(1, 1), number(40000, 3), Wire(100, 0)}))) == only("handshake_invalid_length"));
    CHECK(anomalies(good, record(22, joined({hello_12, certificates({Wire(leaf.begin(), leaf.begin() + 200)})}))) ==
          only("invalid_certificate"));
    CHECK(anomalies(record(22, client_hello(cipher, joined({server_name("a"), server_name("b")})))) == only("multiple_sni_extensions"));
    CHECK(anomalies(record(22, client_hello(cipher, extension(0, vector(2, joined({{7}, vector(2, text("a"))})))))) ==
          only("invalid_sni_type"));
    CHECK(anomalies(record(22, client_hello(cipher, server_name(std::string(300, 'a'))))) == only("invalid_sni_length"));
    CHECK(anomalies(joined({good, record(24, {1, 0x40, 0})})) == only("overflow_heartbeat_message"));
    CHECK(anomalies(joined({good, record(24, joined({{1}, vector(2, text("ping")), Wire(16, 0)}))})).empty());
}

TEST_CASE("tls: a name that is too long to be kept is whole while the hello is at hand") {
    Driver driver;
    driver.stream(to_server, record(22, client_hello(numbers({0x1301}), server_name(std::string(300, 'a')))));
    CHECK(driver.finish().transactions.at(0).get("tls.sni").size() == 300);
    CHECK(logged(driver.outcome()).get("tls.sni").empty());
}

TEST_CASE("tls: probing") {
    const Wire client = record(22, greased_hello), server = record(22, hello_12);
    CHECK(probe(client).sender == Probe::Sender::client);
    CHECK(probe(server, false, to_client).sender == Probe::Sender::server);
    CHECK(probe(server, false, to_server).sender == Probe::Sender::server);  // call home
    for (std::size_t length = 0; length < 10; ++length)
        CHECK(probe(Wire(client.begin(), client.begin() + static_cast<std::ptrdiff_t>(length))).answer == Probe::Answer::need_more);
    CHECK(probe(record(21, {2, 40})).answer == Probe::Answer::match);
    CHECK(probe(record(23, Wire(20, 1))).answer == Probe::Answer::no_match);
    CHECK(probe(record(23, Wire(20, 1)), true).answer == Probe::Answer::match);
    CHECK(probe(joined({record(23, Wire(20, 1)), Wire(5, 9)}), true).answer == Probe::Answer::no_match);
    CHECK(tls::Parser::probe(Offer{client, Transport::udp, to_server, true}).answer == Probe::Answer::no_match);
    for (const Wire& other : {text("SSH-2.0-OpenSSH_9.2\r\n"), text("GET / HTTP/1.1\r\n"), "16030102000900 01fc0303"_hex, "802e020000"_hex})
        CHECK(probe(other, true).answer == Probe::Answer::no_match);
}
