// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_survey.hpp"

#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/unit/sensor/contract/surveys.hpp"

using namespace weir;
using namespace weir::test;
using learn::ClueKind;

namespace {

/// Shows a parser's transactions to a survey.
class ToSurvey final : public Sink {
public:
    ToSurvey(learn::Survey& survey, const Session& session) : Sink(space_), survey_(survey), session_(session) {}
    void feed(Direction direction, Bytes bytes) {
        const ParserInfo& parser = protocols()[session_.app];
        if (state_.empty()) {
            state_.resize(parser.state_size / sizeof(std::max_align_t) + 1);
            parser.start(state_.data());
            if (parser.begin != nullptr) parser.begin(state_.data(), Transport::udp);
        }
        (void)parser.feed(state_.data(), direction, bytes, *this, parser);
    }
    void transaction(const ParserInfo& parser, const void* transaction, Report report, Direction) noexcept override {
        survey_.transaction(session_, parser, transaction, report);
    }
    void anomaly(const ParserInfo&, unsigned, Direction) noexcept override {}
    void expect(const ParserInfo&, const Expectation&) noexcept override {}
    void roles(const ParserInfo&, bool) noexcept override {}
    void continues_as(const ParserInfo&, std::string_view, std::string_view) noexcept override {}
    void carries(const ParserInfo&, Bytes, Direction) noexcept override {}

private:
    std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(65536);
    Scratch space_{memory_};
    learn::Survey& survey_;
    const Session& session_;
    std::vector<std::max_align_t> state_;
};

const auto snmp_get = "302b02010104067075626c6963a01e02043563d30a0201000201003010300e060a2b0601020102020111010500"_hex;
const auto snmp_system =
    "3055 020101 0406 7075626c6963 a248 020101 020100 020100 303d"
    "3013 0608 2b06010201010100 0407 56657273090a6f"
    "3015 0608 2b06010201010200 0609 2b060104018f5b01 02"
    "300f 0608 2b06010201010500 0403 722d31"_hex;

}  // namespace

TEST_CASE("Survey: sessions of one client with one service add up") {
    learn::Survey survey;
    add(survey, {"10.0.0.1", "10.0.0.2", 22, "ssh"});
    add(survey, {"10.0.0.1", "10.0.0.2", 22, "?", ip_protocol::tcp, 1});
    REQUIRE(survey.uses().size() == 2);
    const auto& [key, use] = *survey.uses().begin();
    CHECK(key.app == find_protocol("ssh"));
    CHECK(use.sessions == 5);
    CHECK(use.answered == 5);
    CHECK(use.first == survey_start);
    CHECK(use.last == survey_start + 4 * between_sessions + second);
    CHECK(use.longest == second);
    CHECK(survey.uses().rbegin()->first.unknown);
    CHECK(survey.sessions() == 6);
    CHECK(survey.hosts().at(IpAddress::parse("10.0.0.2").value()).packets == 18);
}

TEST_CASE("Survey: a TCP session that was refused is not answered") {
    learn::Survey survey;
    Session refused = session_of({"10.0.0.1", "10.0.0.2", 22});
    refused.payload_packets = {};
    refused.tcp_flags = {0x02, 0x14};
    survey.session_ended(refused);
    CHECK(survey.uses().begin()->second.answered == 0);
}

TEST_CASE("Survey: what needs no line is not kept") {
    learn::Survey survey;
    Session data = session_of({"10.0.0.1", "10.0.0.2", 20000});
    data.opening = Opening::expected;
    survey.session_ended(data);
    Session broadcast = session_of({"0.0.0.0", "255.255.255.255", 67, "dhcp", ip_protocol::udp});
    (broadcast.client_is_low ? broadcast.key.low_port : broadcast.key.high_port) = 68;
    survey.session_ended(broadcast);
    CHECK(survey.uses().empty());
    CHECK(survey.sessions() == 2);
}

TEST_CASE("Survey: operations and what an agent says of itself") {
    learn::Survey survey;
    const Session session = session_of({"10.9.0.1", "10.1.0.1", 161, "snmp", ip_protocol::udp});
    ToSurvey sink{survey, session};
    sink.feed(Direction::to_server, snmp_get);
    sink.feed(Direction::to_client, snmp_system);
    survey.session_ended(session);
    REQUIRE(survey.uses().size() == 1);
    CHECK(survey.uses().begin()->second.operations == std::set<std::string>{"get"});
    CHECK_FALSE(survey.uses().begin()->second.operations_open);
    const auto& clues = survey.hosts().at(IpAddress::parse("10.1.0.1").value()).clues;
    CHECK(clues == std::set<learn::Clue>{{ClueKind::name, "r-1"}, {ClueKind::description, "Vers  o"}, {ClueKind::object_id, "1.3.6.1.4.1.2011.1.2"}});
    CHECK(survey.hosts().at(IpAddress::parse("10.9.0.1").value()).clues.empty());
}

TEST_CASE("Survey: a router's MAC is nobody's own") {
    learn::Survey survey;
    const Mac own{0, 0, 0, 0, 0, 1}, routers{0, 0, 0, 0, 0, 2};
    add(survey, {"10.1.0.1", "10.9.0.1", 22, "ssh", ip_protocol::tcp, 1, true, false, own, routers});
    add(survey, {"10.1.0.1", "10.9.0.2", 22, "ssh", ip_protocol::tcp, 1, true, false, own, routers});
    const auto mac_of = [&](std::string_view text) { return survey.own_mac(survey.hosts().at(IpAddress::parse(text).value())); };
    CHECK(mac_of("10.1.0.1") == own);
    CHECK(mac_of("10.9.0.1") == Mac{});
}

TEST_CASE("Survey: words that need no quotes") {
    CHECK(learn::is_plain_word("gnb-0117.north_3"));
    CHECK_FALSE(learn::is_plain_word(""));
    CHECK_FALSE(learn::is_plain_word("a b"));
    CHECK_FALSE(learn::is_plain_word("a: b"));
    CHECK_FALSE(learn::is_plain_word(std::string(64, 'a')));
}
