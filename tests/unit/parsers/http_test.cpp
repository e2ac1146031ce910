// SPDX-License-Identifier: Apache-2.0
#include "parsers/http/http.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parser_driver.hpp"

using namespace weir;
using namespace weir::test;
using Driver = ParserDriver<http::Parser>;

namespace {

constexpr Direction up = Direction::to_server, down = Direction::to_client;
struct Said {
    Direction direction;
    std::string text;
};
using Session = std::vector<Said>;

const Session upload{
    {up, "POST /a/../cgi%2dbin//x.cgi?q=%41 HTTP/1.1\r\nHost: Device.Example:8080\r\nUser-Agent: curl/7.88\r\nCookie: s=1\r\n"
         "Content-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world"},
    {down, "HTTP/1.1 201 Created\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
           "5\r\nfirst\r\n6;x=y\r\nsecond\r\n0\r\nX-Trailer: 1\r\n\r\n"}};

std::string run(const Session& session, std::size_t step = 0) {
    Driver driver;
    for (const Said& piece : session) {
        Bytes rest = as_bytes(piece.text);
        while (!rest.empty()) {
            const std::size_t cut = step == 0 ? rest.size() : std::min(step, rest.size());
            driver.stream(piece.direction, rest.first(cut));
            rest = rest.subspan(cut);
        }
    }
    return driver.finish().text();
}

Outcome outcome_of(const Session& session) {
    Driver driver;
    for (const Said& piece : session) driver.stream(piece.direction, as_bytes(piece.text));
    return driver.finish();
}

std::vector<Outcome::Transaction> with(const Outcome& outcome, Report report) {
    std::vector<Outcome::Transaction> out;
    for (const auto& transaction : outcome.transactions)
        if (has(transaction.report, report)) out.push_back(transaction);
    return out;
}

Probe probe(std::string_view text) { return http::Parser::probe(Offer{as_bytes(text), Transport::tcp, up, false}); }

}  // namespace

TEST_CASE("http: what rules see of a request and its response") {
    const Outcome outcome = outcome_of(upload);
    const auto requests = with(outcome, Report::request), responses = with(outcome, Report::response);
    REQUIRE(requests.size() == 2);  // when the head is complete, and again with the body
    REQUIRE(responses.size() == 2);
    CHECK(requests[0].get("http.method") == "POST");
    CHECK(requests[0].get("http.uri") == "/cgi-bin/x.cgi?q=A");
    CHECK(requests[0].get("http.uri.raw") == "/a/../cgi%2dbin//x.cgi?q=%41");
    CHECK(requests[0].get("http.host") == "device.example");
    CHECK(requests[0].get("http.host.raw") == "Device.Example:8080");
    CHECK(requests[0].get("http.cookie") == "s=1");
    CHECK(requests[0].get("http.header") ==
          "Host: Device.Example:8080\\x0d\\x0aUser-Agent: curl/7.88\\x0d\\x0aContent-Type: text/plain\\x0d\\x0aContent-Length: 11\\x0d\\x0a");
    CHECK(requests[0].get("http.header_names") ==
          "\\x0d\\x0aHost\\x0d\\x0aUser-Agent\\x0d\\x0aCookie\\x0d\\x0aContent-Type\\x0d\\x0aContent-Length\\x0d\\x0a\\x0d\\x0a");
    CHECK(requests[0].get("http.request_body").empty());
    CHECK(requests[1].get("http.request_body") == "hello world");
    CHECK(requests[1].get("http.stat_code").empty());
    CHECK(responses[0].get("http.stat_code") == "201");
    CHECK(responses[0].get("http.stat_msg") == "Created");
    CHECK(responses[0].get("http.server") == "nginx");
    CHECK(responses[1].get("http.response_body") == "firstsecond");
    CHECK(responses[1].get("http.uri").empty());
}

TEST_CASE("http: one event per pair") {
    const auto logs = with(outcome_of(upload), Report::log);
    REQUIRE(logs.size() == 1);
    CHECK(logs[0].get("http.hostname") == "device.example");
    CHECK(logs[0].get("http.http_port") == "8080");
    CHECK(logs[0].get("http.url") == "/a/../cgi%2dbin//x.cgi?q=%41");
    CHECK(logs[0].get("http.http_method") == "POST");
    CHECK(logs[0].get("http.http_user_agent") == "curl/7.88");
    CHECK(logs[0].get("http.http_content_type") == "text/html");
    CHECK(logs[0].get("http.status") == "201");
    CHECK(logs[0].get("http.length") == "11");
    CHECK(logs[0].get("http.protocol") == "HTTP/1.1");
}

