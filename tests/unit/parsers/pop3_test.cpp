// SPDX-License-Identifier: Apache-2.0
#include "parsers/pop3/pop3.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using pop3::Parser;

namespace {

const Conversation conversation{{down, "+OK POP3 ready <1.2@mail.example>\r\n"},
                                {up, "USER admin\r\n"},
                                {down, "+OK\r\n"},
                                {up, "PASS secret\r\n"},
                                {down, "+OK 1 message\r\n"},
                                {up, "LIST\r\n"},
                                {down, "+OK\r\n1 120\r\n.\r\n"},
                                {up, "RETR 1\r\n"},
                                {down, "+OK 120 octets\r\nSubject: x\r\n\r\n..a\r\n.\r\n"},
                                {up, "QUIT\r\n"},
                                {down, "+OK bye\r\n"}};

}  // namespace

TEST_CASE("pop3: commands with their answers") {
    const Outcome outcome = run<Parser>(conversation);
    const auto seen = logged(outcome);
    REQUIRE(seen.size() == 6);
    CHECK(seen[0].get("pop3.command").empty());
    CHECK(seen[0].get("pop3.response.header") == "POP3 ready <1.2@mail.example>");
    CHECK(seen[1].get("pop3.request.command") == "USER");
    CHECK(seen[1].get("pop3.request.args[]") == "admin");
    CHECK(seen[2].get("pop3.request.args[]").empty());
    CHECK(seen[2].get("pop3.user") == "admin");
    CHECK(seen[4].get("pop3.operation") == "retr");
    CHECK(seen[4].get("pop3.response.success") == "true");
    CHECK(seen[5].get("pop3.response.header") == "bye");
    std::size_t shown = 0;
    for (const auto& transaction : outcome.transactions) shown += transaction.get("pop3.password") == "secret" ? 1 : 0;
    CHECK(shown == 1);
    for (const Field& field : Parser::fields)
        if (field.keyword == "pop3.password") CHECK(field.secret);
}

TEST_CASE("pop3: STLS") {
    CHECK(run<Parser>({{up, "STLS\r\n"}, {down, "+OK\r\n"}}).upgraded);
    CHECK(!run<Parser>({{up, "STLS\r\n"}, {down, "-ERR\r\n"}, {up, "QUIT\r\n"}}).upgraded);
}

TEST_CASE("pop3: logins by AUTH and APOP") {
    const auto conversation =
        GENERATE(Conversation{{up, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n"}, {down, "+OK\r\n"}},
                 Conversation{{up, "AUTH PLAIN\r\n"}, {down, "+ \r\n"}, {up, "AHVzZXIAcGFzcw==\r\n"}, {down, "+OK\r\n"}},
                 Conversation{{up, "APOP user c4c9334bac560ecc979e58001b3e22fb\r\n"}, {down, "+OK\r\n"}});
    const auto seen = logged(run<Parser>(conversation));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("pop3.user") == "user");
    CHECK(seen[0].get("pop3.argument").empty());
    CHECK(seen[0].get("pop3.status") == "OK");
}

TEST_CASE("pop3: any cut gives the same") { check_cuts<Parser>(conversation); }

TEST_CASE("pop3: anomalies") {
    CHECK(run<Parser>({{up, std::string(LineReader::max_line + 1, 'x')}}).anomalies == std::vector<std::string>{"line_too_long"});
    CHECK(run<Parser>({{up, "MAIL FROM:<a>\r\n"}}).anomalies == std::vector<std::string>{"unknown_command"});
    CHECK(run<Parser>({{down, "* OK\r\n"}}).anomalies == std::vector<std::string>{"invalid_response"});
}

TEST_CASE("pop3: recognised by greeting and commands") {
    CHECK(probe<Parser>("+OK Dovecot POP3 ready.\r\n", down).sender == Probe::Sender::server);
    CHECK(recognised<Parser>("+OK ready <12.34@host>\r\n", down));
    CHECK(recognised<Parser>("+OK\r\n", down, true));
    CHECK(!recognised<Parser>("+OK\r\n", down));  // Redis answers so
    CHECK(recognised<Parser>("CAPA\r\n", up));
    CHECK(!recognised<Parser>("USER x\r\n", up));
    CHECK(recognised<Parser>("USER x\r\n", up, true));
    CHECK(probe<Parser>("CA", up).answer == Probe::Answer::need_more);
}
