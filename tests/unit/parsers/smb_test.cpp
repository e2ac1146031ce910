// SPDX-License-Identifier: Apache-2.0
#include "parsers/smb/smb.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;
using smb::Parser;

namespace {

std::string le(std::uint64_t value, unsigned octets) {
    std::string out;
    for (; octets > 0; --octets, value >>= 8) out += static_cast<char>(value & 0xff);
    return out;
}
std::string utf16(const std::string& text) {
    std::string out;
    for (const char c : text) out += std::string(1, c) + '\0';
    return out;
}
std::string framed(const std::string& message) {
    return "\0"s + static_cast<char>(message.size() >> 16) + static_cast<char>(message.size() >> 8 & 0xff) +
           static_cast<char>(message.size() & 0xff) + message;
}
std::string v2(unsigned command, bool response, unsigned id, std::uint32_t status, const std::string& body) {
    return framed("\xfeSMB"s + le(64, 2) + le(0, 2) + le(status, 4) + le(command, 2) + le(1, 2) + le(response ? 1 : 0, 4) + le(0, 4) +
                  le(id, 8) + le(0, 4) + le(7, 4) + le(0x400000000001, 8) + std::string(16, '\0') + body);
}
std::string v1(unsigned command, bool response, const std::string& body) {
    return framed("\xffSMB"s + static_cast<char>(command) + le(0, 4) + (response ? "\x80" : "\0"s) + le(0x8000, 2) + std::string(12, '\0') +
                  le(5, 2) + le(1, 2) + le(2048, 2) + le(9, 2) + body);
}
std::string ntlm() {
    const std::string domain = utf16("LAB"), user = utf16("admin"), host = utf16("WS1");
    const auto field = [](const std::string& text, std::size_t at) { return le(text.size(), 2) + le(text.size(), 2) + le(at, 4); };
    return "NTLMSSP\0\3\0\0\0"s + field("", 0) + field("", 0) + field(domain, 64) + field(user, 64 + domain.size()) +
           field(host, 64 + domain.size() + user.size()) + field("", 0) + le(1, 4) + domain + user + host;
}
const std::string blob = "\x60\x20" + ntlm();
const Conversation version_2{
    {up, v2(0, false, 0, 0, le(36, 2) + le(2, 2) + le(1, 2) + le(0, 6) + std::string(16, 'c') + le(0, 8) + le(0x0210, 2) + le(0x0311, 2))},
    {down, v2(0, true, 0, 0, le(65, 2) + le(1, 2) + le(0x0311, 2) + le(0, 2) + std::string(16, 's') + std::string(32, '\0'))},
    {up, v2(1, false, 1, 0, le(25, 2) + le(0, 10) + le(88, 2) + le(blob.size(), 2) + le(0, 8) + blob)},
    {down, v2(1, true, 1, 0xc000006d, le(9, 2) + le(0, 7))},
    {up, v2(3, false, 2, 0, le(9, 2) + le(0, 2) + le(72, 2) + le(utf16("\\\\nas\\IPC$").size(), 2) + utf16("\\\\nas\\IPC$"))},
    {down, v2(3, true, 2, 0, le(16, 2) + "\2\0"s + le(0, 12))},
    {up, v2(5, false, 3, 0, std::string(100, 'x'))}};
const Conversation version_1{
    {up, v1(0x72, false, "\0"s + le(24, 2) + "\2LANMAN1.0\0\2NT LM 0.12\0"s)},
    {down, v1(0x72, true, "\1"s + le(1, 2) + le(0, 2))},
    {up, v1(0x73, false,
            "\x0c"s + le(0xff, 4) + le(0, 10) + le(blob.size(), 2) + le(0, 8) + le(blob.size() + 11, 2) + blob +
                (blob.size() % 2 == 0 ? "\0"s : ""s) + utf16("Unix") + "\0\0"s)},
    {down, v1(0x73, true, "\3"s + le(0xff, 4) + le(0, 2) + le(13, 2) + "\0"s + utf16("Samba") + "\0\0"s)},
    {up, v1(0x75, false, "\4"s + le(0xff, 4) + le(0, 2) + le(1, 2) + le(20, 2) + "\0"s + utf16("\\\\a\\b") + "\0\0?????\0"s)},
    {down, v1(0x75, true, "\3"s + le(0xff, 4) + le(0, 2) + le(3, 2) + "A:\0"s)}};

}  // namespace

