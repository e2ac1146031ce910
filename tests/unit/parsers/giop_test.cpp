// SPDX-License-Identifier: Apache-2.0
#include "parsers/giop/giop.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<giop::Parser>;

namespace {

constexpr auto to_server = Direction::to_server;
constexpr auto to_client = Direction::to_client;
enum : std::uint8_t { request, reply, cancel, locate, located, close_connection, message_error, fragment };

/// Writes CDR; boundaries count from `base` octets before the first.
class Cdr {
public:
    explicit Cdr(bool little = false, std::size_t base = 0) : little_(little), base_(base) {}
    Cdr& octet(unsigned value) {
        bytes.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Cdr& align(std::size_t boundary) {
        while ((base_ + bytes.size()) % boundary != 0) octet(0);
        return *this;
    }
    Cdr& number(std::size_t value, unsigned octets) {
        align(octets);
        for (unsigned i = 0; i < octets; ++i) octet(static_cast<unsigned>(value >> (8 * (little_ ? i : octets - 1 - i)) & 0xff));
        return *this;
    }
    Cdr& octets(const Wire& content) {
        number(content.size(), 4);
        bytes.insert(bytes.end(), content.begin(), content.end());
        return *this;
    }
    Cdr& string(std::string_view content) { return octets(joined({text(content), {0}})); }
    Wire bytes;

private:
    bool little_;
    std::size_t base_;
};

Wire message(unsigned minor, std::uint8_t type, const Wire& content, bool little = false, bool more = false) {
    return joined({text("GIOP"),
                   {1, static_cast<std::uint8_t>(minor), static_cast<std::uint8_t>((little ? 1 : 0) | (more ? 2 : 0)), type},
                   Cdr{little}.number(content.size(), 4).bytes,
                   content});
}
/// A request with one service context, its body on a boundary of eight where version 1.2 wants it.
Wire request_message(unsigned minor, unsigned id, std::string_view operation, const Wire& body, bool little = false, bool oneway = false) {
    Cdr cdr{little, giop::header_size};
    const auto contexts = [&] { cdr.number(1, 4).number(1, 4).octets({0, 1, 2, 3, 4}); };
    if (minor < 2) {
        contexts();
        cdr.number(id, 4).octet(oneway ? 0 : 1);
        if (minor == 1) cdr.octet(0).octet(0).octet(0);
        cdr.octets(text("NameService")).string(operation).number(0, 4);
    } else {
        cdr.number(id, 4).octet(oneway ? 0 : 3).octet(0).octet(0).octet(0).number(0, 2).octets(text("NameService")).string(operation);
        contexts();
        if (!body.empty()) cdr.align(8);
    }
    return message(minor, request, joined({cdr.bytes, body}), little);
}
Wire reply_message(unsigned minor, unsigned id, unsigned status, const Wire& body, bool little = false) {
    Cdr cdr{little, giop::header_size};
    if (minor < 2)
        cdr.number(0, 4).number(id, 4).number(status, 4);
    else
        cdr.number(id, 4).number(status, 4).number(0, 4);
    if (minor >= 2 && !body.empty()) cdr.align(8);
    return message(minor, reply, joined({cdr.bytes, body}), little);
}
Wire profile(std::string_view host, unsigned port, bool little) {
    return Cdr{little}.octet(little ? 1 : 0).octet(1).octet(2).string(host).number(port, 2).octets(text("key")).number(0, 4).bytes;
}
/// An object reference whose second profile is IIOP, of the other byte order than what is around it.
Wire reference(std::string_view host, unsigned port, bool little = false) {
    return Cdr{little}
        .string("IDL:nms/Callback:1.0")
        .number(2, 4)
        .number(1, 4)
        .octets({0, 0, 0, 0})
        .number(0, 4)
        .octets(profile(host, port, !little))
        .bytes;
}
std::string stringified(const Wire& content) {
    std::string out = "IOR:";
    for (const std::uint8_t byte : content) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02X", byte);
        out += digits;
    }
    return out;
}
Probe probe(const Wire& bytes) { return giop::Parser::probe(Offer{bytes, Transport::tcp, to_server, false}); }

}  // namespace

