// SPDX-License-Identifier: Apache-2.0
// Sessions in which one protocol gives way to another: what is inside is identified anew.
#include "sensor/inspect/app_layer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tls_records.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;

/// Writes down which protocols were found, one behind the other.
class Listener final : public AppListener {
public:
    std::string found;
    std::string last;  ///< sub-protocol of the latest WebSocket frame

private:
    void app_known(Session& session) noexcept override {
        found +=
            (found.empty() ? "" : " ") + std::string{session.app_status == AppStatus::known ? protocols()[session.app].name : "failed"};
    }
    void app_roles(Session&) noexcept override {}
    void app_transaction(Session&, const ParserInfo& parser, const void* transaction, Report, Direction) noexcept override {
        for (const Field& field : parser.fields)
            if (field.keyword == "websocket.subprotocol") last = as_text(field.get(transaction, 0).bytes);
    }
    void app_anomaly(Session&, const ParserInfo&, unsigned, Direction) noexcept override {}
    void app_expects(Session&, const Expectation&) noexcept override {}
};

/// One session through the stage, with what a stream keeps: bytes that were not consumed.
struct Bench {
    Identifier identifier;
    Listener listener;
    AppLayer apps{identifier, 1 << 20, listener};
    Session session;
    std::array<Wire, 2> pending;

    explicit Bench(std::uint16_t port) {
        session.key.low_port = 40'000;
        session.key.high_port = port;
    }
    ~Bench() { apps.close(session); }
    void say(Direction direction, Bytes bytes) {
        Wire& kept = pending[static_cast<std::size_t>(direction)];
        kept.insert(kept.end(), bytes.begin(), bytes.end());
        for (Fed fed = Fed::ok(1); !kept.empty() && fed.consumed != 0 && fed.status == Fed::Status::ok;) {
            fed = apps.stream(session, direction, kept);
            kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(fed.consumed));
        }
    }
    void say(Direction direction, std::string_view text) { say(direction, as_bytes(text)); }
    [[nodiscard]] std::string_view outer() const { return session.app_outer == no_protocol ? "" : protocols()[session.app_outer].name; }
};

Wire client_hello() { return tls_wire::record(22, tls_wire::client_hello({0x13, 0x01}, tls_wire::server_name("inner.example"))); }

}  // namespace

TEST_CASE("upgrade: TLS inside an HTTP CONNECT") {
    Bench bench{3128};
    bench.say(up, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example\r\n\r\n");
    bench.say(down, "HTTP/1.1 200 Connection established\r\n\r\n");
    CHECK(bench.session.app_status == AppStatus::unseen);
    bench.say(up, client_hello());
    CHECK(bench.listener.found == "http tls");
    CHECK(bench.outer() == "http");
    CHECK(bench.session.service_app() == find_protocol("http"));
}

TEST_CASE("upgrade: a client that does not wait for the proxy's answer") {
    Bench bench{3128};
    bench.say(up, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example\r\n\r\n");
    const Wire hello = client_hello();
    bench.say(up, Bytes{hello}.first(20));
    bench.say(down, "HTTP/1.1 200 ok\r\n\r\n");
    bench.say(up, Bytes{hello}.subspan(20));
    CHECK(bench.listener.found == "http tls");
}

TEST_CASE("upgrade: a capture of the client's side alone") {
    Bench bench{3128};
    bench.say(up, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example\r\n\r\n");
    bench.say(up, client_hello());
    CHECK(bench.listener.found == "http");
    bench.say(up, tls_wire::record(23, Wire(5000, 0x55), 0x0303));
    bench.say(up, tls_wire::record(23, Wire(10, 0x55), 0x0303));
    CHECK(bench.listener.found == "http tls");
}

TEST_CASE("upgrade: bytes of the inner protocol in the same segment as the response") {
    Bench bench{8080};
    bench.say(up, "CONNECT inner.example:22 HTTP/1.1\r\nHost: inner.example\r\n\r\n");
    bench.say(down, "HTTP/1.1 200 ok\r\n\r\nSSH-2.0-OpenSSH_9.6\r\n");
    CHECK(bench.listener.found == "http ssh");
}

TEST_CASE("upgrade: a proxy behind a proxy; the outermost stays the service") {
    Bench bench{3128};
    bench.say(up, "CONNECT second.example:3128 HTTP/1.1\r\nHost: second.example\r\n\r\n");
    bench.say(down, "HTTP/1.1 200 ok\r\n\r\n");
    bench.say(up, "CONNECT inner.example:443 HTTP/1.1\r\nHost: inner.example\r\n\r\n");
    bench.say(down, "HTTP/1.1 200 ok\r\n\r\n");
    bench.say(up, client_hello());
    CHECK(bench.listener.found == "http http tls");
    CHECK(bench.outer() == "http");
    CHECK(bench.apps.metrics().upgraded.get() == 2);
}

TEST_CASE("upgrade: WebSocket is handed over by name, and told what it carries") {
    Bench bench{80};
    bench.say(up, "GET /usp HTTP/1.1\r\nHost: acs.example\r\nUpgrade: websocket\r\n\r\n");
    bench.say(down, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: v1.usp\r\n\r\n\x81\x02hi");
    CHECK(bench.listener.found == "http websocket");
    CHECK(bench.listener.last == "v1.usp");
}

TEST_CASE("upgrade: TLS behind SOCKS, STARTTLS and RDP's negotiation") {
    using namespace std::string_view_literals;
    struct Case {
        std::uint16_t port;
        std::vector<std::pair<Direction, std::string_view>> said;
        std::string_view found;
    };
    const auto [port, said, found] = GENERATE(
        Case{1080, {{up, "\5\1\0"sv}, {down, "\5\0"sv}, {up, "\5\1\0\1\xcb\0\x71\x32\1\xbb"sv}, {down, "\5\0\0\1\0\0\0\0\0\0"sv}}, "socks tls"},
        Case{25, {{down, "220 a ESMTP\r\n"}, {up, "EHLO b\r\nSTARTTLS\r\n"}, {down, "250 a\r\n220 go\r\n"}}, "smtp tls"},
        Case{110, {{down, "+OK POP3\r\n"}, {up, "STLS\r\n"}, {down, "+OK\r\n"}}, "pop3 tls"},
        Case{143, {{down, "* OK IMAP\r\n"}, {up, "a STARTTLS\r\n"}, {down, "a OK\r\n"}}, "imap tls"},
        Case{3389,
             {{up, "\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"sv}, {down, "\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\2\0\0\0"sv}},
             "rdp tls"});
    Bench bench{port};
    for (const auto& [direction, text] : said) bench.say(direction, text);
    bench.say(up, client_hello());
    CHECK(bench.listener.found == found);
    CHECK(bench.outer() == found.substr(0, found.find(' ')));
}
