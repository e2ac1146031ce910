// SPDX-License-Identifier: Apache-2.0
#include "parsers/dhcp/dhcp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<dhcp::Parser>;

namespace {

/// A message with these options; `server_name` and `file` fill the header's fields from their start.
std::vector<std::uint8_t> message(std::uint8_t operation, const std::vector<std::uint8_t>& options,
                                  const std::vector<std::uint8_t>& server_name = {}, const std::vector<std::uint8_t>& file = {}) {
    auto out = "00010600 3903f326 0000 8000 0a000001 0a000002 0a000003 0a000004 000b8201fc42 00000000000000000000"_hex;
    out[0] = operation;
    out.resize(236);
    std::copy(server_name.begin(), server_name.end(), out.begin() + 44);
    std::copy(file.begin(), file.end(), out.begin() + 108);
    for (const std::uint8_t octet : {0x63, 0x82, 0x53, 0x63}) out.push_back(octet);
    out.insert(out.end(), options.begin(), options.end());
    return out;
}
std::vector<std::uint8_t> text(std::uint8_t code, std::string_view value) {
    std::vector<std::uint8_t> out{code, static_cast<std::uint8_t>(value.size())};
    out.insert(out.end(), value.begin(), value.end());
    return out;
}
Outcome parse(Bytes datagram) {
    Driver driver;
    driver.datagram(Direction::to_server, datagram);
    return driver.finish();
}
Outcome::Transaction one(Bytes datagram) {
    const Outcome outcome = parse(datagram);
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return dhcp::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}

const auto discover = message(1, "350101 3d0701000b8201fc42 32040a000009 370b01030c0f0623 2a 42 43 96 fd 0c03 67 6e 62 ff 00"_hex);
const auto offer =
    message(2, "350102 0104ffffff00 3a0400000708 3b0400000c4e 330400000e10 36040a000005 0308 0a000006 0a000007 06040a000008 ff"_hex);

}  // namespace

TEST_CASE("dhcp: what a client says") {
    const auto seen = one(discover);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("dhcp.type") == "request");
    CHECK(seen.get("dhcp.id") == "956560166");
    CHECK(seen.get("dhcp.client_mac") == "00:0b:82:01:fc:42");
    CHECK(seen.get("dhcp.client_id") == "00:0b:82:01:fc:42");
    CHECK(seen.get("dhcp.assigned_ip") == "10.0.0.2");
    CHECK(seen.get("dhcp.client_ip") == "10.0.0.1");
    CHECK(seen.get("dhcp.relay_ip").empty());
    CHECK(seen.get("dhcp.dhcp_type") == "discover");
    CHECK(seen.get("dhcp.requested_ip") == "10.0.0.9");
    CHECK(seen.get("dhcp.hostname") == "gnb");
    CHECK(seen.get("dhcp.params[]") == "subnet_mask,router,domain,dns_server,arp_timeout,ntp_server,tftp_server_name,tftp_server_ip");
}

TEST_CASE("dhcp: what a server says") {
    const auto seen = one(offer);
    CHECK(seen.report == (Report::response | Report::log));
    CHECK(seen.get("dhcp.type") == "reply");
    CHECK(seen.get("dhcp.dhcp_type") == "offer");
    CHECK(seen.get("dhcp.relay_ip") == "10.0.0.4");
    CHECK(seen.get("dhcp.next_server_ip") == "10.0.0.3");
    CHECK(seen.get("dhcp.subnet_mask") == "255.255.255.0");
    CHECK(seen.get("dhcp.lease_time") == "3600");
    CHECK(seen.get("dhcp.renewal_time") == "1800");
    CHECK(seen.get("dhcp.rebinding_time") == "3150");
    CHECK(seen.get("dhcp.routers[]") == "10.0.0.6,10.0.0.7");
    CHECK(seen.get("dhcp.dns_servers[]") == "10.0.0.8");
    CHECK(seen.get("weir.dhcp.server_id") == "10.0.0.5");
}

