// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/docs.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <set>

#include "sensor/cli/policy.hpp"
#include "sensor/collect/collector.hpp"
#include "sensor/config/config.hpp"
#include "sensor/control/sensor_metrics.hpp"
#include "sensor/decode/event.hpp"
#include "sensor/inspect/worker.hpp"
#include "sensor/metrics/prometheus.hpp"
#include "sensor/output/eve_schema.hpp"
#include "sensor/source/capture_source.hpp"
#include "sensor/stream/stream_event.hpp"

namespace weir::cli {
namespace {

std::string code(std::string_view text) { return text.empty() ? std::string{} : fmt::format("`{}`", markdown_cell(text)); }

std::string settings_table() {
    const Config defaults;
    std::string out = "| setting | default | accepted | meaning |\n|---|---|---|---|\n";
    for (const Setting& setting : settings())
        out += fmt::format("| `{}` | {} | {} | {}{} |\n", setting.key, code(setting.show(defaults)), markdown_cell(setting.range),
                           markdown_cell(setting.doc), setting.unit.empty() ? std::string{} : fmt::format(" ({})", setting.unit));
    return out;
}

/// Every metric of a replay.
std::string metrics_table() {
    MetricsPage page;
    page.info("weir_build_info", "The program that wrote this", {{"version", "..."}});
    page.add(source_metrics, {});
    for (const std::span<const MetricRow> table : Worker::metric_tables()) page.add(table, {});
    page.add(collector_metrics(), {});
    page.add(duty_metrics, {});
    page.add(evidence_metrics(), {});
    return page.reference();
}

std::string events_table() {
    std::string out = "### Event types\n\n";
    std::set<std::string_view> names;
    for (std::size_t type = 0; type < event_type_count(); ++type) {
        const std::string_view name = event_name(static_cast<EventType>(type));
        if (!name.empty() && names.insert(name).second) out += (names.size() == 1 ? "" : ", ") + code(name);
    }
    out += ".\n\n### Kinds of findings\n\n";
    for (const std::string_view kind : kind_names) out += (kind == kind_names.front() ? "" : ", ") + code(kind);
    out += ".\n\n### Anomalies of the decoder\n\n| event | packet is dropped as | meaning |\n|---|---|---|\n";
    for (const DecodeEventInfo& event : decode_events)
        out += fmt::format("| `{}` | {} | {} |\n", event.name,
                           event.drop == DropReason::none ? "" : code(drop_reasons[static_cast<std::size_t>(event.drop)].name),
                           markdown_cell(event.doc));
    out += "\n### Anomalies of TCP streams\n\n| event | meaning |\n|---|---|\n";
    for (const StreamEventInfo& event : stream_events) out += fmt::format("| `{}` | {} |\n", event.event, markdown_cell(event.doc));
    out += "\n### Why a packet is not inspected\n\n| reason | meaning |\n|---|---|\n";
    for (std::size_t i = 1; i < drop_reasons.size(); ++i)
        out += fmt::format("| `{}` | {} |\n", drop_reasons[i].name, markdown_cell(drop_reasons[i].doc));
    return out;
}

struct Page {
    const char* name;
    const char* doc;
    void (*print)();
};
constexpr std::array pages{
    Page{"settings", "The settings of weir.yaml and --set", [] { std::cout << settings_table(); }},
    Page{"metrics", "The metrics of metrics.prom", [] { std::cout << metrics_table(); }},
    Page{"live-metrics", "The metrics that only a live sensor has", [] { std::cout << sensor_metrics_reference(); }},
    Page{"events", "Event types, kinds of findings, anomalies, reasons for drops", [] { std::cout << events_table(); }},
    Page{"schema", "JSON Schema of a line of eve.json", [] { std::cout << eve_schema(); }},
    Page{"link-traffic", "What needs no line in a contract", [] { link_traffic_markdown(std::cout); }},
};

}  // namespace

void add_docs(CLI::App& app, int&) {
    auto* const command = app.add_subcommand("docs", "Reference tables of this build, as Markdown");
    command->require_subcommand(1);
    for (const Page& page : pages) command->add_subcommand(page.name, page.doc)->callback(page.print);
}

}  // namespace weir::cli
