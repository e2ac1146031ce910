// SPDX-License-Identifier: Apache-2.0
// PFCP against tshark, packet by packet, on every capture that holds some.
#include "parsers/pfcp/pfcp.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The elements of the one capture are random: a cause stands anywhere. What is compared are headers.
const std::vector<Column> header{{"pfcp.msg_type", "pfcp.type"}, {"pfcp.length", "pfcp.length"}, {"pfcp.seqno", "pfcp.sequence"}};

}  // namespace

TEST_CASE("pfcp: headers agree with tshark") { compare_datagrams<pfcp::Parser>({"pfcp"}, "udp && pfcp && !_ws.malformed", header); }

TEST_CASE("pfcp: session identifiers agree with tshark") {
    std::vector<Column> columns = header;
    columns.push_back({"pfcp.seid", "pfcp.seid", [](const std::string& cell) { return decimal(first_only(cell)); }});
    compare_datagrams<pfcp::Parser>({"pfcp"}, "udp && pfcp.s == 1 && !_ws.malformed", columns);
}
