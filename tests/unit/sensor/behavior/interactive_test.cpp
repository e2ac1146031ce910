// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/interactive.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

constexpr Time ms = second / 1000;

/// Takes what is told; `accept` false: nobody wants to know yet.
struct Listener final : SuspicionSink {
    explicit Listener(bool takes = true) : accept(takes) {}
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        driven_by.push_back(suspicion.driven_by);
        weak.push_back(suspicion.weak);
        why = suspicion.why;
        return accept;
    }
    bool accept;
    std::vector<Direction> driven_by;
    std::vector<bool> weak;
    std::string why;
};

/// A session as the detector sees it.
class Shape {
public:
    explicit Shape(Listener& listener) : listener_(listener) { say(Direction::to_server, 40, 0); }

    Shape& say(Direction direction, std::uint32_t size, Time after) {
        clock_ += after;
        detector_.payload(state_, session, {direction, size, clock_}, listener_);
        return *this;
    }
    /// One end breaks a silence, the other answers.
    Shape& turn(Direction breaker, Time silence, std::uint32_t size = 20, std::uint32_t answer = 100, Time after = 5 * ms) {
        return say(breaker, size, silence).say(opposite(breaker), answer, after);
    }

    Session session;

private:
    InteractiveDetector detector_;
    InteractiveDetector::State state_;
    Listener& listener_;
    Time clock_ = 1'000 * second;
};

constexpr Direction client = Direction::to_server, server = Direction::to_client;

}  // namespace

TEST_CASE("Interactive: who breaks the silences, with little, and is answered at once, drives the session") {
    struct Case {
        std::string_view what;
        Direction breaker;
        Time silence;
        std::uint32_t size;
        Time answer;
        bool found;
    };
    const Case cases[]{
        {"typed at the end that opened it", client, second, 20, 5 * ms, true},
        {"typed at the end that accepted it", server, second, 20, 5 * ms, true},
        {"silences at the line", server, 500 * ms, 200, 249 * ms, true},
        {"no silence", server, 499 * ms, 20, 5 * ms, false},
        {"more than anybody types", server, second, 201, 5 * ms, false},
        {"answered late", server, second, 20, 250 * ms, false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        Listener listener;
        Shape shape{listener};
        for (std::uint32_t i = 0; i < 12; ++i)
            shape.turn(c.breaker, c.silence + (i % 3) * 300 * ms * (c.silence >= 500 * ms ? 1 : 0), c.size, 50 + i, c.answer);
        REQUIRE(listener.driven_by.size() == (c.found ? 1 : 0));
        if (c.found) CHECK(listener.driven_by[0] == c.breaker);
    }
}

TEST_CASE("Interactive: silences broken by both ends are a conversation of programs") {
    Listener listener;
    Shape shape{listener};
    for (int i = 0; i < 40; ++i) shape.turn(i % 3 == 0 ? client : server, second);
    CHECK(listener.driven_by.empty());
}

TEST_CASE("Interactive: what only one end says is not answered") {
    Listener listener;
    Shape shape{listener};
    for (int i = 0; i < 40; ++i) shape.say(server, 20, second);
    CHECK(listener.driven_by.empty());
}

TEST_CASE("Interactive: a few silences make a weak suspicion, many a strong one, but not a program's regular ones") {
    Listener listener{false};
    Shape shape{listener};
    for (std::uint32_t i = 0; i < 8; ++i) shape.turn(server, second + (i * 7 % 5) * second, 20, 100 + i);
    CHECK(listener.weak == std::vector<bool>{true, false});  // at 4 and at 8
    CHECK(listener.why.find("8 of 8 silences") != std::string::npos);

    Listener steady{false};
    Shape poll{steady};
    for (std::uint32_t i = 0; i < 64; ++i) poll.turn(server, 10 * second, 20, 100 + i);
    CHECK(steady.weak == std::vector<bool>(5, true));

    Listener dull{false};
    Shape acknowledged{dull};
    for (std::uint32_t i = 0; i < 64; ++i) acknowledged.turn(server, second + (i * 7 % 5) * second, 20, 4);
    CHECK(dull.weak == std::vector<bool>(5, true));
}

TEST_CASE("Interactive: what was told is not told again") {
    Listener listener;
    Shape shape{listener};
    for (int i = 0; i < 100; ++i) shape.turn(server, second);
    CHECK(listener.driven_by.size() == 1);
}
