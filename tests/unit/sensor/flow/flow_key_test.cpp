// SPDX-License-Identifier: Apache-2.0
#include "sensor/flow/flow_key.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/flow_packets.hpp"

using namespace weir;
using namespace weir::test;

namespace {
PacketKey key_of(const FlowPacket& packet) { return make_key(DecodedPacket{packet}.layers()); }
}  // namespace

TEST_CASE("Both directions have one key") {
    const PacketKey there = key_of({});
    const PacketKey back = key_of(answer({}));
    CHECK(there.key == back.key);
    CHECK(there.hash == back.hash);
    CHECK(there.from_low);
    CHECK_FALSE(back.from_low);
    CHECK(there.key.low_port == 40000);
    CHECK(there.key.high_port == 80);
}

TEST_CASE("Ports order a session of a host with itself") {
    const FlowPacket packet{.source = 0x7f000001, .destination = 0x7f000001, .source_port = 80, .destination_port = 40000};
    CHECK(key_of(packet).key == key_of(answer(packet)).key);
    CHECK(key_of(packet).from_low != key_of(answer(packet)).from_low);
}

TEST_CASE("Protocol, context and ports tell sessions apart") {
    const FlowKey key = key_of({}).key;
    CHECK_FALSE(key == key_of({.protocol = ip_protocol::tcp}).key);
    CHECK_FALSE(key == key_of({.context = 1}).key);
    CHECK_FALSE(key == key_of({.source_port = 80, .destination_port = 40000}).key);
}

TEST_CASE("An ICMP request and its response agree") {
    struct Row {
        std::uint8_t protocol, request, response;
        bool identified;
    };
    const auto row = GENERATE(values<Row>({{ip_protocol::icmp, 8, 0, true},
                                           {ip_protocol::icmp, 13, 14, true},
                                           {ip_protocol::icmp, 15, 16, true},
                                           {ip_protocol::icmp, 17, 18, true},
                                           {ip_protocol::icmp, 10, 9, false},
                                           {ip_protocol::icmpv6, 128, 129, true},
                                           {ip_protocol::icmpv6, 133, 134, false},
                                           {ip_protocol::icmpv6, 135, 136, false},
                                           {ip_protocol::icmpv6, 144, 145, false}}));
    FlowPacket request{.protocol = row.protocol, .icmp_type = row.request, .icmp_identifier = 0x1234};
    FlowPacket response = answer(request);
    response.icmp_type = row.response;
    CHECK(key_of(request).key == key_of(response).key);
    CHECK(key_of(request).from_low != key_of(response).from_low);
    CHECK_FALSE(is_icmp_response(row.protocol, row.request));
    CHECK(is_icmp_response(row.protocol, row.response));
    FlowPacket other = request;
    other.icmp_identifier = 0x4321;
    CHECK((key_of(other).key == key_of(request).key) == !row.identified);
    // The other end asking the same is another session, as for Community ID.
    FlowPacket crossing = answer(request);
    CHECK_FALSE(key_of(crossing).key == key_of(request).key);
}

TEST_CASE("ICMP messages that nothing answers are keyed by type and code") {
    const FlowPacket unreachable{.protocol = ip_protocol::icmp, .icmp_type = 3, .icmp_code = 1};
    CHECK(key_of(unreachable).key.low_port == 3);
    CHECK(key_of(unreachable).key.high_port == 1);
    CHECK_FALSE(is_icmp_response(ip_protocol::icmp, 3));
}

TEST_CASE("A quoted packet is found as if it had been seen") {
    DecodedPacket error{{.source = 0x0a0000fe, .destination = 0x0a000001, .protocol = ip_protocol::icmp, .icmp_type = 3, .icmp_code = 3}};
    error.decoded.layers[0].has_quoted = true;
    error.decoded.layers[0].quoted = {IpAddress::v4(0x0a000001), IpAddress::v4(0x0a000002), 40000, 80, ip_protocol::udp};
    CHECK(make_quoted_key(error.layers()).key == key_of({}).key);
    CHECK(make_quoted_key(error.layers()).hash == key_of({}).hash);
}

TEST_CASE("Hashes of neighbouring keys spread evenly") {
    std::unordered_set<std::uint64_t> seen;
    std::vector<unsigned> buckets(4096);
    constexpr unsigned count = 1 << 18;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t hash = key_of({.source = 0x0a000000 + (i & 0x1ff), .source_port = static_cast<std::uint16_t>(1024 + (i >> 9))}).hash;
        seen.insert(hash);
        ++buckets[hash % buckets.size()];
    }
    CHECK(seen.size() == count);
    const auto [least, most] = std::ranges::minmax(buckets);
    CHECK(least > 20);  // 64 are expected, standard deviation 8
    CHECK(most < 120);
}