TEST_CASE("http: pipelined requests meet their responses in order") {
    Session session;
    std::string requests, responses;
    for (int i = 0; i < 5; ++i) {
        requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h" + std::to_string(i) + "\r\n\r\n";
        responses += "HTTP/1.1 20" + std::to_string(i) + " ok\r\nContent-Length: 0\r\n\r\n";
    }
    const auto logs = with(outcome_of({{up, requests}, {down, responses}}), Report::log);
    REQUIRE(logs.size() == 5);
    for (int i = 0; i < 5; ++i) {
        CHECK(logs[i].get("http.url") == "/" + std::to_string(i));
        CHECK(logs[i].get("http.hostname") == "h" + std::to_string(i));
        CHECK(logs[i].get("http.status") == std::to_string(200 + i));
    }
}

TEST_CASE("http: framing") {
    struct Case {
        std::string what;
        Session session;
        std::vector<std::string> lengths;  ///< http.length of each event
    };
    const std::string get = "GET / HTTP/1.0\r\n\r\n";
    const auto [what, session, lengths] = GENERATE_COPY(
        Case{"until close", {{up, get}, {down, "HTTP/1.0 200 ok\r\n\r\nabcdef"}, {down, "ghi"}}, {"9"}},
        Case{"no body to HEAD", {{up, "HEAD / HTTP/1.0\r\n\r\n"}, {down, "HTTP/1.0 200 ok\r\nContent-Length: 7\r\n\r\nHTTP/1.0 204 x\r\n\r\n"}}, {"7", "0"}},
        Case{"100 first", {{up, get}, {down, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ok\r\nContent-Length: 2\r\n\r\nok"}}, {"2"}},
        Case{"large body is skipped", {{up, get}, {down, "HTTP/1.1 200 ok\r\nContent-Length: 100000\r\n\r\n" + std::string(100000, 'x') + "HTTP/1.1 200 ok\r\nContent-Length: 0\r\n\r\n"}}, {"100000", "0"}},
        Case{"large chunks are skipped", {{up, get}, {down, "HTTP/1.1 200 ok\r\nTransfer-Encoding: chunked\r\n\r\n" "9c40\r\n" + std::string(40000, 'x') + "\r\n3\r\nabc\r\n0\r\n\r\n"}}, {"40003"}},
        Case{"never answered", {{up, get}}, {"0"}});
    INFO(what);
    const auto logs = with(outcome_of(session), Report::log);
    REQUIRE(logs.size() == lengths.size());
    for (std::size_t i = 0; i < logs.size(); ++i) CHECK(logs[i].get("http.length") == lengths[i]);
}

TEST_CASE("http: what was accepted by CONNECT or 101 is another protocol's") {
    const auto [session, successor] = GENERATE(
        std::pair{Session{{up, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"}, {down, "HTTP/1.1 200 ok\r\n\r\n"}}, ""},
        std::pair{Session{{up, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n"}, {down, "HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"}}, ""},
        std::pair{Session{{up, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n"},
                          {down, "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nSec-WebSocket-Protocol: v1.usp\r\n\r\n\x81\x05"}},
                  "websocket v1.usp"});
    const Outcome outcome = outcome_of(session);
    CHECK(outcome.upgraded);
    CHECK(outcome.continues_as == successor);
    CHECK(with(outcome, Report::log).size() == 1);
}

TEST_CASE("http: what a client sends behind CONNECT waits for the response") {
    const Said connect{up, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01"};
    const Outcome accepted = outcome_of({connect, {down, "HTTP/1.1 200 ok\r\n\r\n"}});
    CHECK(accepted.upgraded);
    CHECK(accepted.anomalies.empty());
    CHECK(accepted.pending[0] == 3);
    const Outcome framed = outcome_of({{up, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 90\r\n\r\n\x16\x03\x01"}, {down, "HTTP/1.1 200 ok\r\n\r\n"}});
    CHECK(framed.upgraded);
    CHECK(framed.pending[0] == 3);  // a CONNECT has no content, even where its header tells of some
    const Outcome refused = outcome_of({{up, connect.text.substr(0, connect.text.size() - 3)},
                                        {down, "HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n"},
                                        {up, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}});
    CHECK(!refused.upgraded);
    CHECK(with(refused, Report::log).size() == 2);
}

TEST_CASE("http: any cut gives the same transactions") {
    const std::string whole = run(upload);
    for (const std::size_t step : {1, 2, 3, 7, 50}) CHECK(run(upload, step) == whole);
}

TEST_CASE("http: anomalies") {
    struct Case {
        std::string event;
        Session session;
    };
    const auto [event, session] = GENERATE(
        Case{"request_line_invalid", {{up, "@@@\r\n\r\n"}}}, Case{"response_line_invalid", {{down, "ICY 200 ok\r\n\r\n"}}},
        Case{"header_too_long", {{up, "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40000, 'x')}}},
        Case{"invalid_content_length_field", {{up, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"}}},
        Case{"request_both_lengths", {{up, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}}},
        Case{"missing_host_header", {{up, "GET / HTTP/1.1\r\nA: b\r\n\r\n"}}}, Case{"field_invalid", {{up, "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n"}}},
        Case{"invalid_chunk_length", {{up, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}}},
        Case{"invalid_chunk_length",
             {{up, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;" + std::string(300, 'x') + "\r\nab\r\n0\r\n\r\n"}}},
        Case{"unable_to_match_response_to_request", {{down, "HTTP/1.1 204 x\r\n\r\n"}}});
    const Outcome outcome = outcome_of(session);
    CHECK(std::find(outcome.anomalies.begin(), outcome.anomalies.end(), event) != outcome.anomalies.end());
}

TEST_CASE("http: recognised from either end, on any port") {
    CHECK(probe("GET / HTTP/1.1\r\n").sender == Probe::Sender::client);
    CHECK(probe("PROPFIND /x HTTP/1.1\r\n").sender == Probe::Sender::client);
    CHECK(probe("HTTP/1.1 200 ok").sender == Probe::Sender::server);
    CHECK(probe("GET /very/long").answer == Probe::Answer::need_more);
    CHECK(probe("HT").answer == Probe::Answer::need_more);
    CHECK(probe("OPTIONS sip:x SIP/2.0\r\n").answer == Probe::Answer::no_match);
    CHECK(probe("SSH-2.0-OpenSSH\r\n").answer == Probe::Answer::no_match);
    CHECK(probe("\x16\x03\x01").answer == Probe::Answer::no_match);
}

TEST_CASE("http: behind a gap the next start line begins a message") {
    Driver driver;
    driver.stream(up, as_bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"));
    driver.stream(down, as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    CHECK(driver.gap(down, 40));  // the rest of it and the start of the answer to /2
    driver.stream(down, as_bytes("lost tail\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    CHECK(driver.gap(up, 100));
    driver.stream(up, as_bytes("Accept: */*\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n"));
    const Outcome& outcome = driver.finish();
    const auto logged = with(outcome, Report::log);
    REQUIRE(logged.size() == 3);
    CHECK(logged[0].get("http.url") + ' ' + logged[0].get("http.status") == "/1 200");
    CHECK(logged[1].get("http.url") + ' ' + logged[1].get("http.status") == "/2 404");
    CHECK(logged[2].get("http.url") + ' ' + logged[2].get("http.status") == "/4 ");
    CHECK(outcome.anomalies.empty());
}

TEST_CASE("http: a hole in a body that nobody reads is none") {
    Driver driver;
    driver.stream(up, as_bytes("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"));
    driver.stream(down, as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + std::string(16384, 'x')));
    CHECK(driver.gap(down, 3000));
    driver.stream(down, as_bytes(std::string(616, 'x') + "HTTP/1.1 204 No Content\r\n\r\n"));
    CHECK(with(driver.finish(), Report::response).size() == 3);  // two heads and a body
}

TEST_CASE("http: the answer to a broken request is read") {
    const Outcome outcome = outcome_of({{up, "GET/ HTTP/1.1\r\nHost: a\r\n\r\n"}, {down, "HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}});
    CHECK(outcome.anomalies == std::vector<std::string>{"request_line_invalid"});
    const auto logged = with(outcome, Report::log);
    REQUIRE(logged.size() == 1);
    CHECK(logged[0].get("http.status") == "400");
}
