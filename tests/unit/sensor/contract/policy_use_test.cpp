// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/policy_use.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// `noon` is 2026-07-29.
constexpr std::string_view text = R"(contracts:
  c:
    egress:
      - {to: 10.9.0.1, service: syslog}
      - {to: 10.9.0.2, service: ntp}
      - {to: 10.9.0.3, service: dns, until: 2026-07-28}
      - {to: 10.9.0.4, service: dns, until: 2026-08-10}
      - {to: 10.9.0.5, service: dns, until: 2027-08-10}
    deny: [{with: any, service: telnet, reason: clear text}]
  nobodys:
    egress: [{to: any, service: any}]
equipment: [{name: e, address: 10.1.0.1, contract: c}]
ignore: [{equipment: e, until: 2026-01-01, reason: a trial}]
)";

}  // namespace

TEST_CASE("Policy use: each line that somebody has") {
    const auto policy = policy_of(text);
    const std::vector<std::uint64_t> uses{7, 0, 3, 0, 2, 0, 0};
    std::vector<std::pair<unsigned, LineState>> states;
    for (const LineUse& use : use_of_lines(*policy, uses, noon)) states.emplace_back(policy->line(use.line).file_line, use.state);
    using enum LineState;
    CHECK(states == std::vector<std::pair<unsigned, LineState>>{{4, used}, {5, unused}, {6, expired}, {7, ending}, {8, used}});
    CHECK(use_of_lines(*policy, uses, noon)[0].sessions == 7);
}

TEST_CASE("Policy use: notes for people, the expired first, no more than asked for") {
    const auto policy = policy_of(text);
    CHECK(policy_notes(*policy, std::vector<std::uint64_t>{7, 0, 3, 0, 2}, noon) ==
          std::vector<std::string>{"policy.yaml:6: to 10.9.0.3, dns (contract c) ended on 2026-07-28",
                                   "policy.yaml:7: to 10.9.0.4, dns (contract c) ends on 2026-08-10",
                                   "policy.yaml:13: this `ignore` entry has ended: \"a trial\"",
                                   "policy.yaml:5: to 10.9.0.2, ntp (contract c) was never used"});
    CHECK(policy_notes(*policy, std::vector<std::uint64_t>{0, 0, 3, 0, 0}, noon, 1).back() == "and 2 more lines that are unused");
    CHECK(policy_notes(*policy, {}, noon).back() == "contracts of which no line was used: c");
    CHECK(policy_notes(*policy_of(example), std::vector<std::uint64_t>(6, 1), noon).empty());
}

TEST_CASE("policy use: lines of contracts that are extended, or hold inside a tunnel, count as well") {
    const auto policy = policy_of(
        "contracts:\n  base: {egress: [{to: any, service: ntp}]}\n  cargo: {egress: [{to: any, service: https}]}\n"
        "  box: {extends: base, egress: [{to: any, service: gre, inside: cargo}]}\n  spare: {egress: [{to: any, service: ssh}]}\n"
        "equipment: [{name: e, address: 10.0.0.1, contract: box}]\n");
    std::vector<unsigned> lines;
    for (const LineUse& use : use_of_lines(*policy, std::vector<std::uint64_t>(4), noon)) lines.push_back(policy->line(use.line).file_line);
    CHECK(lines == std::vector<unsigned>{2, 3, 4});
}
