// SPDX-License-Identifier: Apache-2.0
#include "parsers/http2/http2.hpp"

#include "parsers/http2/huffman.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/parser_driver.hpp"
#include "tests/support/wire.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<http2::Parser>;

namespace {

constexpr auto to_server = Direction::to_server, to_client = Direction::to_client;
constexpr unsigned end_stream = 1, end_headers = 4;

Wire frame(unsigned type, unsigned flags, unsigned stream, const Wire& payload) {
    return joined({number(payload.size(), 3), number(type, 1), number(flags, 1), number(stream, 4), payload});
}
/// A literal that enters the table, in plain octets.
Wire literal(std::string_view name, std::string_view value, unsigned kind = 0x40) {
    return joined({number(kind, 1), vector(1, text(name)), vector(1, text(value))});
}
Wire headers(unsigned stream, std::initializer_list<Wire> fields, unsigned flags = end_headers) {
    Wire block;
    for (const Wire& field : fields) block = joined({block, field});
    return frame(1, flags, stream, block);
}
const Wire hello = joined({text(http2::preface), frame(4, 0, 0, {})});
const Wire grpc_call = headers(1, {{0x83},
                                   {0x86},
                                   literal(":path", "/gnmi.gNMI/Set"),
                                   literal(":authority", "Router-7.example:9339"),
                                   literal("content-type", "application/grpc+proto"),
                                   literal("user-agent", "grpc-go/1.60")});

Probe probe(Bytes data, bool port_matches = false) { return http2::Parser::probe(Offer{data, Transport::tcp, to_server, port_matches}); }

struct Decoder {
    http2::DynamicTable table;
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(8192);
    std::string operator()(const Wire& block) {
        Scratch scratch{memory};
        const http2::HeaderBlock read = http2::read_block(block, table, scratch);
        if (read.status != http2::HeaderBlock::Status::ok) return "broken";
        std::string out;
        for (const http2::Header& header : read.headers)
            out += header.known() ? std::string(as_text(header.name)) + '=' + std::string(as_text(header.value)) + '\n' : "?\n";
        return out;
    }
};

}  // namespace

TEST_CASE("http2: RFC 7541 appendix C.4, requests with Huffman code") {
    Decoder decode;
    CHECK(decode("828684418cf1e3c2e5f23a6ba0ab90f4ff"_hex) == ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\n");
    CHECK(decode("828684be5886a8eb10649cbf"_hex) ==
          ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\ncache-control=no-cache\n");
    CHECK(decode("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"_hex) ==
          ":method=GET\n:scheme=https\n:path=/index.html\n:authority=www.example.com\ncustom-key=custom-value\n");
}

TEST_CASE("http2: Huffman codes of all lengths, and what is none") {
    std::array<std::uint8_t, 16> out;
    const auto decode = [&](const std::vector<std::uint8_t>& code) {
        const auto size = http2::decode_huffman(code, out);
        return size ? std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size)) : "broken";
    };
    CHECK(decode("6402"_hex) == "302");
    CHECK(decode("fffffff3"_hex) == "\n");
    CHECK(decode({}).empty());
    CHECK(decode("fffffff3ff"_hex) == "broken");  // eight bits of padding
    CHECK(decode("00"_hex) == "broken");          // '0' and padding that is not ones
    CHECK(decode("ffffffff"_hex) == "broken");    // the end-of-string code
}

TEST_CASE("http2: the table keeps the newest fields, and knows what it does not know") {
    Decoder decode;
    CHECK(decode("be"_hex) == "broken");  // nothing was ever inserted
    Decoder full;
    const std::string value(100, 'v');
    for (int i = 0; i < 200; ++i) CHECK(full(literal("name-" + std::to_string(i), value)).size() > 100);
    CHECK(full({0xbe}) == "name-199=" + value + '\n');
    CHECK(full({0xbf}) == "name-198=" + value + '\n');
    CHECK(full({0xff, 0x40}) == "?\n");  // index 191: long forgotten
    Decoder large;
    CHECK(large(joined({{0x40}, vector(1, text("x")), {0x7f, 0x81, 0x1f}, Wire(127 + 0xf81, 'y')})).size() > 4000);
    CHECK(large(literal("a", "b")) == "a=b\n");
    CHECK(large({0xbe, 0xbf}) == "a=b\n?\n");
}

