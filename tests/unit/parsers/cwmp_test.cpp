// SPDX-License-Identifier: Apache-2.0
#include "parsers/cwmp/cwmp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<cwmp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

std::string envelope(std::string_view body) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
           "<soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:cwmp=\"urn:dslforum-org:cwmp-1-2\">\n"
           "<soap-env:Header><cwmp:ID soap-env:mustUnderstand=\"1\">42</cwmp:ID></soap-env:Header>\n"
           "<soap-env:Body>" +
           std::string{body} + "</soap-env:Body></soap-env:Envelope>";
}

const std::string inform = envelope(
    "<cwmp:Inform><DeviceId><Manufacturer>Huawei Technologies</Manufacturer><OUI>00259E</OUI><ProductClass>HG8245</ProductClass>"
    "<SerialNumber>48575443A1B2C3D4</SerialNumber></DeviceId><Event soap-enc:arrayType=\"cwmp:EventStruct[2]\">"
    "<EventStruct><EventCode>2 PERIODIC</EventCode><CommandKey/></EventStruct>"
    "<EventStruct><EventCode>6 CONNECTION REQUEST</EventCode><CommandKey></CommandKey></EventStruct></Event>"
    "<MaxEnvelopes>1</MaxEnvelopes><CurrentTime>2026-01-01T00:00:00Z</CurrentTime><RetryCount>0</RetryCount><ParameterList>"
    "<ParameterValueStruct><Name>Device.DeviceInfo.SoftwareVersion</Name><Value xsi:type=\"xsd:string\">V3R17</Value></ParameterValueStruct>"
    "<ParameterValueStruct><Name>Device.ManagementServer.ConnectionRequestURL</Name>"
    "<Value xsi:type=\"xsd:string\">http://10.20.3.4:7547/cr</Value></ParameterValueStruct></ParameterList></cwmp:Inform>");
const std::string redirect = envelope(
    "<cwmp:SetParameterValues><ParameterList><ParameterValueStruct><Name>Device.ManagementServer.URL</Name>"
    "<Value>http://acs:pw@203.0.113.9/acs</Value></ParameterValueStruct>"
    "<ParameterValueStruct><Name>Device.ManagementServer.Password</Name><Value>hunter2</Value></ParameterValueStruct>"
    "</ParameterList><ParameterKey>k</ParameterKey></cwmp:SetParameterValues>");

Outcome::Transaction one(Direction direction, std::string_view message) {
    Driver driver;
    driver.datagram(direction, as_bytes(message));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    return seen[0];
}

bool recognised(std::string_view message, Transport transport = Transport::inside) {
    return cwmp::Parser::probe(Offer{as_bytes(message), transport, to_server}).answer == Probe::Answer::match;
}

}  // namespace

TEST_CASE("cwmp: an Inform tells the device, what happened, and where it can be reached") {
    const auto seen = one(to_server, inform);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("cwmp.operation") == "inform");
    CHECK(seen.get("cwmp.method") == "Inform");
    CHECK(seen.get("cwmp.version") == "1-2");
    CHECK(seen.get("cwmp.id") == "42");
    CHECK(seen.get("cwmp.manufacturer") == "Huawei Technologies");
    CHECK(seen.get("cwmp.oui") == "00259E");
    CHECK(seen.get("cwmp.product_class") == "HG8245");
    CHECK(seen.get("cwmp.serial") == "48575443A1B2C3D4");
    CHECK(seen.get("cwmp.event") == "2 PERIODIC,6 CONNECTION REQUEST");
    CHECK(seen.get("cwmp.parameter") == "Device.DeviceInfo.SoftwareVersion,Device.ManagementServer.ConnectionRequestURL");
    CHECK(seen.get("cwmp.connection_request_url") == "http://10.20.3.4:7547/cr");
}

TEST_CASE("cwmp: who manages the equipment is changed") {
    const auto seen = one(to_client, redirect);
    CHECK(seen.report == (Report::response | Report::log));
    CHECK(seen.get("cwmp.operation") == "set-parameter-values");
    CHECK(seen.get("cwmp.management_url") == "http://203.0.113.9/acs");
    CHECK(seen.get("cwmp.value") == "http://203.0.113.9/acs,hunter2");
    const std::vector<Field> fields(cwmp::Parser::fields.begin(), cwmp::Parser::fields.end());
    for (const Field& field : fields)
        if (field.keyword == "cwmp.value" || field.keyword == "cwmp.password") CHECK(field.secret);
}

TEST_CASE("cwmp: a download, its transfer report, a fault") {
    const auto download = one(
        to_client, envelope("<cwmp:Download><CommandKey>up7</CommandKey><FileType>1 Firmware Upgrade Image</FileType>"
                            "<URL>ftp://u:p@198.51.100.7/fw.bin</URL><Username>u</Username><Password>secret1</Password><FileSize>7</FileSize>"
                            "<TargetFileName>fw.bin</TargetFileName><DelaySeconds>0</DelaySeconds></cwmp:Download>"));
    CHECK(download.get("cwmp.operation") == "download");
    CHECK(download.get("cwmp.command_key") == "up7");
    CHECK(download.get("cwmp.file_type") == "1 Firmware Upgrade Image");
    CHECK(download.get("cwmp.url") == "ftp://198.51.100.7/fw.bin");
    CHECK(download.get("cwmp.user") == "u");
    CHECK(download.get("cwmp.password") == "secret1");
    CHECK(download.get("cwmp.target_file") == "fw.bin");
    const auto fault = one(to_server, envelope("<soap-env:Fault><faultcode>Client</faultcode><detail><cwmp:Fault><FaultCode>9005</FaultCode>"
                                               "<FaultString>Invalid parameter name</FaultString></cwmp:Fault></detail></soap-env:Fault>"));
    CHECK(fault.get("cwmp.operation") == "fault");
    CHECK(fault.get("cwmp.fault_code") == "9005");
    CHECK(fault.get("cwmp.fault_string") == "Invalid parameter name");
}

TEST_CASE("cwmp: names that are asked for") {
    const auto seen = one(to_client, envelope("<cwmp:GetParameterValues><ParameterNames><string>Device.WiFi.</string>"
                                              "<string>Device.IP.</string></ParameterNames></cwmp:GetParameterValues>"));
    CHECK(seen.get("cwmp.parameter") == "Device.WiFi.,Device.IP.");
    CHECK(one(to_client, envelope("<cwmp:GetRPCMethods/>")).get("cwmp.operation") == "get-rpc-methods");
}

TEST_CASE("cwmp: what is recognised, and what is not") {
    CHECK(recognised(inform));
    CHECK(recognised("\xef\xbb\xbf" + inform));
    CHECK_FALSE(recognised(inform, Transport::tcp));
    CHECK_FALSE(recognised("<html>urn:dslforum-org</html>"));
    CHECK_FALSE(recognised("{\"xmlns\": \"urn:dslforum-org:cwmp-1-0\"}"));
    CHECK_FALSE(recognised(""));
}

TEST_CASE("cwmp: the beginning of a message shows what is in it; without a method it is odd") {
    for (const std::size_t size : {400u, 600u, 900u}) CHECK(one(to_server, inform.substr(0, size)).get("cwmp.operation") == "inform");
    Driver driver;
    driver.datagram(to_server, as_bytes(envelope("")));
    CHECK(driver.finish().transactions.empty());
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"no_method"});
}
