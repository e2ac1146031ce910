// SPDX-License-Identifier: Apache-2.0
// sFlow against tshark, packet by packet, on every capture that holds some.
#include "parsers/sflow/sflow.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("sflow: agrees with tshark") {
    const std::string filter = "udp && sflow && !icmp && !ip.fragment && !_ws.malformed";
    const std::vector<Column> columns{
        {"sflow_245.version", "sflow.version"},          {"sflow_245.sub_agent_id", "sflow.sub_agent"},
        {"sflow_245.sequence_number", "sflow.sequence"}, {"sflow_245.sysuptime", "sflow.uptime"},
        {"sflow_245.numsamples", "sflow.samples"},
    };
    compare_datagrams<sflow::Parser>({"sflow"}, filter, columns);
    compare_datagrams<sflow::Parser>({"sflow"}, filter + " && sflow_245.agent", {{"sflow_245.agent", "sflow.agent"}});
    compare_datagrams<sflow::Parser>({"sflow"}, filter + " && sflow_245.agent.v6", {{"sflow_245.agent.v6", "sflow.agent"}});
    compare_datagrams<sflow::Parser>({"sflow"}, filter + " && sflow.flow_sample.sampling_rate",
                                     {{"sflow.flow_sample.sampling_rate", "sflow.sampling_rate", first_only}});
}
