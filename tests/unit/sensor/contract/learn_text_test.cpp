// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_text.hpp"

#include "tests/unit/sensor/contract/policies.hpp"
#include "tests/unit/sensor/contract/surveys.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::learn;

namespace {

std::string accepted(std::string text) {
    for (std::size_t at = 0; (at = text.find(std::string{'\n'}.append(review_mark), at)) != std::string::npos;) text.erase(at + 1, review_mark.size());
    return text;
}
std::string text_of(const Survey& survey, const DeviceOptions& options = {}) {
    return policy_text(propose(survey, options), survey, {{"a.pcap"}, 1234, ""});
}
bool contains(std::string_view text, std::string_view part) {
    UNSCOPED_INFO(text);
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("Text: each line says how often, by how many and when") {
    Survey survey;
    add_network(survey);
    add(survey, {"10.1.0.2", "203.0.113.7", 443, "tls"});
    const std::string text = text_of(survey);
    CHECK(contains(text, "Seen: 1234 packets in 45 sessions, 2026-07-29 12:00:00 to 12:04:01 UTC."));
    CHECK(contains(text, "\n      - {to: nms, service: snmp-trap}  # 10 sessions by 2 of 2, 2026-07-29 12:00:00 to 12:04:01\n"));
    CHECK(contains(text, "\n#?      - {to: 203.0.113.7, service: https}  # foreign address; 5 sessions by 1 of 2 (device-10.1.0.2), "));
    CHECK(contains(text, "\n  - {name: device-10.1.0.1, address: 10.1.0.1, contract: device}  # serves snmp, ssh; uses snmp-trap, syslog\n"));
}

TEST_CASE("Text: loads as it is, and allows the rest once accepted") {
    Survey survey;
    add_network(survey);
    add(survey, {"10.1.0.2", "203.0.113.7", 443, "tls"});
    const std::string text = text_of(survey);
    const auto question = [](const Policy& policy) { return speaking(tcp(policy, "10.1.0.2", "203.0.113.7", 443), "tls"); };
    const auto as_it_is = policy_of(text), whole = policy_of(accepted(text));
    CHECK(egress(*as_it_is, speaking(udp(*as_it_is, "10.1.0.2", "10.9.0.2", 514), "syslog")).allowed);
    CHECK_FALSE(egress(*as_it_is, question(*as_it_is)).allowed);
    CHECK(egress(*whole, question(*whole)).allowed);
}

TEST_CASE("Text: long lists go over several lines, and stay one list for review") {
    Survey survey;
    for (int i = 1; i <= 40; ++i) {
        const std::string home = "10.9.1." + std::to_string(i), foreign = "2001:db8::" + std::to_string(i);
        add(survey, {"10.1.0.1", home, 514, "syslog", ip_protocol::udp});
        add(survey, {"fd00::1", foreign, 443, "tls"});
    }
    std::vector<AddressRange> equipment;
    std::string reason;
    REQUIRE(AddressRange::parse("10.1.0.1", equipment, reason));
    REQUIRE(AddressRange::parse("fd00::1", equipment, reason));
    const std::string text = text_of(survey, {equipment, {}, nullptr});
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) CHECK(text.find('\n', at) - at < 220);
    CHECK(policy_of(text)->line_count() == 1);
    CHECK(policy_of(accepted(text))->line_count() == 2);
}

TEST_CASE("Text: nothing seen is a policy of nothing") {
    const std::string text = text_of(Survey{});
    CHECK(contains(text, "No host looked like equipment"));
    CHECK(policy_of(text)->equipment().empty());
}

TEST_CASE("Text: additions say so, and bring no networks") {
    Survey survey;
    add_network(survey);
    const auto policy = policy_of("contracts: {c: {}}\nequipment: [{name: mine, network: 10.1.0.0/24, contract: c}]\n");
    const std::string text = policy_text(propose(survey, {{}, {}, policy.get()}), survey, {{"a.pcap"}, 1, "mine.yaml"});
    CHECK(contains(text, "as additions to mine.yaml"));
    CHECK(contains(text, "\n  c:  # 2 devices; lines to add\n"));
    CHECK_FALSE(contains(text, "networks:"));
    CHECK(policy_of(text)->line_count() == 4);
}
