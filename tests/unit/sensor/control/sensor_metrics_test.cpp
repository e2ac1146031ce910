// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/sensor_metrics.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/fake_forwarder.hpp"
#include "tests/support/promtool.hpp"
#include "tests/support/replay_driver.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// Status and body of the answer to a GET.
struct Answer {
    int status = 0;
    std::string head, body;
};
Answer get(int port, const std::string& path) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string text;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const std::string question = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        (void)!::write(descriptor, question.data(), question.size());
        std::array<char, 65'536> room;
        for (ssize_t got; (got = ::read(descriptor, room.data(), room.size())) > 0;) text.append(room.data(), static_cast<std::size_t>(got));
    }
    ::close(descriptor);
    Answer out;
    if (text.size() > 12) out.status = std::atoi(text.c_str() + 9);
    const std::size_t end = std::min(text.find("\r\n\r\n"), text.size());
    out.head = text.substr(0, end);
    out.body = text.substr(std::min(end + 4, text.size()));
    return out;
}

bool has_line(const std::string& text, const std::string& line) { return ('\n' + text).find('\n' + line + '\n') != std::string::npos; }

}  // namespace

TEST_CASE("sensor metrics: the server answers, and is ready while the sensor is") {
    auto page = std::make_shared<MetricsPage>();
    page->value(MetricKind::gauge, "weir_answer", "What it is", 42);
    const auto opened = MetricsServer::open("127.0.0.1:0", page);
    REQUIRE(opened);
    MetricsServer& server = **opened;
    const auto status_of = [&](const char* path) { return get(server.port(), path).status; };
    CHECK(server.port() > 0);
    const Answer metrics = get(server.port(), "/metrics");
    CHECK(metrics.status == 200);
    CHECK(metrics.head.find("text/plain; version=0.0.4") != std::string::npos);
    CHECK(metrics.body.find("\nweir_answer 42\n") != std::string::npos);
    CHECK(status_of("/-/healthy") == 200);
    CHECK(status_of("/nothing") == 404);
    for (int i = 0; i < 2; ++i) {
        CHECK(status_of("/-/ready") == 503);
        server.set_ready(true);
        server.set_ready(true);
        CHECK(status_of("/-/ready") == 200);
        server.set_ready(false);
        CHECK(status_of("/-/ready") == 503);
    }
    const auto taken = MetricsServer::open("127.0.0.1:" + std::to_string(server.port()), page), nonsense = MetricsServer::open("nowhere", page);
    REQUIRE((!taken && !nonsense));
    CHECK(nonsense.error() == "metrics.listen: nowhere cannot be listened on: is it ADDRESS:PORT, and free?");
}

TEST_CASE("sensor metrics: what a sensor tells Prometheus, Prometheus understands") {
    const test::TemporaryFolder folder;
    auto plan = std::make_unique<SensorPlan>();
    auto made = test::plan_of({.policy = {}, .rules = {}, .settings = {"run.directory=" + (folder / "run").string()}, .workers = 1});
    plan->config = std::move(made.config);
    plan->shared = std::move(made.shared);
    plan->collector.directory = folder / "out";
    auto started = Supervisor::start(std::move(plan), {"eth0", "eth1"}, [] { return Result<std::unique_ptr<SensorPlan>, std::string>{Unexpected{std::string{"no"}}}; }, [](const std::string&) {});
    if (!started) FAIL(started.error());
    Supervisor& supervisor = **started;
    for (int i = 0; i < 20'000 && !supervisor.ready(); ++i) {
        CHECK(!supervisor.turn());
        std::this_thread::sleep_for(1ms);
    }
    CHECK(supervisor.ready());
    const auto page = sensor_metrics(supervisor, "1.2.3");
    const std::string text = page->text();
    for (const char* const line : {R"(weir_build_info{version="1.2.3"} 1)", R"(weir_port_received_packets_total{port="eth0"} 1000)", R"(weir_port_forwarded_packets_total{port="eth0"} 997)",
                                   R"(weir_port_dropped_packets_total{port="eth0",reason="output_full"} 3)", R"(weir_port_received_packets_total{port="eth1"} 0)",
                                   R"(weir_copied_packets_total{worker="0"} 990)", R"(weir_bypassed_packets_total{worker="0",reason="ring_full"} 10)", "weir_generation 1",
                                   R"(weir_forward_latency_seconds_bucket{le="+Inf"} 997)", "weir_forward_latency_seconds_count 997", "weir_inspector_restarts_total 0"}) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK(text.find('\n' + std::string{Worker::metric_tables().front().front().name}) != std::string::npos);  // inspectors' own counters
    CHECK(text.find("weir_eve_lines_total") != std::string::npos);
    if (const auto accepted = test::promtool_accepts(text, "sensor_metrics"))
        CHECK(*accepted);
    else
        WARN("promtool is not installed: nobody has checked the page");
    CHECK(!supervisor.stop());
}
