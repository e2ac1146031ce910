// SPDX-License-Identifier: Apache-2.0
#include "sensor/behavior/knock.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

const IpAddress device = *IpAddress::parse("10.20.1.11"), stranger = *IpAddress::parse("198.51.100.9");

struct Listener final : SuspicionSink {
    bool suspect(const Session&, const Suspicion& suspicion) noexcept override {
        CHECK(suspicion.kind == Kind::call_home);
        CHECK(suspicion.weak);
        why.emplace_back(suspicion.why);
        return true;
    }
    std::vector<std::string> why;
};

struct Bench {
    Bench& knock(std::string_view payload, Time at, const IpAddress& to = device) {
        Session session;
        session.key.low = stranger;
        session.key.high = to;
        detector.knock(session, as_bytes(payload), at);
        return *this;
    }
    std::size_t dial(std::string_view peer, Time at, std::uint32_t size = 0, EquipmentId peer_equipment = no_equipment) {
        Session session;
        session.key.low = device;
        session.key.high = *IpAddress::parse(peer);
        session.equipment = {1, peer_equipment};
        detector.contact(session, {Direction::to_server, size, at}, listener);
        return listener.why.size();
    }
    Listener listener;
    KnockDetector detector;
};

}  // namespace

TEST_CASE("Knock: whom a packet has named, the device dials") {
    const std::string wire("\x00\x01passwd\xcb\x00\x71\x32\x01\xbb", 14), turned("x\x32\x71\x00\xcb", 5);
    for (const std::string& payload : {wire, turned, std::string{"S: magic 203.0.113.50:443"}}) {
        CAPTURE(payload);
        Bench bench;
        CHECK(bench.knock(payload, 100 * second).dial("203.0.113.51", 101 * second) == 0);
        CHECK(bench.dial("203.0.113.50", 102 * second) == 1);
        CHECK(bench.listener.why[0] == "a packet from 198.51.100.9 held that address 2000 ms before");
    }
}

TEST_CASE("Knock: IPv6 as well") {
    Bench bench;
    const auto address = *IpAddress::parse("2001:db8::beef");
    const std::string payload = "go " + std::string{as_text(Bytes{address.bytes()})};
    CHECK(bench.knock(payload, second).dial("2001:db8::beef", 2 * second) == 1);
}

TEST_CASE("Knock: not later, not another device, not in the middle of a session, not between devices") {
    const std::string payload = "203.0.113.50";
    Bench bench;
    bench.knock(payload, second);
    CHECK(bench.dial("203.0.113.50", 62 * second) == 0);
    CHECK(bench.dial("203.0.113.50", 2 * second, 40) == 0);
    CHECK(bench.dial("203.0.113.50", 2 * second, 0, 7) == 0);
    Bench other;
    other.knock(payload, second, *IpAddress::parse("10.20.1.12"));
    CHECK(other.dial("203.0.113.50", 2 * second) == 0);
}

TEST_CASE("Knock: the latest packets of a device are kept, and of each its beginning") {
    Bench bench;
    bench.knock("203.0.113.50", second);
    for (int i = 0; i < 8; ++i) bench.knock("nothing", second);
    CHECK(bench.dial("203.0.113.50", 2 * second) == 0);
    bench.knock(std::string(64, 'x') + "203.0.113.50", second);
    CHECK(bench.dial("203.0.113.50", 2 * second) == 0);
}
