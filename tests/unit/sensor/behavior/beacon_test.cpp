// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/beacon.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    explicit Listener(bool takes = true) : accept(takes) {}
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        why.emplace_back(suspicion.why);
        return accept;
    }
    bool accept;
    std::vector<std::string> why;
};

/// Contacts of one client with one service.
class Client {
public:
    explicit Client(Listener& listener) : listener_(listener) {
        session_.key.low = IpAddress::v4(1);
        session_.key.high = IpAddress::v4(2);
        session_.key.high_port = 443;
        session_.key.protocol = 6;
    }
    Client& say(double after, std::uint32_t size = 100, Direction direction = Direction::to_server) {
        clock_ += static_cast<Time>(after * static_cast<double>(second));
        detector_.contact(session_, {direction, size, clock_}, listener_);
        return *this;
    }
    Client& answer(double after, std::uint32_t size = 100) { return say(after, size, Direction::to_client); }

private:
    Listener& listener_;
    BeaconDetector detector_;
    Session session_;
    Time clock_ = 1'000 * second;
};

/// Numbers between 0 and 1 that look random, the same in every run.
double scattered(std::uint32_t number) { return std::fmod(0.5 + number * 0.618033988749895, 1.0); }

}  // namespace

TEST_CASE("Beacon: how alike numbers are") {
    const auto of = [](std::vector<std::uint32_t> values) { return regularity(values); };
    CHECK(of({}) == 0);
    CHECK(of({60}) == 1);
    CHECK(of({60, 60, 60, 60, 60}) == 1);
    CHECK(of({0, 0, 0, 0}) == 1);
    CHECK(of({60, 61, 60, 59, 60, 300, 60}) > 0.95);  // one late contact
    std::vector<std::uint32_t> even, random;
    for (std::uint32_t i = 0; i < 100; ++i) {
        even.push_back(static_cast<std::uint32_t>(500 + 1000 * scattered(i)));
        random.push_back(static_cast<std::uint32_t>(-1000 * std::log(scattered(i) + 0.001)));
    }
    CHECK(std::abs(of(even) - 0.875) < 0.05);
    CHECK(std::abs(of(random) - 0.52) < 0.08);
}

TEST_CASE("Beacon: regular contacts") {
    struct Case {
        std::string_view what;
        double every, jitter;
        bool found;
    };
    for (const Case& c : {Case{"each minute", 60, 0, true}, Case{"with jitter", 60, 0.5, true}, Case{"each 6 hours", 21600, 0.1, true},
                          Case{"at the line", 1, 0, true}, Case{"a stream", 0.9, 0, false}, Case{"at random", 60, 2.2, false}}) {
        CAPTURE(c.what);
        Listener listener;
        Client client{listener};
        for (std::uint32_t i = 0; i < 30; ++i) {
            const double shift = c.jitter * (scattered(i) - 0.5);
            client.say(c.jitter > 1 ? -c.every * std::log(scattered(i) + 0.001) + 1 : c.every * (1 + 2 * shift / 2), 120);
        }
        CHECK(listener.why.size() == (c.found ? 1 : 0));
    }
}

TEST_CASE("Beacon: few contacts, contacts of all sizes, and a far end that breaks the silence are none") {
    Listener listener;
    Client client{listener};
    SECTION("few") {
        for (int i = 0; i < 9; ++i) client.say(60);
    }
    SECTION("of all sizes") {
        for (std::uint32_t i = 0; i < 60; ++i) client.say(60 * (0.6 + 0.8 * scattered(i)), 10u << (i * 7 % 12));
    }
    SECTION("polled by the other end") {
        client.say(1);
        for (int i = 0; i < 60; ++i) client.answer(60).say(0.01);
    }
    CHECK(listener.why.empty());
}

TEST_CASE("Beacon: the packets of one contact are one, and its size is that of its first payload") {
    Listener listener;
    Client client{listener};
    for (int i = 0; i < 12; ++i) client.say(30, 0).say(0.1, 77).answer(0.1, 500).say(0.1, 900);
    REQUIRE(listener.why.size() == 1);
    CHECK(listener.why[0].find("10 times, every 30.3 s with 77 bytes") != std::string::npos);
}

TEST_CASE("Beacon: what was not taken is said again, less and less often") {
    Listener listener{false};
    Client client{listener};
    for (int i = 0; i < 100; ++i) client.say(60);
    CHECK(listener.why.size() == 6);  // at 10, 15, 22, 33, 49, 73
}
