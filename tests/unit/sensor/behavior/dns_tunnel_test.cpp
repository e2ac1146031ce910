// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/dns_tunnel.hpp"

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

/// Questions of one client to one server.
class Client {
public:
    explicit Client(Listener& listener, DnsTunnelDetector::Settings settings = {}) : listener_(listener), detector_(settings) { from(1); }

    Client& ask(std::string_view name, std::string_view type = "A", Time after = second / 10) {
        clock_ += after;
        detector_.question(session_, {name, type, clock_}, listener_);
        return *this;
    }
    Client& from(std::uint32_t address) {
        session_.key.low = IpAddress::v4(address);
        session_.key.high = IpAddress::v4(0x0a00'00ff);
        return *this;
    }
    [[nodiscard]] std::uint64_t forgotten() const { return detector_.forgotten(); }

private:
    Listener& listener_;
    DnsTunnelDetector detector_;
    Session session_;
    Time clock_ = 1'000 * second;
};

/// A label of that size, another one for each number.
std::string label(std::size_t number, std::size_t size = 8) {
    std::string text = std::to_string(number);
    return text + std::string(size - std::min(size, text.size()), 'x');
}

}  // namespace

TEST_CASE("DNS tunnel: many long names under one base") {
    Listener listener;
    Client client{listener};
    for (std::size_t i = 0; i < 60; ++i) client.ask(label(i, 60) + ".t.example.com", "TXT");
    CHECK(listener.weak == std::vector<bool>{false});
    CHECK(listener.why.find("20 names under example.com") != std::string::npos);
}

TEST_CASE("DNS tunnel: types that carry raw bytes need few names") {
    for (const std::string_view type : {"NULL", "65399"}) {
        Listener listener;
        Client client{listener};
        for (std::size_t i = 0; i < 6; ++i) client.ask(label(i) + ".example.com", type);
        CHECK(listener.weak == std::vector<bool>{false});
    }
    Listener listener;
    Client client{listener};
    for (std::size_t i = 0; i < 15; ++i) client.ask(label(i) + ".example.com", "257");
    CHECK(listener.weak.empty());
}

TEST_CASE("DNS tunnel: many short names are a weak sign, told again when their volume is large") {
    Listener listener{false};
    Client client{listener};
    for (std::size_t i = 0; i < 40; ++i) client.ask(label(i) + ".example.com");
    CHECK(listener.weak == std::vector<bool>{true});
    for (std::size_t i = 40; i < 500; ++i) client.ask(label(i, 16) + ".example.com", "A", second / 100);
    CHECK(listener.weak == std::vector<bool>{true, false});
}

TEST_CASE("DNS tunnel: ordinary questions are none") {
    Listener listener;
    Client client{listener};
    SECTION("the same names again and again, in changing case") {
        for (std::size_t i = 0; i < 500; ++i) client.ask(i % 2 == 0 ? "ntp1.operator.example" : "NTP1.Operator.example");
    }
    SECTION("many domains") {
        for (std::size_t i = 0; i < 500; ++i) client.ask("www." + label(i) + ".com");
    }
    SECTION("many domains in a country") {
        for (std::size_t i = 0; i < 500; ++i) client.ask("www." + label(i) + ".co.uk");
    }
    SECTION("reverse lookups") {
        for (std::size_t i = 0; i < 250; ++i) client.ask(label(i, 1) + ".2.0.192.in-addr.arpa", "PTR");
    }
    SECTION("many names, in good time") {
        for (std::size_t i = 0; i < 200; ++i) client.ask(label(i, 60) + ".example.com", "A", 4 * second);
    }
    SECTION("odd names") {
        for (const std::string_view name : {"", ".", "..", "com", "com.", ".com", "a..b", "example.com", ".a.bb", "a.b.cc"})
            for (std::size_t i = 0; i < 50; ++i) client.ask(name, "NULL");
    }
    CHECK(listener.weak.empty());
}

TEST_CASE("DNS tunnel: clients are told apart, and forgotten where there are too many") {
    Listener listener;
    Client few{listener, {.rows = 64}};
    for (std::uint32_t i = 0; i < 400; ++i) few.from(i % 8 + 1).ask(label(i, 60) + ".example.com", "A", second / 100);
    CHECK(listener.weak.size() == 8);
    CHECK(few.forgotten() == 0);
    for (std::uint32_t i = 0; i < 100; ++i) few.from(i + 100).ask("a.example.com");
    CHECK(few.forgotten() >= 100 + 8 - 64);
}
