// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_devices.hpp"

#include "tests/unit/sensor/contract/policies.hpp"
#include "tests/unit/sensor/contract/surveys.hpp"

using namespace weir;
using namespace weir::test;
using namespace weir::learn;

namespace {

std::vector<std::string> names(const Devices& devices) {
    std::vector<std::string> out;
    for (const Device& device : devices.list) out.push_back(device.name);
    return out;
}
std::vector<AddressRange> ranges(std::string_view text) {
    std::vector<AddressRange> out;
    std::string reason;
    REQUIRE(AddressRange::parse(text, out, reason));
    return out;
}

}  // namespace

TEST_CASE("Devices: equipment serves management, its peers serve equipment") {
    Survey survey;
    add_network(survey);
    const Devices devices = find_devices(survey, {});
    REQUIRE(names(devices) == std::vector<std::string>{"device-10.1.0.1", "device-10.1.0.2"});
    CHECK(devices.list[0].signs == std::vector<std::string>{"serves snmp, ssh", "uses snmp-trap, syslog"});
    CHECK(devices.find(ip("10.1.0.2")) == &devices.list[1]);
    CHECK(devices.find(ip("10.9.0.1")) == nullptr);
}

TEST_CASE("Devices: an agent that does not answer is none, and who only listens neither") {
    Survey survey;
    add(survey, {"10.9.0.1", "10.1.0.1", 161, "snmp", ip_protocol::udp, 5, false});
    CHECK(find_devices(survey, {}).list.empty());
}

TEST_CASE("Devices: roles by what they speak, vendors by their MAC") {
    Survey survey;
    add(survey, {"10.1.0.1", "10.5.0.1", 38412, "", ip_protocol::sctp, 1, true, false, {0x00, 0x18, 0x82, 0, 0, 1}});
    add(survey, {"10.2.0.1", "10.2.0.2", 179});
    const Devices devices = find_devices(survey, {});
    REQUIRE(devices.list.size() == 4);
    CHECK(devices.list[0].role == "gnb");
    CHECK(devices.list[0].vendor == "huawei");
    CHECK(devices.list[0].signs[0] == "MAC of huawei");
    CHECK(devices.list[1].role == "router");
    CHECK(devices.list[3].role == "amf");
}

TEST_CASE("Devices: the person's word counts more") {
    Survey survey;
    add_network(survey);
    CHECK(names(find_devices(survey, {ranges("10.9.0.0/24"), {}, nullptr})) ==
          std::vector<std::string>{"device-10.9.0.1", "device-10.9.0.3"});  // the third one never said anything
    const auto policy = policy_of("contracts: {c: {}}\nequipment: [{name: mine, address: 10.1.0.2, role: olt, contract: c}]\n");
    const Devices known = find_devices(survey, {{}, {}, policy.get()});
    CHECK(names(known) == std::vector<std::string>{"device-10.1.0.1", "mine"});
    CHECK(known.list[1].known == 0);
    CHECK(known.list[1].role == "olt");
}

TEST_CASE("Devices: private addresses are at home, others where one says so") {
    for (const std::string_view text : {"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "224.0.0.5", "fe80::1", "fd00::1", "ff02::5"})
        CHECK(is_home(ip(text), {}));
    for (const std::string_view text : {"172.32.0.1", "203.0.113.7", "2001:db8::1"}) CHECK_FALSE(is_home(ip(text), {}));
    CHECK(is_home(ip("203.0.113.7"), ranges("203.0.113.0/24")));
}

TEST_CASE("Devices: a built-in service is one only with its own protocol") {
    const auto service = [](std::uint16_t port, std::string_view app, std::uint8_t protocol = ip_protocol::tcp) {
        Use::Key key;
        key.protocol = protocol;
        key.port = port;
        key.app = app == "?" || app.empty() ? no_protocol : find_protocol(app);
        key.unknown = app == "?";
        const BuiltinService* const found = service_of(key);
        return found == nullptr ? std::string_view{} : found->name;
    };
    CHECK(service(22, "ssh") == "ssh");
    CHECK(service(830, "ssh") == "netconf");
    CHECK(service(443, "ssh").empty());
    CHECK(service(22, "") == "ssh");
    CHECK(service(22, "?").empty());
    CHECK(service(179, "?") == "bgp");
    CHECK(service(8, "", ip_protocol::icmp) == "ping");
    CHECK(service(0, "", ip_protocol::ospf) == "ospf");
    CHECK(service(12345, "").empty());
}
