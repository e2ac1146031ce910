// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_usage.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("Policy usage: a table, and the same as JSON") {
    const auto policy = policy_of(example);
    const auto lines = use_of_lines(*policy, std::vector<std::uint64_t>{12, 0, 1, 1, 1, 1}, noon);
    std::ostringstream table, json;
    cli::write_usage(*policy, lines, false, table);
    CHECK(table.str().starts_with("policy.yaml:12     used             12  radio-node egress: nms, snmp-trap\n"
                                  "policy.yaml:13     unused            0  radio-node egress: logs, syslog\n"));
    CHECK(table.str().ends_with("6 lines: 1 never used, 0 expired, 0 ending within 30 days\n"));
    cli::write_usage(*policy, lines, true, json);
    const auto all = nlohmann::json::parse(json.str());
    REQUIRE(all.size() == 6);
    CHECK(all[1] == nlohmann::json{{"line", 13}, {"contract", "radio-node"}, {"heading", "egress"}, {"peer", "logs"},
                                   {"service", "syslog"}, {"sessions", 0}, {"state", "unused"}});
}

TEST_CASE("Policy usage: a policy or capture that is not there") {
    std::ostringstream out, err;
    CHECK(cli::policy_usage("/nonexistent.yaml", {WEIR_SOURCE_DIR "/pcaps/ordinary-olt.pcap"}, false, out, err) == 2);
    CHECK(err.str().find("/nonexistent.yaml") == 0);
    CHECK(out.str().empty());
}
