// SPDX-License-Identifier: Apache-2.0
#include "parsers/dns/dns.hpp"

#include "parsers/dns/dns_name.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<dns::Parser>;

namespace {

// www.example.com A, as dig sends it, and its answer: a CNAME and an address, names compressed, EDNS in both.
const auto query =
    "1a2b 0120 0001 0000 0000 0001 03777777076578616d706c6503636f6d00 0001 0001"
    "00 0029 1000 00008000 000c 000a 0008 0123456789abcdef"_hex;
const auto answer =
    "1a2b 8180 0001 0002 0000 0001 03777777076578616d706c6503636f6d00 0001 0001"
    "c00c 0005 0001 0000003c 0006 03636e64 c010"
    "c02d 0001 0001 0000012c 0004 c0000201"
    "00 0029 0200 00000000 0000"_hex;

/// A message of one question for the root, with these counts and this rest behind the question.
std::vector<std::uint8_t> response(std::uint8_t answers, std::uint8_t authorities, std::uint8_t additionals,
                                   const std::vector<std::uint8_t>& rest) {
    std::vector<std::uint8_t> message{0x12, 0x34, 0x84, 0x00, 0, 1, 0, answers, 0, authorities, 0, additionals, 0, 0, 1, 0, 1};
    message.insert(message.end(), rest.begin(), rest.end());
    return message;
}

Outcome parse(Bytes datagram, Direction direction = Direction::to_client) {
    Driver driver;
    driver.datagram(direction, datagram);
    return driver.finish();
}
Outcome::Transaction one(Bytes datagram, Direction direction = Direction::to_client) {
    const Outcome outcome = parse(datagram, direction);
    REQUIRE(outcome.transactions.size() == 1);
    return outcome.transactions[0];
}
Probe probe(Bytes data, bool port_matches, Transport transport = Transport::udp) {
    return dns::Parser::probe(Offer{data, transport, Direction::to_server, port_matches});
}
std::vector<std::uint8_t> framed(const std::vector<std::uint8_t>& message) {
    std::vector<std::uint8_t> out{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
    out.insert(out.end(), message.begin(), message.end());
    return out;
}

}  // namespace

TEST_CASE("dns: a query and its answer") {
    Driver driver;
    driver.datagram(Direction::to_server, query);
    driver.datagram(Direction::to_client, answer);
    const Outcome& outcome = driver.finish();
    REQUIRE(outcome.transactions.size() == 2);
    CHECK(outcome.anomalies.empty());
    const auto& asked = outcome.transactions[0];
    CHECK(asked.report == (Report::request | Report::log));
    CHECK(asked.get("dns.version") == "3");
    CHECK(asked.get("dns.type") == "request");
    CHECK(asked.get("dns.tx_id") == "0");
    CHECK(asked.get("dns.id") == "6699");
    CHECK(asked.get("dns.flags") == "120");
    CHECK(asked.get("dns.rd") == "true");
    CHECK(asked.get("dns.qr").empty());
    CHECK(asked.get("dns.query") == "www.example.com");
    CHECK(asked.get("dns.queries[].rrtype") == "A");
    CHECK(asked.get("weir.dns.edns.udp_size") == "4096");
    CHECK(asked.get("weir.dns.edns.dnssec_ok") == "true");
    CHECK(asked.get("weir.dns.edns.options[].code") == "10");
    CHECK(asked.get("weir.dns.edns.options[].data") == "0123456789abcdef");
    const auto& told = outcome.transactions[1];
    CHECK(told.report == (Report::response | Report::log));
    CHECK(told.get("dns.type") == "response");
    CHECK(told.get("dns.tx_id") == "1");
    CHECK(told.get("dns.flags") == "8180");
    CHECK(told.get("dns.query").empty());
    CHECK(told.get("dns.queries.rrname") == "www.example.com");
    CHECK(told.get("dns.answers[].rrname") == "www.example.com,cnd.example.com");
    CHECK(told.get("dns.answers[].rrtype") == "CNAME,A");
    CHECK(told.get("dns.answers[].ttl") == "60,300");
    CHECK(told.get("dns.answers[].rdata") == "cnd.example.com,192.0.2.1");
    CHECK(told.get("dns.grouped.A[]") == "192.0.2.1");
    CHECK(told.get("dns.grouped.CNAME[]") == "cnd.example.com");
    CHECK(told.get("dns.additionals[].rrname").empty());
    CHECK(told.get("dns.rrtype") == "1,5,1");
    CHECK(told.get("dns.rcode") == "0,NOERROR");
}

TEST_CASE("dns: data of each type that is shown") {
    const auto soa = one(response(0, 1, 0,
                                  "00 0006 0001 00000e10 001e 016100 016200 00000001 00000002 00000003 00000004 00000005"
                                  ""_hex));
    // The length above is two octets longer than the data: shown without it.
    CHECK(soa.get("dns.authorities[].soa.mname").empty());
    const auto good = one(response(1, 0, 0, "00 0006 0001 00000e10 001a 016100 016200 00000001 00000002 00000003 00000004 00000005"_hex));
    CHECK(good.get("dns.answers[].soa.mname") == "a");
    CHECK(good.get("dns.answers[].soa.rname") == "b");
    CHECK(good.get("dns.answers[].soa.serial") == "1");
    CHECK(good.get("dns.answers[].soa.minimum") == "5");
    CHECK(good.get("dns.grouped.SOA[].retry") == "3");
    const auto srv = one(response(1, 0, 0, "00 0021 0001 00000000 0009 0001 0002 1f90 016100"_hex));
    CHECK(srv.get("dns.answers[].srv.priority") == "1");
    CHECK(srv.get("dns.answers[].srv.weight") == "2");
    CHECK(srv.get("dns.answers[].srv.port") == "8080");
    CHECK(srv.get("dns.answers[].srv.name") == "a");
    const auto sshfp = one(response(1, 0, 0, "00 002c 0001 00000000 0005 0402 0a1bff"_hex));
    CHECK(sshfp.get("dns.answers[].sshfp.fingerprint") == "0a:1b:ff");
    CHECK(sshfp.get("dns.answers[].sshfp.algo") == "4");
    const auto mx = one(response(1, 0, 0, "00 000f 0001 00000000 0005 000a 016d00"_hex));
    CHECK(mx.get("dns.answers[].rdata") == "m");
    const auto txt = one(response(1, 0, 0, "00 0010 0001 00000000 0006 026162 026364"_hex));
    CHECK(txt.get("dns.answers[].rrtype") == "TXT,TXT");
    CHECK(txt.get("dns.answers[].rdata") == "ab,cd");
    const auto aaaa = one(response(1, 0, 0, "00 001c 0001 00000000 0010 20010db8000000000000000000000001"_hex));
    CHECK(aaaa.get("dns.answers[].rdata") == "2001:db8::1");
    const auto null = one(response(1, 0, 0, "00 000a 0001 00000000 0002 00ff"_hex));
    CHECK(null.get("dns.answers[].rdata") == "\\x00\\xff");
    const auto unknown = one(response(1, 0, 0, "00 ff03 0001 00000000 0002 00ff"_hex));
    CHECK(unknown.get("dns.answers[].rrtype") == "65283");
    CHECK(unknown.get("dns.answers[].rdata").empty());
}

TEST_CASE("dns: names") {
    const auto read = [](const std::vector<std::uint8_t>& wire, std::size_t at) {
        static std::vector<std::uint8_t> memory(4096);
        Scratch scratch{memory};
        Cursor cursor{wire};
        cursor.skip(at);
        const dns::Name name = dns::read_name(cursor, scratch);
        CHECK(scratch.remaining() + name.text.size() == memory.size());
        return std::tuple{std::string(as_text(name.text)), name.fault, cursor.ok() ? cursor.position() : 0};
    };
    using dns::NameFault;
    CHECK(read("0161 0162 00"_hex, 0) == std::tuple{"a.b", NameFault::none, 5});
    CHECK(read("00"_hex, 0) == std::tuple{"", NameFault::none, 1});
    CHECK(read("0162 00 0161 c000"_hex, 3) == std::tuple{"a.b", NameFault::none, 7});
    CHECK(read("0161 c000"_hex, 0) == std::tuple{"a", NameFault::loop, 0});  // to itself
    CHECK(read("c002 c000"_hex, 2) == std::tuple{"", NameFault::loop, 0});   // to a pointer that points forward
    CHECK(read("0161 c0ff"_hex, 0) == std::tuple{"a", NameFault::loop, 0});
    CHECK(read("0361"_hex, 0) == std::tuple{"", NameFault::overrun, 0});
    CHECK(read("40 00"_hex, 0) == std::tuple{"", NameFault::overrun, 0});  // a label type that was never assigned
    CHECK(read("c0"_hex, 0) == std::tuple{"", NameFault::overrun, 0});

    std::vector<std::uint8_t> longest;
    for (int label = 0; label < 5; ++label) {
        longest.push_back(63);
        longest.insert(longest.end(), 63, 'x');
    }
    longest.push_back(0);
    CHECK(std::get<1>(read(longest, 0)) == NameFault::too_long);
    CHECK(std::get<2>(read(longest, 0)) == longest.size());

    std::vector<std::uint8_t> chain{0x00};  // pointers to pointers, one more than is followed
    for (unsigned i = 0; i <= dns::max_pointers; ++i) {
        const std::size_t target = chain.size() < 2 ? 0 : chain.size() - 2;
        chain.push_back(static_cast<std::uint8_t>(0xc0 | target >> 8));
        chain.push_back(static_cast<std::uint8_t>(target));
    }
    CHECK(std::get<1>(read(chain, chain.size() - 4)) == NameFault::none);
    CHECK(std::get<1>(read(chain, chain.size() - 2)) == NameFault::loop);
}

TEST_CASE("dns: what is broken is said, and what came before it is shown") {
    for (std::size_t length = 0; length < answer.size(); ++length) {
        const Outcome outcome = parse(Bytes{answer}.first(length));
        CHECK(!outcome.anomalies.empty());
        CHECK(outcome.transactions.size() == (length >= 33 ? 1u : 0u));  // from the end of the question on
    }
    CHECK(parse(response(0, 1, 0, "00 00"_hex)).anomalies == std::vector<std::string>{"invalid_authorities"});
    CHECK(parse(response(0, 0, 1, "00 00"_hex)).anomalies == std::vector<std::string>{"invalid_additionals"});
    CHECK(parse(response(1, 0, 0, "c011 0001 0001 00000000 0004 7f000001"_hex)).anomalies ==
          std::vector<std::string>{"malformed_data", "infinite_loop"});
    CHECK(parse(response(1, 0, 0, "00 0001 0001 00000000 0003 7f0000"_hex)).anomalies == std::vector<std::string>{"malformed_data"});
    auto odd = query;
    odd[2] |= 0x78;
    odd[3] |= 0x40;
    CHECK(parse(odd, Direction::to_server).anomalies == std::vector<std::string>{"z_flag_set", "invalid_opcode"});
    CHECK(parse(query, Direction::to_client).anomalies == std::vector<std::string>{"not_response"});
    CHECK(parse(answer, Direction::to_server).anomalies == std::vector<std::string>{"not_request"});
}

TEST_CASE("dns: records are bounded") {
    auto many = response(200, 0, 0, {});
    for (int i = 0; i < 200; ++i) {
        const auto record = "c00c 0001 0001 00000000 0004 7f000001"_hex;
        many.insert(many.end(), record.begin(), record.end());
    }
    const Outcome outcome = parse(many);
    REQUIRE(outcome.transactions.size() == 1);
    CHECK(outcome.anomalies == std::vector<std::string>{"too_many_records"});
    std::size_t answers = 0;
    for (const auto& value : outcome.transactions[0].values) answers += value.first == "dns.answers[].rrtype";
    CHECK(answers == dns::max_records);

    auto liar = response(0xff, 0xff, 0xff, {});
    CHECK(parse(liar).transactions.size() == 1);
    CHECK(parse(liar).anomalies == std::vector<std::string>{"malformed_data"});

    auto questions = query;
    questions[5] = 2;  // a second question where the OPT record begins
    CHECK(one(questions, Direction::to_server).get("dns.queries[].rrtype") == "A,OPT");
}

TEST_CASE("dns: over TCP, cut anywhere") {
    auto stream = framed(answer);
    const auto second = framed(answer);
    stream.insert(stream.end(), second.begin(), second.end());
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        Driver driver;
        for (std::size_t at = 0; at < stream.size(); at += step)
            driver.stream(Direction::to_client, Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        REQUIRE(driver.finish().transactions.size() == 2);
        CHECK(driver.outcome().transactions[1].get("dns.answers[].rdata") == "cnd.example.com,192.0.2.1");
        CHECK(driver.outcome().anomalies.empty());
    }
}

TEST_CASE("dns: recognised on any port, and told from its relatives") {
    using enum Probe::Answer;
    for (const bool port : {false, true}) {
        CHECK(probe(query, port).answer == match);
        CHECK(probe(query, port).sender == Probe::Sender::client);
        CHECK(probe(answer, port).sender == Probe::Sender::server);
        CHECK(probe(framed(answer), port, Transport::tcp).answer == match);
        for (std::size_t length = 0; length < 35; ++length)
            CHECK(probe(Bytes{framed(answer)}.first(length), port, Transport::tcp).answer == need_more);
        CHECK(probe(as_bytes("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"), port, Transport::tcp).answer == no_match);
        CHECK(probe(as_bytes("SSH-2.0-OpenSSH_9.2\r\n"), port, Transport::tcp).answer == no_match);
    }
    auto trailing = query;
    trailing.push_back(0);
    CHECK(probe(trailing, true).answer == match);
    CHECK(probe(trailing, false).answer == no_match);
    const auto mdns = "0000 0000 0001 0000 0000 0000 055f6874747004 5f746370 056c6f63616c00 000c 0001"_hex;
    const auto llmnr = "1a2b 0000 0001 0000 0000 0000 046e6f646500 0001 0001"_hex;
    const auto netbios =
        "1a2b 0110 0001 0000 0000 0000 20 4548464345504843434143414341434143414341434143414341434143414341 00 0020 0001"_hex;
    for (const auto& relative : {mdns, llmnr, netbios}) CHECK(probe(relative, false).answer == no_match);
}
