// SPDX-License-Identifier: Apache-2.0
#include "rules/compile/index.hpp"

#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/rule_text.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::rules;

TEST_CASE("ranges are found as a plain search finds them") {
    std::mt19937 random{3};
    for (int round = 0; round < 20; ++round) {
        RangeMap<std::uint16_t> map;
        std::vector<PortRange> ranges;
        for (std::uint32_t i = 0; i < 30; ++i) {
            std::uint16_t first = static_cast<std::uint16_t>(random() % 100), last = static_cast<std::uint16_t>(first + random() % 20);
            if (i == 0) last = 65535;
            ranges.push_back({first, last});
            map.add(first, last, i);
        }
        map.finish();
        for (std::uint32_t port = 0; port < 65536; port += port < 130 ? 1 : 5449) {
            std::vector<std::uint32_t> expected;
            for (std::uint32_t i = 0; i < ranges.size(); ++i)
                if (port >= ranges[i].first && port <= ranges[i].last) expected.push_back(i);
            const auto found = map.at(static_cast<std::uint16_t>(port));
            CHECK(std::vector<std::uint32_t>(found.begin(), found.end()) == expected);
        }
    }
    RangeMap<IpAddress> addresses;
    addresses.add(IpAddress{}, *IpAddress::parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 1);
    addresses.add(IpAddress::v4(0x0a0000ff), IpAddress::v4(0x0a0000ff), 2);
    addresses.finish();
    CHECK(addresses.at(IpAddress::v4(0x0a0000fe)).size() == 1);
    CHECK(addresses.at(IpAddress::v4(0x0a0000ff)).size() == 2);
    CHECK(addresses.at(IpAddress::v4(0x0a000100)).size() == 1);
}

TEST_CASE("rules are filed under their rarest condition") {
    const auto condition = [](std::string_view text) {
        return name_of(ConditionIndex::condition_of(rules_from(std::string{text} + " sid:1;)").rules.front()));
    };
    CHECK(condition("alert icmp any any -> any any (msg:\"m\"; itype:8;") == "icmp type");
    CHECK(condition("alert tcp any any -> any 22 (msg:\"m\"; flags:S;") == "tcp flags");
    CHECK(condition("alert tcp any any -> any 22 (msg:\"m\"; flags:A;") == "destination port");
    CHECK(condition("alert tcp any 22 -> any any (msg:\"m\";") == "source port");
    CHECK(condition("alert tcp any any -> any !22 (msg:\"m\";") == "none");
    CHECK(condition("alert ip any any -> 192.0.2.1 any (msg:\"m\";") == "destination address");
    CHECK(condition("alert ip [192.0.2.1,198.51.100.0/24] any -> any any (msg:\"m\";") == "source address");
    CHECK(condition("alert ip !192.0.2.1 any -> any any (msg:\"m\";") == "none");
}
