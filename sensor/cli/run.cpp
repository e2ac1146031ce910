// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/run.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/prepare.hpp"
#include "sensor/cli/say.hpp"
#include "sensor/control/control_socket.hpp"
#include "sensor/control/preflight.hpp"
#include "sensor/control/sensor_metrics.hpp"
#include "sensor/control/service_notify.hpp"
#include "sensor/control/supervisor.hpp"

namespace weir::cli {
namespace {

using nlohmann::json;

struct RunOptions {
    ReplayOptions replay;
    std::string tap, inline_ports;
    bool check = false;
};

std::atomic<bool> stop_asked{false}, reload_asked{false};

void heard(int number) { (number == SIGHUP ? reload_asked : stop_asked) = true; }

void say(const std::string& sentence) { say_error(sentence); }

/// The plan of a replay without captures, and with the settings that the command line gives.
Result<std::unique_ptr<SensorPlan>, std::string> load(const RunOptions& options) {
    ReplayOptions replay = options.replay;
    if (!options.tap.empty()) replay.settings.push_back("tap=" + options.tap);
    if (!options.inline_ports.empty()) replay.settings.push_back("inline=" + options.inline_ports);
    auto prepared = prepare(replay);
    if (!prepared) return Unexpected{prepared.error()};
    auto plan = std::make_unique<SensorPlan>();
    plan->config = std::move(prepared->config);
    plan->shared = std::move(prepared->shared);
    plan->rules = std::move(prepared->rules);
    plan->collector = std::move(prepared->pipeline.collector);
    plan->warnings = std::move(prepared->warnings);
    plan->shared.eve.generation = 1;
    return plan;
}

/// One port for a tap, two to stand between.
Result<std::vector<std::string>, std::string> ports_of(const Config& config) {
    if (config.tap.empty() == config.inline_ports.empty()) return Unexpected{std::string{"expected either --tap PORT or --inline PORT,PORT"}};
    if (!config.tap.empty()) {
        if (config.enforce) return Unexpected{std::string{"mode: enforce needs two ports (--inline): a tap cannot hold anything back"}};
        return std::vector{config.tap};
    }
    // A DPDK device's name may hold commas of its own: they stand before an argument with `=`.
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= config.inline_ports.size();) {
        const std::size_t end = std::min(config.inline_ports.find(',', at), config.inline_ports.size());
        const std::string word = config.inline_ports.substr(at, end - at);
        if (word.find('=') != std::string::npos && !out.empty())
            out.back() += ',' + word;
        else
            out.push_back(word);
        at = end + 1;
    }
    if (out.size() != 2 || out[0].empty() || out[1].empty() || out[0] == out[1]) return Unexpected{std::string{"--inline: expected two different ports separated by a comma"}};
    return out;
}

void name_ports(SensorPlan& plan, const std::vector<std::string>& ports) {
    auto names = std::make_shared<EveNames>(*plan.shared.names);
    names->origins.clear();
    for (const std::string& port : ports) names->origins.push_back({port, ""});
    plan.shared.names = std::move(names);
}

json status_of(const Supervisor& supervisor) {
    json out;
    out["version"] = WEIR_VERSION;
    out["mode"] = supervisor.plan().config.enforce ? "enforce" : "monitor";
    out["generation"] = supervisor.metrics().generation.get();
    out["ready"] = supervisor.ready();
    const ForwardAccount& account = supervisor.account();
    for (std::size_t i = 0; i < supervisor.ports().size(); ++i)
        out["ports"].push_back({{"name", supervisor.ports()[i]}, {"up", account.port[i].up.get() != 0}, {"received", account.port[i].received.get()}, {"forwarded", account.port[i].forwarded.get()}});
    out["forwarder"] = {{"pid", account.process.load()}, {"restarts", supervisor.metrics().forwarder_restarts.get()}};
    out["inspectors"] = json::array();
    for (const auto& inspector : supervisor.inspectors())
        out["inspectors"].push_back({{"worker", inspector.worker}, {"pid", inspector.pid}, {"generation", inspector.generation}, {"active", inspector.active}});
    out["inspector_restarts"] = supervisor.metrics().inspector_restarts.get();
    out["alerts"] = supervisor.collector().alerts();
    return out;
}

json stats_of(const Supervisor& supervisor) {
    const ForwardAccount& account = supervisor.account();
    json out;
    for (std::size_t i = 0; i < supervisor.ports().size(); ++i) {
        const PortAccount& port = account.port[i];
        json row{{"name", supervisor.ports()[i]}, {"received", port.received.get()}, {"received_bytes", port.received_bytes.get()}, {"forwarded", port.forwarded.get()},
                 {"held", port.held.get()}, {"missed", port.missed.get()}};
        for (std::size_t reason = 0; reason < forward_drop_names.size(); ++reason) row["dropped"][std::string{forward_drop_names[reason]}] = port.dropped[reason].get();
        out["ports"].push_back(std::move(row));
    }
    for (std::size_t i = 0; i < account.lanes; ++i) {
        const LaneAccount& lane = account.lane[i];
        json row{{"worker", i}, {"copied", lane.copied.get()}, {"inspected", supervisor.inspected(static_cast<unsigned>(i)).done}, {"skipped", supervisor.inspected(static_cast<unsigned>(i)).skipped}, {"deadlines", lane.deadlines.get()}, {"ring_bytes", lane.ring_bytes.get()}};
        for (std::size_t reason = 0; reason < bypass_names.size(); ++reason) row["bypassed"][std::string{bypass_names[reason]}] = lane.bypassed[reason].get();
        out["workers"].push_back(std::move(row));
    }
    const auto values = supervisor.inspector_values();
    std::size_t at = 0;
    for (const auto table : Worker::metric_tables())
        for (const MetricRow& row : table) {
            std::string name{row.name};
            if (!row.label_name.empty()) name += fmt::format("{{{}=\"{}\"}}", row.label_name, row.label_value);
            if (const std::uint64_t value = values[at++]; value != 0) out["inspection"][name] = value;
        }
    return out;
}

json alerts_of(const Supervisor& supervisor) {
    json out = json::array();
    for (const AlertGroup& group : supervisor.collector().digest().groups()) {
        json row{{"severity", group.severity}, {"kind", name_of(group.kind)}, {"gid", group.gid}, {"sid", group.sid}, {"count", group.alerts}, {"port", group.port}};
        const auto& names = supervisor.plan().shared.names->equipment;
        row["equipment"] = group.equipment < names.size() ? names[group.equipment].name : group.local.text();
        for (const auto& peer : group.peers) row["peers"].push_back(peer.address.text());
        if (!group.text.empty()) row["signature"] = group.text;
        out.push_back(std::move(row));
    }
    return out;
}

/// Says whether the sensor could run here; exit code 2 where it could not.
int check(const Config& config, const std::vector<std::string>& ports) {
    SystemPlace place;
    if (const char* const connection = std::getenv("SSH_CONNECTION")) place.ssh_connection = connection;
    bool possible = true;
    for (const Remark& remark : preflight(config, ports, place)) {
        constexpr std::array<std::string_view, 3> words{"ok", "warning", "problem"};
        fmt::print("{:<8} {}\n", words[static_cast<std::size_t>(remark.weight)], remark.text);
        possible = possible && remark.weight != Remark::Weight::problem;
    }
    return possible ? exit_code::done : exit_code::usage;
}

int run(const RunOptions& options) {
    const auto refuse = [](const std::string& why, int code) {
        say_error(why);
        return code;
    };
    auto plan = load(options);
    if (!plan) return refuse(plan.error(), exit_code::usage);
    const auto ports = ports_of((*plan)->config);
    if (!ports) return refuse(ports.error(), exit_code::usage);
    name_ports(**plan, *ports);
    for (const std::string& warning : (*plan)->warnings) say_warning(warning);
    if (options.check) return check((*plan)->config, *ports);
    const std::string listen = (*plan)->config.metrics_listen, socket = (*plan)->config.run_directory + "/control.sock";

    struct sigaction action {};
    action.sa_handler = heard;
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(number, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    const ServiceNotify service;
    auto started = Supervisor::start(*std::move(plan), *ports,
                                     [&options, &ports]() -> Result<std::unique_ptr<SensorPlan>, std::string> {
                                         auto again = load(options);
                                         if (again) name_ports(**again, *ports);
                                         return again;
                                     },
                                     &say);
    if (!started) return refuse(started.error(), exit_code::failed);
    Supervisor& supervisor = **started;
    std::unique_ptr<MetricsServer> metrics;
    std::optional<std::string> error;
    if (listen != "no") {
        auto opened = MetricsServer::open(listen, sensor_metrics(supervisor, WEIR_VERSION));
        if (opened)
            metrics = *std::move(opened);
        else
            error = opened.error();
    }
    auto control = ControlSocket::open(socket, [&](const std::string& command, const json&) -> Result<json, std::string> {
        if (command == "status") return status_of(supervisor);
        if (command == "stats") return stats_of(supervisor);
        if (command == "alerts") return alerts_of(supervisor);
        if (command == "reload") {
            reload_asked = true;
            return json("rules and policy are being loaded; `status` shows the generation");
        }
        return Unexpected{"no such command: " + command + ", expected status, stats, alerts or reload"};
    });
    if (!control) error = control.error();

    bool told = false, reloading = false;
    auto fed = std::chrono::steady_clock::now();
    while (!stop_asked && !error) {
        (*control)->turn(1);
        error = supervisor.turn();
        const bool ready = supervisor.ready();
        if (metrics) metrics->set_ready(ready);
        if (ready && !told) {
            service.say(fmt::format("READY=1\nSTATUS={} {}", supervisor.plan().config.enforce ? "enforces between" : "watches", fmt::join(*ports, " and ")));
            told = true;
        }
        if (reload_asked.exchange(false)) {
            service.reloading();
            reloading = true;
            supervisor.reload();
        } else if (reloading && !supervisor.reloading()) {
            service.say("READY=1");
            reloading = false;
        }
        if (const auto now = std::chrono::steady_clock::now(); service.watchdog() && now - fed >= *service.watchdog() && supervisor.all_moved()) {
            service.say("WATCHDOG=1");
            fed = now;
        }
    }
    service.say("STOPPING=1");
    metrics.reset();
    const auto failed = supervisor.stop();
    if (error) return refuse(*error, exit_code::failed);
    if (failed) return refuse(*failed, exit_code::failed);
    return exit_code::done;
}

/// What a person reads: one `key  value` line each, deeper ones indented.
void print(const json& value, std::size_t depth) {
    const std::string indent(2 * depth, ' ');
    const auto line = [&](const std::string& key, const json& item) {
        if (item.is_structured()) {
            if (item.empty()) return;
            fmt::print("{}{}\n", indent, key);
            print(item, depth + 1);
        } else {
            fmt::print("{}{:<24} {}\n", indent, key, item.is_string() ? item.get<std::string>() : item.dump());
        }
    };
    if (value.is_object()) {
        for (const auto& [key, item] : value.items()) line(key, item);
    } else if (value.is_array()) {
        std::size_t number = 0;
        for (const json& item : value) {
            if (item.is_structured()) {
                if (number++ != 0) fmt::print("\n");
                print(item, depth);
            } else {
                fmt::print("{}{}\n", indent, item.is_string() ? item.get<std::string>() : item.dump());
            }
        }
    } else {
        fmt::print("{}\n", value.is_string() ? value.get<std::string>() : value.dump());
    }
}

int ctl(const std::string& socket, const std::string& command, bool as_json) {
    const auto answer = ControlSocket::ask(socket, json{{"command", command}}.dump());
    if (!answer) {
        say_error(answer.error());
        return exit_code::failed;
    }
    const json said = json::parse(*answer, nullptr, false);
    if (!said.is_object() || !said.contains("return") || !said.contains("message")) {
        say_error(socket + ": not the answer of a sensor");
        return exit_code::failed;
    }
    if (said["return"] != "OK") {
        say_error(said["message"].is_string() ? said["message"].get<std::string>() : said["message"].dump());
        return exit_code::usage;
    }
    if (as_json)
        fmt::print("{}\n", said["message"].dump(2));
    else
        print(said["message"], 0);
    return exit_code::done;
}

}  // namespace

void add_run(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("run", "The live sensor: listens at a port, or stands between two, until SIGTERM");
    auto options = std::make_shared<RunOptions>();
    options->replay.output = "/var/log/weir";
    command->add_option("--tap", options->tap, "Port to listen at: a PCI address, a kernel interface or a DPDK device");
    command->add_option("--inline", options->inline_ports, "Ports to stand between, PORT,PORT")->excludes("--tap");
    command->add_option("--policy", options->replay.policy, "Who is watched and what they may do (policy.yaml)");
    command->add_option("--rules", options->replay.rules, "A rule file or a folder of *.rules, instead of the shipped packs; may be repeated")->allow_extra_args(false);
    command->add_flag("--no-rules", options->replay.no_rules, "No rules at all")->excludes("--rules");
    command->add_option("--config", options->replay.config, "Settings (weir.yaml)");
    command->add_option("--set", options->replay.settings, "One setting, KEY=VALUE, over the file's; may be repeated")->allow_extra_args(false);
    command->add_option("--output", options->replay.output, "Folder for eve.json and evidence/")->capture_default_str();
    command->add_flag("--check", options->check, "Only say whether the sensor could run here, and what to do");
    command->callback([options, &code] { code = run(*options); });
}

void add_ctl(CLI::App& app, int& code) {
    auto* const command = app.add_subcommand("ctl", "Asks a running sensor: status, stats, alerts, reload");
    struct Options {
        std::string socket = "/run/weir/control.sock", command;
        bool as_json = false;
    };
    auto options = std::make_shared<Options>();
    command->add_option("--socket", options->socket, "Its control socket")->capture_default_str();
    command->add_flag("--json", options->as_json, "The answer as JSON");
    command->add_option("COMMAND", options->command, "status, stats, alerts or reload")->required();
    command->callback([options, &code] { code = ctl(options->socket, options->command, options->as_json); });
}

}  // namespace weir::cli
