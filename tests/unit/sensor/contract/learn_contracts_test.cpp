// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_contracts.hpp"

#include "tests/unit/sensor/contract/policies.hpp"
#include "tests/unit/sensor/contract/surveys.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::learn;

namespace {

/// `to ssh 10.9.0.1 (why)` for each line, in order.
std::vector<std::string> lines_of(const ProposedContract& contract) {
    std::vector<std::string> out;
    for (const ProposedLine& line : contract.lines) {
        std::string text = line.heading == Heading::egress ? "to " : line.heading == Heading::ingress ? "from " : "with ";
        text += line.service + line.conditions;
        for (const IpAddress& peer : line.peers) text += ' ' + peer.text();
        out.push_back(line.review.empty() ? text : text + " (" + line.review + ")");
    }
    return out;
}

/// The lines for one session kind of equipment 10.1.0.1 that also serves SNMP.
std::vector<std::string> lines_for(const Seen& seen, std::vector<AddressRange> home = {}) {
    Survey survey;
    add(survey, seen);
    const Proposal proposal = propose(survey, {{AddressRange{AddressKey::of(ip("10.1.0.1")), AddressKey::of(ip("10.1.0.1"))}}, std::move(home), nullptr});
    REQUIRE(proposal.contracts.size() == 1);
    return lines_of(proposal.contracts[0]);
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Proposal: devices that behave alike share a contract, peers alike a network") {
    Survey survey;
    add_network(survey);
    const Proposal proposal = propose(survey, {});
    REQUIRE(proposal.contracts.size() == 1);
    CHECK(proposal.contracts[0].name == "device");
    CHECK(proposal.contracts[0].devices == std::vector<std::size_t>{0, 1});
    CHECK(lines_of(proposal.contracts[0]) ==
          Lines{"to snmp-trap 10.9.0.1", "to syslog 10.9.0.2", "from snmp 10.9.0.1", "from ssh 10.9.0.3"});
    CHECK(proposal.contracts[0].lines[0].sessions == 10);
    CHECK(proposal.contracts[0].lines[0].devices.size() == 2);
    std::vector<std::string> networks;
    for (const ProposedNetwork& network : proposal.networks) networks.push_back(network.name);
    CHECK(networks == std::vector<std::string>{"jump-hosts", "logs", "nms"});
    CHECK(proposal.services.empty());
}

TEST_CASE("Proposal: who behaves otherwise gets a contract of its own") {
    Survey survey;
    add_network(survey);
    add(survey, {"10.9.0.1", "10.1.0.3", 161, "snmp", ip_protocol::udp});
    for (const std::uint16_t port : {80, 443, 623}) add(survey, {"10.9.0.1", "10.1.0.3", port, port == 443 ? "tls" : port == 80 ? "http" : ""});
    const Proposal proposal = propose(survey, {});
    REQUIRE(proposal.contracts.size() == 2);
    CHECK(proposal.contracts[1].name == "device-2");
}

TEST_CASE("Proposal: what a person must look at") {
    CHECK(lines_for({"10.1.0.1", "203.0.113.7", 443, "tls"}) == Lines{"to https 203.0.113.7 (foreign address)"});
    CHECK(lines_for({"10.1.0.1", "10.9.0.1", 22, "ssh"}) == Lines{"to ssh 10.9.0.1 (a shell out of the equipment)"});
    CHECK(lines_for({"10.1.0.1", "10.9.0.1", 443, "ssh"}) == Lines{"to tcp-443-ssh 10.9.0.1 (a shell out of the equipment; ssh on the port of https)"});
    CHECK(lines_for({"10.1.0.1", "10.9.0.1", 4444, "?"}) == Lines{"to tcp-4444 10.9.0.1 (unknown protocol)"});
    CHECK(lines_for({"10.1.0.1", "10.9.0.1", 514, "syslog", ip_protocol::udp, 1, false}) == Lines{"to syslog 10.9.0.1"});  // all that was seen
    CHECK(lines_for({"10.1.0.1", "10.9.0.1", 443, "tls", ip_protocol::tcp, 5, true, false, {}, {}, true}) == Lines{"to https 10.9.0.1 (alerts)"});
    Seen refused{"10.1.0.1", "10.9.0.1", 8080};
    refused.answered = false;
    CHECK(lines_for(refused) == Lines{"to tcp-8080 10.9.0.1 (refused, or never answered)"});
    Seen reversed{"10.1.0.1", "10.9.0.1", 8443, "tls"};
    reversed.reversed = true;
    CHECK(lines_for(reversed) == Lines{"to tcp-8443-tls, role: peer-is-client 10.9.0.1 (the end that opened it is the server in it)"});
    reversed.port = 4334;
    reversed.app = "ssh";
    CHECK(lines_for(reversed) == Lines{"to netconf-call-home, role: peer-is-client 10.9.0.1"});
}

TEST_CASE("Proposal: a single short session is one-off") {
    Survey survey;
    add_network(survey);
    add(survey, {"10.1.0.1", "10.9.0.9", 443, "tls", ip_protocol::tcp, 1});
    const Proposal proposal = propose(survey, {});
    const Lines lines = lines_of(proposal.contracts[0]);
    CHECK(std::ranges::find(lines, "to https 10.9.0.9 (seen once)") != lines.end());
}

TEST_CASE("Proposal: either side may open what both were seen opening") {
    Survey survey;
    add(survey, {"10.1.0.1", "10.1.0.2", 179});
    add(survey, {"10.1.0.2", "10.1.0.1", 179});
    const Proposal proposal = propose(survey, {});
    REQUIRE(proposal.contracts.size() == 1);
    CHECK(lines_of(proposal.contracts[0]) == Lines{"with bgp 10.1.0.1 10.1.0.2"});
    REQUIRE(proposal.networks.size() == 1);
    CHECK(proposal.networks[0].name == "neighbours");
}

TEST_CASE("Proposal: ports that are chosen anew are one range, and a person looks at it") {
    Survey survey;
    for (std::uint16_t i = 0; i < 8; ++i) add(survey, {"10.1.0.1", "10.9.0.1", static_cast<std::uint16_t>(33000 + i), "tls"});
    const Proposal proposal = propose(survey, {{AddressRange{AddressKey::of(ip("10.1.0.1")), AddressKey::of(ip("10.1.0.1"))}}, {}, nullptr});
    REQUIRE(proposal.services.size() == 1);
    CHECK(proposal.services[0].ports == "32768-65535");
    CHECK(proposal.services[0].app == "tls");
    CHECK(proposal.contracts[0].lines[0].review == "8 different ports");
}

TEST_CASE("Proposal: a policy that exists gets what it lacks") {
    Survey survey;
    add_network(survey);
    const auto policy = policy_of(
        "contracts:\n  c:\n    egress: [{to: 10.9.0.1, service: snmp-trap}]\n    ingress: [{from: any, service: snmp}]\n"
        "equipment: [{name: mine, network: 10.1.0.0/24, contract: c}]\n");
    const Proposal proposal = propose(survey, {{}, {}, policy.get()});
    REQUIRE(proposal.contracts.size() == 1);
    CHECK(proposal.contracts[0].known);
    CHECK(lines_of(proposal.contracts[0]) == Lines{"to syslog 10.9.0.2", "from ssh 10.9.0.3"});
    CHECK(proposal.networks.empty());
}
