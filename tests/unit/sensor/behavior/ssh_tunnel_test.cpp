// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/ssh_tunnel.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;
constexpr Time ms = second / 1000;

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::reverse_tunnel);
        CHECK(suspicion.weak);
        ++heard;
        return true;
    }
    int heard = 0;
};

/// An SSH session by the sizes of its payloads.
struct Shape {
    Shape() {
        session.app = find_protocol("ssh");
        session.app_status = AppStatus::known;
    }
    Shape& say(Direction direction, std::uint32_t size, Time after = 5 * ms) {
        clock += after;
        detector.payload(state, session, {direction, size, clock}, listener);
        return *this;
    }
    /// Banners, lists, key exchange, login.
    Shape& begin() {
        say(up, 41).say(down, 41).say(up, 1448).say(up, 112).say(down, 1088).say(up, 1208).say(down, 1448).say(down, 116);
        for (int i = 0; i < 8; ++i) say(up, 100).say(down, 60);
        return *this;
    }
    Session session;
    Time clock = 1'000 * second;
    Listener listener;
    SshTunnelDetector detector;
    SshTunnelDetector::State state;
};

}  // namespace

TEST_CASE("SSH tunnel: a second exchange of lists shows another session inside") {
    Shape shape;
    shape.begin();
    CHECK(shape.listener.heard == 0);
    shape.say(down, 92, second).say(up, 44).say(down, 76).say(up, 76).say(down, 1448).say(down, 148).say(up, 1124);
    CHECK(shape.listener.heard == 1);
    shape.say(up, 1448, second).say(down, 1448);
    CHECK(shape.listener.heard == 1);
}

TEST_CASE("SSH tunnel: a shell, a transfer and new keys are no tunnel") {
    Shape shell;
    shell.begin();
    for (int i = 0; i < 40; ++i) shell.say(up, 36, second).say(down, 36).say(down, i % 5 == 0 ? 1400 : 100);
    CHECK(shell.listener.heard == 0);

    Shape transfer;
    transfer.begin();
    for (int i = 0; i < 400; ++i) transfer.say(up, 1448).say(down, 52);
    CHECK(transfer.listener.heard == 0);

    Shape old;
    old.begin();
    for (int i = 0; i < 200'000; ++i) old.say(up, 1448);
    old.say(up, 1100, second).say(down, 1100);
    CHECK(old.listener.heard == 0);
}

TEST_CASE("SSH tunnel: only SSH is looked at") {
    Shape shape;
    shape.session.app = find_protocol("tls");
    shape.begin().say(down, 1448, second).say(up, 1124);
    CHECK(shape.listener.heard == 0);
}
