// SPDX-License-Identifier: Apache-2.0
// Rules about equipment and contracts, about events, files and decoded text; and what rules cost.
#include "parsers/ftp_data/ftp_data.hpp"
#include "parsers/http/http.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/rule_driver.hpp"

using namespace weir;
using namespace weir::test;
using Sids = RuleDriver::Sids;
using Layer = rules::EventCheck::Layer;

namespace {

const rules::EquipmentView gnb{"gnb-0117", "huawei", "gnb", "north-3", "radio-node"};
const rules::EquipmentView router{"edge-1", "zte", "router", "", ""};

}  // namespace

TEST_CASE("equipment at one end of the session, once per direction") {
    const std::string rules =
        "alert ip any any -> any any (equipment.vendor:huawei,nokia; sid:1;)\n"
        "alert ip any any -> any any (equipment.name:GNB-0117; equipment.role:!router; contract:radio-node; sid:2;)\n"
        "alert ip any any -> any any (equipment.vendor:huawei; equipment.role:router; sid:3;)\n"  // no end is both
        "alert ip any any -> any any (direction:egress; equipment.vendor:huawei; sid:4;)\n"
        "alert ip any any -> any any (direction:ingress; equipment.site:north-3; sid:5;)\n" +
        udp_rule("content:\"x\"; equipment.vendor:huawei;", 6) + udp_rule("content:\"x\"; equipment.vendor:!huawei;", 7);
    RuleDriver driver{rules};
    driver.udp();
    CHECK(driver.packet("x").empty());  // no equipment, negated or not
    driver.release();
    driver.session.equipment = {&gnb, nullptr};
    CHECK(driver.packet("y") == Sids{1, 2, 4});
    CHECK(driver.packet("x") == Sids{6});
    CHECK(driver.packet("y", Direction::to_client) == Sids{1, 2, 4});
    driver.release();
    driver.session.equipment = {&router, &gnb};
    CHECK(driver.packet("x") == Sids{1, 2, 5, 6, 7});
}

TEST_CASE("what the contract says") {
    RuleDriver driver{
        "alert ip any any -> any any (egress:unexpected; sid:1;)\nalert ip any any -> any any (egress:expected; sid:2;)\n"
        "alert ip any any -> any any (egress:unexpected-service; sid:3;)\nalert ip any any -> any any (ingress:unexpected; sid:4;)\n" +
        udp_rule("content:\"x\"; egress:unexpected; equipment.vendor:huawei;", 5)};
    driver.udp();
    driver.session.equipment = {&gnb, &router};
    CHECK(driver.packet("x").empty());  // not known yet
    driver.session.contract = {rules::ContractWord::unexpected, rules::ContractWord::expected};
    driver.session.finding = {"unexpected-service", ""};
    CHECK(driver.packet("x") == Sids{1, 3, 5});
    driver.release();
    driver.session.finding = {"unexpected-destination", ""};
    CHECK(driver.packet("y") == Sids{1});
    driver.release();
    driver.session.contract = {rules::ContractWord::expected, rules::ContractWord::unexpected};
    CHECK(driver.packet("y") == Sids{2, 4});
}

TEST_CASE("events") {
    RuleDriver driver{"alert ip any any -> any any (decode-event:ipv4.trunc_pkt; sid:1;)\n"
                      "alert tcp any any -> any any (stream-event:reassembly_seq_gap; flow:to_server; sid:2;)\n"
                      "alert tcp any any -> any any (stream-event:reassembly_seq_gap; flowint:gaps,+,1; noalert; sid:3;)\n"
                      "alert tcp any any -> any 4000 (stream-event:reassembly_seq_gap; flowint:gaps,>,1; sid:4;)\n"
                      "alert udp any any -> any any (app-layer-event:ntp.truncated_header; sid:5;)\n"};
    CHECK(driver.packet("x").empty());
    CHECK(driver.event(Layer::decode, "ipv4.trunc_pkt") == Sids{1});
    CHECK(driver.event(Layer::decode, "nothing").empty());
    CHECK(driver.event(Layer::stream, "reassembly_seq_gap") == Sids{2});
    CHECK(driver.event(Layer::stream, "reassembly_seq_gap") == Sids{4, 2});
    CHECK(driver.event(Layer::stream, "reassembly_seq_gap", Direction::to_client).empty());
    CHECK(driver.event(Layer::app, "ntp.truncated_header").empty());  // a rule for UDP
    driver.udp();
    CHECK(driver.event(Layer::app, "ntp.truncated_header") == Sids{5});
}