TEST_CASE("giop: a request and its reply, in all versions and both byte orders") {
    for (const unsigned minor : {0u, 1u, 2u}) {
        for (const bool little : {false, true}) {
            INFO("1." << minor << (little ? " little endian" : " big endian"));
            Driver driver;
            driver.stream(to_server,
                          request_message(minor, 7, "resolve_initial_references", Cdr{little}.string("NameService").bytes, little));
            driver.stream(to_client, reply_message(minor, 7, 0, reference("10.0.0.9", 2809, little), little));
            const auto& seen = driver.finish().transactions;
            REQUIRE(seen.size() == 2);
            CHECK(seen[0].report == Report::request);
            CHECK(seen[1].report == (Report::response | Report::log));
            for (const auto& transaction : seen) {
                CHECK(transaction.get("giop.version") == "1." + std::to_string(minor));
                CHECK(transaction.get("giop.type") == "request");
                CHECK(transaction.get("giop.operation") == "resolve_initial_references");
                CHECK(transaction.get("giop.object_key") == "NameService");
                CHECK(transaction.get("giop.request_id") == "7");
                CHECK(transaction.get("giop.oneway").empty());
            }
            CHECK(seen[1].get("giop.reply.status") == "no-exception");
            CHECK(seen[1].get("giop.reply.ior[].host") == "10.0.0.9");
            CHECK(seen[1].get("giop.reply.ior[].port") == "2809");
            CHECK(driver.outcome().anomalies.empty());
        }
    }
}

TEST_CASE("giop: references that a request hands over") {
    Driver driver;
    const Wire body =
        joined({reference("203.0.113.9", 4444), Cdr{}.string(stringified(joined({{0, 0, 0, 0}, reference("evil.example", 5555)}))).bytes});
    driver.stream(to_server, request_message(2, 1, "attach_push_b", body));
    driver.stream(to_client, reply_message(2, 1, 3, reference("10.0.0.7", 683)));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    for (const auto& transaction : seen) {
        CHECK(transaction.get("giop.ior[].host") == "203.0.113.9,evil.example");
        CHECK(transaction.get("giop.ior[].port") == "4444,5555");
    }
    CHECK(seen[1].get("giop.reply.status") == "location-forward");
    CHECK(seen[1].get("giop.reply.ior[].host") == "10.0.0.7");
}

TEST_CASE("giop: exceptions") {
    Driver driver;
    driver.stream(to_server, request_message(2, 1, "get", {}));
    driver.stream(to_client,
                  reply_message(2, 1, 2, Cdr{}.string("IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0").number(0, 4).number(1, 4).bytes));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 2);
    CHECK(seen[1].get("giop.reply.status") == "system-exception");
    CHECK(seen[1].get("giop.reply.exception") == "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0");
}

TEST_CASE("giop: locate, cancel, close, oneway, and calls from the server") {
    Driver driver;
    driver.stream(to_server, message(0, locate, Cdr{}.number(3, 4).octets(text("key")).bytes));
    driver.stream(to_client, message(0, located, Cdr{}.number(3, 4).number(1, 4).bytes));
    driver.stream(to_server, message(2, cancel, Cdr{}.number(9, 4).bytes));
    driver.stream(to_client, request_message(2, 3, "push", {}));  // bidirectional GIOP: the identifier is the server's own
    driver.stream(to_server, reply_message(2, 3, 0, {}));
    driver.stream(to_server, request_message(1, 4, "notify", {}, true, true));
    driver.stream(to_client, message(1, close_connection, {}));
    driver.stream(to_client, message(1, message_error, {}));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 8);
    CHECK(seen[1].get("giop.operation") == "locate");
    CHECK(seen[1].get("giop.reply.status") == "object-here");
    CHECK(seen[2].get("giop.type") == "cancel-request");
    CHECK(seen[4].get("giop.operation") == "push");
    CHECK(seen[4].direction == to_server);
    CHECK(seen[5].get("giop.oneway") == "true");
    CHECK(seen[5].report == (Report::request | Report::log));
    CHECK(seen[6].get("giop.type") == "close-connection");
    CHECK(seen[7].get("giop.type") == "message-error");
}

