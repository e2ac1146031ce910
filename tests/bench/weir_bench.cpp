// SPDX-License-Identifier: Apache-2.0
// The benchmark: makes its captures, replays each with one worker, and prints what it cost. Ratios between two builds are
// the figures to trust: machines are noisy.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/traffic.hpp"

extern char** environ;

namespace {

namespace fs = std::filesystem;

struct Cost {
    double cpu = 0, wall = 0;
    long rss_kib = 0;
    int status = -1;
    std::string profile;
};

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

/// Runs a program to its end; its standard error is kept.
Cost run(const std::vector<std::string>& arguments, const fs::path& log) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    const auto start = std::chrono::steady_clock::now();
    pid_t child = 0;
    Cost cost;
    if (posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0) {
        rusage usage{};
        wait4(child, &cost.status, 0, &usage);
        cost.cpu = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
        cost.rss_kib = usage.ru_maxrss;
    }
    posix_spawn_file_actions_destroy(&actions);
    cost.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::stringstream text;
    text << std::ifstream{log}.rdbuf();
    cost.profile = text.str();
    return cost;
}

/// The cheapest of several runs. The first pays for what is not weir's: a file that is not in the page cache, memory that a
/// virtual machine's host has yet to give.
Cost cheapest(const std::vector<std::string>& arguments, const fs::path& log, unsigned runs) {
    Cost best = run(arguments, log);
    for (unsigned i = 1; i < runs && best.status == 0; ++i) {
        if (Cost cost = run(arguments, log); cost.status != 0 || cost.cpu < best.cpu) best = std::move(cost);
    }
    return best;
}

/// Rules of one random literal each: they cost what a prefilter costs, and match nothing.
void write_rules(const fs::path& path, unsigned count) {
    std::mt19937_64 random{4};
    std::ofstream out{path};
    for (unsigned i = 0; i < count; ++i) {
        std::string literal;
        for (unsigned k = 0; k < 8 + random() % 12; ++k) literal += static_cast<char>('a' + random() % 26);
        out << fmt::format("alert ip any any -> any any (msg:\"bench {0}\"; content:\"{1}\"; sid:{2}; rev:1;)\n", i, literal, 1'000'000 + i);
    }
}

struct Scenario {
    std::string name;
    std::function<void(const std::string&)> make;
    std::uint64_t packets;
};

}  // namespace

int main(int argc, char** argv) {
    fs::path program = WEIR_PROGRAM, folder = WEIR_BENCH_DIR, sources = WEIR_SOURCE_DIR "/pcaps";
    double scale = 1;
    unsigned runs = 3;
    std::string only;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string option = argv[i];
        if (option == "--program") program = argv[i + 1];
        else if (option == "--dir") folder = argv[i + 1];
        else if (option == "--scale") scale = std::stod(argv[i + 1]);
        else if (option == "--runs") runs = static_cast<unsigned>(std::stoul(argv[i + 1]));
        else if (option == "--only") only = argv[i + 1];
        else if (option == "--sources") sources = argv[i + 1];
        else {
            fmt::print(stderr, "weir_bench [--program WEIR] [--dir FOLDER] [--sources CAPTURES] [--scale 0.1..10] [--runs 3] [--only NAME]\n");
            return 2;
        }
    }
    fs::create_directories(folder);
    const auto count = [&](double packets) { return static_cast<std::uint64_t>(packets * scale); };
    const std::vector<Scenario> scenarios{
        {"udp64-few", [&](const std::string& path) { weir::bench::write_small_udp(path, count(6e6), 16); }, count(6e6)},
        {"udp64-100k", [&](const std::string& path) { weir::bench::write_small_udp(path, count(6e6), 100'000); }, count(6e6)},
        {"mixed", [&](const std::string& path) { weir::bench::write_mixed(path, {sources.string()}, count(5.7e6)); }, count(5.7e6)},
        {"bulk-tcp", [&](const std::string& path) { weir::bench::write_bulk_tcp(path, count(1e9), 8); }, 0},
        {"bulk-tls", [&](const std::string& path) { weir::bench::write_bulk_tcp(path, count(1e9), 8, weir::bench::Bulk::tls); }, 0},
        {"bulk-ssh", [&](const std::string& path) { weir::bench::write_bulk_tcp(path, count(1e9), 8, weir::bench::Bulk::ssh); }, 0},
    };
    const fs::path rules100 = folder / "r100.rules", one_packet = folder / "one.pcap";
    write_rules(rules100, 100);
    weir::bench::write_small_udp(one_packet.string(), 1, 1);

    const auto command = [&](const fs::path& capture, const fs::path& rules) {
        std::vector<std::string> out{program.string(), "replay", "--quiet", "--profile", "--threads", "1", "--output", (folder / "out").string(),
                                     "--set", "outputs.eve.types=alert,flow"};
        if (rules.empty()) out.push_back("--no-rules");
        else out.insert(out.end(), {"--rules", rules.string()});
        out.push_back(capture.string());
        return out;
    };
    fmt::print("{:<12} {:<6} {:>10} {:>8} {:>9} {:>9} {:>10} {:>9}\n", "capture", "rules", "packets", "cpu s", "Mpps", "Gbit/s", "ns/packet", "RSS MiB");
    for (const Scenario& scenario : scenarios) {
        if (!only.empty() && only != scenario.name) continue;
        const fs::path capture = folder / fmt::format("{}-{}.pcap", scenario.name, scale);
        if (!fs::exists(capture)) scenario.make(capture.string());
        for (const fs::path& rules : {fs::path{}, rules100}) {
            const Cost start = cheapest(command(one_packet, rules), folder / "log", runs);
            const Cost cost = cheapest(command(capture, rules), folder / "log", runs);
            if (cost.status != 0) {
                fmt::print(stderr, "{}: the replay failed\n{}\n", scenario.name, cost.profile);
                return 1;
            }
            const double bytes = static_cast<double>(fs::file_size(capture));
            const double packets = scenario.packets != 0 ? static_cast<double>(scenario.packets) : bytes / 1100;
            const double cpu = std::max(1e-9, cost.cpu - start.cpu);
            fmt::print("{:<12} {:<6} {:>10.0f} {:>8.2f} {:>9.2f} {:>9.2f} {:>10.0f} {:>9}\n", scenario.name, rules.empty() ? "none" : "100", packets, cpu,
                       packets / cpu / 1e6, bytes * 8 / cpu / 1e9, cpu * 1e9 / packets, cost.rss_kib / 1024);
            fmt::print("{}", cost.profile);
        }
    }
    return 0;
}
