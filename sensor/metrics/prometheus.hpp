// SPDX-License-Identifier: Apache-2.0
// Rows of counters -> the Prometheus client's families, summed over workers -> its text format; and the reference table.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/metrics/counter.hpp"

namespace prometheus {
struct MetricFamily;
}

namespace weir {

/// All metrics of a process. Register at start, from one thread; then `text()` may be called while workers count.
class MetricsPage {
public:
    /// Rows of one kind of block and the blocks that they are read from, one per worker; values are added up. Rows of one name
    /// (with different labels) must stand together and agree on help and kind. `rows` must outlive the page.
    void add(std::span<const MetricRow> rows, std::vector<const void*> blocks);
    /// The same for counters that stand elsewhere: `value` is asked for a row's number.
    void add_values(std::span<const MetricRow> rows, std::function<std::uint64_t(std::size_t)> value);
    /// Whole families, made when they are asked for.
    void add_families(std::function<std::vector<prometheus::MetricFamily>()> families) { made_.push_back(std::move(families)); }
    /// `weir_build_info{version="..."} 1`, and others of the kind.
    void info(std::string name, std::string help, std::vector<std::pair<std::string, std::string>> labels);
    /// A value of the process as a whole, fixed when it is added: a time, a limit.
    void value(MetricKind kind, std::string name, std::string help, double value);

    [[nodiscard]] std::vector<prometheus::MetricFamily> families() const;
    /// The text format (version 0.0.4), ready for `metrics.prom` or a scrape.
    [[nodiscard]] std::string text() const;
    /// A Markdown table of all rows: name, type, labels, meaning. For docs/metrics.md.
    [[nodiscard]] std::string reference() const;

private:
    struct Block {
        std::span<const MetricRow> rows;
        std::vector<const void*> blocks;
        std::function<std::uint64_t(std::size_t)> value;  ///< instead of blocks
    };
    struct Fixed {
        MetricKind kind;
        std::string name, help;
        std::vector<std::pair<std::string, std::string>> labels;
        double value;
    };
    std::vector<Fixed> fixed_;
    std::vector<Block> blocks_;
    std::vector<std::function<std::vector<prometheus::MetricFamily>()>> made_;
};

/// Escapes what Markdown would read inside a table cell.
[[nodiscard]] std::string markdown_cell(std::string_view text);

}  // namespace weir
