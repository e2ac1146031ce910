// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/exfil.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    explicit Listener(bool takes = true) : accept(takes) {}
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::exfil);
        CHECK(suspicion.weak);
        about.push_back(suspicion.about);
        return accept;
    }
    bool accept;
    std::vector<std::optional<Facing>> about;
};

/// What an end sends, in pieces of 1,000 bytes.
void send(const ExfilDetector& detector, ExfilDetector::State& state, const Session& session, Direction direction, std::size_t pieces,
          Listener& listener) {
    for (std::size_t i = 0; i < pieces; ++i) detector.payload(state, session, {direction, 1'000, second}, listener);
}

constexpr Direction up = Direction::to_server, down = Direction::to_client;

}  // namespace

TEST_CASE("Exfil: much one way, and little the other, is told of who sends it") {
    const ExfilDetector detector;
    Listener listener;
    ExfilDetector::State state;
    send(detector, state, {}, up, 1048, listener);
    CHECK(listener.about.empty());
    send(detector, state, {}, up, 100, listener);
    CHECK(listener.about == std::vector<std::optional<Facing>>{Facing::egress});

    ExfilDetector::State pulled;
    send(detector, pulled, {}, down, 2000, listener);
    CHECK(listener.about.back() == Facing::ingress);

    ExfilDetector::State both;
    send(detector, both, {}, up, 1'000, listener);
    send(detector, both, {}, down, 1'000, listener);
    send(detector, both, {}, up, 2'900, listener);
    CHECK(listener.about.size() == 2);
}

TEST_CASE("Exfil: a session that carries nothing but a file needs little of it") {
    const ExfilDetector detector;
    Listener listener;
    ExfilDetector::State state;
    Session session;
    session.app = find_protocol("ftp-data");
    session.app_status = AppStatus::known;
    send(detector, state, session, up, 1, listener);
    CHECK(listener.about.size() == 1);
}

TEST_CASE("Exfil: what nobody wants to know is said again when it has doubled") {
    const ExfilDetector detector;
    Listener listener{false};
    ExfilDetector::State state;
    send(detector, state, {}, up, 10'000, listener);
    CHECK(listener.about.size() == 4);  // at 1, 2, 4 and 8 MiB
}
