// SPDX-License-Identifier: Apache-2.0
#include "parsers/tftp/tftp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<tftp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;

std::vector<std::uint8_t> request(std::uint8_t code, std::initializer_list<std::string_view> texts) {
    std::vector<std::uint8_t> out{0, code};
    for (const std::string_view text : texts) {
        out.insert(out.end(), text.begin(), text.end());
        out.push_back(0);
    }
    return out;
}
std::vector<std::uint8_t> data(std::uint16_t block, std::size_t size) {
    std::vector<std::uint8_t> out{0, 3, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
    out.resize(4 + size, 'x');
    return out;
}
std::vector<std::uint8_t> ack(std::uint8_t block) { return {0, 4, 0, block}; }
Probe probe(Bytes bytes, bool port_matches, Transport transport = Transport::udp) {
    return tftp::Parser::probe(Offer{bytes, transport, to_server, port_matches});
}

}  // namespace

TEST_CASE("tftp: a request is shown, and announces its transfer") {
    Driver driver;
    driver.datagram(to_server, request(2, {"startup-config.cfg", "octet", "blksize", "1428", "tsize", "70000"}));
    const Outcome& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 1);
    const auto& seen = outcome.transactions[0];
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("tftp.packet") == "write");
    CHECK(seen.get("tftp.file") == "startup-config.cfg");
    CHECK(seen.get("tftp.mode") == "octet");
    CHECK(seen.get("weir.tftp.options[].name") == "blksize,tsize");
    CHECK(seen.get("weir.tftp.options[].value") == "1428,70000");
    CHECK(seen.get("weir.tftp.bytes").empty());
    REQUIRE(outcome.expectations.size() == 1);
    const Expectation& transfer = outcome.expectations[0];
    CHECK(transfer.transport == Transport::udp);
    CHECK(transfer.opened_towards == to_client);
    CHECK(transfer.address == IpAddress{});
    CHECK(transfer.port == 0);
    CHECK(transfer.protocol == "tftp");
    CHECK(std::string(transfer.label.data()) == "startup-config.cfg");
}

TEST_CASE("tftp: a file name longer than a label is cut in the label only") {
    const std::string name(100, 'n');
    Driver driver;
    driver.datagram(to_server, request(1, {name, "NETASCII"}));
    CHECK(driver.finish().transactions.at(0).get("tftp.file") == name);
    CHECK(std::string(driver.outcome().expectations.at(0).label.data()) == name.substr(0, 63));
}

TEST_CASE("tftp: a read in its own session") {
    Driver driver;  // whoever opened it: the server sends first
    driver.datagram(to_client, data(1, 512));
    driver.datagram(to_server, ack(1));
    driver.datagram(to_client, data(1, 512));  // once more
    driver.datagram(to_client, data(2, 512));
    driver.datagram(to_server, ack(2));
    driver.datagram(to_client, data(3, 10));
    const Outcome& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 1);
    const auto& seen = outcome.transactions[0];
    CHECK(seen.report == Report::log);
    CHECK(seen.get("tftp.packet") == "read");
    CHECK(seen.get("weir.tftp.bytes") == "1034");
    CHECK(seen.get("weir.tftp.blocks") == "3");
    CHECK(seen.get("weir.tftp.complete") == "true");
    CHECK(seen.get("weir.tftp.error_code").empty());
}

TEST_CASE("tftp: a write in its own session, with a granted block size") {
    for (const bool turned : {false, true}) {
        const Direction from_server = turned ? to_server : to_client;
        Driver driver;
        driver.datagram(from_server, request(6, {"blksize", "1024"}));
        driver.datagram(opposite(from_server), data(1, 1024));
        driver.datagram(from_server, ack(1));
        driver.datagram(opposite(from_server), data(2, 512));
        const auto& seen = driver.finish().transactions.at(0);
        CHECK(seen.get("tftp.packet") == "write");
        CHECK(seen.get("weir.tftp.bytes") == "1536");
        CHECK(seen.get("weir.tftp.complete") == "true");
    }
}

TEST_CASE("tftp: block numbers wrap, and lost blocks are not made up") {
    Driver driver;
    driver.datagram(to_client, data(65534, 512));
    driver.datagram(to_client, data(65535, 512));
    driver.datagram(to_client, data(0, 512));
    driver.datagram(to_client, data(5, 512));
    const auto& seen = driver.finish().transactions.at(0);
    CHECK(seen.get("weir.tftp.blocks") == "4");
    CHECK(seen.get("weir.tftp.complete") == "false");
}

TEST_CASE("tftp: an error, and two transfers in the session of the requests") {
    Driver driver;
    driver.datagram(to_server, request(1, {"nothing", "octet"}));
    driver.datagram(to_client, "0005 0001 46696c65206e6f7420666f756e6400"_hex);
    driver.datagram(to_server, request(1, {"something", "octet"}));
    driver.datagram(to_client, data(1, 3));
    const Outcome& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 4);
    const auto& failed = outcome.transactions[1];
    CHECK(failed.get("tftp.file") == "nothing");
    CHECK(failed.get("weir.tftp.error_code") == "1");
    CHECK(failed.get("weir.tftp.error") == "File not found");
    CHECK(failed.get("weir.tftp.bytes") == "0");
    const auto& good = outcome.transactions[3];
    CHECK(good.get("tftp.packet") == "read");
    CHECK(good.get("tftp.file") == "something");
    CHECK(good.get("weir.tftp.bytes") == "3");
    CHECK(good.get("weir.tftp.error_code").empty());
}

TEST_CASE("tftp: broken packets") {
    const auto anomalies = [](const std::vector<std::uint8_t>& datagram) {
        Driver driver;
        driver.datagram(to_server, datagram);
        return driver.finish().anomalies;
    };
    const auto whole = request(1, {"file", "octet"});
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK(anomalies({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}) ==
              std::vector<std::string>{"malformed_data"});
    CHECK(anomalies("0003 00"_hex) == std::vector<std::string>{"malformed_data"});
    CHECK(anomalies("0009 0000"_hex) == std::vector<std::string>{"invalid_opcode"});
    CHECK(anomalies(request(1, {"file", "octet", "blksize"})) == std::vector<std::string>{"malformed_options"});
    CHECK(anomalies(request(1, {"f", "octet", "1", "1", "2", "2", "3", "3", "4", "4", "5", "5", "6", "6", "7", "7", "8", "8", "9", "9"})) ==
          std::vector<std::string>{"malformed_options"});
}

TEST_CASE("tftp: requests are recognised on any port, transfers on theirs") {
    using enum Probe::Answer;
    CHECK(probe(request(1, {"boot.cfg", "octet"}), false).sender == Probe::Sender::client);
    CHECK(probe(request(2, {"boot.cfg", "Mail"}), false).answer == match);
    CHECK(probe(request(1, {"", "octet"}), true).answer == no_match);
    CHECK(probe(request(1, {"boot.cfg", "binary"}), true).answer == no_match);
    CHECK(probe(request(1, {"boot\x01", "octet"}), true).answer == no_match);
    CHECK(probe(request(3, {"boot.cfg", "octet"}), false).answer == no_match);
    CHECK(probe(data(1, 512), false).answer == no_match);
    CHECK(probe(data(1, 512), true).answer == match);
    CHECK(probe(ack(1), true).answer == match);
    CHECK(probe("0004 0001 00"_hex, true).answer == no_match);
    CHECK(probe(request(6, {"tsize", "1"}), true).sender == Probe::Sender::server);
    CHECK(probe(request(1, {"boot.cfg", "octet"}), true, Transport::tcp).answer == no_match);
}
