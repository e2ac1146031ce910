// SPDX-License-Identifier: Apache-2.0
#include "sensor/collect/collector.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "sensor/metrics/prometheus.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/promtool.hpp"

using namespace weir;
using namespace weir::test;

namespace {

RecordHead event_at(Time clock, std::uint64_t number, std::uint32_t index = 0) {
    RecordHead head;
    head.type = RecordType::event;
    head.event_type = event_type::flow;
    head.key = {clock, number, 0, index};
    return head;
}
RecordHead alert_at(Time clock, std::uint64_t number, std::uint64_t flow, Severity severity = 3) {
    RecordHead head = event_at(clock, number);
    head.type = RecordType::alert;
    head.event_type = event_type::alert;
    head.flow_id = flow;
    head.severity = severity;
    head.kind = Kind::reverse_shell;
    return head;
}
RecordHead packet_for(const RecordHead& alert, std::uint32_t index) {
    RecordHead head = alert;
    head.type = RecordType::packet;
    head.key.index = index;
    return head;
}

/// A collector over `workers` rings.
struct Bench {
    explicit Bench(std::size_t workers, CollectorConfig config = {}, std::shared_ptr<const rules::RuleText> rules = nullptr,
                   std::vector<std::string> stats_paths = {}) {
        config.directory = folder.path();
        std::vector<EventRing*> pointers;
        for (std::size_t i = 0; i < workers; ++i) pointers.push_back(rings.emplace_back(std::make_unique<EventRing>(256u << 10)).get());
        auto opened = Collector::open(std::move(config), std::move(pointers), std::move(rules), std::move(stats_paths));
        REQUIRE(opened);
        collector = std::move(opened).value();
    }
    void push(std::size_t worker, const RecordHead& head, std::string_view body) { REQUIRE(rings[worker]->push(head, std::span{body.data(), body.size()})); }
    std::string finish() {
        for (auto& ring : rings) ring->close();
        CHECK(!collector->finish());
        return read_file(folder / "eve.json");
    }
    TemporaryFolder folder;
    std::vector<std::unique_ptr<EventRing>> rings;
    std::unique_ptr<Collector> collector;
};

}  // namespace

TEST_CASE("collector: one worker's records are written at once") {
    Bench bench{1};
    bench.push(0, event_at(10, 1), "{\"n\":1}\n");
    bench.push(0, event_at(10, 2), "{\"n\":2}\n");
    CHECK(bench.collector->poll().value() == 2);
    CHECK(bench.finish() == "{\"n\":1}\n{\"n\":2}\n");
    CHECK(bench.collector->lines() == 2);
    CHECK(bench.collector->metrics().lines[event_type::flow].get() == 2);
}

TEST_CASE("collector: a record waits for every worker that could have an earlier one") {
    Bench bench{3};
    bench.push(0, event_at(10, 5), "a\n");
    CHECK(bench.collector->poll().value() == 0);
    bench.push(1, event_at(9, 4), "b\n");
    CHECK(bench.collector->poll().value() == 0);  // the third may still have one
    bench.rings[2]->advance({10, 5});
    CHECK(bench.collector->poll().value() == 1);  // b; the second is empty now, and has promised nothing
    bench.rings[1]->advance({10, 5});
    CHECK(bench.collector->poll().value() == 0);
    bench.rings[1]->advance({10, 6});
    bench.rings[2]->close();
    CHECK(bench.collector->poll().value() == 1);
    CHECK(bench.finish() == "b\na\n");
}

TEST_CASE("collector: the output does not depend on the number of workers, nor on who is fast") {
    // 400 sessions with events at random times; each session lives in one worker.
    struct Planned {
        RecordHead head;
        std::uint64_t session;
        std::string line;
    };
    std::mt19937 random{17};
    std::vector<Planned> plan;
    Time clock = 0;
    for (std::uint64_t number = 1; number <= 5000; ++number) {
        clock += random() % 3;  // many packets share a clock
        const std::uint64_t session = random() % 400;
        for (std::uint32_t index = 0, count = random() % 3; index < count; ++index)
            plan.push_back({event_at(clock, number, index), session, std::to_string(number) + '.' + std::to_string(index) + '\n'});
    }
    std::string expected;
    for (const Planned& record : plan) expected += record.line;
    for (const std::size_t workers : {1u, 2u, 5u}) {
        Bench bench{workers};
        std::vector<std::thread> threads;
        for (std::size_t worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&, worker] {
                std::mt19937 pause{static_cast<unsigned>(worker)};
                const auto wait = [] {
                    std::this_thread::yield();
                    return true;
                };
                for (const Planned& record : plan) {
                    if (record.session % workers == worker)
                        (void)bench.rings[worker]->push(record.head, std::span{record.line.data(), record.line.size()}, wait);
                    bench.rings[worker]->advance({record.head.key.clock, record.head.key.number});
                    if (pause() % 100 == 0) std::this_thread::yield();
                }
                bench.rings[worker]->close();
            });
        }
        std::size_t taken = 0;
        while (taken < plan.size()) {
            const auto polled = bench.collector->poll();
            if (!polled) break;
            if (*polled == 0) std::this_thread::yield();
            taken += *polled;
        }
        for (std::thread& thread : threads) thread.join();
        CHECK(bench.finish() == expected);
    }
}

