// SPDX-License-Identifier: Apache-2.0
#include "parsers/ftp/ftp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<ftp::Parser>;

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;

struct Said {
    Direction direction;
    std::string_view text;
};
const std::vector<Said> session{
    {down, "220-Welcome\r\n220 (vsFTPd 3.0.3)\r\n"}, {up, "USER admin\r\n"}, {down, "331 Please specify the password.\r\n"},
    {up, "PASS s3cret\r\n"}, {down, "230 Login successful.\r\n"}, {up, "PASV\r\n"},
    {down, "227 Entering Passive Mode (10,20,1,11,200,10).\r\n"}, {up, "STOR running-config\r\n"},
    {down, "150 Ok to send data.\r\n"}, {down, "226 Transfer complete.\r\n"}, {up, "QUIT\r\n"}, {down, "221 Goodbye.\r\n"}};

const Outcome& run(Driver& driver, const std::vector<Said>& said) {
    for (const Said& piece : said) driver.stream(piece.direction, as_bytes(piece.text));
    return driver.finish();
}

std::vector<Outcome::Transaction> logged(const Outcome& outcome) {
    std::vector<Outcome::Transaction> out;
    for (const auto& transaction : outcome.transactions)
        if (has(transaction.report, Report::log)) out.push_back(transaction);
    return out;
}

Probe probe(std::string_view text, Direction direction, bool port_matches) {
    return ftp::Parser::probe(Offer{as_bytes(text), Transport::tcp, direction, port_matches});
}

}  // namespace

TEST_CASE("ftp: commands with their replies") {
    Driver driver;
    const auto seen = logged(run(driver, session));
    REQUIRE(seen.size() == 6);
    CHECK(seen[0].get("ftp.reply[]") == "Welcome,(vsFTPd 3.0.3)");
    CHECK(seen[0].get("ftp.completion_code[]") == "220,220");
    CHECK(seen[1].get("ftp.command") == "USER");
    CHECK(seen[1].get("ftp.command_data") == "admin,admin");  // for the event, and for rules
    CHECK(seen[3].get("ftp.dynamic_port") == "51210");
    CHECK(seen[3].get("ftp.mode") == "passive");
    CHECK(seen[4].get("ftp.command_data") == "running-config,running-config");
    CHECK(seen[4].get("ftp.completion_code[]") == "150,226");
    CHECK(seen[5].get("ftp.reply[]") == "Goodbye.");
}

TEST_CASE("ftp: data sessions are announced") {
    struct Case {
        std::string_view command, reply;
        Direction opened_towards;
        std::string_view address;
        std::uint16_t port;
    };
    const auto [command, reply, opened_towards, address, port] = GENERATE(
        Case{"PASV\r\n", "227 Entering Passive Mode (10,20,1,11,200,10)\r\n", up, "10.20.1.11", 51210},
        Case{"EPSV\r\n", "229 Entering Extended Passive Mode (|||6446|)\r\n", up, "::", 6446},
        Case{"PORT 192,0,2,1,4,1\r\n", "200 PORT command successful.\r\n", down, "192.0.2.1", 1025},
        Case{"EPRT |2|2001:db8::1|5282|\r\n", "200 ok\r\n", down, "2001:db8::1", 5282});
    Driver driver;
    const Outcome outcome = run(driver, {{up, command}, {down, reply}});
    REQUIRE(outcome.expectations.size() == 1);
    CHECK(outcome.expectations[0].opened_towards == opened_towards);
    CHECK(outcome.expectations[0].address.text() == address);
    CHECK(outcome.expectations[0].port == port);
    CHECK(outcome.expectations[0].protocol == "ftp-data");
}

TEST_CASE("ftp: broken addresses announce nothing") {
    const auto reply = GENERATE("227 (10,20,1,11,200)\r\n", "227 (300,1,1,1,1,1)\r\n", "229 (|||99999|)\r\n", "229 (|||\r\n", "227 \r\n");
    Driver driver;
    CHECK(run(driver, {{up, "PASV\r\n"}, {down, reply}}).expectations.empty());
}

TEST_CASE("ftp: refused PORT announces nothing, an accepted AUTH TLS ends reading") {
    Driver refused;
    CHECK(run(refused, {{up, "PORT 192,0,2,1,4,1\r\n"}, {down, "500 Illegal PORT command.\r\n"}}).expectations.empty());
    Driver driver;
    const Outcome outcome = run(driver, {{up, "AUTH TLS\r\n"}, {down, "234 Proceed.\r\n"}, {up, "\x16\x03\x01garbage\n"}});
    CHECK(outcome.status[1] == Fed::Status::done);
    CHECK(logged(outcome).size() == 1);
}

TEST_CASE("ftp: every prefix of a session is read without harm, and any cut gives the same transactions") {
    std::string whole_up;
    Driver whole;
    run(whole, session);
    for (std::size_t cut = 1; cut < 60; ++cut) {
        Driver driver;
        for (const Said& piece : session) {
            const Bytes bytes = as_bytes(piece.text);
            driver.stream(piece.direction, first_of(bytes, cut));
            if (bytes.size() > cut) driver.stream(piece.direction, bytes.subspan(cut));
        }
        CHECK(driver.finish().text() == whole.outcome().text());
    }
}

TEST_CASE("ftp: anomalies") {
    Driver not_a_reply;
    CHECK(run(not_a_reply, {{down, "hello\r\n"}}).anomalies == std::vector<std::string>{"invalid_reply"});
    const std::string endless(5000, 'x');
    Driver request, reply;
    CHECK(run(request, {{up, endless}}).anomalies == std::vector<std::string>{"request_command_too_long"});
    CHECK(run(reply, {{down, endless}}).anomalies == std::vector<std::string>{"response_command_too_long"});
}

TEST_CASE("ftp: recognised on any port, mail servers are not") {
    CHECK(probe("220 (vsFTPd 3.0.3)\r\n", down, false).answer == Probe::Answer::match);
    CHECK(probe("220 ready\r\n", down, true).sender == Probe::Sender::server);
    CHECK(probe("220 mail.example.com ESMTP Postfix\r\n", down, false).answer == Probe::Answer::no_match);
    CHECK(probe("22", down, false).answer == Probe::Answer::need_more);
    CHECK(probe("PASV\r\n", up, false).sender == Probe::Sender::client);
    CHECK(probe("USER joe\r\n", up, false).answer == Probe::Answer::no_match);
    CHECK(probe("USER joe\r\n", up, true).answer == Probe::Answer::match);
    CHECK(probe("GET / HTTP/1.1\r\n", up, true).answer == Probe::Answer::no_match);
}
