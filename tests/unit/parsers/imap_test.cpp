// SPDX-License-Identifier: Apache-2.0
#include "parsers/imap/imap.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using imap::Parser;

namespace {

const Conversation conversation{
    {down, "* OK IMAP4rev1 ready\r\n"},
    {up, "a1 CAPABILITY\r\n"},
    {down, "* CAPABILITY IMAP4rev1\r\na1 OK done\r\n"},
    {up, "a2 LOGIN admin \"top secret\"\r\n"},
    {down, "a2 OK in\r\n"},
    {up, "a3 SELECT INBOX\r\na4 FETCH 1 BODY[]\r\n"},
    {down, "* 1 EXISTS\r\na3 OK [READ-WRITE] x\r\n* 1 FETCH (BODY[] {14}\r\na4 OK no\r\nhey)\r\na4 OK done\r\n"},
    {up, "a5 APPEND sent {5}\r\n"},
    {down, "+ go\r\n"},
    {up, "a\nb\r\n\r\n"},
    {down, "a5 NO full\r\n"},
    {up, "a6 IDLE\r\n"},
    {down, "+ idling\r\n"},
    {up, "DONE\r\n"},
    {down, "a6 OK\r\n"}};

}  // namespace

TEST_CASE("imap: commands with their answers") {
    const Outcome outcome = run<Parser>(conversation);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 7);
    CHECK(seen[0].get("imap.status") == "OK");
    CHECK(seen[0].get("imap.command").empty());
    CHECK(seen[1].get("imap.operation") == "capability");
    CHECK(seen[2].get("imap.user") == "admin");
    CHECK(seen[3].get("imap.mailbox") == "INBOX");
    CHECK(seen[4].get("imap.tag") == "a4");
    CHECK(seen[4].get("imap.response") == "done");
    CHECK(seen[5].get("imap.mailbox") == "sent");
    CHECK(seen[5].get("imap.status") == "NO");
    CHECK(outcome.anomalies.empty());
    std::size_t shown = 0;
    for (const auto& transaction : outcome.transactions) shown += transaction.get("imap.password") == "top secret" ? 1 : 0;
    CHECK(shown == 1);
    for (const Field& field : Parser::fields)
        if (field.keyword == "imap.password") CHECK(field.secret);
}

TEST_CASE("imap: logins by literals and by AUTHENTICATE") {
    const auto login = GENERATE(
        Conversation{
            {up, "1 LOGIN {4}\r\n"}, {down, "+ go\r\n"}, {up, "user {4}\r\n"}, {down, "+ go\r\n"}, {up, "pass\r\n"}, {down, "1 OK\r\n"}},
        Conversation{{up, "1 LOGIN {4+}\r\nuser {4+}\r\npass\r\n"}, {down, "1 OK\r\n"}},
        Conversation{{up, "1 AUTHENTICATE PLAIN AHVzZXIAcGFzcw==\r\n"}, {down, "1 OK\r\n"}},
        Conversation{{up, "1 authenticate plain\r\n"}, {down, "+ \r\n"}, {up, "AHVzZXIAcGFzcw==\r\n"}, {down, "1 OK\r\n"}});
    const Outcome outcome = run<Parser>(login);
    REQUIRE(logged(outcome).size() == 1);
    CHECK(logged(outcome)[0].get("imap.user") == "user");
    std::size_t shown = 0;
    for (const auto& transaction : outcome.transactions) shown += transaction.get("imap.password") == "pass" ? 1 : 0;
    CHECK(shown == 1);
    check_cuts<Parser>(login);
}

TEST_CASE("imap: STARTTLS") {
    CHECK(run<Parser>({{up, "x STARTTLS\r\n"}, {down, "* note\r\nx OK go\r\n"}}).upgraded);
    CHECK(!run<Parser>({{up, "x STARTTLS\r\n"}, {down, "x BAD no\r\n"}}).upgraded);
}

TEST_CASE("imap: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("imap: anomalies") {
    CHECK(run<Parser>({{down, std::string(LineReader::max_line + 1, 'x')}}).anomalies == std::vector<std::string>{"line_too_long"});
    CHECK(run<Parser>({{up, "word\r\n"}}).anomalies == std::vector<std::string>{"invalid_command"});
    CHECK(run<Parser>({{up, "a NOOP\r\n"}, {down, "(*)\r\n"}}).anomalies == std::vector<std::string>{"invalid_response"});
}

TEST_CASE("imap: recognised by greeting and first commands") {
    CHECK(probe<Parser>("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", down).sender == Probe::Sender::server);
    CHECK(recognised<Parser>("* OK ready\r\n", down, true));
    CHECK(!recognised<Parser>("* OK ready\r\n", down));
    CHECK(probe<Parser>("a001 LOGIN x y\r\n", up).sender == Probe::Sender::client);
    CHECK(!recognised<Parser>("a001 SELECT x\r\n", up));
    CHECK(!recognised<Parser>("GET / HTTP/1.1\r\n", up, true));
}
