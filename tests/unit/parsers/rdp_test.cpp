// SPDX-License-Identifier: Apache-2.0
#include "parsers/rdp/rdp.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using rdp::Parser;

namespace {

std::string tpkt(const std::string& x224) {
    const std::size_t size = x224.size() + 4;
    return "\x03\x00"s + static_cast<char>(size >> 8) + static_cast<char>(size & 0xff) + x224;
}
std::string connection(char code, const std::string& variable) {
    return tpkt(static_cast<char>(6 + variable.size()) + std::string(1, code) + "\x00\x00\x00\x00\x00"s + variable);
}
std::string utf16(const std::string& text, std::size_t size) {
    std::string out;
    for (const char c : text) out += std::string(1, c) + '\0';
    return out + std::string(size - out.size(), '\0');
}
std::string block(const std::string& type, const std::string& body) { return type + static_cast<char>(body.size() + 4) + '\0' + body; }
const std::string request = connection('\xe0', "Cookie: mstshash=admin\r\n\x01\x01\x08\x00\x03\x00\x00\x00"s);
const std::string plain = connection('\xd0', "\x02\x01\x08\x00\x00\x00\x00\x00"s);
const std::string settings = tpkt(
    "\x02\xf0\x80\x7f\x65"
    "Duca\x81\x00"s +
    block("\x01\xc0", "\x04\x00\x08\x00\x00\x05\x00\x04\x01\xca\x03\xaa\x09\x04\x00\x00\x28\x0a\x00\x00"s + utf16("CONSOLE", 32)) +
    block("\x03\xc0",
          "\x02\x00\x00\x00rdpdr\x00\x00\x00\x00\x00\x00\x00"
          "cliprdr\x00\x00\x00\x00\x00"s));
const Conversation conversation{{up, request}, {down, plain}, {up, settings}, {down, tpkt("\x02\xf0\x80\x7f\x66more"s)}};

}  // namespace

TEST_CASE("rdp: without TLS, up to the client's settings") {
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 4);
    CHECK(seen[0].get("rdp.event_type") == "initial_request");
    CHECK(seen[0].get("rdp.cookie") == "admin");
    CHECK(seen[0].get("rdp.flags[]") == "restricted_admin_mode_required");
    CHECK(seen[0].get("rdp.requested_protocols") == "3");
    CHECK(seen[1].get("rdp.protocol") == "rdp");
    CHECK(seen[1].get("rdp.server_supports[]") == "extended_client_data");
    CHECK(seen[2].get("rdp.event_type") == "connect_request");
    CHECK(seen[2].get("rdp.client.version") == "v5");
    CHECK(seen[2].get("rdp.client.desktop_width") == "1280");
    CHECK(seen[2].get("rdp.client_name") == "CONSOLE");
    CHECK(seen[2].get("rdp.keyboard_layout") == "1033");
    CHECK(seen[2].get("rdp.build") == "2600");
    CHECK(seen[2].get("rdp.channels[]") == "rdpdr,cliprdr");
    CHECK(seen[3].get("rdp.event_type") == "connect_response");
}

TEST_CASE("rdp: TLS takes over, or is refused") {
    const Outcome upgraded = run<Parser>({{up, request}, {down, connection('\xd0', "\x02\x1f\x08\x00\x02\x00\x00\x00"s)}});
    CHECK(upgraded.upgraded);
    CHECK(logged(upgraded).at(1).get("rdp.protocol") == "hybrid");
    const Outcome refused = run<Parser>({{up, request}, {down, connection('\xd0', "\x03\x00\x08\x00\x05\x00\x00\x00"s)}});
    CHECK(!refused.upgraded);
    CHECK(logged(refused).at(1).get("rdp.error_code") == "5");
    CHECK(logged(refused).at(1).get("rdp.reason") == "hybrid required by server");
    const Outcome old = run<Parser>({{up, connection('\xe0', "")}, {down, connection('\xd0', "")}});
    CHECK(logged(old).size() == 2);
}

TEST_CASE("rdp: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("rdp: anomalies") {
    CHECK(run<Parser>({{up, request}, {up, "GET /"}}).anomalies == std::vector<std::string>{"malformed_message"});
    CHECK(run<Parser>({{up, tpkt("\x02\xf0\x80more"s)}}).anomalies == std::vector<std::string>{"malformed_message"});
}

TEST_CASE("rdp: recognised by its negotiation, other users of TPKT are not") {
    CHECK(probe<Parser>(request, up).sender == Probe::Sender::client);
    CHECK(recognised<Parser>(connection('\xe0', "\x01\x00\x08\x00\x0b\x00\x00\x00"s), up));
    CHECK(recognised<Parser>(connection('\xe0', "Cookie: msts=3640205228.15629.0000\r\n"), up));
    CHECK(probe<Parser>(plain, down).sender == Probe::Sender::server);
    CHECK(probe<Parser>(request.substr(0, 9), up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>(connection('\xe0', ""), up));
    CHECK(recognised<Parser>(connection('\xe0', ""), up, true));
    CHECK(!recognised<Parser>(connection('\xe0', "\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"s), up, true));  // S7
}
