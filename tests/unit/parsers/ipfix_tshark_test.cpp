// SPDX-License-Identifier: Apache-2.0
// IPFIX and NetFlow against tshark, packet by packet, on every capture that holds some.
#include "parsers/ipfix/ipfix.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("ipfix: agrees with tshark") {
    const std::vector<Column> columns{
        {"cflow.version", "ipfix.version"},
        {"cflow.sequence", "ipfix.sequence"},
        {"cflow.count", "ipfix.count"},
        {"cflow.template_id", "ipfix.templates[].id"},
    };
    const std::string filter = "udp && cflow && !icmp && !ip.fragment && !ipv6.fragment && !_ws.malformed";
    const std::string decode_as = "-d udp.port==9991,cflow -d udp.port==9992,cflow";
    compare_datagrams<ipfix::Parser>({"netflow-ipfix", "bmp"}, filter, columns, {}, decode_as);

    // The header's comes first; records may hold the domain as well.
    const std::vector<Column> domain{{"cflow.od_id", "ipfix.source_id", first_only}}, source{{"cflow.source_id", "ipfix.source_id"}};
    compare_datagrams<ipfix::Parser>({"netflow-ipfix"}, filter + " && cflow.version == 10", domain, {}, decode_as);
    compare_datagrams<ipfix::Parser>({"netflow-ipfix"}, filter + " && cflow.version == 9", source, {}, decode_as);
}
