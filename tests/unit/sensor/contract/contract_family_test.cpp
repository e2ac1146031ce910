// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/contract_family.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// `contracts` with one piece of equipment, 10.0.0.1, of contract `c`.
std::string family(std::string_view contracts) {
    return "contracts:\n" + std::string{contracts} + "equipment:\n  - {name: e, address: 10.0.0.1, contract: c}\n";
}

}  // namespace

TEST_CASE("Contract family: a contract has the lines of those it extends, and their denials") {
    const auto policy = policy_of(family(
        "  base:\n    egress: [{to: 10.9.0.1, service: ntp}]\n    deny: [{to: any, service: telnet, reason: clear text, severity: high}]\n"
        "  more:\n    extends: base\n    egress: [{to: 10.9.0.2, service: syslog}]\n"
        "  c:\n    extends: [more, base]\n    egress: [{to: 10.9.0.3, service: [ssh, telnet]}]\n"));
    CHECK(egress(*policy, udp(*policy, "10.0.0.1", "10.9.0.1", 123)).allowed);
    CHECK(egress(*policy, udp(*policy, "10.0.0.1", "10.9.0.2", 514)).allowed);
    CHECK(egress(*policy, tcp(*policy, "10.0.0.1", "10.9.0.3", 22)).allowed);
    CHECK_FALSE(egress(*policy, tcp(*policy, "10.0.0.1", "10.9.0.2", 22)).allowed);
    // Inherited or not, a denial stands above every line that allows.
    const Judgement denied = egress(*policy, speaking(tcp(*policy, "10.0.0.1", "10.9.0.3", 23), "telnet"));
    CHECK(denied.difference == Difference::denied);
    CHECK(denied.severity == 1);
    CHECK(policy->tables().lineage[2] == std::vector<ContractId>{2, 1, 0});
    CHECK(policy->has_line(2, policy->line(0)));
    CHECK_FALSE(policy->has_line(0, policy->line(2)));
}

TEST_CASE("Contract family: mistakes have their line") {
    CHECK(error_of(family("  c:\n    extends: nothing\n")) ==
          "p:3: unknown contract `nothing`; expected the name of one under `contracts`");
    CHECK(error_of(family("  c:\n    extends: c\n")) ==
          "p:3: contract `c` extends itself (c extends c); expected contracts that do not lead back");
    CHECK(error_of(family("  a:\n    extends: b\n  b:\n    extends: c\n  c:\n    extends: [a]\n")) ==
          "p:7: contract `a` extends itself (a extends b extends c extends a); expected contracts that do not lead back");
    std::string chain = "  c: {}\n";
    std::string last = "c";
    for (unsigned i = 0; i < max_ancestry; ++i) {
        const std::string name = "n" + std::to_string(i);
        chain += "  " + name + ": {extends: " + last + "}\n";
        last = name;
    }
    CHECK(error_of(family(chain)).find("extend each other more than 16 deep") != std::string::npos);
}