TEST_CASE("collector: alerts get their evidence, the first one's number names the file") {
    CollectorConfig config;
    config.fail_on = 2;
    Bench bench{1, config};
    bench.push(0, alert_at(1, 1, 7), "{\"weir\":{\"a\":1");
    bench.push(0, packet_for(alert_at(1, 1, 7), 1), "packet before");
    bench.push(0, packet_for(alert_at(1, 1, 8), 2), "packet of a session without alerts");
    bench.push(0, alert_at(2, 2, 9), "{\"weir\":{\"a\":2");
    CHECK(bench.collector->poll());
    CHECK(!bench.collector->reached_fail_on());
    bench.push(0, alert_at(3, 3, 7, 2), "{\"weir\":{\"a\":3");
    RecordHead end = alert_at(4, 4, 7);
    end.type = RecordType::end;
    bench.push(0, end, "");
    CHECK(bench.finish() ==
          "{\"weir\":{\"a\":1,\"evidence\":\"evidence/000001.pcap\"}}\n"
          "{\"weir\":{\"a\":2,\"evidence\":\"evidence/000002.pcap\"}}\n"
          "{\"weir\":{\"a\":3,\"update\":1,\"kinds\":[\"reverse-shell\"],\"evidence\":\"evidence/000001.pcap\"}}\n");
    CHECK(bench.collector->stories() == 2);
    CHECK(bench.collector->reached_fail_on());
    CHECK(bench.collector->alerts() == 3);
    CHECK(bench.collector->evidence_metrics().packets.get() == 1);
    CHECK(bench.collector->metrics().alerts_by_kind[static_cast<std::size_t>(Kind::reverse_shell)].get() == 3);
    CHECK(bench.collector->metrics().alerts_by_severity[1].get() == 1);
    CHECK(std::filesystem::file_size(bench.folder / "evidence/000001.pcap") == 24 + 16 + 13);
}

TEST_CASE("collector: alerts can be counted and proven without being written, and evidence switched off") {
    CollectorConfig config;
    config.alert_lines = false;
    Bench quiet{1, config};
    quiet.push(0, alert_at(1, 1, 7), "{\"weir\":{\"a\":1");
    CHECK(quiet.finish().empty());
    CHECK(quiet.collector->alerts() == 1);

    config.alert_lines = true;
    config.evidence.session_bytes = 0;
    Bench bare{1, config};
    bare.push(0, alert_at(1, 1, 7), "{\"weir\":{\"a\":1");
    CHECK(bare.finish() == "{\"weir\":{\"a\":1}}\n");
}

TEST_CASE("collector: thresholds hold alerts back, and the numbers count what is written") {
    auto rules = std::make_shared<rules::RuleText>();
    rules->rules.resize(1);
    rules->rules[0].message = "a rule";
    rules->rules[0].threshold = rules::Threshold{rules::Threshold::Type::limit, rules::Threshold::Track::by_rule, 1, 60, 10};
    Bench bench{1, {}, rules};
    for (std::uint64_t i = 1; i <= 5; ++i) {
        RecordHead head = alert_at(static_cast<Time>(i) * second, i, i);
        head.rule = 0;
        bench.push(0, head, "{\"weir\":{\"a\":1");
        bench.push(0, packet_for(head, 1), "packet");
    }
    CHECK(bench.finish() == "{\"weir\":{\"a\":1,\"evidence\":\"evidence/000001.pcap\"}}\n");
    CHECK(bench.collector->held_back() == 4);
    CHECK(bench.collector->digest().groups()[0].text == "a rule");
    CHECK(bench.collector->evidence_metrics().packets.get() == 1);
}