TEST_CASE("file.data is the body of the direction, and what FTP transfers") {
    RuleDriver driver{
        "alert http any any -> any any (flow:to_client; file_data; content:\"evil\"; sid:1;)\n"
        "alert http any any -> any any (flow:to_server; file.data; content:\"evil\"; sid:2;)\n"
        "alert tcp any any -> any any (file.data; content:\"evil\"; sid:3;)\n"
        "alert ftp-data any any -> any any (file.data; content:\"evil\"; sid:4;)\n"
        "alert tcp any any -> any any (flow:to_client; file.data; bsize:<10; sid:5;)\n"
        "alert http any any -> any any (flow:to_client; file_data; content:\"ev\"; content:\"il\"; distance:0; within:2; sid:6;)\n"};
    const http::Head head{};
    http::Transaction message;
    message.message = &head;
    message.body = as_bytes("some evil bytes");
    const ProtocolId http_id = find_protocol("http");
    CHECK(driver.transaction(http_id, message, Report::request, Direction::to_server) == Sids{2, 3});
    message.response = true;
    message.body = as_bytes("more evil bytes");
    CHECK(driver.transaction(http_id, message, Report::response, Direction::to_client) == Sids{1, 3, 6});
    message.body = as_bytes("good");
    CHECK(driver.transaction(http_id, message, Report::response, Direction::to_client) == Sids{5});
    driver.release();
    ftp_data::Transaction transfer;
    transfer.start = as_bytes("an evil file");
    CHECK(driver.transaction(find_protocol("ftp-data"), transfer, Report::request, Direction::to_server) == Sids{3, 4});
}

TEST_CASE("base64_decode and base64_data, in packets and over segments") {
    // "Basic " and the base64 of "root:secret"
    const std::string request = "Authorization: Basic cm9vdDpzZWNyZXQ=\r\n";
    const std::string rules = udp_rule("content:\"Basic \"; base64_decode:relative; base64_data; content:\"root:\"; startswith;", 1) +
                              udp_rule("content:\"Basic \"; base64_decode:bytes 4,relative; base64_data; content:\"root\";", 2) +
                              udp_rule("content:\"Basic \"; base64_decode:bytes 8,offset 0,relative; base64_data; bsize:6; content:\"root:s\";", 3) +
                              udp_rule("base64_decode:offset 21; base64_data; pcre:\"/^root:\\w+$/\";", 4) +
                              udp_rule("base64_decode:offset 500; base64_data; content:\"r\";", 5) +
                              udp_rule("content:\"Basic \"; base64_decode:relative; base64_data; content:\"admin\";", 6);
    RuleDriver driver{rules};
    CHECK(driver.udp().packet(request) == Sids{1, 3, 4});
    CHECK(driver.packet("Basic ~~~~").empty());
    RuleDriver stream{tcp_rule("content:\"Basic \"; base64_decode:relative; base64_data; content:\"secret\";")};
    CHECK(stream.segments(request, 3) == Sids{1});
}

TEST_CASE("transforms with a value") {
    RuleDriver driver{"alert http any any -> any any (flow:to_server; http.request_body; xor:\"0d\"; content:\"evil\"; sid:1;)\n"
                      "alert http any any -> any any (flow:to_server; http.request_body; pcrexform:\"k=(\\w+)\"; content:\"hk\"; startswith; sid:2;)\n"};
    const http::Head head{};
    http::Transaction message;
    message.message = &head;
    message.body = as_bytes("k=h{da");
    const ProtocolId http_id = find_protocol("http");
    CHECK(driver.transaction(http_id, message, Report::request, Direction::to_server) == Sids{1});
    message.body = as_bytes("k=hkda no such thing");
    CHECK(driver.transaction(http_id, message, Report::request, Direction::to_server) == Sids{2});
    message.body = as_bytes("k=hkda h{da");
    CHECK(driver.transaction(http_id, message, Report::request, Direction::to_server) == Sids{1, 2});
}

TEST_CASE("what rules cost") {
    rules::EngineLimits limits{1024, 1u << 20};
    limits.profile = true;
    RuleDriver driver{udp_rule("content:\"abc\"; content:\"def\";", 1), limits};
    driver.udp();
    CHECK(driver.packet("abc").empty());
    CHECK(driver.packet("abcdef") == Sids{1});
    REQUIRE(driver.engine().costs().size() == 1);
    CHECK(driver.engine().costs()[0].checked == 2);
    CHECK(driver.engine().costs()[0].matched == 1);
    RuleDriver quiet{udp_rule("content:\"abc\";", 1)};
    CHECK(quiet.engine().costs().empty());
}
