// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/session_text.hpp"

#include "sensor/contract/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("Sentences about sessions are told from the equipment's side") {
    const auto policy = load_policy("p.yaml", "contracts: {c: {egress: []}}\nequipment: [{name: box, address: 10.20.1.11, contract: c}]\n");
    REQUIRE(policy);
    Session session = tcp_session();
    CHECK(session_text(session, nullptr, no_equipment, Facing::egress) == "10.20.1.11 opened tcp/443 (app: unknown) to 203.0.113.50");
    CHECK(session_text(session, policy->get(), 0, Facing::egress) == "box opened tcp/443 (app: unknown) to 203.0.113.50");
    session.app = find_protocol("ssh");
    session.app_status = AppStatus::known;
    session.client_is_low = false;
    CHECK(session_text(session, policy->get(), 0, Facing::ingress) == "box accepted tcp/40000 (app: ssh) from 203.0.113.50");
    session.key.protocol = 47;
    CHECK(session_text(session, nullptr, no_equipment, Facing::egress) == "203.0.113.50 opened ip protocol 47 (app: ssh) to 10.20.1.11");
}
