// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/equipment_index.hpp"

#include <random>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("equipment: the most specific claim wins") {
    const auto policy = policy_of(R"(
equipment:
  - {name: wide, network: 10.0.0.0/8}
  - {name: site, network: [10.1.0.0/16, "2001:db8:1::/48"]}
  - {name: rack, network: 10.1.2.0/24}
  - {name: card, address: 10.1.2.3}
  - {name: edge, network: 10.1.2.248-10.1.2.255}
  - {name: dhcp, mac: "00:1b:2c:3d:4e:5f"}
  - {name: both, mac: "00:1b:2c:3d:4e:60", address: 192.0.2.1}
  - {name: last, network: 255.255.255.0/24}
)");
    const auto name = [&](const char* address, const std::uint8_t* mac = nullptr) {
        const EquipmentId id = policy->find(ip(address), mac);
        return id == no_equipment ? std::string{"-"} : policy->equipment(id).name;
    };
    CHECK(name("9.255.255.255") == "-");
    CHECK(name("10.0.0.0") == "wide");
    CHECK(name("10.1.0.0") == "site");
    CHECK(name("10.1.1.255") == "site");
    CHECK(name("10.1.2.0") == "rack");
    CHECK(name("10.1.2.3") == "card");
    CHECK(name("10.1.2.4") == "rack");
    CHECK(name("10.1.2.248") == "edge");
    CHECK(name("10.1.2.255") == "edge");
    CHECK(name("10.1.3.0") == "site");
    CHECK(name("10.2.0.0") == "wide");
    CHECK(name("11.0.0.0") == "-");
    CHECK(name("255.255.255.255") == "last");
    CHECK(name("2001:db8:1::9") == "site");
    CHECK(name("2001:db8:2::9") == "-");
    CHECK(name("::") == "-");
    CHECK(name("ffff::") == "-");
    const Mac dhcp{0x00, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f}, both{0x00, 0x1b, 0x2c, 0x3d, 0x4e, 0x60};
    CHECK(name("0.0.0.0", dhcp.data()) == "dhcp");
    CHECK(name("10.1.2.4", dhcp.data()) == "dhcp");
    CHECK(name("10.1.2.3", dhcp.data()) == "card");
    CHECK(name("198.51.100.1", both.data()) == "-");  // it has an address: its MAC says nothing about others' packets
    CHECK(name("192.0.2.1", nullptr) == "both");
}

TEST_CASE("equipment: many addresses and ranges, as a plain search finds them") {
    std::mt19937 random{3};
    std::vector<EquipmentIndex::Claim> claims;
    for (EquipmentId id = 0; id < 2000; ++id)
        claims.push_back(
            {{AddressKey::of(IpAddress::v4(0x0a000000 + id * 37)), AddressKey::of(IpAddress::v4(0x0a000000 + id * 37))}, id, id, 0});
    for (EquipmentId id = 0; id < 64; ++id)
        claims.push_back(
            {{AddressKey::of(IpAddress::v4(0x0a000000 + id * 1024)), AddressKey::of(IpAddress::v4(0x0a000000 + id * 1024 + 1023))},
             5000 + id,
             9000 + id,
             0});
    REQUIRE(EquipmentIndex::conflicts(claims, {}).empty());
    const EquipmentIndex index{claims, {}};
    for (int i = 0; i < 20000; ++i) {
        const std::uint32_t offset = random() % 80000;
        const EquipmentId expected = offset % 37 == 0 && offset / 37 < 2000 ? offset / 37
                                     : offset / 1024 < 64                   ? 5000 + offset / 1024
                                                                            : no_equipment;
        REQUIRE(index.find(IpAddress::v4(0x0a000000 + offset)) == expected);
    }
}

TEST_CASE("equipment: MAC addresses as people write them") {
    CHECK(parse_mac("00:1b:2C:3d:4e:5F") == Mac{0x00, 0x1b, 0x2c, 0x3d, 0x4e, 0x5f});
    CHECK(parse_mac("00-1b-2c-3d-4e-5f").has_value());
    for (const char* wrong : {"", "00:1b:2c:3d:4e", "00:1b-2c:3d:4e:5f", "001b2c3d4e5f", "0g:1b:2c:3d:4e:5f", "00:1b:2c:3d:4e:5f:60"})
        CHECK_FALSE(parse_mac(wrong));
}
