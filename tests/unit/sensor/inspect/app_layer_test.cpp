// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/app_layer.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::string_view request = "GET /x HTTP/1.1\r\nHost: h.example\r\n\r\n",
                           response = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

nlohmann::json only_flow(const Replay& replay) {
    const auto flows = replay.of("flow");
    REQUIRE(flows.size() == 1);
    return flows[0];
}

}  // namespace

TEST_CASE("App layer: one-byte segments show the parser the same as one segment") {
    Traffic whole, crumbs;
    TcpTalk{whole, {"10.0.0.1", 40000}, {"10.0.0.2", 8000}}.handshake().send(request).answer(response).close();
    TcpTalk talk{crumbs, {"10.0.0.1", 40000}, {"10.0.0.2", 8000}};
    talk.handshake();
    for (std::size_t i = 0; i < request.size(); ++i) talk.send(request.substr(i, 1));
    for (std::size_t i = 0; i < response.size(); ++i) talk.answer(response.substr(i, 1));
    talk.close();
    const auto first = Replay{whole}.of("http"), second_ = Replay{crumbs}.of("http");
    REQUIRE(first.size() == 1);
    REQUIRE(second_.size() == 1);
    CHECK(first[0].at("http") == second_[0].at("http"));
}

TEST_CASE("App layer: a session whose start was not seen is turned round by its protocol") {
    Traffic traffic;  // the capture begins with the server's words, from a port that says nothing
    TcpTalk talk{traffic, {"10.0.0.1", 1000}, {"10.0.0.2", 50123}};
    talk.answer(response).send(request).answer(response);
    const auto flow = only_flow(Replay{traffic});
    CHECK(flow.at("src_ip") == "10.0.0.1");
    CHECK(flow.at("dest_port") == 50123);
    CHECK(flow.at("app_proto") == "http");
    CHECK_FALSE(flow.at("weir").contains("app_reversed"));
}

TEST_CASE("App layer: where the start was seen, opposite roles are call home") {
    Traffic traffic;
    TcpTalk{traffic, {"10.0.0.1", 40000}, {"10.0.0.2", 4444}}.handshake().answer(request).send(response).close();
    const auto flow = only_flow(Replay{traffic});
    CHECK(flow.at("src_ip") == "10.0.0.1");
    CHECK(flow.at("weir").at("app_reversed") == true);
}

TEST_CASE("App layer: a gap that a protocol cannot cross ends its parsing, one that it can does not") {
    Traffic traffic;
    TcpTalk{traffic, {"10.0.0.1", 40000}, {"10.0.0.2", 80}}
        .handshake()
        .send(request)
        .answer(response)
        .lose(Direction::to_server, 300)
        .answer(response)
        .send(request)
        .answer(response)
        .close();
    const Replay replay{traffic};
    CHECK(replay.of("http").size() >= 2);
    CHECK(replay.worker().apps().metrics().given_up.get() == 0);
}

TEST_CASE("App layer: sessions and transactions are counted by protocol") {
    Traffic traffic;
    TcpTalk{traffic, {"10.0.0.1", 40000}, {"10.0.0.2", 80}}
        .handshake()
        .send(request)
        .answer(response)
        .send(request)
        .answer(response)
        .close();
    TcpTalk{traffic, {"10.0.0.1", 40001}, {"10.0.0.2", 9999}}
        .handshake()
        .send(std::string(5000, '\x01'))
        .answer(std::string(5000, '\x02'))
        .close();
    const Replay replay{traffic};
    const AppLayerMetrics& metrics = replay.worker().apps().metrics();
    CHECK(metrics.sessions[find_protocol("http")].get() == 1);
    CHECK(metrics.transactions[find_protocol("http")].get() == 2);
    CHECK(metrics.unknown.get() == 1);
    CHECK(replay.worker().apps().pool_metrics().used_bytes.get() == 0);  // every session gave its state back
}
