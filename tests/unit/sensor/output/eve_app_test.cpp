// SPDX-License-Identifier: Apache-2.0
#include "parsers/ntp/ntp.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;
using nlohmann::json;

namespace {
AppEvent event_of(const Session& session, std::string_view protocol, const void* transaction) {
    AppEvent event;
    event.place = {noon, 9, 0, &session, nullptr};
    event.parser = &protocols()[find_protocol(protocol)];
    event.transaction = transaction;
    event.tx_id = 4;
    return event;
}
}  // namespace

TEST_CASE("eve app: a transaction at the paths of its table") {
    EveBench bench;
    Session session = tcp_session();
    session.key.protocol = ip_protocol::udp;
    session.app_status = AppStatus::known;
    session.app = find_protocol("ntp");
    const std::array<std::uint8_t, 4> reference{0xc0, 0xa8, 1, 1};
    ntp::Transaction transaction;
    transaction.version = 4;
    transaction.mode = 4;
    transaction.stratum = 2;
    transaction.reference_id = reference;
    const AppEvent event = event_of(session, "ntp", &transaction);
    REQUIRE(bench.eve.app_lines(event) == 1);
    const json line = checked(bench.text(bench.eve.app(bench.room, event)));
    CHECK(line["event_type"] == "ntp");
    CHECK(line["app_proto"] == "ntp");
    CHECK(line["tx_id"] == 4);
    CHECK(line["ntp"] == json::parse(R"({"version": 4, "mode": 4, "stratum": 2, "reference_id": "c0a80101"})"));
    CHECK(!line.contains("weir"));
}
