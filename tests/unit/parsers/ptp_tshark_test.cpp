// SPDX-License-Identifier: Apache-2.0
// PTP over UDP against tshark, datagram by datagram.
#include "parsers/ptp/ptp.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("ptp: agrees with tshark") {
    const auto hex = [](const std::string& cell) { return cell.rfind("0x", 0) == 0 ? cell.substr(2) : cell; };
    const std::vector<Column> columns{{"ptp.v2.domainnumber", "ptp.domain"},
                                      {"ptp.v2.clockidentity", "ptp.clock_identity", hex},
                                      {"ptp.v2.sequenceid", "ptp.sequence_id"},
                                      {"ptp.v2.an.grandmasterclockidentity", "ptp.grandmaster_identity", hex},
                                      {"ptp.v2.an.localstepsremoved", "ptp.steps_removed"}};
    compare_datagrams<ptp::Parser>({"ptp"}, "udp && ptp.versionptp == 2 && !icmp && !_ws.malformed", columns);
}
