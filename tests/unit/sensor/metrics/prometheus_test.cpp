// SPDX-License-Identifier: Apache-2.0
#include "sensor/metrics/prometheus.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/promtool.hpp"

using namespace weir;

namespace {
struct Block {
    Counter opened, by_timeout, by_close, held;
};
constexpr std::array rows{
    counter<&Block::opened>("weir_flows_opened_total", "Flows opened"),
    counter<&Block::by_timeout>("weir_flows_closed_total", "Flows closed, by reason", "reason", "timeout"),
    counter<&Block::by_close>("weir_flows_closed_total", "Flows closed, by reason", "reason", "close"),
    gauge<&Block::held>("weir_flows", "Flows held | now"),
};

MetricsPage page_of(const Block& one, const Block& two) {
    MetricsPage page;
    page.info("weir_build_info", "Version of this program", {{"version", "0.1.0"}});
    page.value(MetricKind::gauge, "weir_start_timestamp_seconds", "When it began", 1'695'017'621.5);
    page.add(rows, {&one, &two});
    return page;
}
}  // namespace

TEST_CASE("metrics: rows of all workers are added up, to the letter") {
    Block one, two;
    one.opened.add(3);
    two.opened.add(4);
    two.by_close.add(2);
    one.held.set(9);
    CHECK(page_of(one, two).text() ==
          "# HELP weir_build_info Version of this program\n# TYPE weir_build_info gauge\nweir_build_info{version=\"0.1.0\"} 1\n"
          "# HELP weir_start_timestamp_seconds When it began\n# TYPE weir_start_timestamp_seconds gauge\nweir_start_timestamp_seconds 1695017621.5\n"
          "# HELP weir_flows_opened_total Flows opened\n# TYPE weir_flows_opened_total counter\nweir_flows_opened_total 7\n"
          "# HELP weir_flows_closed_total Flows closed, by reason\n# TYPE weir_flows_closed_total counter\n"
          "weir_flows_closed_total{reason=\"timeout\"} 0\nweir_flows_closed_total{reason=\"close\"} 2\n"
          "# HELP weir_flows Flows held | now\n# TYPE weir_flows gauge\nweir_flows 9\n");
}

TEST_CASE("metrics: the reference has a row per name") {
    const Block block;
    CHECK(page_of(block, block).reference() ==
          "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n"
          "| `weir_build_info` | gauge | `version`: 0.1.0 | Version of this program |\n"
          "| `weir_start_timestamp_seconds` | gauge |  | When it began |\n"
          "| `weir_flows_opened_total` | counter |  | Flows opened |\n"
          "| `weir_flows_closed_total` | counter | `reason`: timeout, close | Flows closed, by reason |\n"
          "| `weir_flows` | gauge |  | Flows held \\| now |\n");
}

TEST_CASE("metrics: promtool has nothing to say") {
    const Block block;
    const auto accepted = test::promtool_accepts(page_of(block, block).text(), "prometheus_test");
    if (!accepted) WARN("promtool is not installed");
    CHECK(accepted.value_or(true));
}
