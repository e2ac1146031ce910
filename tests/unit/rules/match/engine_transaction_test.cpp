// SPDX-License-Identifier: Apache-2.0
// Rules over fields: buffers, numbers, lists, transforms, and transactions whose parts come one after the other.
#include "parsers/ntp/ntp.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using Sids = RuleDriver::Sids;

namespace {

const ProtocolId ntp_id = find_protocol("ntp");

ntp::Transaction time_message(std::uint8_t version, std::string_view reference) {
    ntp::Transaction transaction;
    transaction.version = version;
    transaction.reference_id = as_bytes(reference);
    return transaction;
}
ntp::Transaction control_message(std::uint8_t opcode) {
    ntp::Transaction transaction;
    transaction.version = 2;
    transaction.has_opcode = true;
    transaction.opcode = opcode;
    return transaction;
}
std::string ntp_rule(std::string_view options, unsigned sid) {
    return "alert ntp any any -> any any (msg:\"m\"; " + std::string{options} + " sid:" + std::to_string(sid) + ";)\n";
}

}  // namespace

TEST_CASE("fields are searched, compared and transformed") {
    RuleDriver driver{ntp_rule(R"(ntp.reference_id; content:"GPS"; startswith;)", 1) +
                      ntp_rule(R"(ntp.reference_id; content:"gps"; nocase; bsize:4;)", 2) + ntp_rule("ntp.version:>3;", 3) +
                      ntp_rule(R"(ntp.version:4; ntp.reference_id; content:"PPS";)", 4) +
                      ntp_rule(R"(ntp.reference_id; to_lowercase; content:"gps";)", 5) +
                      ntp_rule(R"(ntp.reference_id; dotprefix; content:".GPS";)", 6) +
                      ntp_rule(R"(ntp.reference_id; to_md5; content:"|bd 79 51 dd 5c 08 03 e3 d9 bc fc 27 2c 53 4a 10|";)", 7) +
                      ntp_rule(R"(ntp.reference_id; pcre:"/^G.S/";)", 8) + ntp_rule("ntp.opcode:2;", 9) +
                      "alert ip any any -> any any (msg:\"m\"; app-layer-protocol:!ntp; ntp.version:4; sid:10;)\n"};
    driver.udp();
    const auto fired = [&](const ntp::Transaction& transaction) {
        driver.release();
        return driver.transaction(ntp_id, transaction, Report::request, Direction::to_server);
    };
    CHECK(fired(time_message(4, "GPS.")) == Sids{1, 2, 3, 5, 6, 7, 8});
    CHECK(fired(time_message(3, "xGPS")) == Sids{2, 5});
    CHECK(fired(time_message(4, "PPS ")) == Sids{3, 4});
    CHECK(fired(control_message(2)) == Sids{9});
    CHECK(fired(control_message(3)).empty());
}

TEST_CASE("an absent field matches nothing, negated or not") {
    RuleDriver driver{ntp_rule(R"(ntp.reference_id; content:!"GPS";)", 1) + ntp_rule("ntp.stratum:!3;", 2)};
    driver.udp();
    CHECK(driver.transaction(ntp_id, control_message(2), Report::request, Direction::to_server).empty());
    CHECK(driver.transaction(ntp_id, time_message(4, "PPS "), Report::request, Direction::to_server) == Sids{1, 2});
}

TEST_CASE("the direction is that of the report") {
    RuleDriver driver{ntp_rule("flow:to_server; ntp.version:4;", 1) + ntp_rule("flow:to_client; ntp.version:4;", 2) +
                      "alert udp any any -> any 4000 (msg:\"m\"; ntp.version:4; sid:3;)\n"};
    driver.udp();
    CHECK(driver.transaction(ntp_id, time_message(4, "x"), Report::request, Direction::to_server) == Sids{1, 3});
    CHECK(driver.transaction(ntp_id, time_message(4, "x"), Report::response, Direction::to_client) == Sids{2});
    SECTION("also where another packet completed it") {
        driver.session.app_reversed = false;
        rules::PacketView last = driver.view;  // to the client; the report is about the request
        RuleDriver other{"alert udp 10.0.0.1 any -> 10.0.0.2 4000 (msg:\"m\"; ntp.version:4; sid:3;)\n"};
        other.udp();
        struct Sink final : rules::HitSink {
            unsigned hits = 0;
            void hit(const rules::Hit&) noexcept override { ++hits; }
        } sink;
        rules::SessionHandle handle = 0;
        const ntp::Transaction transaction = time_message(4, "x");
        other.engine().transaction(protocols()[ntp_id], &transaction, Report::request, Direction::to_server, last, other.session, handle,
                                   sink);
        CHECK(sink.hits == 1);
    }
}

