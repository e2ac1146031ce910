// SPDX-License-Identifier: Apache-2.0
// TACACS+ against tshark, session by session, on every capture that holds some.
#include "parsers/tacacs/tacacs.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("tacacs: agrees with tshark") {
    const auto flag = [](const std::string& cell) { return cell.empty() ? cell : std::string{cell == "1" ? "true" : "false"}; };
    const std::vector<Column> columns{
        {"tacplus.type", "tacacs.type"},
        {"tacplus.seqno", "tacacs.sequence"},
        {"tacplus.flags.unencrypted", "tacacs.unencrypted", flag},
        {"tacplus.flags.singleconn", "tacacs.single_connection", flag},
        {"tacplus.session_id", "tacacs.session_id", decimal},
        {"tacplus.packet_len", "tacacs.length"},
    };
    compare_sessions<tacacs::Parser>({"telnet"}, "tcp && tacplus && !icmp", columns);
}
