// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/inventory.hpp"

#include "sensor/contract/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::import;

namespace {
Outcome from_seed(const char* name) { return import_inventory(name, test::read_file(std::string{WEIR_SOURCE_DIR "/tests/fuzz/seeds/import/"} + name)); }
std::string error_of(std::string_view text) {
    const Outcome outcome = import_inventory("i", text);
    return outcome ? "none" : outcome.error()[0].text();
}
}  // namespace

TEST_CASE("inventory: CSV") {
    const Outcome outcome = from_seed("inventory.csv");
    REQUIRE(outcome);
    CHECK(outcome->text ==
          "equipment:\n"
          "  - {name: gnb-1, vendor: huawei, model: \"BBU 5900\", role: gnb, site: north, address: 10.20.1.11}\n"
          "  - {name: olt-1, vendor: nokia, model: 7360, role: olt, address: \"2001:db8::1\"}\n"
          "  - {name: switch, mac: \"00:1b:2c:3d:4e:5f\"}\n");
    REQUIRE(outcome->warnings.size() == 1);
    CHECK(outcome->warnings[0].text() == "inventory.csv:5: `nowhere` has no address, and is left out");
    CHECK(load_policy("imported", outcome->text));
}

TEST_CASE("inventory: devices of NetBox") {
    const Outcome outcome = from_seed("inventory-netbox.json");
    REQUIRE(outcome);
    CHECK(outcome->text ==
          "equipment:\n"
          "  - {name: gnb-0117, vendor: huawei, model: BBU5900, role: gnb, site: north-3, address: [10.20.1.11, \"2001:db8:20::11\"]}\n");
    REQUIRE(outcome->warnings.size() == 1);
    CHECK(outcome->warnings[0].line == 3);
    CHECK(load_policy("imported", outcome->text));
}

TEST_CASE("inventory: every mistake has its line") {
    CHECK(error_of("").find("i: an empty table") == 0);
    CHECK(error_of("a,b\n1,2").find("i:1: no inventory; expected a header") == 0);
    CHECK(error_of("name,address\nx,10.0.0.1\ny,10.0.0.1\n") == "i:3: `10.0.0.1` stands twice (first on line 2)");
    CHECK(error_of("name,address\nx,10.0.0.1\nx,10.0.0.2\n") == "i:3: `x` stands twice (first on line 2)");
    CHECK(error_of("name,address\nx,10.0.0\n").find("i:2: `10.0.0` is no address") == 0);
    CHECK(error_of("name,address,mac\nx,,zz\n").find("i:2: `zz` is no MAC address") == 0);
    CHECK(error_of("name,mac,ip\nx,00:1b:2c:3d:4e:5f,\ny,00-1B-2C-3D-4E-5F,\n") == "i:3: `00-1B-2C-3D-4E-5F` stands twice (first on line 2)");
    CHECK(error_of("name,address\n,10.0.0.1\n").find("i:2: a device without a name") == 0);
    CHECK(error_of("name,address\nx,\n").find("no device with an address") != std::string::npos);
    CHECK(error_of("{\"a\": 1}").find("no inventory; expected a list") != std::string::npos);
    CHECK(error_of("[7]").find("expected a device") != std::string::npos);
}
