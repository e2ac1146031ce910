// SPDX-License-Identifier: Apache-2.0
#include "sensor/control/sensor_metrics.hpp"

#include <CivetServer.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace weir {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Families that are filled line by line.
class Families {
public:
    void begin(MetricKind kind, std::string name, std::string help) {
        kind_ = kind;
        prometheus::MetricFamily family;
        family.name = std::move(name);
        family.help = std::move(help);
        family.type = kind == MetricKind::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
        families_.push_back(std::move(family));
    }
    void add(const Labels& labels, double value) {
        prometheus::ClientMetric metric;
        for (const auto& [name, text] : labels) metric.label.push_back({name, text});
        (kind_ == MetricKind::counter ? metric.counter.value : metric.gauge.value) = value;
        families_.back().metric.push_back(std::move(metric));
    }
    void add(const Labels& labels, const Counter& counter) { add(labels, static_cast<double>(counter.get())); }
    [[nodiscard]] std::vector<prometheus::MetricFamily>& families() noexcept { return families_; }

private:
    MetricKind kind_ = MetricKind::counter;
    std::vector<prometheus::MetricFamily> families_;
};

constexpr double nanosecond = 1e-9;

void add_ports(Families& out, const ForwardAccount& account, const std::vector<std::string>& names) {
    const auto each = [&](MetricKind kind, std::string name, std::string help, const Counter PortAccount::*member) {
        out.begin(kind, std::move(name), std::move(help));
        for (std::size_t i = 0; i < names.size(); ++i) out.add({{"port", names[i]}}, account.port[i].*member);
    };
    each(MetricKind::counter, "weir_port_received_packets_total", "Packets that a port took in: forwarded, dropped by a reason, or held", &PortAccount::received);
    each(MetricKind::counter, "weir_port_received_bytes_total", "Bytes of packets that a port took in", &PortAccount::received_bytes);
    each(MetricKind::counter, "weir_port_forwarded_packets_total", "Packets that a port took in and the other one put out", &PortAccount::forwarded);
    each(MetricKind::counter, "weir_port_forwarded_bytes_total", "Bytes of packets that a port took in and the other one put out", &PortAccount::forwarded_bytes);
    out.begin(MetricKind::counter, "weir_port_dropped_packets_total", "Packets that a port took in and that were not put out, by reason");
    for (std::size_t i = 0; i < names.size(); ++i)
        for (std::size_t reason = 0; reason < forward_drop_names.size(); ++reason)
            out.add({{"port", names[i]}, {"reason", std::string{forward_drop_names[reason]}}}, account.port[i].dropped[reason]);
    each(MetricKind::gauge, "weir_port_held_packets", "Packets that wait for a verdict", &PortAccount::held);
    each(MetricKind::counter, "weir_port_rejects_total", "Resets and ICMP errors made because of packets that a port took in", &PortAccount::rejects);
    each(MetricKind::counter, "weir_port_missed_packets_total", "Packets that a device lost before they were taken in", &PortAccount::missed);
    each(MetricKind::gauge, "weir_port_up", "1: the port has a link", &PortAccount::up);
}

void add_lanes(Families& out, const ForwardAccount& account) {
    const auto each = [&](MetricKind kind, std::string name, std::string help, const Counter LaneAccount::*member) {
        out.begin(kind, std::move(name), std::move(help));
        for (std::size_t i = 0; i < account.lanes; ++i) out.add({{"worker", std::to_string(i)}}, account.lane[i].*member);
    };
    each(MetricKind::counter, "weir_copied_packets_total", "Packets copied into a worker's ring", &LaneAccount::copied);
    out.begin(MetricKind::counter, "weir_bypassed_packets_total", "Packets that were not copied to a worker, by reason: nobody has looked at them");
    for (std::size_t i = 0; i < account.lanes; ++i)
        for (std::size_t reason = 0; reason < bypass_names.size(); ++reason)
            out.add({{"worker", std::to_string(i)}, {"reason", std::string{bypass_names[reason]}}}, account.lane[i].bypassed[reason]);
    each(MetricKind::counter, "weir_verdict_deadlines_total", "Packets whose verdict did not come in time", &LaneAccount::deadlines);
    each(MetricKind::gauge, "weir_packet_ring_bytes", "Bytes of packets that wait for a worker", &LaneAccount::ring_bytes);
    each(MetricKind::gauge, "weir_packet_ring_limit_bytes", "Bytes of packets that may wait for a worker", &LaneAccount::ring_limit);
    each(MetricKind::counter, "weir_inspector_nonsense_total", "Numbers from an inspector that could not be, and were not believed", &LaneAccount::nonsense);
    each(MetricKind::gauge, "weir_remembered_verdicts", "Sessions whose verdict the forwarder remembers", &LaneAccount::remembered);
    each(MetricKind::gauge, "weir_remembered_verdicts_limit", "Sessions whose verdict the forwarder can remember", &LaneAccount::remembered_limit);
    each(MetricKind::counter, "weir_remembered_verdicts_evicted_total", "Remembered verdicts that made room for others", &LaneAccount::forgotten);
}

prometheus::MetricFamily latency(const ForwardAccount& account) {
    prometheus::MetricFamily family;
    family.name = "weir_forward_latency_seconds";
    family.help = "Time from taking a packet in to putting it out, in monitor mode";
    family.type = prometheus::MetricType::Histogram;
    prometheus::ClientMetric metric;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= latency_bounds.size(); ++i) {
        count += account.latency[i].get();
        const double bound = i < latency_bounds.size() ? static_cast<double>(latency_bounds[i]) * nanosecond : std::numeric_limits<double>::infinity();
        metric.histogram.bucket.push_back({count, bound});
    }
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = static_cast<double>(account.latency_sum.get()) * nanosecond;
    family.metric.push_back(std::move(metric));
    return family;
}

