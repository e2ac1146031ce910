// SPDX-License-Identifier: Apache-2.0
// BGP against tshark, session by session.
#include "parsers/bgp/bgp.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("bgp: agrees with tshark") {
    // Most of these captures are made up: the payload of a SYN is followed by its last octet once more, so that what comes behind an
    // OPEN does not line up. tshark looks at each segment alone, weir at the stream.
    const std::vector<Column> columns{{"bgp.open.identifier", "bgp.identifier"}, {"bgp.open.holdtime", "bgp.hold_time"}};
    compare_sessions<bgp::Parser>({"bgp"}, "tcp && bgp.type == 1 && !icmp", columns,
                                  [](const Outcome::Transaction& transaction) { return transaction.get("bgp.operation") == "open"; });
}
