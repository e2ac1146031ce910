// SPDX-License-Identifier: Apache-2.0
#include "sensor/decode/steer.hpp"

#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/packet_builder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::uint32_t workers = 1000;  // so many that equal means the same hash

/// The worker of `builder` where 10.20.0.0/16 and 2001:db8:20::/48 are equipment.
std::uint32_t worker(const PacketBuilder& builder, std::uint32_t count = workers) {
    const auto ranges = {IpPrefix::parse("10.20.0.0/16"), IpPrefix::parse("2001:db8:20::/48")};
    const Frame frame = builder.bytes();
    return choose_worker(as_packet(frame), count, [&](const IpAddress& address) {
        return std::ranges::any_of(ranges, [&](const auto& range) { return range->contains(address); });
    });
}
PacketBuilder v4(std::string_view source, std::string_view destination) {
    return PacketBuilder{}.ethernet().ipv4(source, destination).udp(1, 2);
}

}  // namespace

TEST_CASE("steer: all that a piece of equipment does meets in one worker") {
    const std::uint32_t home = worker(v4("10.20.0.5", "203.0.113.1"));
    CHECK(home == worker(v4("203.0.113.1", "10.20.0.5")));
    CHECK(home == worker(v4("198.51.100.7", "10.20.0.5")));
    CHECK(home == worker(PacketBuilder{}.ethernet().vlan(7).mpls(16).ipv4("10.20.0.5", "192.0.2.1").tcp(5, 6)));
    CHECK(home == worker(PacketBuilder{}
                             .ethernet()
                             .ipv4({.source = "10.20.0.5", .destination = "192.0.2.1", .fragment_offset = 800, .protocol = 17})
                             .payload(64, 0)));
    CHECK(
        home ==
        worker(
            PacketBuilder{}.ethernet().ipv4("10.20.0.5", "192.0.2.1").ipv4("10.0.0.1", "10.0.0.2").udp(1, 2)));  // a tunnel: by its outside
    CHECK(home != worker(v4("10.20.0.6", "203.0.113.1")));
}

TEST_CASE("steer: between equipment the lower address decides; without equipment the pair") {
    CHECK(worker(v4("10.20.0.5", "10.20.0.9")) == worker(v4("10.20.0.5", "203.0.113.1")));
    CHECK(worker(v4("10.20.0.9", "10.20.0.5")) == worker(v4("10.20.0.5", "203.0.113.1")));
    CHECK(worker(v4("192.0.2.1", "192.0.2.2")) == worker(v4("192.0.2.2", "192.0.2.1")));
    CHECK(worker(v4("192.0.2.1", "192.0.2.2")) != worker(v4("192.0.2.1", "192.0.2.3")));
    const auto v6 = [](std::string_view source, std::string_view destination) {
        return PacketBuilder{}.ethernet().ipv6(source, destination).udp(1, 2);
    };
    CHECK(worker(v6("2001:db8:20::1", "2001:db8::9")) == worker(v6("2001:db8::7", "2001:db8:20::1")));
    CHECK(worker(v6("2001:db8::1", "2001:db8::9")) == worker(v6("2001:db8::9", "2001:db8::1")));
}

TEST_CASE("steer: without IP, or with one worker, the first") {
    CHECK(worker(PacketBuilder{}.ethernet({.type = 0x0806}).payload(28, 0)) == 0);
    CHECK(worker(PacketBuilder{}.ethernet({.type = 0x0800}).payload(19, 0x45)) == 0);
    CHECK(worker(PacketBuilder{}) == 0);
    CHECK(worker(v4("10.20.0.5", "203.0.113.1"), 1) == 0);
}

TEST_CASE("steer: equipment spreads over the workers") {
    std::set<std::uint32_t> used;
    for (int i = 0; i < 64; ++i) {
        const std::string address = "10.20.3." + std::to_string(i);
        const std::uint32_t chosen = worker(v4(address, "203.0.113.1"), 4);
        CHECK(chosen < 4);
        used.insert(chosen);
    }
    CHECK(used.size() == 4);
}
