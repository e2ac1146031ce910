// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/duty_judge.hpp"

#include <nlohmann/json.hpp>

#include "tests/unit/sensor/contract/policies.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr Time minute = 60 * second;

RecordHead mark(DutyMark what, std::string_view device, Time at, LineId line = no_line) {
    RecordHead head;
    head.type = RecordType::duty;
    head.mark = what;
    head.equipment = 0;
    head.facing = Facing::ingress;
    head.line = line;
    head.key.clock = head.time = noon + at * minute;
    head.source = ip("10.9.0.1");
    head.destination = ip(device);
    head.destination_port = 22;
    head.protocol = ip_protocol::tcp;
    head.flow_id = 4711;
    return head;
}

}  // namespace

TEST_CASE("Duty judge: a duty that others fetch, of one device in a range") {
    const auto policy = policy_of(
        "contracts:\n  c:\n    ingress: [{from: 10.9.0.1, service: ssh, expect: {every: 80m}}]\n"
        "equipment:\n  - {name: nodes, network: 10.1.0.0/16, contract: c}\n");
    const auto names = std::make_shared<EveNames>();
    DutyJudge judge{policy, EveConfig{}, names};
    CHECK(judge.take(mark(DutyMark::kept, "10.1.0.1", 0, 0)).empty());
    std::vector<DutyJudge::Missed> missed;
    for (Time at = 0; at <= 110; at += 10)
        for (const char* device : {"10.1.0.1", "10.1.0.2"}) {
            if (device[7] == '2' && at % 50 == 0) CHECK(judge.take(mark(DutyMark::kept, device, at, 0)).empty());
            for (auto& one : judge.take(mark(DutyMark::alive, device, at))) missed.push_back(one);
        }
    REQUIRE(missed.size() == 1);
    const RecordHead& head = missed[0].head;
    CHECK(head.type == RecordType::alert);
    CHECK(head.kind == Kind::duty_missed);
    CHECK(head.facing == Facing::ingress);
    CHECK(head.source == ip("10.9.0.1"));
    CHECK(head.destination == ip("10.1.0.1"));
    CHECK(head.flow_id == 4711);
    const auto line = nlohmann::json::parse(missed[0].text + "}}");  // the collector ends it
    CHECK(line.at("weir").at("why").get<std::string>().find("nodes (10.1.0.1) has sent nothing by line 3") == 0);
    CHECK(line.at("weir").at("peer").at("ip") == "10.9.0.1");
    CHECK(judge.metrics().missed.get() == 1);
    CHECK(judge.metrics().devices.get() == 2);
}
