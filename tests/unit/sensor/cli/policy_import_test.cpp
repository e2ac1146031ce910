// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_import.hpp"

#include <fstream>
#include <sstream>

#include "sensor/contract/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {
const std::string seeds = WEIR_SOURCE_DIR "/tests/fuzz/seeds/import/";
}

TEST_CASE("policy import: MUD files, a matrix and an inventory make one policy") {
    std::ostringstream contracts, matrix, equipment, err;
    REQUIRE(cli::import_mud_files({seeds + "mud-rfc8520-light-bulb.json", seeds + "mud-draft-key-and-classes.json"}, "", contracts, err) == 0);
    CHECK(err.str().find("mud-draft-key-and-classes.json:1: extension `qos` is not known") != std::string::npos);
    REQUIRE(cli::import_inventory_file(seeds + "inventory-netbox.json", equipment, err) == 0);
    const auto policy = load_policy("p", contracts.str() + equipment.str());
    REQUIRE(policy);
    CHECK((*policy)->tables().contracts == std::vector<std::string>{"lightbulb2000", "gnb"});
    CHECK((*policy)->equipment().size() == 1);
    err.str("");
    REQUIRE(cli::import_matrix_file(seeds + "matrix.csv", "gNB", seeds + "peers.yaml", matrix, err) == 0);
    CHECK(matrix.str().find("{to: {dns: [time.example, \"*.ntp.example\"], within: any}, service:") != std::string::npos);
    CHECK(err.str().empty());
    CHECK(load_policy("p", matrix.str()));
}

TEST_CASE("policy import: what is wrong goes with exit code 2, and nothing is written") {
    std::ostringstream out, err;
    CHECK(cli::import_mud_files({"/nowhere.json"}, "", out, err) == 2);
    CHECK(cli::import_mud_files({seeds + "mud-rfc8520-light-bulb.json", seeds + "mud-rfc8520-light-bulb.json"}, "", out, err) == 2);
    CHECK(cli::import_mud_files({seeds + "mud-rfc8520-light-bulb.json"}, seeds + "matrix.csv", out, err) == 2);
    CHECK(cli::import_mud_files({seeds + "inventory.csv"}, "", out, err) == 2);
    CHECK(cli::import_matrix_file(seeds + "inventory.csv", "gNB", "", out, err) == 2);
    CHECK(cli::import_inventory_file(seeds + "inventory-twice.json", out, err) == 2);
    CHECK(err.str().find("inventory-twice.json:1: `x` stands twice (first on line 1)") != std::string::npos);
    CHECK(out.str().empty());
}
