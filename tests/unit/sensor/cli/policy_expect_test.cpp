// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_expect.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Said {
    int code;
    std::string out, err;
};

/// Expectations in a folder of their own, with the example policy beside them.
Said run_test(const std::string& expectations) {
    const std::filesystem::path folder = WEIR_BINARY_DIR "/policy_expect_test";
    std::filesystem::create_directories(folder);
    std::ofstream{folder / "policy.yaml"} << example;
    const std::string file = (folder / "expect.yaml").string();
    std::ofstream{file} << expectations;
    std::ostringstream out, err;
    const int code = cli::policy_test(file, noon, out, err);
    std::filesystem::remove_all(folder);
    const auto local = [&](std::string text) {
        for (std::size_t at = 0; (at = text.find(folder.string() + '/')) != std::string::npos;) text.erase(at, folder.string().size() + 1);
        return text;
    };
    return {code, local(out.str()), local(err.str())};
}

}  // namespace

TEST_CASE("Policy test: all verdicts") {
    const Said said = run_test(R"(policy: policy.yaml
expect:
  - {from: gnb-0117, to: 10.30.0.10, service: udp/162/snmp, verdict: allowed}
  - {from: gnb-0117, to: 203.0.113.50, service: tcp/4444, verdict: unexpected-destination}
  - {from: gnb-0117, to: 10.30.0.10, service: tcp/22/ssh, verdict: refused}
  - {from: gnb-0117, to: 203.0.113.7, service: tcp/443/tls, verdict: ignored}
  - {from: gnb-0117, to: 203.0.113.7, service: tcp/443/tls, verdict: refused, at: 2027-02-01}
  - {from: 10.30.0.20, to: gnb-0117, service: tcp/22/ssh, verdict: allowed}
  - {from: 10.30.0.20, to: 10.30.0.10, service: tcp/22/ssh, verdict: unwatched}
)");
    CHECK(said.err.empty());
    CHECK(said.out == "7 expectations, all met\n");
    CHECK(said.code == 0);
}

TEST_CASE("Policy test: what is not met says what came instead, and why") {
    const Said said = run_test(R"(policy: policy.yaml
expect:
  - {from: gnb-0117, to: 10.30.0.10, service: udp/162/snmp, verdict: refused}
  - {from: gnb-0117, to: 203.0.113.50, service: tcp/4444, verdict: allowed}
)");
    CHECK(said.code == 3);
    CHECK(said.out.find("expect.yaml:3: gnb-0117 to 10.30.0.10 udp/162/snmp: expected refused, got allowed: line 12 allows it\n") == 0);
    CHECK(said.out.find("\nexpect.yaml:4: gnb-0117 to 203.0.113.50 tcp/4444: expected allowed, got unexpected-destination: gnb-0117 opened") !=
          std::string::npos);
    CHECK(said.out.find("\n2 expectations, 2 not met\n") != std::string::npos);
}

TEST_CASE("Policy test: mistakes name their line") {
    const auto error = [](const std::string& text) {
        const Said said = run_test(text);
        CHECK(said.code == 2);
        CHECK(said.out.empty());
        return said.err;
    };
    CHECK(error("expect: []\n").find("`policy`") != std::string::npos);
    CHECK(error("policy: policy.yaml\n").find("`expect`") != std::string::npos);
    CHECK(error("policy: policy.yaml\nexpect: 7\n").find("expect.yaml:2: expected a list") == 0);
    CHECK(error("policy: other.yaml\nexpect: []\n").find("other.yaml") != std::string::npos);
    const std::string head = "policy: policy.yaml\nexpect:\n  - {from: gnb-0117, to: 10.0.0.1, ";
    CHECK(error(head + "service: tcp/22, verdict: perhaps}\n").find("expect.yaml:3: expected a verdict") == 0);
    CHECK(error(head + "service: tcp, verdict: allowed}\n").find("expect.yaml:3: service: `tcp` names no port") == 0);
    CHECK(error(head + "service: tcp/22, verdict: allowed, at: soon}\n").find("expect.yaml:3: expected a date") == 0);
    CHECK(error(head + "service: tcp/22, verdict: allowed, until: soon}\n").find("expect.yaml:3: unknown key `until`") == 0);
    CHECK(error("\t{").find("expect.yaml:1") == 0);
}
