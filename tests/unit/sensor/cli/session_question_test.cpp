// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/session_question.hpp"

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("Session question: ends by name or address, services in words") {
    const auto policy = policy_of(example);
    const auto facts = cli::session_of(*policy, {"gnb-0117", "10.30.0.10", "udp/162/snmp"}, noon);
    REQUIRE(facts);
    CHECK(facts->client == ip("10.20.1.11"));
    CHECK(facts->client_equipment == policy->find_equipment("gnb-0117"));
    CHECK(facts->server_port == 162);
    CHECK(facts->protocol == ip_protocol::udp);
    CHECK(facts->app == find_protocol("snmp"));
    CHECK(facts->clock == noon);
    CHECK(cli::session_of(*policy, {"10.0.0.1", "10.0.0.2", "icmp/echo"}, noon)->icmp_type == 8);
    CHECK(cli::session_of(*policy, {"2001:db8::1", "2001:db8::2", "icmp/echo"}, noon)->protocol == ip_protocol::icmpv6);
    CHECK(cli::session_of(*policy, {"10.0.0.1", "10.0.0.2", "tcp/1/unknown"}, noon)->app_status == AppStatus::unknown);
}

TEST_CASE("Session question: each mistake names its word") {
    const auto policy = policy_of(example);
    const auto error = [&](const char* from, const char* to, const char* service) { return cli::session_of(*policy, {from, to, service}, noon).error(); };
    CHECK(error("gnb-99", "10.0.0.1", "tcp/22") == "from: `gnb-99` is neither an address nor the name of equipment in policy.yaml");
    CHECK(error("10.0.0.1", "nms", "tcp/22").starts_with("to: `nms` is neither"));
    CHECK(error("10.0.0.1", "10.0.0.2", "tcp").starts_with("service: `tcp` names no port"));
    CHECK(error("10.0.0.1", "10.0.0.2", "xtp/1").starts_with("service: `xtp/1` names no IP protocol"));
    CHECK(error("10.0.0.1", "10.0.0.2", "icmp/no").starts_with("service: `icmp/no` names no ICMP type"));
    CHECK(error("10.0.0.1", "10.0.0.2", "tcp/1/no").starts_with("service: `tcp/1/no` names an application protocol"));
    CHECK(error("10.0.0.1", "2001:db8::1", "tcp/1").starts_with("to: an IPv4 and an IPv6"));
}
