// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/icmp_tunnel.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

struct Listener final : SuspicionSink {
    explicit Listener(bool takes = true) : accept(takes) {}
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        weak.push_back(suspicion.weak);
        why = suspicion.why;
        return accept;
    }
    bool accept;
    std::vector<bool> weak;
    std::string why;
};

/// Echoes of one session.
class Echoes {
public:
    explicit Echoes(Listener& listener) : listener_(listener) {}

    Echoes& ask(std::uint16_t sequence, std::string_view data) { return say(Direction::to_server, sequence, data); }
    Echoes& reply(std::uint16_t sequence, std::string_view data) { return say(Direction::to_client, sequence, data); }
    Echoes& wait(Time time) {
        clock_ += time;
        return *this;
    }

private:
    Echoes& say(Direction direction, std::uint16_t sequence, std::string_view data) {
        detector_.echo(state_, session_, {direction, direction == Direction::to_client, sequence, as_bytes(data), clock_}, listener_);
        clock_ += second / 100;
        return *this;
    }

    Listener& listener_;
    IcmpTunnelDetector detector_;
    IcmpTunnelDetector::State state_;
    Session session_;
    Time clock_ = 1'000 * second;
};

/// As ping sends it: a clock, then always the same.
std::string ping(std::size_t number, std::size_t size = 56) {
    std::string data(size, 'p');
    for (std::size_t i = 0; i < 16 && i < size; ++i) data[i] = static_cast<char>(number * 31 + i);
    return data;
}
/// What somebody says: never the same.
std::string talk(std::size_t number, std::size_t size) {
    std::string data(size, 'a');
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>('a' + (number * 7 + i * number) % 26);
    return data;
}

}  // namespace

TEST_CASE("ICMP tunnel: replies that are not what was asked") {
    Listener listener;
    Echoes echoes{listener};
    for (std::uint16_t i = 0; i < 10; ++i) echoes.ask(i, talk(i, 40)).reply(i, talk(i + 100, 30));
    CHECK(listener.weak == std::vector<bool>{false});
    CHECK(listener.why.find("4 of 4 echo replies") != std::string::npos);
}

TEST_CASE("ICMP tunnel: a second reply, beside the one of the system") {
    Listener listener;
    Echoes echoes{listener};
    for (std::uint16_t i = 0; i < 4; ++i) echoes.ask(i, talk(i, 40)).reply(i, talk(i, 40)).reply(i, talk(i + 50, 40));
    CHECK(listener.weak == std::vector<bool>{false});
}

TEST_CASE("ICMP tunnel: contents that change although all is given back") {
    Listener listener;
    Echoes echoes{listener};
    for (std::uint16_t i = 0; i < 12; ++i) echoes.ask(i, talk(i, 1000)).reply(i, talk(i, 1000));
    CHECK(listener.weak == std::vector<bool>{false});
    Listener slow;
    Echoes rare{slow};
    for (std::uint16_t i = 0; i < 12; ++i) rare.ask(i, talk(i, 1000)).reply(i, talk(i, 1000)).wait(60 * second);
    CHECK(slow.weak.empty());
}

TEST_CASE("ICMP tunnel: sizes of all sorts are a weak sign, told again when there is a strong one") {
    Listener listener{false};
    Echoes echoes{listener};
    for (std::uint16_t i = 0; i < 20; ++i) echoes.ask(i, ping(i, 100 + 10 * i)).reply(i, ping(i, 100 + 10 * i));
    CHECK(listener.weak == std::vector<bool>{true});
    for (std::uint16_t i = 0; i < 20; ++i) echoes.ask(i, talk(i, 90)).reply(i, talk(i + 1, 90));
    CHECK(listener.weak == std::vector<bool>{true, false});
}

TEST_CASE("ICMP tunnel: pings are none") {
    Listener listener;
    SECTION("ordinary, with a clock in each") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 200; ++i) echoes.ask(i, ping(i)).reply(i, ping(i));
    }
    SECTION("large, in a flood, many before the first reply") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 200; ++i) {
            echoes.ask(i, ping(i, 1400));
            if (i >= 7) echoes.reply(static_cast<std::uint16_t>(i - 7), ping(i - 7u, 1400));
        }
    }
    SECTION("all with one sequence number") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 50; ++i) echoes.ask(0, ping(i)).reply(0, ping(i));
    }
    SECTION("cut short by who answers") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 50; ++i) echoes.ask(i, ping(i, 1000)).reply(i, ping(i, 1000).substr(0, 64));
    }
    SECTION("replies whose requests were not seen") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 50; ++i) echoes.reply(i, ping(i));
    }
    SECTION("nothing in them") {
        Echoes echoes{listener};
        for (std::uint16_t i = 0; i < 50; ++i) echoes.ask(i, "").reply(i, "");
    }
    CHECK(listener.weak.empty());
}
