// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/link_traffic.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

bool on_link(const char* client, std::uint16_t client_port, const char* server, std::uint16_t port, std::uint8_t protocol = 17,
             std::uint8_t type = 0, std::uint8_t ttl = 0) {
    SessionFacts facts;
    facts.client = ip(client);
    facts.server = ip(server);
    facts.client_port = client_port;
    facts.server_port = port;
    facts.protocol = protocol;
    facts.icmp_type = type;
    facts.ttl = ttl;
    return find_link_traffic(facts) != nullptr;
}
bool icmpv6(std::uint8_t type, const char* server, std::uint8_t ttl = 255) { return on_link("2001:db8::1", 0, server, 0, 58, type, ttl); }

}  // namespace

TEST_CASE("link traffic: what every host does needs no line") {
    CHECK(on_link("0.0.0.0", 68, "255.255.255.255", 67));
    CHECK(on_link("10.0.0.1", 67, "255.255.255.255", 68));
    CHECK(on_link("0.0.0.0", 68, "10.0.0.1", 67));
    CHECK(on_link("fe80::1", 546, "ff02::1:2", 547));
    CHECK(on_link("fe80::1", 547, "fe80::2", 546));
    CHECK(icmpv6(135, "ff02::1:ff00:1"));
    CHECK(icmpv6(135, "2001:db8::9"));
    CHECK(icmpv6(136, "2001:db8::9", 0));
    CHECK(icmpv6(143, "ff02::16", 1));
    CHECK(on_link("10.0.0.1", 0, "224.0.0.22", 0, 2));
}

TEST_CASE("link traffic: what leaves the link, or only looks like it, does") {
    CHECK_FALSE(on_link("10.1.0.1", 68, "10.0.0.1", 67));  // a renewal, to whatever server it was told
    CHECK_FALSE(on_link("10.1.0.1", 68, "203.0.113.1", 67));
    CHECK_FALSE(on_link("10.1.0.1", 4000, "255.255.255.255", 67));
    CHECK_FALSE(on_link("10.1.0.1", 67, "255.255.255.255", 67));
    CHECK_FALSE(on_link("2001:db8::1", 546, "2001:db8::2", 547));
    CHECK_FALSE(on_link("2001:db8::1", 546, "ff05::1:3", 547));
    CHECK_FALSE(icmpv6(135, "2001:db8:ffff::9", 64));  // crossed a router: no neighbour discovery
    CHECK_FALSE(icmpv6(128, "ff02::1"));
    CHECK_FALSE(icmpv6(143, "2001:db8::9", 1));
    CHECK_FALSE(on_link("10.0.0.1", 0, "203.0.113.1", 0, 2));
    CHECK_FALSE(on_link("10.0.0.1", 68, "255.255.255.255", 67, 6));
    CHECK_FALSE(on_link("10.0.0.1", 5353, "224.0.0.251", 5353));
}

TEST_CASE("link traffic: the contract does not speak about it") {
    const auto policy = policy_of("equipment: [{name: e, address: 10.1.0.1}]\n");
    auto facts = session(*policy, "10.1.0.1", "224.0.0.22", 2, 0, 0);
    const Judgement judgement = egress(*policy, facts);
    CHECK(judgement.allowed);
    REQUIRE(judgement.link_traffic != nullptr);
    CHECK(judgement.link_traffic->name == "IGMP");
}