TEST_CASE("http2: a gRPC call from preface to trailers") {
    Driver driver;
    driver.stream(to_server, joined({hello, grpc_call, frame(0, end_stream, 1, Wire(70, 'd'))}));
    driver.stream(to_client, joined({frame(4, 0, 0, number(0x000300000064, 6)), frame(4, 1, 0, {}),
                                     headers(1, {{0x88}, literal("content-type", "application/grpc")}), frame(0, 0, 1, Wire(11, 'r')),
                                     headers(1, {literal("grpc-status", "7")}, end_headers | end_stream)}));
    const Outcome& outcome = driver.finish();
    CHECK(outcome.anomalies.empty());
    REQUIRE(outcome.transactions.size() == 6);
    const auto& request = outcome.transactions[1];
    CHECK(request.report == Report::request);
    CHECK(request.get("http2.operation") == "gnmi.gNMI/Set");
    CHECK(request.get("http2.grpc_service") == "gnmi.gNMI");
    CHECK(request.get("http2.grpc_method") == "Set");
    CHECK(request.get("http.method") == "POST");
    CHECK(request.get("http.host") == "router-7.example");
    CHECK(request.get("http.header_names").find("user-agent") != std::string::npos);
    CHECK(outcome.transactions[2].get("http2.frametype") == "4");
    CHECK(outcome.transactions[3].get("http.stat_code") == "200");
    const auto& logged = outcome.transactions[5];
    CHECK(logged.report == Report::log);
    CHECK(logged.get("http.version") == "2");
    CHECK(logged.get("http.url") == "/gnmi.gNMI/Set");
    CHECK(logged.get("http.http_port") == "9339");
    CHECK(logged.get("http.status") == "200");
    CHECK(logged.get("http.length") == "11");
    CHECK(logged.get("http.http2.stream_id") == "1");
    CHECK(logged.get("weir.http2.grpc_status") == "7");
}

TEST_CASE("http2: streams that cross, are reset, or too many") {
    Driver driver;
    driver.stream(to_server, hello);
    for (unsigned stream = 1; stream <= 27; stream += 2)
        driver.stream(to_server, headers(stream, {{0x82}, literal(":path", "/" + std::to_string(stream), 0)}, end_headers | end_stream));
    driver.stream(to_client, joined({headers(9, {{0x8d}}, end_headers | end_stream), frame(3, 0, 11, number(8, 4))}));
    driver.stream(to_client, frame(7, 0, 0, number(0x0b, 8)));
    std::string paths;
    for (const auto& transaction : driver.finish().transactions)
        if (transaction.report == Report::log)
            paths += transaction.get("http.url") + ':' + transaction.get("http.status") + transaction.get("http2.errorcode") + ' ';
    CHECK(paths == "/1: /3: /9:404 /11:8 /5: /7: /13: /15: /17: /19: /21: /23: /25: /27: ");
    CHECK(driver.outcome().anomalies == std::vector<std::string>{"too_many_streams", "too_many_streams"});
}

TEST_CASE("http2: a block over several frames, byte by byte") {
    const Wire block = joined({{0x82}, literal(":path", "/long"), literal(":authority", "a")});
    const Wire wire =
        joined({hello, frame(1, 0x08, 5, joined({{3}, {block.begin(), block.begin() + 4}, {0, 0, 0}})),
                frame(9, 0, 5, {block.begin() + 4, block.begin() + 9}), frame(9, end_headers, 5, {block.begin() + 9, block.end()})});
    Driver driver;
    for (const std::uint8_t byte : wire) driver.stream(to_server, Bytes{&byte, 1});
    REQUIRE(driver.finish().transactions.size() == 3);
    CHECK(driver.outcome().transactions[1].get("http.uri") == "/long");
    CHECK(driver.outcome().anomalies.empty());
}