TEST_CASE("dhcp: options that steer equipment") {
    std::vector<std::uint8_t> options = "350105 2b03010203"_hex;
    for (const auto& option :
         {text(60, "Huawei gNB"), text(66, "tftp.example"), text(67, "boot.cfg"), text(148, "agilemanage-domain=ac.example;"),
          text(161, "https://mud.example/gnb.json"), "8f0c 0004 68747470 0004 61626364"_hex, "96040a00000b ff"_hex})
        options.insert(options.end(), option.begin(), option.end());
    const auto seen = one(message(2, options));
    CHECK(seen.get("dhcp.vendor_class_identifier") == "Huawei gNB");
    CHECK(seen.get("weir.dhcp.vendor_specific") == "010203");
    CHECK(seen.get("weir.dhcp.boot_server") == "tftp.example");
    CHECK(seen.get("weir.dhcp.boot_file") == "boot.cfg");
    CHECK(seen.get("weir.dhcp.agile_management") == "agilemanage-domain=ac.example;");
    CHECK(seen.get("weir.dhcp.mud_url") == "https://mud.example/gnb.json");
    CHECK(seen.get("weir.dhcp.bootstrap_servers[]") == "http,abcd");
    CHECK(seen.get("weir.dhcp.tftp_servers[]") == "10.0.0.11");
}

TEST_CASE("dhcp: the header's texts, and options in their place") {
    const auto name = text(0, "boothost"), file = text(0, "image.bin");
    const auto plain = one(message(2, "350102ff"_hex, {name.begin() + 2, name.end()}, {file.begin() + 2, file.end()}));
    CHECK(plain.get("weir.dhcp.boot_server") == "boothost");
    CHECK(plain.get("weir.dhcp.boot_file") == "image.bin");
    const auto overloaded = one(message(2, "350102 340103 ff"_hex, text(66, "elsewhere"), text(12, "node")));
    CHECK(overloaded.get("weir.dhcp.boot_server") == "elsewhere");
    CHECK(overloaded.get("weir.dhcp.boot_file").empty());
    CHECK(overloaded.get("dhcp.hostname") == "node");
    // An overload option inside an overloaded field starts nothing.
    const auto nested = one(message(2, "350102 340102 ff"_hex, "340101ff"_hex, text(12, "node")));
    CHECK(nested.get("dhcp.hostname").empty());
}

TEST_CASE("dhcp: broken messages") {
    for (std::size_t length = 0; length < 240; ++length) {
        CHECK(parse(Bytes{offer}.first(length)).transactions.empty());
        CHECK(parse(Bytes{offer}.first(length)).anomalies == std::vector<std::string>{"truncated_header"});
    }
    CHECK(parse(message(1, "3501"_hex)).anomalies == std::vector<std::string>{"truncated_options"});
    CHECK(parse(message(1, "350101 3304"_hex)).transactions.size() == 1);
    CHECK(parse(message(1, "3303000102ff"_hex)).anomalies == std::vector<std::string>{"malformed_options"});
    CHECK(parse(message(1, "0305 0a000001 0a ff"_hex)).anomalies == std::vector<std::string>{"malformed_options"});
    auto wrong = discover;
    wrong[236] = 0;
    CHECK(parse(wrong).anomalies == std::vector<std::string>{"bad_cookie"});
    CHECK(parse(wrong).transactions[0].get("dhcp.hostname").empty());
    CHECK(parse(message(2, text(143, {"\0\x09short", 7}))).transactions[0].get("weir.dhcp.bootstrap_servers[]").empty());
    CHECK(one(message(1, "350163ff"_hex)).get("dhcp.dhcp_type") == "unknown");
}

TEST_CASE("dhcp: recognised on any port, with the roles") {
    for (const bool port : {false, true}) {
        CHECK(probe(discover, port).sender == Probe::Sender::client);
        CHECK(probe(offer, port).sender == Probe::Sender::server);
        CHECK(probe(Bytes{offer}.first(239), port).answer == Probe::Answer::no_match);
        auto wrong = discover;
        wrong[236] = 0;
        CHECK(probe(wrong, port).answer == Probe::Answer::no_match);
    }
    CHECK(probe(discover, true, Transport::tcp).answer == Probe::Answer::no_match);
}