TEST_CASE("collector: what repeats itself in a session is not written, but counted in what is") {
    Bench bench{1};
    for (std::uint64_t i = 1; i <= 10; ++i) {
        RecordHead head = alert_at(static_cast<Time>(i), i, 7);
        head.judge = Judge::behavior;
        bench.push(0, head, "{\"weir\":{\"a\":1");
    }
    CHECK(bench.finish() ==
          "{\"weir\":{\"a\":1,\"evidence\":\"evidence/000001.pcap\"}}\n"
          "{\"weir\":{\"a\":1,\"update\":1,\"kinds\":[\"reverse-shell\"],\"count\":9,\"evidence\":\"evidence/000001.pcap\"}}\n");
    CHECK(bench.collector->metrics().repeated.get() == 8);
    CHECK(bench.collector->held_back() == 8);
    CHECK(bench.collector->stories() == 1);
}

TEST_CASE("collector: counters of all workers make one line per boundary") {
    for (const std::size_t workers : {1u, 3u}) {
        Bench bench{workers, {}, nullptr, {"decoder.pkts"}};
        bench.push(0, event_at(0, 1), "first\n");
        for (const Time boundary : {300 * second, 600 * second}) {
            for (std::size_t worker = 0; worker < workers; ++worker) {
                const std::uint64_t value = (worker == 0 ? 10 - (workers - 1) : 1) + static_cast<std::uint64_t>(boundary / second);
                RecordHead head;
                head.type = RecordType::stats;
                head.key = stats_key(boundary);
                head.time = boundary;
                bench.push(worker, head, {reinterpret_cast<const char*>(&value), sizeof value});
            }
        }
        bench.push(0, event_at(600 * second, 9), "last\n");
        const std::string text = bench.finish();
        const std::uint64_t added = 300 * workers;  // what each worker has beyond its share of 10
        CHECK(text == "first\n{\"timestamp\":\"1970-01-01T00:05:00.000000+0000\",\"event_type\":\"stats\",\"stats\":{\"uptime\":300,\"decoder\":{\"pkts\":" +
                          std::to_string(10 + added) + "}}}\n{\"timestamp\":\"1970-01-01T00:10:00.000000+0000\",\"event_type\":\"stats\",\"stats\":{\"uptime\":600,"
                          "\"decoder\":{\"pkts\":" + std::to_string(10 + 2 * added) + "}}}\nlast\n");
    }
}

TEST_CASE("collector: a folder without room or rights is a sentence, and no worker hangs") {
    CollectorConfig config;
    config.directory = "/nowhere/at/all";
    const auto refused = Collector::open(config, {}, nullptr, {});
    REQUIRE(!refused);
    CHECK(refused.error().find("cannot create /nowhere/at/all/eve.json: ") == 0);

    Bench bench{1};
    const FileSizeLimit limit{100'000};
    const std::string line = std::string(999, 'x') + '\n';
    std::uint64_t number = 0;
    bool failed = false;
    for (int round = 0; round < 10; ++round) {
        while (bench.rings[0]->push(event_at(1, ++number), std::span{line.data(), line.size()})) {
        }
        failed = !bench.collector->poll() || failed;
        CHECK(!bench.rings[0]->front());
    }
    bench.rings[0]->close();
    const auto error = bench.collector->finish();
    REQUIRE(error);
    CHECK(failed);
    CHECK(error->find("eve.json: File too large") != std::string::npos);
    CHECK(read_file(bench.folder / "eve.json").size() == 100'000);
}

TEST_CASE("collector: its metrics have labels from closed lists") {
    const auto rows = collector_metrics();
    CHECK(std::ranges::count(rows, std::string_view{"weir_alerts_total"}, &MetricRow::name) == static_cast<std::ptrdiff_t>(Kind::count));
    CHECK(std::ranges::count(rows, std::string_view{"weir_alerts_by_severity_total"}, &MetricRow::name) == 4);
    CollectorMetrics block;
    block.alerts_by_kind[static_cast<std::size_t>(Kind::beacon)].add(3);
    const auto beacon = std::ranges::find(rows, std::string_view{"beacon"}, &MetricRow::label_value);
    REQUIRE(beacon != rows.end());
    CHECK(beacon->get(&block) == 3);
}

TEST_CASE("collector: promtool has nothing to say about its metrics and those of evidence") {
    const CollectorMetrics collector;
    const EvidenceMetrics evidence;
    MetricsPage page;
    page.add(collector_metrics(), {&collector});
    page.add(evidence_metrics(), {&evidence});
    const auto accepted = promtool_accepts(page.text(), "collector_test");
    if (!accepted) WARN("promtool is not installed");
    CHECK(accepted.value_or(true));
}
