// SPDX-License-Identifier: Apache-2.0
#include "rules/language/variables.hpp"

#include "tests/support/catch.hpp"

using namespace weir;
using namespace weir::rules;
using language::ListReader;
using language::Refusal;

namespace {

Variables variables() {
    Variables out = Variables::defaults();
    out.address_groups["LAB"] = "[10.0.0.0/30,!10.0.0.1]";
    out.address_groups["LOOP_A"] = "[10.0.0.0/8,$LOOP_B]";
    out.address_groups["LOOP_B"] = "$LOOP_A";
    out.address_groups["BROKEN"] = "10.0.0.x";
    out.port_groups["WEB"] = "[80,8080:8090]";
    return out;
}

std::string addresses(std::string_view text) {
    const Variables known = variables();
    ListReader reader(known);
    try {
        const AddressList& list = reader.addresses({text, 0});
        std::string out = list.any ? "any" : "";
        for (const AddressRange& range : list.ranges) out += (out.empty() ? "" : " ") + range.first.text() + "-" + range.last.text();
        return out;
    } catch (const Refusal& refusal) {
        return refusal.reason + " @" + std::to_string(refusal.offset);
    }
}

std::string ports(std::string_view text) {
    const Variables known = variables();
    ListReader reader(known);
    try {
        const PortList& list = reader.ports({text, 0});
        std::string out = list.any ? "any" : "";
        for (const PortRange& range : list.ranges)
            out += (out.empty() ? "" : " ") + std::to_string(range.first) + "-" + std::to_string(range.last);
        return out;
    } catch (const Refusal& refusal) {
        return refusal.reason + " @" + std::to_string(refusal.offset);
    }
}

}  // namespace

TEST_CASE("address lists") {
    CHECK(addresses("any") == "any");
    CHECK(addresses("[any]") == "any");
    CHECK(addresses("10.0.0.1") == "10.0.0.1-10.0.0.1");
    CHECK(addresses("10.0.0.0/8") == "10.0.0.0-10.255.255.255");
    CHECK(addresses("10.1.2.3/8") == "10.0.0.0-10.255.255.255");  // host bits are ignored, as in Suricata
    CHECK(addresses("10.1.2.3/255.255.0.0") == "10.1.0.0-10.1.255.255");
    CHECK(addresses("10.0.0.5-10.0.0.9") == "10.0.0.5-10.0.0.9");
    CHECK(addresses("2001:db8::/126") == "2001:db8::-2001:db8::3");
    CHECK(addresses("[10.0.0.1, 10.0.0.2 ,10.0.0.4]") == "10.0.0.1-10.0.0.2 10.0.0.4-10.0.0.4");
    CHECK(addresses("[10.0.0.0/29,![10.0.0.2,10.0.0.5]]") == "10.0.0.0-10.0.0.1 10.0.0.3-10.0.0.4 10.0.0.6-10.0.0.7");
    CHECK(addresses("[10.0.0.0/29,![10.0.0.0/30,!10.0.0.1]]") ==
          "10.0.0.1-10.0.0.1 10.0.0.4-10.0.0.7");  // a negated list is a set's complement
    CHECK(addresses("!10.0.0.0/8") ==
          "::-::fffe:ffff:ffff 0.0.0.0-9.255.255.255 11.0.0.0-255.255.255.255 ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CHECK(addresses("[0.0.0.0/0,::/0]") == "any");
    CHECK(addresses("0.0.0.0/0") == "0.0.0.0-255.255.255.255");
    CHECK(addresses("!0.0.0.0/0") == "::-::fffe:ffff:ffff ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    CHECK(addresses("$LAB") == "10.0.0.0-10.0.0.0 10.0.0.2-10.0.0.3");
    CHECK(addresses("[!$LAB,10.0.0.0/29]") == "10.0.0.1-10.0.0.1 10.0.0.4-10.0.0.7");
}

TEST_CASE("addresses that are refused") {
    CHECK(addresses("!any") == "no address is left in \"!any\" @0");
    CHECK(addresses("[10.0.0.1,!10.0.0.0/8]") == "no address is left in \"10.0.0.1,!10.0.0.0/8\" @1");
    CHECK(addresses("[10.0.0.1,]") == "an empty item in the list: expected one more address @10");
    CHECK(addresses("10.0.0.300") ==
          "\"10.0.0.300\" is not an address: expected any, an IPv4 or IPv6 address, a range, a $VARIABLE or a [list] @0");
    CHECK(addresses("[10.0.0.1,10.0.0.0/33]") == "\"33\" is not a number: expected 0 to 32 @19");
    CHECK(addresses("10.0.0.0/255.0.255.0") == "\"255.0.255.0\" is not a network mask @9");
    CHECK(addresses("10.0.0.9-10.0.0.1") == "the address range \"10.0.0.9-10.0.0.1\" ends before it begins @0");
    CHECK(addresses("$NOBODY") == "unknown address variable $NOBODY @0");
    CHECK(addresses("[10.0.0.1,$LOOP_A]") == "in $LOOP_A: in $LOOP_B: $LOOP_A refers to itself @10");
    CHECK(addresses("$BROKEN") ==
          "in $BROKEN: \"10.0.0.x\" is not an address: expected any, an IPv4 or IPv6 address, a range, a $VARIABLE or a [list] @0");
    CHECK(addresses("[10.0.0.1]x]") == "`]` without `[` @11");
    CHECK(addresses(std::string(20, '[') + "10.0.0.1" + std::string(20, ']')) ==
          "lists and variables stand within each other more than 16 deep @17");
}

TEST_CASE("port lists") {
    CHECK(ports("any") == "any");
    CHECK(ports("0:65535") == "any");
    CHECK(ports("80") == "80-80");
    CHECK(ports("1024:") == "1024-65535");
    CHECK(ports(":1023") == "0-1023");
    CHECK(ports("!80") == "0-79 81-65535");
    CHECK(ports("[80:90,!85,!88:]") == "80-84 86-87");
    CHECK(ports("[$WEB,443]") == "80-80 443-443 8080-8090");
    CHECK(ports("[80,81,82]") == "80-82");
    CHECK(ports("$FILE_DATA_PORTS") == "80-80 110-110 143-143");
    CHECK(ports(":") == "a port range has a port before or behind its colon @0");
    CHECK(ports("90:80") == "the port range \"90:80\" ends before it begins @0");
    CHECK(ports("[80,x]") == "\"x\" is not a port: expected any, a number, a range as 1024:2048, a $VARIABLE or a [list] @4");
    CHECK(ports("70000") == "\"70000\" is not a number: expected 0 to 65535 @0");
    CHECK(ports("$HOME_NET") == "unknown port variable $HOME_NET @0");
}

TEST_CASE("the stock variables can all be read") {
    const Variables known = Variables::defaults();
    ListReader reader(known);
    for (const auto& [name, value] : known.address_groups) CHECK_NOTHROW((void)reader.addresses({"$" + name, 0}));
    for (const auto& [name, value] : known.port_groups) CHECK_NOTHROW((void)reader.ports({"$" + name, 0}));
    CHECK(reader.addresses({"$HOME_NET", 0}).contains(*IpAddress::parse("fd00::1")));
    CHECK_FALSE(reader.addresses({"$HOME_NET", 0}).contains(*IpAddress::parse("8.8.8.8")));
    CHECK(reader.addresses({"$EXTERNAL_NET", 0}).contains(*IpAddress::parse("8.8.8.8")));
}
