// SPDX-License-Identifier: Apache-2.0
#include "parsers/smtp/smtp.hpp"

#include "tests/support/said.hpp"

using namespace weir;
using namespace weir::test;
using smtp::Parser;

namespace {

const Conversation mail{{down, "220 mail.example ESMTP Postfix\r\n"},
                        {up, "EHLO gnb.example\r\n"},
                        {down, "250-mail.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"},
                        {up, "MAIL FROM:<a@example> SIZE=20\r\nRCPT TO:<b@example>\r\nRCPT TO:<c@example>\r\nDATA\r\n"},
                        {down, "250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n"},
                        {up, "Subject: x\r\n\r\nhello\r\n..\r\n.\r\nQUIT\r\n"},
                        {down, "250 2.0.0 queued\r\n221 bye\r\n"}};

}  // namespace

TEST_CASE("smtp: a pipelined mail") {
    const auto seen = logged(run<Parser>(mail));
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].get("smtp.helo") == "gnb.example");
    CHECK(seen[0].get("smtp.mail_from") == "<a@example>");
    CHECK(seen[0].get("smtp.rcpt_to[]") == "<b@example>,<c@example>");
    CHECK(seen[0].get("smtp.operation") == "data");
    CHECK(seen[0].get("smtp.reply_code") == "250");
    CHECK(seen[0].get("smtp.reply") == "2.0.0 queued");
    CHECK(seen[0].get("smtp.size") == std::to_string(std::string{"Subject: x\r\n\r\nhello\r\n..\r\n.\r\n"}.size()));
}

TEST_CASE("smtp: STARTTLS") {
    const Conversation accepted{{down, "220 x ESMTP\r\n"}, {up, "EHLO a\r\nSTARTTLS\r\n"}, {down, "250 x\r\n"}, {down, "220 go\r\n"}};
    const Outcome outcome = run<Parser>(accepted);
    CHECK(outcome.upgraded);
    REQUIRE(logged(outcome).size() == 1);
    CHECK(logged(outcome)[0].get("smtp.starttls") == "true");
    CHECK(logged(outcome)[0].get("smtp.operation") == "starttls");
    Conversation refused = accepted;
    refused.back().text = "454 not now\r\n";
    CHECK(!run<Parser>(refused).upgraded);
    CHECK(run<Parser>(refused).anomalies == std::vector<std::string>{"tls_rejected"});
}

TEST_CASE("smtp: logins tell the user; the password is for rules only") {
    const auto conversation =
        GENERATE(Conversation{{up, "EHLO a\r\n"}, {up, "AUTH PLAIN AHVzZXIAcGFzcw==\r\n"}, {down, "250 x\r\n235 ok\r\n"}, {up, "QUIT\r\n"}},
                 Conversation{{up, "EHLO a\r\n"},
                              {down, "250 x\r\n"},
                              {up, "AUTH LOGIN\r\n"},
                              {down, "334 VXNlcm5hbWU6\r\n"},
                              {up, "dXNlcg==\r\n"},
                              {down, "334 UGFzc3dvcmQ6\r\n"},
                              {up, "cGFzcw==\r\n"},
                              {down, "235 ok\r\n"},
                              {up, "QUIT\r\n"}});
    const Outcome outcome = run<Parser>(conversation);
    REQUIRE(logged(outcome).size() == 1);
    CHECK(logged(outcome)[0].get("smtp.user") == "user");
    std::size_t shown = 0;
    for (const auto& transaction : outcome.transactions) {
        shown += transaction.get("smtp.password") == "pass" ? 1 : 0;
        CHECK(transaction.get("smtp.argument").find("cGFzcw") == std::string::npos);
    }
    CHECK(shown >= 1);
    for (const Field& field : Parser::fields)
        if (field.keyword == "smtp.password") CHECK(field.secret);
}

TEST_CASE("smtp: a refused DATA, a mail given up, chunks") {
    const auto refused = logged(run<Parser>({{up, "HELO a\r\nMAIL FROM:<a>\r\nDATA\r\n"},
                                             {down, "250 a\r\n250 b\r\n503 no\r\n"},
                                             {up, "RSET\r\n"},
                                             {down, "250 c\r\n"},
                                             {up, "MAIL FROM:<d>\r\n"}}));
    REQUIRE(refused.size() == 2);
    CHECK(refused[0].get("smtp.mail_from") == "<a>");
    CHECK(refused[1].get("smtp.mail_from") == "<d>");
    const auto chunks = logged(run<Parser>({{up, "EHLO a\r\nMAIL FROM:<a>\r\nBDAT 5\r\nab\ncd"},
                                            {up, "BDAT 3 LAST\r\nefgQUIT\r\n"},
                                            {down, "250 a\r\n250 b\r\n250 c\r\n250 sent\r\n221 d\r\n"}}));
    REQUIRE(chunks.size() == 1);
    CHECK(chunks[0].get("smtp.size") == "8");
    CHECK(chunks[0].get("smtp.reply") == "sent");
}

TEST_CASE("smtp: any cut gives the same") { check_cuts<Parser>(mail); }

TEST_CASE("smtp: anomalies") {
    const std::string endless(LineReader::max_line + 1, 'x');
    CHECK(run<Parser>({{up, endless}}).anomalies == std::vector<std::string>{"command_line_too_long"});
    CHECK(run<Parser>({{down, endless}}).anomalies == std::vector<std::string>{"reply_line_too_long"});
    CHECK(run<Parser>({{down, "what\r\n"}}).anomalies == std::vector<std::string>{"invalid_reply"});
    std::string crowd = "MAIL FROM:<a>\r\n";
    for (std::size_t i = 0; i <= smtp::max_recipients + 1; ++i) crowd += "RCPT TO:<b>\r\n";
    CHECK(run<Parser>({{up, crowd}}).anomalies == std::vector<std::string>{"too_many_recipients"});
}

TEST_CASE("smtp: recognised by greeting and hello, FTP is not") {
    CHECK(probe<Parser>("220 mail.example ESMTP Postfix\r\n", down).sender == Probe::Sender::server);
    CHECK(recognised<Parser>("220 ready\r\n", down, true));
    CHECK(!recognised<Parser>("220 ready\r\n", down));
    CHECK(!recognised<Parser>("220 (vsFTPd 3.0.3)\r\n", down, true));
    CHECK(probe<Parser>("EHLO gnb\r\n", up).sender == Probe::Sender::client);
    CHECK(probe<Parser>("EH", up).answer == Probe::Answer::need_more);
    CHECK(!recognised<Parser>("HELP\r\n", up));
}
