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

TEST_CASE("names: one that moves to another network is not followed there") {
    const auto policy = policy_of(text);
    NameTable names;
    const auto to = [&](std::string_view address, Time clock) {
        auto facts = tcp(*policy, "10.1.0.1", address, 443);
        facts.clock = clock;
        return egress(*policy, facts, &names);
    };
    constexpr std::string_view name = "updates.vendor.example";
    // The first answer is believed as a whole, and so is what is near it.
    names.learn_dns(*policy, 0, name, ip("198.51.100.7"), 600, noon);
    names.learn_dns(*policy, 0, name, ip("192.0.2.7"), 600, noon);
    names.learn_dns(*policy, 0, name, ip("2001:db8::7"), 600, noon + second);
    names.learn_dns(*policy, 0, name, ip("198.51.7.7"), 600, noon + second);
    names.learn_dns(*policy, 0, name, ip("203.0.113.7"), 600, noon + 2 * second);
    names.learn_dns(*policy, 0, name, ip("2001:db9::7"), 600, noon + 2 * second);
    const Time now = noon + 3 * second;
    for (const char* address : {"198.51.100.7", "192.0.2.7", "2001:db8::7", "198.51.7.7"}) CHECK(to(address, now).allowed);
    for (const char* address : {"203.0.113.7", "2001:db9::7"}) {
        const Judgement judgement = to(address, now);
        CHECK_FALSE(judgement.allowed);
        CHECK(judgement.kind == Kind::dns_peer_changed);
        CHECK(judgement.difference == Difference::moved);
        CHECK(judgement.severity == 1);
        CHECK(policy->line(judgement.line).peer_text == "vendor");
    }
    CHECK(names.metrics().moved.get() == 2);
    CHECK(names.before(0, ip("203.0.113.7"), policy->tables().dns[0]).has_value() !=
          names.before(0, ip("203.0.113.7"), policy->tables().dns[1]).has_value());
    // Long after the old answers have ended the measure is still the same, and asking again does not help.
    const Time later = noon + 5000 * second;
    names.learn_dns(*policy, 0, name, ip("203.0.113.7"), 600, later);
    CHECK(to("203.0.113.7", later).kind == Kind::dns_peer_changed);
    // Another device has its own view.
    names.learn_dns(*policy, 1, name, ip("203.0.113.7"), 600, later);
    auto other = tcp(*policy, "10.1.0.2", "203.0.113.7", 443);
    other.clock = later;
    CHECK(egress(*policy, other, &names).allowed);
}

TEST_CASE("names: below a wildcard each name has networks of its own") {
    const auto policy = policy_of(text);
    NameTable names;
    names.learn_dns(*policy, 0, "a.cdn.example", ip("198.51.100.7"), 600, noon);
    names.learn_dns(*policy, 0, "b.cdn.example", ip("203.0.113.7"), 600, noon + second);
    CHECK(egress(*policy, tcp(*policy, "10.1.0.1", "203.0.113.7", 443), &names).allowed);
    names.learn_dns(*policy, 0, "b.cdn.example", ip("192.0.2.7"), 600, noon + second * 2);
    CHECK(egress(*policy, tcp(*policy, "10.1.0.1", "192.0.2.7", 443), &names).kind == Kind::dns_peer_changed);
}

TEST_CASE("names: where the policy says in which networks a name lies, that alone counts") {
    const auto policy = policy_of(
        "contracts:\n  c:\n    egress:\n"
        "      - {to: {dns: updates.vendor.example, within: [198.51.100.0/24, 203.0.113.0/24]}, service: https}\n"
        "      - {to: {dns: any.example, within: any}, service: https}\n"
        "equipment: [{name: e, address: 10.1.0.1, contract: c}]\n");
    NameTable names;
    const auto kind = [&](std::string_view name, std::string_view address) {
        names.learn_dns(*policy, 0, name, ip(address), 600, noon);
        const Judgement judgement = egress(*policy, tcp(*policy, "10.1.0.1", address, 443), &names);
        return judgement.allowed ? std::string_view{"allowed"} : name_of(judgement.kind);
    };
    CHECK(kind("updates.vendor.example", "192.0.2.1") == "dns-peer-changed");  // the very first answer, too
    CHECK(kind("updates.vendor.example", "198.51.100.1") == "allowed");
    CHECK(kind("updates.vendor.example", "203.0.113.1") == "allowed");
    CHECK(kind("any.example", "192.0.2.2") == "allowed");
    CHECK(kind("any.example", "8.8.8.8") == "allowed");
    CHECK(error_of("networks: {n: {dns: a.example, within: {role: x}}}\n").find("expected networks of addresses") != std::string::npos);
}
