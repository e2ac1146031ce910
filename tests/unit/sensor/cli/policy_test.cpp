// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "sensor/contract/services.hpp"
#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A policy in a file of its own.
class PolicyFile {
public:
    explicit PolicyFile(std::string_view text) { std::ofstream{path_} << text; }
    ~PolicyFile() { std::remove(path_.c_str()); }
    PolicyFile(const PolicyFile&) = delete;
    PolicyFile& operator=(const PolicyFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = WEIR_BINARY_DIR "/policy_test.yaml";
};

struct Said {
    int code;
    std::string out, err;
};
Said explain(const std::string& file, const char* from, const char* to, const char* service) {
    std::ostringstream out, err;
    const int code = cli::policy_explain({file, from, to, service, noon}, out, err);
    return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("policy check: how much it holds, or every mistake") {
    std::ostringstream out, err;
    {
        const PolicyFile file{example};
        CHECK(cli::policy_check(file.path(), noon, out, err) == 0);
        CHECK(out.str() == file.path() + ": 2 pieces of equipment, 1 contract with 6 lines, 1 ignore entry\n");
        CHECK(err.str().empty());
    }
    const PolicyFile wrong{"networks:\n  a: 10.0.0.300\nequipmnt: []\n"};
    CHECK(cli::policy_check(wrong.path(), noon, out, err) == 2);
    CHECK(err.str().find(wrong.path() + ":2: `10.0.0.300` is no address") == 0);
    CHECK(err.str().find(wrong.path() + ":3: unknown key `equipmnt`") != std::string::npos);
    CHECK(cli::policy_check("/nonexistent.yaml", noon, out, err) == 2);
}

TEST_CASE("policy check: warnings") {
    std::ostringstream out, err;
    const PolicyFile file{"equipment: [{name: e, address: 10.1.0.1}]\nignore: [{to: any, until: 2020-01-01, reason: old}]\n"};
    CHECK(cli::policy_check(file.path(), noon, out, err) == 0);
    CHECK(err.str() == file.path() + ":2: this `ignore` entry has ended: \"old\" (warning)\n" + file.path() +
                           ":1: e has no contract: it may do nothing (warning)\n");
}

TEST_CASE("policy explain: allowed, and not") {
    const PolicyFile file{example};
    CHECK(explain(file.path(), "gnb-0117", "10.30.0.10", "udp/162").out ==
          "egress of gnb-0117: allowed by " + file.path() + ":12 (nms, snmp-trap)\n");
    const Said stranger = explain(file.path(), "10.20.1.11", "203.0.113.50", "tcp/22");
    CHECK(stranger.code == 0);
    CHECK(stranger.out ==
          "egress of gnb-0117: unexpected-destination\n"
          "  gnb-0117 opened tcp/22 to 203.0.113.50; contract radio-node allows egress only to nms (snmp-trap, ntp), logs (syslog), "
          "vendor-updates (https)\n"
          "  to permit it, under `egress` of contract radio-node:\n"
          "    - {to: 203.0.113.50, service: {proto: tcp, port: 22}}\n");
    CHECK(explain(file.path(), "gnb-0117", "203.0.113.7", "tcp/443").out.find("ignored for now: \"vendor trial, ticket 4711\"") !=
          std::string::npos);
    CHECK(explain(file.path(), "10.30.0.10", "gnb-0117", "udp/123/ntp").out.starts_with("ingress of gnb-0117: unexpected-ingress"));
    CHECK(explain(file.path(), "gnb-0117", "ran", "icmp/echo").out.find("ingress of ran: unexpected-ingress") != std::string::npos);
    CHECK(explain(file.path(), "10.99.0.1", "10.99.0.2", "ospf").out.starts_with("neither end is equipment"));
}

TEST_CASE("policy explain: a question that makes no sense") {
    const PolicyFile file{example};
    CHECK(explain(file.path(), "nobody", "10.0.0.1", "tcp/22").code == 2);
    for (const char* service : {"", "tcp", "tcp/", "tcp/22-23", "tcpp/22", "tcp/22/xyzzy", "icmp", "icmp/foo", "any"}) {
        const Said said = explain(file.path(), "gnb-0117", "10.0.0.1", service);
        CHECK(said.code == 2);
        CHECK(said.err.starts_with("--service: `"));
    }
    CHECK(explain(file.path(), "gnb-0117", "2001:db8::1", "tcp/22").code == 2);
}

TEST_CASE("policy services: every listing names every service") {
    for (const cli::Listing listing : {cli::Listing::text, cli::Listing::json, cli::Listing::markdown}) {
        std::ostringstream out;
        CHECK(cli::policy_services(listing, out) == 0);
        for (const BuiltinService& row : builtin_services()) CHECK(out.str().find(row.name) != std::string::npos);
        if (listing == cli::Listing::json) CHECK(nlohmann::json::parse(out.str()).size() == builtin_services().size());
    }
}
