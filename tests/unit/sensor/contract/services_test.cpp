// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/services.hpp"

#include <set>

#include "sensor/decode/layers.hpp"
#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("services: every row of the built-in table means something") {
    std::set<std::string_view> names;
    for (const BuiltinService& row : builtin_services()) {
        INFO(row.name);
        CHECK(names.insert(row.name).second);
        CHECK_FALSE(row.doc.empty());
        const auto items = items_of(row);
        REQUIRE_FALSE(items.empty());
        const bool has_ports =
            items[0].protocol == ip_protocol::tcp || items[0].protocol == ip_protocol::udp || items[0].protocol == ip_protocol::sctp;
        for (const ServiceItem& item : items) {
            CHECK(item.ports.empty() == row.ports.empty());
            CHECK((has_ports ? !item.ports.empty() : true));
            CHECK((row.app == "any" || app_of(row.app).has_value()));
        }
    }
    CHECK(names.contains("snmp-trap"));
}

TEST_CASE("services: as text") {
    const auto text = [](std::string_view name) {
        for (const BuiltinService& row : builtin_services())
            if (row.name == name) return items_of(row)[0].text();
        return std::string{"none"};
    };
    CHECK(text("netconf") == "tcp/830");
    CHECK(text("ping") == "icmp echo");
    CHECK(text("ospf") == "ospf");
    CHECK(text("corba") == "tcp/683-684,2809");
    ServiceItem item;
    item.protocol = 200;
    CHECK(item.text() == "protocol 200");
    item.protocol = ip_protocol::tcp;
    item.ports = {{22, 22}};
    item.peer_ports = {{20, 21}};
    CHECK(item.text() == "tcp/22 from port 20-21");
}

TEST_CASE("services: protocols, ports and types by name or number") {
    CHECK(ip_protocols_of("tcp") == std::vector<std::uint16_t>{6});
    CHECK(ip_protocols_of("icmp") == std::vector<std::uint16_t>{1, 58});
    CHECK(ip_protocols_of("132") == std::vector<std::uint16_t>{132});
    CHECK(ip_protocols_of("any") == std::vector<std::uint16_t>{any_ip_protocol});
    for (const char* wrong : {"", "256", "-1", "tcpp", "6x"}) CHECK(ip_protocols_of(wrong).empty());
    CHECK(port_range_of("22") == PortRange{22, 22});
    CHECK(port_range_of("0-65535") == PortRange{});
    for (const char* wrong : {"", "-", "1-", "-1", "2-1", "65536", "1-2-3", "x"}) CHECK_FALSE(port_range_of(wrong));
    CHECK(icmp_type_of("echo", 1) == 8);
    CHECK(icmp_type_of("echo", 58) == 128);
    CHECK_FALSE(icmp_type_of("too-big", 1));
    CHECK(icmp_type_of("13", 1) == 13);
    CHECK(icmp_type_name(135, 58) == "neighbor-solicitation");
    CHECK(icmp_type_name(99, 1) == "99");
}

TEST_CASE("services: application protocols, with a parser and without") {
    CHECK(app_of("ntp") == ProtocolSet::of(find_protocol("ntp")));
    CHECK(app_of("cwmp")->contains(find_protocol("http")));  // it stands inside HTTP
    CHECK(app_of("gnmi") == ProtocolSet{});  // known by name, read by no parser: anything may be spoken
    CHECK_FALSE(app_of("xyzzy"));
    CHECK_FALSE(app_of("any"));
    const auto names = app_names();
    CHECK(names[0] == protocols()[0].name);
    CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
}
