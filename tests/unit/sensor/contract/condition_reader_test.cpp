// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/condition_reader.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string with(std::string_view condition) {
    return "contracts: {c: {egress: [{to: any, service: syslog, " + std::string{condition} + "}]}}\n";
}

}  // namespace

TEST_CASE("Conditions: expect is how often at least something is done") {
    const auto policy = policy_of(with("expect: {every: 5m}"));
    CHECK(policy->conditions(policy->line(0)).every == 300 * second);
    CHECK(policy->any_duty());
    REQUIRE(policy->duties(0).size() == 1);
    CHECK(policy->duties(0)[0].grain() * Duty::grains == 300 * second);
    CHECK(policy->duties(no_contract).empty());
    CHECK_FALSE(policy_of(with("ticket: none"))->any_duty());
}

TEST_CASE("Conditions: every mistake has its place and says what was expected") {
    CHECK(error_of(with("expect: {every: 9s}")) == "p:1: expected a time from 10s to 31d: within it the equipment does this at least once");
    CHECK(error_of(with("expect: {every: 32d}")).find("from 10s to 31d") != std::string::npos);
    CHECK(error_of(with("expect: {every: often}")).find("p:1: ") == 0);
    CHECK(error_of(with("expect: 5m")).find("an expectation") != std::string::npos);
    CHECK(error_of(with("expect: {}")).find("`every`") != std::string::npos);
    CHECK(error_of(with("expect: {evry: 5m}")).find("every") != std::string::npos);
    CHECK(error_of(with("inside: c2")) == "p:1: unknown contract `c2`, did you mean `c`?; expected the name of one under `contracts`");
    CHECK(error_of("contracts: {c: {deny: [{to: any, service: ssh, reason: x, expect: {every: 5m}}]}}\n").find("expect") !=
          std::string::npos);
}
