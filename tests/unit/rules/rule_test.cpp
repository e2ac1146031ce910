// SPDX-License-Identifier: Apache-2.0
#include "rules/rule.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;

TEST_CASE("an address list contains its ranges, ends included") {
    const AddressList list{
        false, {{IpAddress::v4(0x0a000000), IpAddress::v4(0x0a0000ff)}, {IpAddress::v4(0x0b000000), IpAddress::v4(0x0b000000)}}};
    CHECK(list.contains(IpAddress::v4(0x0a000000)));
    CHECK(list.contains(IpAddress::v4(0x0a0000ff)));
    CHECK(list.contains(IpAddress::v4(0x0b000000)));
    CHECK_FALSE(list.contains(IpAddress::v4(0x09ffffff)));
    CHECK_FALSE(list.contains(IpAddress::v4(0x0a000100)));
    CHECK_FALSE(list.contains(IpAddress::v4(0x0b000001)));
    CHECK_FALSE(list.contains(IpAddress{}));
    CHECK(AddressList{}.contains(IpAddress{}));
}

TEST_CASE("a port list contains its ranges") {
    const PortList list{false, {{0, 0}, {80, 90}, {65535, 65535}}};
    for (const std::uint16_t port : {0, 80, 85, 90, 65535}) CHECK(list.contains(port));
    for (const std::uint16_t port : {1, 79, 91, 65534}) CHECK_FALSE(list.contains(port));
    CHECK_FALSE(PortList{false, {}}.contains(1));
}
