// SPDX-License-Identifier: Apache-2.0
#include "parsers/pptp/pptp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<pptp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

Wire message(unsigned type, const Wire& body) {
    return joined({number(12 + body.size(), 2), number(1, 2), number(0x1a2b3c4d, 4), number(type, 2), number(0, 2), body});
}
Wire name(std::string_view characters) {
    Wire out = text(characters);
    out.resize(64);
    return out;
}
const Wire start_request = message(1, joined({number(0x0100, 2), Wire(14, 0), name("pac.example"), name("Vendor Inc")}));
const Wire start_reply = message(2, joined({number(0x0100, 2), {1, 0}, Wire(12, 0), name("pns"), name("")}));
const Wire call_request = message(7, joined({number(0x4000, 2), Wire(26, 0), name("5551234"), name("")}));
const Wire call_reply = message(8, joined({number(0x0080, 2), number(0x4000, 2), {1, 0}, Wire(14, 0)}));

Probe probe(Bytes data) { return pptp::Parser::probe(Offer{data, Transport::tcp, to_server, false}); }

}  // namespace

TEST_CASE("pptp: a tunnel's opening and end") {
    Driver driver;
    driver.stream(to_server, start_request);
    driver.stream(to_client, start_reply);
    driver.stream(to_server, call_request);
    driver.stream(to_client, call_reply);
    driver.stream(to_server, joined({message(15, joined({number(0x0080, 2), Wire(10, 0)})), message(12, number(0x40000000, 4)),
                                     message(5, number(7, 4))}));
    driver.stream(to_client, joined({message(13, joined({number(0x0080, 2), {4, 0}, Wire(132, 0)})), message(4, {1, 0, 0, 0})}));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 9);
    CHECK(seen[0].get("pptp.operation") == "start-request");
    CHECK(seen[0].get("pptp.host_name") == "pac.example");
    CHECK(seen[0].get("pptp.vendor_name") == "Vendor Inc");
    CHECK(seen[0].get("pptp.version") == "256");
    CHECK(seen[1].get("pptp.result_code") == "1");
    CHECK(seen[1].get("pptp.host_name") == "pns");
    CHECK(seen[1].get("pptp.vendor_name").empty());
    CHECK(seen[2].get("pptp.call_id") == "16384");
    CHECK(seen[2].get("pptp.phone_number") == "5551234");
    CHECK(seen[3].get("pptp.call_id") == "128");
    CHECK(seen[3].get("pptp.peer_call_id") == "16384");
    CHECK(seen[4].report == Report::request);  // set-link-info is not written
    CHECK(seen[4].get("pptp.peer_call_id") == "128");
    CHECK(seen[5].get("pptp.operation") == "call-clear-request");
    CHECK(seen[7].get("pptp.result_code") == "4");
    CHECK(seen[8].get("pptp.operation") == "stop-reply");
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("pptp: pieces, broken messages, gaps") {
    Driver pieces;
    for (const std::uint8_t octet : joined({start_request, call_request})) pieces.stream(to_server, Bytes{&octet, 1});
    CHECK(pieces.finish().transactions.size() == 2);
    Driver truncated;
    truncated.stream(to_server, joined({message(1, {1, 0}), call_request}));
    CHECK(truncated.finish().anomalies == std::vector<std::string>{"truncated_message"});
    CHECK(truncated.outcome().transactions.size() == 1);
    Driver broken;
    broken.stream(to_server, joined({start_request, Wire(12, 0)}));
    CHECK(broken.finish().anomalies == std::vector<std::string>{"invalid_header"});
    Driver gap;
    gap.stream(to_server, start_request);
    CHECK(gap.gap(to_server, 9));
    CHECK_FALSE(gap.stream(to_server, call_request));
}

TEST_CASE("pptp: recognised by its magic cookie") {
    CHECK(probe(start_request).sender == Probe::Sender::client);
    CHECK(probe(start_reply).sender == Probe::Sender::server);
    CHECK(probe(call_reply).answer == Probe::Answer::match);
    for (std::size_t size = 0; size < 10; ++size) CHECK(probe(prefix(start_request, size)).answer == Probe::Answer::need_more);
    CHECK(probe(message(99, {})).answer == Probe::Answer::no_match);
    CHECK(probe("000c0002 1a2b3c4d 00010000"_hex).answer == Probe::Answer::no_match);
    CHECK(probe("160301008e0100008a0303"_hex).answer == Probe::Answer::no_match);
    CHECK(pptp::Parser::probe(Offer{start_request, Transport::udp, to_server, true}).answer == Probe::Answer::no_match);
}