/// Where a sensor's own counters stand.
struct Counters {
    const ForwardAccount& account;
    const std::vector<std::string>& ports;
    const SupervisorMetrics& own;
    std::function<Supervisor::Inspected(unsigned)> inspected;
};

std::vector<prometheus::MetricFamily> families_of(const Counters& sensor) {
    const ForwardAccount& account = sensor.account;
    Families out;
    add_ports(out, account, sensor.ports);
    add_lanes(out, account);
    const auto rings = [&](std::string name, std::string help, std::uint64_t Supervisor::Inspected::*member) {
        out.begin(MetricKind::counter, std::move(name), std::move(help));
        for (unsigned i = 0; i < account.lanes; ++i) out.add({{"worker", std::to_string(i)}}, static_cast<double>(sensor.inspected(i).*member));
    };
    rings("weir_ring_inspected_packets_total", "Packets that a worker took out of its ring and looked at", &Supervisor::Inspected::done);
    rings("weir_ring_skipped_packets_total", "Packets that an inspector was looking at when it ended", &Supervisor::Inspected::skipped);
    const auto one = [&](MetricKind kind, const char* name, const char* help, const Counter& counter, double unit = 1) {
        out.begin(kind, name, help);
        out.add({}, static_cast<double>(counter.get()) * unit);
    };
    const SupervisorMetrics& own = sensor.own;
    one(MetricKind::counter, "weir_inspector_restarts_total", "Inspectors that ended without being told to", own.inspector_restarts);
    one(MetricKind::counter, "weir_forwarder_restarts_total", "Forwarders that ended without being told to", own.forwarder_restarts);
    one(MetricKind::counter, "weir_forwarder_outage_seconds_total", "Time without a forwarder", own.outage, nanosecond);
    one(MetricKind::counter, "weir_reloads_total", "Rules and policies loaded anew", own.reloads);
    one(MetricKind::counter, "weir_reloads_failed_total", "Reloads that changed nothing, because a file is wrong", own.failed_reloads);
    one(MetricKind::gauge, "weir_generation", "Counts the rules and policies that have been in force", own.generation);
    out.families().push_back(latency(account));
    return std::move(out.families());
}

/// Answers a GET with what `body` gives, or with 503 where it gives nothing.
class Handler final : public CivetHandler {
public:
    using Body = std::function<std::optional<std::string>()>;
    explicit Handler(Body body) : body_(std::move(body)) {}
    bool handleGet(CivetServer*, mg_connection* connection) override {
        const std::optional<std::string> body = body_();
        const std::string text = body.value_or("");
        mg_printf(connection, "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                  body ? "200 OK" : "503 Service Unavailable", text.size());
        mg_write(connection, text.data(), text.size());
        return true;
    }

private:
    Body body_;
};

}  // namespace

std::string sensor_metrics_reference() {
    const auto account = std::make_unique<ForwardAccount>();
    account->lanes = 1;
    const std::vector<std::string> ports{"PORT"};
    const SupervisorMetrics own;
    MetricsPage page;
    page.add_families([&] { return families_of({*account, ports, own, [](unsigned) { return Supervisor::Inspected{}; }}); });
    return page.reference();
}

std::shared_ptr<const MetricsPage> sensor_metrics(const Supervisor& supervisor, const std::string& version) {
    auto page = std::make_shared<MetricsPage>();
    page->info("weir_build_info", "The program that wrote this", {{"version", version}});
    page->add_families([&supervisor] {
        return families_of({supervisor.account(), supervisor.ports(), supervisor.metrics(), [&](unsigned worker) { return supervisor.inspected(worker); }});
    });
    std::size_t first = 0;
    for (const std::span<const MetricRow> table : Worker::metric_tables()) {
        page->add_values(table, [&supervisor, first](std::size_t row) { return supervisor.inspector_values()[first + row]; });
        first += table.size();
    }
    page->add(collector_metrics(), {&supervisor.collector().metrics()});
    page->add(evidence_metrics(), {&supervisor.collector().evidence_metrics()});
    return page;
}

struct MetricsServer::Parts {
    Parts(const std::string& listen, std::shared_ptr<const MetricsPage> page)
        : metrics([page = std::move(page)] { return page->text(); }), server(std::vector<std::string>{"listening_ports", listen, "num_threads", "2"}) {
        server.addHandler("/metrics", metrics);
        server.addHandler("/-/healthy", healthy);
        server.addHandler("/-/ready", readiness);
    }
    std::atomic<bool> ready{false};
    Handler metrics;
    Handler healthy{[] { return "weir runs\n"; }};
    Handler readiness{[this] { return ready ? std::optional<std::string>{"weir is ready\n"} : std::nullopt; }};
    CivetServer server;  // last: it asks the others
};

MetricsServer::MetricsServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MetricsServer::~MetricsServer() = default;

Result<std::unique_ptr<MetricsServer>, std::string> MetricsServer::open(const std::string& listen, std::shared_ptr<const MetricsPage> page) {
    try {
        return std::unique_ptr<MetricsServer>{new MetricsServer{std::make_unique<Parts>(listen, std::move(page))}};
    } catch (const std::exception&) {
        return Unexpected{"metrics.listen: " + listen + " cannot be listened on: is it ADDRESS:PORT, and free?"};
    }
}

void MetricsServer::set_ready(bool ready) { parts_->ready = ready; }

int MetricsServer::port() const { return parts_->server.getListeningPorts().front(); }

}  // namespace weir
