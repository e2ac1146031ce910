// SPDX-License-Identifier: Apache-2.0
#include "parsers/usp/usp.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<usp::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;

/// A field of bytes, and one that is a number.
std::string bytes(unsigned number, std::string_view value) {
    std::string out{static_cast<char>(number << 3 | 2)};
    for (std::size_t size = value.size();; size >>= 7) {
        out += static_cast<char>(size > 127 ? (size & 127) | 128 : size);
        if (size <= 127) return out + std::string{value};
    }
}
std::string number(unsigned field, unsigned value) { return {static_cast<char>(field << 3), static_cast<char>(value)}; }

std::string record(std::string_view kind) {
    return bytes(1, "1.3") + bytes(2, "proto::controller-1") + bytes(3, "os::00259E-A1B2") + std::string{kind};
}
std::string message(unsigned type) { return bytes(1, bytes(1, "m-17") + number(2, type)) + bytes(2, bytes(1, std::string(200, 'x'))); }
const std::string set_record = record(bytes(7, bytes(2, message(4))));

Outcome::Transaction one(std::string_view text) {
    Driver driver;
    driver.datagram(to_server, as_bytes(text));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 1);
    return seen[0];
}

bool recognised(std::string_view text, Transport transport = Transport::inside) {
    return usp::Parser::probe(Offer{as_bytes(text), transport, to_server}).answer == Probe::Answer::match;
}

}  // namespace

TEST_CASE("usp: a record without a session shows its message's header") {
    const auto seen = one(set_record);
    CHECK(seen.report == (Report::request | Report::log));
    CHECK(seen.get("usp.operation") == "set");
    CHECK(seen.get("usp.record") == "no-session");
    CHECK(seen.get("usp.version") == "1.3");
    CHECK(seen.get("usp.from") == "os::00259E-A1B2");
    CHECK(seen.get("usp.to") == "proto::controller-1");
    CHECK(seen.get("usp.security") == "plaintext");
    CHECK(seen.get("usp.message_id") == "m-17");
    CHECK(seen.get("usp.message_type") == "4");
    CHECK(one(record(bytes(7, bytes(2, message(22))))).get("usp.operation") == "deregister-resp");
}

TEST_CASE("usp: records of other kinds") {
    CHECK(one(record(bytes(9, ""))).get("usp.operation") == "websocket-connect");
    CHECK(one(record(bytes(10, bytes(2, "topic")))).get("usp.record") == "mqtt-connect");
    const auto session = one(record(number(4, 1) + bytes(8, number(1, 7) + bytes(7, "\x17\x03\x03"))));
    CHECK(session.get("usp.operation") == "session");
    CHECK(session.get("usp.security") == "tls12");
    CHECK(session.get("usp.message_type").empty());
}

TEST_CASE("usp: what is recognised, and what is not") {
    CHECK(recognised(set_record));
    CHECK(recognised(set_record.substr(0, 120)));  // the beginning of one
    CHECK_FALSE(recognised(set_record, Transport::tcp));
    CHECK_FALSE(recognised(set_record.substr(0, 30)));
    CHECK_FALSE(recognised(bytes(1, "1.3") + bytes(2, "to") + bytes(3, "from") + bytes(7, "")));
    CHECK_FALSE(recognised(bytes(1, "2.0") + bytes(2, "os::a") + bytes(3, "os::b") + bytes(7, "")));
    CHECK_FALSE(recognised(record(bytes(20, "x"))));
    CHECK_FALSE(recognised("{\"version\": 1}"));
    CHECK_FALSE(recognised(""));
}
