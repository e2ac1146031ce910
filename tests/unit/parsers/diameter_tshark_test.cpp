// SPDX-License-Identifier: Apache-2.0
// Diameter against tshark, session by session, on every capture that holds some.
#include "parsers/diameter/diameter.hpp"

#include "tests/support/compare_with_tshark.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("diameter: agrees with tshark") {
    const std::vector<Column> columns{
        {"diameter.cmd.code", "diameter.command"},
        {"diameter.applicationId", "diameter.application_id", decimal},
        {"diameter.hopbyhopid", "diameter.hop_by_hop", decimal},
        {"diameter.endtoendid", "diameter.end_to_end", decimal},
        {"diameter.Session-Id", "diameter.session_id"},
        {"diameter.Origin-Host", "diameter.origin_host"},
        {"diameter.Origin-Realm", "diameter.origin_realm"},
        {"diameter.Destination-Host", "diameter.destination_host"},
        {"diameter.Destination-Realm", "diameter.destination_realm"},
        {"diameter.Result-Code", "diameter.result_code"},
        {"diameter.User-Name", "diameter.user_name"},
        {"diameter.CC-Request-Type", "diameter.request_type"},
        {"diameter.Product-Name", "diameter.product_name"},
    };
    compare_sessions<diameter::Parser>({"diameter"}, "tcp && diameter && !icmp", columns);
}