TEST_CASE("http2: oddities are anomalies, and what follows is read") {
    const Wire request = headers(3, {{0x82}, literal(":path", "/", 0)}, end_headers | end_stream);
    const std::vector<std::pair<Wire, std::string>> cases{
        {frame(0, 0, 0, {1}), "invalid_frame_header"},
        {frame(1, end_headers, 0, {0x82}), "invalid_frame_header"},
        {frame(1, 0x0c, 1, {9, 0x82}), "invalid_frame_data"},
        {frame(1, end_headers, 1, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "invalid_header"},
        {frame(6, 0, 0, {1}), "invalid_frame_length"},
        {frame(3, 0, 1, {1}), "invalid_frame_length"},
        {headers(5, {{0x82}, literal(":authority", "a", 0), literal("host", "b", 0)}), "authority_host_mismatch"},
        {headers(1, {{0x82}, literal(":authority", "root@b", 0)}), "userinfo_in_uri"},
        {frame(1, 0, 1, Wire(50000, 0)), "reassembly_limit_reached"},
    };
    for (const auto& [wire, anomaly] : cases) {
        Driver driver;
        driver.stream(to_server, joined({hello, wire, request}));
        INFO(anomaly);
        REQUIRE_FALSE(driver.finish().anomalies.empty());
        CHECK(driver.outcome().anomalies[0] == anomaly);
        CHECK(driver.outcome().transactions.back().get("http.http_method") == "GET");
    }
    Driver again;
    again.stream(to_server, joined({hello, request}));
    again.stream(to_client, headers(3, {{0x88}}, end_headers | end_stream));
    again.stream(to_server, request);
    CHECK(again.finish().anomalies == std::vector<std::string>{"stream_id_reuse"});
}

TEST_CASE("http2: one side alone, and behind a gap") {
    Driver responses;
    responses.stream(to_client, headers(7, {{0x88}, {0xc5}}, end_headers | end_stream));
    REQUIRE(responses.finish().transactions.size() == 2);
    CHECK(responses.outcome().transactions[1].get("http.status") == "200");
    CHECK(responses.outcome().anomalies.empty());
    Driver driver;
    driver.stream(to_server, joined({hello, grpc_call}));
    CHECK(driver.gap(to_server, 5));
    CHECK_FALSE(driver.stream(to_server, grpc_call));
    CHECK(driver.finish().transactions.back().report == Report::log);
}

TEST_CASE("http2: recognised by preface, SETTINGS or a header block, and nothing else is") {
    CHECK(probe(hello).sender == Probe::Sender::client);
    CHECK(probe(text("PRI * ")).answer == Probe::Answer::need_more);
    CHECK(probe(frame(4, 0, 0, number(0x000300000064, 6))).sender == Probe::Sender::server);
    CHECK(probe(frame(4, 0, 0, {})).answer == Probe::Answer::need_more);
    CHECK(probe(frame(4, 0, 0, {}), true).answer == Probe::Answer::match);
    CHECK(probe(joined({frame(4, 0, 0, {}), frame(4, 1, 0, {})})).answer == Probe::Answer::match);
    CHECK(probe(grpc_call).sender == Probe::Sender::client);
    CHECK(probe(headers(1, {{0x88}})).answer == Probe::Answer::no_match);  // two octets are needed
    CHECK(probe(headers(1, {{0x88}, literal("server", "x")})).sender == Probe::Sender::server);
    CHECK(probe(headers(2, {{0x88}, literal("server", "x")})).answer == Probe::Answer::no_match);
    for (const auto& other : {text("GET / HTTP/1.1\r\n\r\n"), "160301008e0100008a0303"_hex, "0000002fff534d4272000000001843c80000"_hex,
                              "0000000804d2162f"_hex, "000000060400000000 00ffff00000000"_hex, Wire(64, 0)})
        CHECK(probe(other).answer == Probe::Answer::no_match);
    CHECK(http2::Parser::probe(Offer{hello, Transport::udp, to_server, true}).answer == Probe::Answer::no_match);
}
