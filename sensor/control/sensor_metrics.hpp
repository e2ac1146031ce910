// SPDX-License-Identifier: Apache-2.0
// What a live sensor tells Prometheus.
#pragma once

#include <memory>
#include <string>

#include "parsers/base/result.hpp"
#include "sensor/control/supervisor.hpp"
#include "sensor/metrics/prometheus.hpp"

namespace weir {

/// Markdown tables of what a live sensor has beside the metrics of a replay, for docs/metrics.md.
[[nodiscard]] std::string sensor_metrics_reference();

/// All metrics of the sensor. The supervisor outlives the page.
[[nodiscard]] std::shared_ptr<const MetricsPage> sensor_metrics(const Supervisor& supervisor, const std::string& version);

/// Answers at `/metrics`, at `/-/healthy`, and at `/-/ready` while the sensor is.
class MetricsServer {
public:
    /// `listen`: ADDRESS:PORT. The error is a sentence.
    [[nodiscard]] static Result<std::unique_ptr<MetricsServer>, std::string> open(const std::string& listen, std::shared_ptr<const MetricsPage> page);
    ~MetricsServer();
    /// Any thread.
    void set_ready(bool ready);
    /// The port it listens on, where 0 was asked for.
    [[nodiscard]] int port() const;

private:
    struct Parts;
    explicit MetricsServer(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace weir
