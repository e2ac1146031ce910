// SPDX-License-Identifier: Apache-2.0
#include "sensor/inspect/reporter.hpp"

#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"
#include "tests/support/packet_builder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// A reporter, its ring, and one session with packets of 100 bytes.
struct Bench {
    explicit Bench(const ReporterConfig& config = {}) : reporter(config, two_names(), ring, {}) {}

    void packet(std::uint64_t number) {
        last = as_packet(frame, static_cast<Time>(number) * second, 1, number);
        reporter.at_packet(last);
        reporter.remember(session, last);
    }
    void find() {
        Finding finding;
        finding.signature = "found";
        AlertEvent event;
        event.place = {last.time, last.number, 0, &session, nullptr};
        event.finding = &finding;
        reporter.finding(session, event);
    }
    /// Takes all records; the types in order, and checks that their keys never run backwards.
    std::vector<RecordType> take() {
        std::vector<RecordType> types;
        OrderKey before{};
        while (const auto record = ring.front()) {
            CHECK(before <= record->head.key);
            before = record->head.key;
            types.push_back(record->head.type);
            ring.pop();
        }
        return types;
    }

    Frame frame = PacketBuilder{}.ethernet().ipv4().tcp(40000, 443).payload(46, 'x').bytes();
    EventRing ring{256u << 10};
    Reporter reporter;
    Session session = tcp_session();
    Packet last;
};

using Types = std::vector<RecordType>;

}  // namespace

TEST_CASE("Reporter: the first finding of a session brings the packets from before it, then those after it") {
    Bench bench;
    bench.packet(1);
    bench.packet(2);
    CHECK(bench.take() == Types{});
    bench.find();
    CHECK(bench.take() == Types{RecordType::alert, RecordType::packet, RecordType::packet});
    bench.packet(3);
    bench.find();
    CHECK(bench.take() == Types{RecordType::packet, RecordType::alert});
    bench.reporter.session_ended(bench.session);
    CHECK(bench.take() == Types{RecordType::end});
    CHECK(bench.reporter.metrics().findings.get() == 2);
}

TEST_CASE("Reporter: evidence has its limit per session, and none where it is switched off") {
    ReporterConfig config;
    config.evidence_session_bytes = 250;
    Bench limited{config};
    for (std::uint64_t number = 1; number <= 10; ++number) {
        limited.packet(number);
        if (number == 1) limited.find();
    }
    CHECK(limited.take().size() < 1 + 4);
    config.evidence = false;
    Bench off{config};
    off.packet(1);
    off.find();
    off.packet(2);
    CHECK(off.take() == Types{RecordType::alert});
}

TEST_CASE("Reporter: events that are not wanted are not written, alerts are known to the collector all the same") {
    ReporterConfig config;
    config.eve.types.reset();
    Bench bench{config};
    bench.packet(1);
    bench.reporter.flow(bench.session, second, "established", false, SessionEnd::closed);
    bench.find();
    CHECK(bench.take() == Types{RecordType::alert, RecordType::packet});
}

TEST_CASE("Reporter: what finds no room in the ring is counted") {
    Bench bench;
    bench.packet(1);
    for (int i = 0; i < 2000; ++i) bench.reporter.flow(bench.session, second, "established", false, SessionEnd::closed);
    const std::size_t kept = bench.take().size();
    CHECK(kept > 100);
    CHECK(bench.reporter.metrics().lost_records.get() == 2000 - kept);
}