TEST_CASE("smb: version 2") {
    const Outcome outcome = run<Parser>(version_2);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].get("smb.command") == "SMB2_COMMAND_NEGOTIATE_PROTOCOL");
    CHECK(seen[0].get("smb.client_dialects[]") == "2.10,3.11");
    CHECK(seen[0].get("smb.dialect") == "3.11");
    CHECK(seen[0].get("smb.status") == "STATUS_SUCCESS");
    CHECK(seen[0].get("smb.server_guid").substr(0, 4) == "7373");
    CHECK(seen[1].get("smb.operation") == "session-setup");
    CHECK(seen[1].get("smb.ntlmssp.user") == "admin");
    CHECK(seen[1].get("smb.ntlmssp.domain") == "LAB");
    CHECK(seen[1].get("smb.ntlmssp.host") == "WS1");
    CHECK(seen[1].get("smb.status") == "STATUS_LOGON_FAILURE");
    CHECK(seen[1].get("smb.status_code") == "0xc000006d");
    CHECK(seen[2].get("smb.share") == "\\\\nas\\IPC$");
    CHECK(seen[2].get("smb.share_type") == "PIPE");
    CHECK(seen[2].get("smb.tree_id") == "7");
    CHECK(outcome.anomalies.empty());
}

TEST_CASE("smb: version 1") {
    const Outcome outcome = run<Parser>(version_1);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].get("smb.client_dialects[]") == "LANMAN1.0,NT LM 0.12");
    CHECK(seen[0].get("smb.dialect") == "NT LM 0.12");
    CHECK(seen[1].get("smb.command") == "SMB1_COMMAND_SESSION_SETUP_ANDX");
    CHECK(seen[1].get("smb.ntlmssp.user") == "admin");
    CHECK(seen[1].get("smb.request.native_os") == "Unix");
    CHECK(seen[1].get("smb.response.native_os") == "Samba");
    CHECK(seen[2].get("smb.share") == "\\\\a\\b");
    CHECK(seen[2].get("smb.share_type") == "FILE");
    CHECK(outcome.anomalies.empty());
}

TEST_CASE("smb: NetBIOS, encrypted messages, a request without an answer") {
    const Outcome outcome = run<Parser>({{up, "\x81\x00\x00\x44 "s + std::string(67, 'A')},
                                         {down, "\x82\x00\x00\x00"s},
                                         version_2[0],
                                         version_2[2],
                                         {up, framed("\xfdSMB" + std::string(100, 'x'))}});
    REQUIRE(logged(outcome).size() == 2);
    CHECK(logged(outcome)[0].get("smb.status").empty());
    CHECK(logged(outcome)[1].get("weir.smb.encrypted") == "true");
    CHECK(outcome.anomalies.empty());
}

TEST_CASE("smb: any cut gives the same") {
    for (const std::size_t step : {1, 2, 3, 7, 50}) {
        CHECK(run<Parser>(version_2, step).text() == run<Parser>(version_2).text());
        CHECK(run<Parser>(version_1, step).text() == run<Parser>(version_1).text());
    }
}

TEST_CASE("smb: anomalies") {
    CHECK(run<Parser>({{up, framed("what is this, and where does it come from?")}}).anomalies ==
          std::vector<std::string>{"malformed_data"});
    CHECK(run<Parser>({{up, v2(0, false, 0, 0, le(36, 2) + le(9, 2) + le(0, 40))}}).anomalies ==
          std::vector<std::string>{"malformed_message"});
}

TEST_CASE("smb: recognised by its mark") {
    CHECK(probe<Parser>(version_2[0].text, up).sender == Probe::Sender::client);
    CHECK(probe<Parser>(version_1[1].text, down).sender == Probe::Sender::server);
    CHECK(probe<Parser>(version_1[1].text.substr(0, 9), up).answer == Probe::Answer::need_more);
    CHECK(recognised<Parser>("\x81\x00\x00\x44 AAAA"s, up));
    CHECK(!recognised<Parser>("\x00\x00\x00\x20SMTP"s, up, true));
}
