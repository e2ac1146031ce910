// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_diff.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;
using cli::AlertSort;

namespace {

RecordHead head_of(std::string_view destination, std::uint16_t port) {
    RecordHead head;
    head.type = RecordType::alert;
    head.kind = Kind::unexpected_destination;
    head.judge = Judge::contract;
    head.equipment = 0;
    head.source = ip("10.20.1.11");
    head.destination = ip(destination);
    head.destination_port = port;
    head.protocol = ip_protocol::tcp;
    return head;
}

}  // namespace

TEST_CASE("Policy diff: what appears, what vanishes, what stays") {
    const auto policy = policy_of(example);
    cli::AlertCounts counts;
    counts[AlertSort::of(*policy, head_of("203.0.113.7", 443))] = {1, 3};
    counts[AlertSort::of(*policy, head_of("203.0.113.8", 443))] = {1, 0};
    counts[AlertSort::of(*policy, head_of("203.0.113.9", 443))] = {2, 2};
    std::ostringstream out;
    CHECK(cli::write_difference(counts, out));
    CHECK(out.str() ==
          "+ gnb-0117 egress unexpected-destination: 10.20.1.11 to 203.0.113.7 tcp/443 (2 times)\n"
          "- gnb-0117 egress unexpected-destination: 10.20.1.11 to 203.0.113.8 tcp/443\n"
          "2 alerts appear, 1 vanishes, 3 stay\n");
    out.str("");
    CHECK_FALSE(cli::write_difference({}, out));
    CHECK(out.str() == "0 alerts appear, 0 vanish, 0 stay\n");
}

TEST_CASE("Policy diff: ends without equipment, and signatures") {
    const auto policy = policy_of(example);
    RecordHead head = head_of("203.0.113.7", 8);
    head.equipment = no_equipment;
    head.kind = Kind::signature;
    head.gid = 1;
    head.sid = 77;
    head.protocol = ip_protocol::icmp;
    std::ostringstream out;
    CHECK(cli::write_difference({{AlertSort::of(*policy, head), {0, 1}}}, out));
    CHECK(out.str().starts_with("+ signature 1:77: 10.20.1.11 to 203.0.113.7 icmp\n1 alert appears, "));
}

TEST_CASE("Policy diff: mistakes in either policy, and captures that are not there") {
    const std::string good = WEIR_BINARY_DIR "/policy_diff_good.yaml", bad = WEIR_BINARY_DIR "/policy_diff_bad.yaml";
    std::ofstream{good} << example;
    std::ofstream{bad} << "contracts: 7\n";
    std::ostringstream out, err;
    CHECK(cli::policy_diff(good, bad, {WEIR_SOURCE_DIR "/pcaps/ordinary-olt.pcap"}, out, err) == 2);
    CHECK(err.str().find(bad + ":1: ") == 0);
    err.str("");
    CHECK(cli::policy_diff(good, good, {"/nonexistent.pcap"}, out, err) == 2);
    CHECK(err.str().find("/nonexistent.pcap") != std::string::npos);
    CHECK(out.str().empty());
    std::remove(good.c_str());
    std::remove(bad.c_str());
}
