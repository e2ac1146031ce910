// SPDX-License-Identifier: Apache-2.0
#include "parsers/smart_install/smart_install.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<smart_install::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;

Wire message(unsigned sender, unsigned version, unsigned type, const Wire& body) {
    return joined({number(sender, 4), number(version, 4), number(type, 4), vector(4, body)});
}
/// `content` in a field of `size` octets, NULs behind it.
Wire padded(std::string_view content, std::size_t size) { return joined({text(content), Wire(size - content.size(), 0)}); }

const Wire are_you_there = message(1, 1, 4, joined({number(1, 4), number(0, 4)}));
const Wire here_i_am = message(4, 0, 3, joined({number(1, 4), number(0, 4)}));
/// A sequence element, then three commands of 336 octets each.
const Wire backup = message(1, 1, 8,
                            joined({number(1, 2), number(20, 2), number(1, 4), number(0, 4), Wire(8, 0), number(3, 2), number(1012, 2),
                                    padded("copy system:running-config flash:/config.text", 336),
                                    padded("copy flash:/config.text tftp://203.0.113.9/sw1.conf", 336), Wire(336, 0)}));

Probe probe(const Wire& bytes, bool port_matches = false) {
    return smart_install::Parser::probe(Offer{bytes, Transport::tcp, to_server, port_matches});
}

}  // namespace

TEST_CASE("smart install: who is there") {
    Driver driver;
    driver.stream(to_server, are_you_there);
    driver.stream(to_client, here_i_am);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("smart_install.operation") == "capabilities-request");
    CHECK(seen[0].get("smart_install.sender") == "director");
    CHECK(seen[0].get("smart_install.version") == "1");
    CHECK(seen[0].get("smart_install.type") == "4");
    CHECK(seen[0].get("smart_install.length") == "8");
    CHECK(seen[0].report == (Report::request | Report::log));
    CHECK(seen[1].get("smart_install.operation") == "capabilities-response");
    CHECK(seen[1].get("smart_install.sender") == "switch");
    CHECK(seen[1].report == (Report::response | Report::log));
}

TEST_CASE("smart install: a configuration is fetched") {
    Driver driver;
    driver.stream(to_server, backup);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    CHECK(backup.size() == 16 + 0x408);
    CHECK(seen[0].get("smart_install.operation") == "backup-config");
    CHECK(seen[0].get("smart_install.texts[]") ==
          "copy system:running-config flash:/config.text,copy flash:/config.text tftp://203.0.113.9/sw1.conf");
    CHECK(seen[0].get("smart_install.url") == "tftp://203.0.113.9/sw1.conf");
}

TEST_CASE("smart install: other operations") {
    const auto operation = [](unsigned sender, unsigned type) {
        Driver driver;
        driver.stream(to_server, message(sender, 1, type, padded("tftp://203.0.113.9/x", 300)));
        const auto& transaction = driver.finish().transactions.at(0);
        CHECK(transaction.get("smart_install.url") == "tftp://203.0.113.9/x");
        return transaction.get("smart_install.operation");
    };
    CHECK(operation(1, 3) == "change-config");
    CHECK(operation(1, 2) == "update-image");
    CHECK(operation(2, 5) == "execute");
    CHECK(operation(1, 7) == "init-discovery");
    CHECK(operation(1, 33) == "type-33");
}

TEST_CASE("smart install: long messages are skipped, more texts than are shown left out") {
    Wire body;
    for (int i = 0; i < 10; ++i) body = joined({body, text("text" + std::to_string(i)), {0}});
    Driver driver;
    driver.stream(to_server, message(1, 1, 7, joined({body, Wire(50'000, 'B')})));
    driver.stream(to_server, are_you_there);
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].get("smart_install.texts[]") == "text0,text1,text2,text3,text4,text5");
    CHECK(seen[1].get("smart_install.operation") == "capabilities-request");
}

TEST_CASE("smart install: what is no header ends the parsing") {
    for (const Wire& wrong : {message(5, 1, 4, {}), message(1, 2, 4, {}), message(1, 1, 0, {}),
                              joined({number(1, 4), number(1, 4), number(4, 4), number(0xffffffff, 4)})}) {
        Driver driver;
        driver.stream(to_server, wrong);
        CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_header"});
    }
}

TEST_CASE("smart install: is recognised by whole headers") {
    using enum Probe::Answer;
    CHECK(probe(are_you_there).sender == Probe::Sender::client);
    CHECK(probe(here_i_am).sender == Probe::Sender::server);
    CHECK(probe(backup).answer == match);
    for (std::size_t size = 0; size < 16; ++size) CHECK(probe(prefix(are_you_there, size)).answer == need_more);
    const Wire unknown = message(1, 1, 9, number(1, 4));
    CHECK(probe(unknown).answer == no_match);
    CHECK(probe(unknown, true).answer == match);
    CHECK(probe(message(2, 1, 5, Wire(0x210, 0))).sender == Probe::Sender::unknown);
    CHECK(probe(text("GET / HTTP/1.1\r\n")).answer == no_match);
    CHECK(probe({0, 0, 0, 5}).answer == no_match);
}
