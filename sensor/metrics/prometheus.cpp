// SPDX-License-Identifier: Apache-2.0
#include "sensor/metrics/prometheus.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

namespace weir {
namespace {

prometheus::MetricType type_of(MetricKind kind) noexcept {
    return kind == MetricKind::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
}

prometheus::ClientMetric metric_of(MetricKind kind, double value) {
    prometheus::ClientMetric metric;
    (kind == MetricKind::counter ? metric.counter.value : metric.gauge.value) = value;
    return metric;
}

/// The family of that name at the end of the list, or a new one.
prometheus::MetricFamily& family_of(std::vector<prometheus::MetricFamily>& families, MetricKind kind, std::string_view name, std::string_view help) {
    const auto known = std::ranges::find(families, name, &prometheus::MetricFamily::name);
    if (known != families.end()) return *known;
    prometheus::MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type_of(kind);
    return families.emplace_back(std::move(family));
}

}  // namespace

void MetricsPage::add(std::span<const MetricRow> rows, std::vector<const void*> blocks) { blocks_.push_back({rows, std::move(blocks), {}}); }

void MetricsPage::add_values(std::span<const MetricRow> rows, std::function<std::uint64_t(std::size_t)> value) {
    blocks_.push_back({rows, {}, std::move(value)});
}

void MetricsPage::info(std::string name, std::string help, std::vector<std::pair<std::string, std::string>> labels) {
    fixed_.push_back({MetricKind::gauge, std::move(name), std::move(help), std::move(labels), 1});
}

void MetricsPage::value(MetricKind kind, std::string name, std::string help, double value) {
    fixed_.push_back({kind, std::move(name), std::move(help), {}, value});
}

std::vector<prometheus::MetricFamily> MetricsPage::families() const {
    std::vector<prometheus::MetricFamily> out;
    for (const Fixed& row : fixed_) {
        prometheus::ClientMetric metric = metric_of(row.kind, row.value);
        for (const auto& [name, value] : row.labels) metric.label.push_back({name, value});
        family_of(out, row.kind, row.name, row.help).metric.push_back(std::move(metric));
    }
    for (const Block& block : blocks_) {
        for (std::size_t i = 0; i < block.rows.size(); ++i) {
            const MetricRow& row = block.rows[i];
            std::uint64_t sum = block.value ? block.value(i) : 0;
            for (const void* const worker : block.blocks) sum += row.get(worker);
            prometheus::ClientMetric metric = metric_of(row.kind, static_cast<double>(sum));
            if (!row.label_name.empty()) metric.label.push_back({std::string{row.label_name}, std::string{row.label_value}});
            family_of(out, row.kind, row.name, row.help).metric.push_back(std::move(metric));
        }
    }
    for (const auto& make : made_)
        for (prometheus::MetricFamily& family : make()) out.push_back(std::move(family));
    return out;
}

std::string MetricsPage::text() const {
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, families());
    return std::move(out).str();
}

std::string MetricsPage::reference() const {
    std::string out = "| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n";
    for (const prometheus::MetricFamily& family : families()) {
        std::vector<std::pair<std::string, std::vector<std::string>>> labels;  // in the order of first mention
        for (const prometheus::ClientMetric& metric : family.metric) {
            for (const auto& label : metric.label) {
                auto row = std::ranges::find(labels, label.name, &decltype(labels)::value_type::first);
                if (row == labels.end()) row = labels.insert(labels.end(), {label.name, {}});
                if (std::ranges::find(row->second, label.value) == row->second.end()) row->second.push_back(label.value);
            }
        }
        std::string text;
        for (const auto& [name, values] : labels) {
            text += (text.empty() ? "`" : "; `") + name + "`: ";
            for (const std::string& value : values) text += (&value == &values.front() ? "" : ", ") + markdown_cell(value);
        }
        const std::string_view type = family.type == prometheus::MetricType::Counter ? "counter" : family.type == prometheus::MetricType::Gauge ? "gauge" : "histogram";
        out += "| `" + family.name + "` | " + std::string{type} + " | " + text + " | " + markdown_cell(family.help) + " |\n";
    }
    return out;
}

std::string markdown_cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

}  // namespace weir
