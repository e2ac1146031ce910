// SPDX-License-Identifier: Apache-2.0
#include "sensor/output/stats.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/eve_fixture.hpp"

using namespace weir;
using namespace weir::test;
using nlohmann::json;

namespace {
struct Block {
    Counter packets, bytes, dns, dns_tx, odd;
};
constexpr std::array rows{stat<&Block::packets>("decoder.pkts"), stat<&Block::dns>("app_layer.flow.dns"), stat<&Block::odd>("app_layer-odd.flow"),
                          stat<&Block::dns_tx>("app_layer.tx.dns"), stat<&Block::bytes>("decoder.bytes")};
}  // namespace

TEST_CASE("stats: snapshots of workers are added up, and one object has one place") {
    Block first, second_block;
    first.packets.add(5);
    first.dns.add(1);
    second_block.packets.add(7);
    second_block.dns_tx.add(9);
    StatsSource one, two;
    one.add(rows, &first);
    two.add(rows, &second_block);
    StatsEvent event{one.paths()};
    std::vector<char> snapshot(one.bytes());
    for (const StatsSource* source : {&one, &two}) {
        source->read(snapshot);
        event.add(snapshot);
    }
    const std::string line = event.render(noon, 300 * second);
    CHECK(line ==
          R"({"timestamp":"2023-09-18T06:13:41.532140+0000","event_type":"stats","stats":{"uptime":300,"app_layer":{"flow":{"dns":1},"tx":{"dns":9}},)"
          R"("app_layer-odd":{"flow":0},"decoder":{"pkts":12,"bytes":0}}})"
          "\n");
    CHECK_NOTHROW(checked(line));
    CHECK(checked(event.render(noon, 0))["stats"]["decoder"]["pkts"] == 0);  // the sums begin anew
}

TEST_CASE("stats: many counters find room") {
    StatsSource source;
    Block block;
    block.packets.add(~std::uint64_t{0});
    for (int i = 0; i < 2000; ++i) source.add("a" + std::to_string(i) + ".b.c.d.e.f" + std::to_string(i), rows[0].get, &block);
    StatsEvent event{source.paths()};
    std::vector<char> snapshot(source.bytes());
    source.read(snapshot);
    event.add(snapshot);
    const json line = checked(event.render(noon, 0));
    CHECK(line["stats"].size() == 2001);
    CHECK(!line.contains("weir"));
}
