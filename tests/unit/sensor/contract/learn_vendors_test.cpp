// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_vendors.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::learn;

TEST_CASE("Vendors: by MAC prefix, by enterprise, by what they say") {
    CHECK(vendor_of_mac({0x00, 0x18, 0x82, 1, 2, 3}) == "huawei");
    CHECK(vendor_of_mac({0x00, 0x15, 0xeb, 1, 2, 3}) == "zte");
    CHECK(vendor_of_mac({0x02, 0, 0, 1, 2, 3}).empty());
    CHECK(vendor_of_mac({}).empty());
    CHECK(vendor_of_enterprise(2636) == "juniper");
    CHECK(vendor_of_enterprise(6527) == "nokia");
    CHECK(vendor_of_enterprise(8072).empty());
    CHECK(vendor_of_text("Cisco IOS Software, IOS-XE") == "cisco");
    CHECK(vendor_of_text("TiMOS-B-20.10.R5 both/x86_64 Nokia 7750 SR") == "nokia");
    CHECK(vendor_of_text("OpenSSH_9.2p1").empty());
}

TEST_CASE("Vendors: a short word stands alone, a long one may go on") {
    CHECK(has_word("ZTE ZXA10 C300", "zte"));
    CHECK(has_word("olt-03", "olt"));
    CHECK_FALSE(has_word("voltage", "olt"));
    CHECK_FALSE(has_word("oltre", "olt"));
    CHECK(has_word("x voltage olt", "olt"));
    CHECK(has_word("Routers", "router"));
    CHECK_FALSE(has_word("", "olt"));
}