TEST_CASE("giop: targets of version 1.2") {
    const auto key_of = [](const Cdr& target) {
        Cdr cdr{false, giop::header_size};
        cdr.number(1, 4).octet(3).octet(0).octet(0).octet(0);
        cdr.bytes.insert(cdr.bytes.end(), target.bytes.begin(), target.bytes.end());
        cdr.string("get").number(0, 4);
        Driver driver;
        driver.stream(to_server, message(2, request, cdr.bytes));
        return driver.finish().transactions.at(0).get("giop.object_key");
    };
    CHECK(key_of(Cdr{false, 20}.number(1, 2).number(0, 4).octets(profile("h", 1, true))) == "key");
    CHECK(key_of(Cdr{false, 20}
                     .number(2, 2)
                     .number(1, 4)
                     .string("IDL:x:1.0")
                     .number(2, 4)
                     .number(9, 4)
                     .octets({1})
                     .number(0, 4)
                     .octets(profile("h", 1, false))) == "key");
}

TEST_CASE("giop: large messages and fragments are skipped, not kept") {
    Driver driver;
    driver.stream(to_server, request_message(2, 1, "put", Wire(100'000, 0xaa)));
    driver.stream(to_server, message(2, fragment, Cdr{}.number(1, 4).number(0, 4).bytes));
    driver.stream(to_server, request_message(2, 2, "get", {}));
    const auto& seen = driver.finish().transactions;
    REQUIRE(seen.size() == 4);
    CHECK(seen[1].get("giop.operation") == "get");
}

TEST_CASE("giop: more requests than can wait are logged") {
    Driver driver;
    for (unsigned i = 0; i <= giop::max_outstanding; ++i) driver.stream(to_server, request_message(2, i, "get", {}));
    std::size_t logged = 0;
    for (const auto& transaction : driver.finish().transactions) logged += has(transaction.report, Report::log) ? 1 : 0;
    CHECK(logged == giop::max_outstanding + 1);
}

TEST_CASE("giop: broken messages") {
    const Wire good = request_message(2, 1, "get", {});
    for (std::size_t size = giop::header_size; size < good.size(); ++size) {
        Driver driver;
        Wire cut = prefix(good, size);
        cut[11] = static_cast<std::uint8_t>(size - giop::header_size);  // the message says that it ends there
        driver.stream(to_server, cut);
        CHECK(driver.finish().anomalies == std::vector<std::string>{"malformed_data"});
    }
    Driver driver;
    driver.stream(to_server, joined({good, text("GIOP\x02 no header")}));
    CHECK(driver.finish().anomalies == std::vector<std::string>{"invalid_header"});
}

TEST_CASE("giop: is recognised by its header") {
    using enum Probe::Answer;
    const Wire good = request_message(0, 1, "get", {});
    for (std::size_t size = 1; size < giop::header_size; ++size) CHECK(probe(prefix(good, size)).answer == need_more);
    CHECK(probe(good).sender == Probe::Sender::client);
    CHECK(probe(reply_message(1, 1, 0, {})).sender == Probe::Sender::server);
    CHECK(probe(text("GET / HTTP/1.1\r\n")).answer == no_match);
    CHECK(probe(text("GIOP\x02")).answer == no_match);
    CHECK(probe({'G', 'I', 'O', 'P', 1, 0, 3, 0, 0, 0, 0, 0}).answer == no_match);
}
