// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/matrix.hpp"

#include "sensor/contract/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::import;

namespace {
std::string error_of(std::string_view text) {
    const Outcome outcome = import_matrix("m.csv", text, "gNB", {});
    return outcome ? "none" : outcome.error()[0].text();
}
}  // namespace

TEST_CASE("matrix: a row is a line for the end that it names") {
    const std::string text = test::read_file(WEIR_SOURCE_DIR "/tests/fuzz/seeds/import/matrix.csv");
    const auto peers = PeerNames::load("p", "peers: {OSS: [10.30.0.10, 10.30.0.11]}");
    REQUIRE(peers);
    const Outcome outcome = import_matrix("m.csv", text, "gnb", *peers);
    REQUIRE(outcome);
    CHECK(outcome->text ==
          "  gnb:  # from a communication matrix\n"
          "    egress:\n"
          "      - {to: [10.30.0.10, 10.30.0.11], service: {proto: udp, ports: 162}}  # traps; and \"informs\"\n"
          "      - {to: \"10.30.0.0/24\", service: {proto: icmp}}  # ping\n"
          "#?      - {to: ntp-server, service: {proto: [udp, tcp], ports: 6000-6007}}\n"
          "    ingress:\n"
          "      - {from: [10.30.0.10, 10.30.0.11], service: {proto: tcp, ports: [22, 830]}}  # NETCONF\n");
    REQUIRE(outcome->warnings.size() == 1);
    CHECK(outcome->warnings[0].text() ==
          "m.csv:5: `NTP Server` is neither an address nor mapped: its line is for review; expected it in the file of `--peers`");
    CHECK(load_policy("imported", "contracts:\n" + outcome->text));
}

TEST_CASE("matrix: every mistake has its line") {
    CHECK(error_of("a,b\n1,2\n").find("m.csv:1: no communication matrix") == 0);
    const auto with = [](std::string_view row) { return error_of("source,destination,port,protocol\n" + std::string{row}); };
    CHECK(with("a,b,1,tcp") == "m.csv:1: no row has `gNB` as its source or destination; expected its name as it stands in the table");
    CHECK(with("gNB,any,ssh,tcp").find("m.csv:2: `ssh` is no port") == 0);
    CHECK(with("gNB,any,22,").find("m.csv:2: a row without a protocol") == 0);
    CHECK(with("gNB,any,22,tpc").find("m.csv:2: `tpc` is no IP protocol") == 0);
    CHECK(with("gNB,any,22,ospf").find("m.csv:2: only tcp, udp and sctp have ports") == 0);
    CHECK(with("gNB,any,any,ospf") == "none");
}
