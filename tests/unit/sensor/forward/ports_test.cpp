// SPDX-License-Identifier: Apache-2.0
#include "sensor/forward/ports.hpp"

#include "tests/support/catch.hpp"

using namespace weir;

TEST_CASE("ports: what a PCI address looks like") {
    struct Case {
        const char* name;
        bool address;
    };
    for (const Case& c : {Case{"0000:17:00.0", true}, Case{"17:00.1", true}, Case{"0000:fF:1a.7", true}, Case{"eth0", false}, Case{"", false}, Case{"0000:17:00", false}, Case{"0000:17:00.0 ", false},
                          Case{"000:17:00.0", false}, Case{"0000:17:0g.0", false}, Case{"net_null0,size=64", false}, Case{":17:00.0", false}, Case{"17.00:0", false}}) {
        INFO(c.name);
        CHECK(is_pci_address(c.name) == c.address);
    }
}

TEST_CASE("ports: a port that there is not is told before anything starts") {
    struct Case {
        std::vector<std::string> names;
        const char* says;
    };
    for (const Case& c : {Case{{"no-such-port"}, "port no-such-port: no such network interface"}, Case{{""}, "port ''"}, Case{{"lo", "none"}, "port none"}}) {
        PortsConfig config;
        config.names = c.names;
        const auto refused = Ports::open(config);
        REQUIRE(!refused);
        CHECK(refused.error().starts_with(c.says));
    }
}
