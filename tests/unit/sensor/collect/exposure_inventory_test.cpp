// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/exposure_inventory.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

namespace {

RecordHead fact(std::uint32_t number, EquipmentId equipment, std::uint64_t same = 0) {
    RecordHead head;
    head.type = RecordType::fact;
    head.sid = number;
    head.equipment = equipment;
    head.facing = Facing::ingress;
    head.destination = IpAddress::v4(0x0a00'0000 + equipment);
    head.same = same;
    return head;
}

}  // namespace

TEST_CASE("inventory: facts by device, each once") {
    Inventory inventory;
    for (int i = 0; i < 3; ++i) inventory.add(fact(7, 1));
    inventory.add(fact(3, 1));
    inventory.add(fact(7, 2));
    const auto rows = inventory.rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].device.first == 1);
    CHECK(rows[0].facts == std::vector<std::uint32_t>{3, 7});
    CHECK(inventory.size() == 3);
}

TEST_CASE("inventory: what must not be shared counts from the second device on, and then of both") {
    Inventory inventory;
    inventory.add(fact(32, 1, 0xabc));
    inventory.add(fact(32, 1, 0xabc));
    inventory.add(fact(32, 3, 0xdef));
    CHECK(inventory.size() == 0);
    CHECK_FALSE(inventory.stands(fact(32, 1, 0xabc)));
    inventory.add(fact(32, 2, 0xabc));
    CHECK(inventory.stands(fact(32, 2, 0xabc)));
    CHECK(inventory.stands(fact(1, 2)));
    CHECK(inventory.size() == 2);
}

TEST_CASE("inventory: it is bounded, and says what it could not hold") {
    Inventory inventory{2};
    for (EquipmentId device = 1; device <= 5; ++device) inventory.add(fact(7, device));
    CHECK(inventory.size() == 2);
    CHECK(inventory.refused() == 3);
}