TEST_CASE("request and response may each meet a part of a rule") {
    const std::string rules = ntp_rule(R"(ntp.opcode:2; ntp.reference_id; content:"GPS";)", 1);
    RuleDriver driver{rules};
    driver.udp();
    CHECK(driver.transaction(ntp_id, control_message(2), Report::request, Direction::to_server).empty());
    CHECK(driver.transaction(ntp_id, time_message(4, "GPS."), Report::response, Direction::to_client) == Sids{1});
    CHECK(driver.transaction(ntp_id, control_message(3), Report::request, Direction::to_server).empty());
    CHECK(driver.transaction(ntp_id, time_message(4, "GPS."), Report::response, Direction::to_client).empty());
}

TEST_CASE("a transaction that is reported again does not fire again") {
    RuleDriver driver{ntp_rule("ntp.version:4;", 1)};
    driver.udp();
    const auto message = time_message(4, "GPS.");
    CHECK(driver.transaction(ntp_id, message, Report::request, Direction::to_server) == Sids{1});
    CHECK(driver.transaction(ntp_id, message, Report::response, Direction::to_client).empty());
    CHECK(driver.transaction(ntp_id, message, Report::log, Direction::to_client).empty());
    CHECK(driver.transaction(ntp_id, message, Report::request, Direction::to_server) == Sids{1});
}

TEST_CASE("payload and fields in one rule") {
    RuleDriver driver{ntp_rule(R"(content:"|24|"; depth:1; ntp.version:4;)", 1)};
    driver.udp();
    driver.view.payload = as_bytes("\x24 the message");
    CHECK(driver.transaction(ntp_id, time_message(4, "x"), Report::request, Direction::to_server) == Sids{1});
    driver.view.payload = as_bytes("\x23 the message");
    CHECK(driver.transaction(ntp_id, time_message(4, "x"), Report::request, Direction::to_server).empty());
    SECTION("over TCP, what the stream remembers") {
        RuleDriver stream{tcp_rule(R"(content:"abc"; content:"never";)", 2) +
                          "alert ip any any -> any any (msg:\"m\"; content:\"abc\"; ntp.version:4; sid:1;)\n"};
        CHECK(stream.segments("xxabcxx", 1).empty());
        CHECK(stream.transaction(ntp_id, time_message(4, "x"), Report::request, Direction::to_server) == Sids{1});
    }
}

TEST_CASE("flowbits and pass over transactions") {
    RuleDriver driver{ntp_rule("ntp.version:2; flowbits:set,old; flowbits:noalert;", 1) +
                      ntp_rule("ntp.version:4; flowbits:isset,old;", 2) +
                      "pass ntp any any -> any any (msg:\"m\"; ntp.version:1; sid:3;)\n" + udp_rule("content:\"x\";", 4)};
    driver.udp();
    CHECK(driver.transaction(ntp_id, time_message(4, "a"), Report::request, Direction::to_server).empty());
    CHECK(driver.transaction(ntp_id, time_message(2, "a"), Report::request, Direction::to_server).empty());
    CHECK(driver.transaction(ntp_id, time_message(4, "a"), Report::request, Direction::to_server) == Sids{2});
    CHECK(driver.packet("x") == Sids{4});
    CHECK(driver.transaction(ntp_id, time_message(1, "a"), Report::request, Direction::to_server) == Sids{3});
    CHECK(driver.transaction(ntp_id, time_message(4, "b"), Report::request, Direction::to_server).empty());
    CHECK(driver.packet("x").empty());
}
