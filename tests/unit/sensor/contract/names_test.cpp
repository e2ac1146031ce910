// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/names.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {
constexpr std::string_view text = R"(
networks:
  vendor: [{dns: [updates.vendor.example, "*.cdn.example"]}]
contracts:
  c: {egress: [{to: vendor, service: https}, {to: 10.0.0.53, service: dns}]}
equipment: [{name: e, address: 10.1.0.1, contract: c}, {name: f, address: 10.1.0.2, contract: c}]
)";
constexpr const char* answer = "198.51.100.7";
}  // namespace

TEST_CASE("names: an address is allowed once the equipment was told it") {
    const auto policy = policy_of(text);
    NameTable names;
    const auto facts = tcp(*policy, "10.1.0.1", answer, 443);
    CHECK(egress(*policy, facts, &names).kind == Kind::unexpected_destination);
    CHECK(egress(*policy, facts, nullptr).kind == Kind::unexpected_destination);
    names.learn_dns(*policy, 0, "Updates.Vendor.Example.", ip(answer), 60, noon);
    CHECK(egress(*policy, facts, &names).allowed);
    CHECK_FALSE(egress(*policy, tcp(*policy, "10.1.0.2", answer, 443), &names).allowed);  // the other one was told nothing
    CHECK(egress(*policy, tcp(*policy, "10.1.0.1", answer, 22), &names).kind == Kind::unexpected_service);
    CHECK(names.metrics().learned.get() == 1);
}

TEST_CASE("names: a wildcard stands for what is below the domain only") {
    const auto policy = policy_of(text);
    const auto known = [&](const char* name) {
        NameTable names;
        names.learn_dns(*policy, 0, name, ip(answer), 60, noon);
        return egress(*policy, tcp(*policy, "10.1.0.1", answer, 443), &names).allowed;
    };
    CHECK(known("a.cdn.example"));
    CHECK(known("b.a.cdn.example"));
    CHECK(known("updates.vendor.example"));
    CHECK_FALSE(known("cdn.example"));
    CHECK_FALSE(known("evilcdn.example"));
    CHECK_FALSE(known("a.updates.vendor.example"));
    CHECK_FALSE(known("cdn.example.evil.example"));
    CHECK_FALSE(known(""));
    CHECK_FALSE(known("."));
    CHECK_FALSE(known(".cdn.example"));
    CHECK_FALSE(known(std::string(300, 'a').c_str()));
}

TEST_CASE("names: an answer holds for its time") {
    const auto policy = policy_of(text);
    NameTable names;
    names.learn_dns(*policy, 0, "updates.vendor.example", ip(answer), 3600, noon);
    auto facts = tcp(*policy, "10.1.0.1", answer, 443);
    facts.clock = noon + 3599 * second;
    CHECK(egress(*policy, facts, &names).allowed);
    facts.clock = noon + 3600 * second;
    CHECK_FALSE(egress(*policy, facts, &names).allowed);
    names.learn_dns(*policy, 0, "updates.vendor.example", ip(answer), 0, facts.clock);
    facts.clock += NameTable::shortest_life - 1;
    CHECK(egress(*policy, facts, &names).allowed);
}

TEST_CASE("names: bounded, and one device's answers displace no other's") {
    const auto policy = policy_of(text);
    NameTable names{2};
    CHECK(names.capacity() == 2 * NameTable::addresses_each);
    names.learn_dns(*policy, 1, "updates.vendor.example", ip(answer), 600, noon);
    for (std::uint32_t i = 0; i < 1000; ++i) names.learn_dns(*policy, 0, "x.cdn.example", IpAddress::v4(0xcb007100 + i), 600, noon + i);
    CHECK(names.metrics().evicted.get() == 1000 - NameTable::addresses_each);
    CHECK(egress(*policy, tcp(*policy, "10.1.0.2", answer, 443), &names).allowed);
    names.learn_dns(*policy, 7, "updates.vendor.example", ip(answer), 600, noon);  // a third device: the least recently told goes
    CHECK_FALSE(egress(*policy, tcp(*policy, "10.1.0.2", answer, 443), &names).allowed);
    names.learn_dns(*policy, 0, "unrelated.example", ip(answer), 600, noon);
    CHECK(names.metrics().learned.get() == 1002);
}
