// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/alert_digest.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

namespace {
RecordHead alert(Severity severity, Kind kind, std::string_view peer, Time time = 0) {
    RecordHead head;
    head.severity = severity;
    head.kind = kind;
    head.time = time;
    head.source = *IpAddress::parse("10.20.1.11");
    head.destination = *IpAddress::parse(peer);
    head.destination_port = 443;
    head.protocol = 6;
    head.equipment = 0;
    return head;
}
}  // namespace

TEST_CASE("alert digest: what says the same is one group, the worst first") {
    AlertDigest digest;
    digest.add(alert(3, Kind::signature, "203.0.113.1", 9), "a rule");
    digest.add(alert(3, Kind::signature, "203.0.113.1", 5), "a rule");
    digest.add(alert(1, Kind::reverse_shell, "203.0.113.2", 7), {});
    for (int i = 10; i < 22; ++i) digest.add(alert(3, Kind::unexpected_destination, "203.0.113." + std::to_string(i)), {});
    const auto groups = digest.groups();
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].kind == Kind::reverse_shell);
    CHECK(groups[1].kind == Kind::unexpected_destination);
    CHECK(groups[1].alerts == 12);
    CHECK(groups[1].peers.size() == AlertGroup::max_peers);
    CHECK(groups[1].more_peers == 4);
    CHECK(groups[2].text == "a rule");
    CHECK(groups[2].first == 5);
    CHECK(groups[2].last == 9);
    CHECK(groups[2].peers[0].alerts == 2);
    CHECK(digest.total() == 15);
}

TEST_CASE("alert digest: bounded, and what finds no room is counted") {
    AlertDigest digest{2};
    for (const Kind kind : {Kind::beacon, Kind::exfil, Kind::proxy, Kind::beacon}) digest.add(alert(2, kind, "203.0.113.1"), {});
    CHECK(digest.groups().size() == 2);
    CHECK(digest.ungrouped() == 1);
    CHECK(digest.total() == 4);
}

TEST_CASE("alert digest: the peer of an ingress alert is who opened the session") {
    AlertDigest digest;
    RecordHead head = alert(2, Kind::unexpected_ingress, "10.0.0.9");
    head.facing = Facing::ingress;
    digest.add(head, {});
    CHECK(digest.groups()[0].peers[0].address == head.source);
    CHECK(digest.groups()[0].local == head.destination);
}
