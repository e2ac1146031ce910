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

private:
    void app_known(Session& session) noexcept override {
        found += (found.empty() ? "" : " ") + std::string{session.app_status == AppStatus::known ? protocols()[session.app].name : "failed"};
    }
    void app_roles(Session&) noexcept override {}
    void app_transaction(Session&, const ParserInfo&, const void*, Report, Direction) noexcept override {}
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

Wire client_hello() {
    return tls_wire::record(22, tls_wire::client_hello({0x13, 0x01}, tls_wire::server_name("inner.example")));
}

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
