// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/replay.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sensor/cli/exit_code.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// One replay of the demo's capture in this process; its outputs are in `out`.
struct Replay {
    TemporaryFolder folder;
    int code = -1;
    explicit Replay(std::vector<std::string> more) {
        CLI::App app;
        cli::add_replay(app, code);
        std::vector<std::string> words{"replay", "--quiet", "--output", out().string(), WEIR_SOURCE_DIR "/pcaps/demo/demo.pcap"};
        words.insert(words.end(), more.begin(), more.end());
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        app.parse(words);
    }
    [[nodiscard]] std::filesystem::path out() const { return folder / "below/out"; }
    [[nodiscard]] std::string metrics() const { return read_file(out() / "metrics.prom"); }
};

const std::string policy = WEIR_SOURCE_DIR "/pcaps/demo/policy.yaml";

}  // namespace

TEST_CASE("replay: writes its outputs into a folder that it makes") {
    const Replay run{{"--no-rules", "--policy", policy}};
    CHECK(run.code == exit_code::done);
    CHECK(read_file(run.out() / "eve.json").find("\"event_type\":\"alert\"") != std::string::npos);
    CHECK(run.metrics().find("weir_build_info{version=\"" WEIR_VERSION "\"} 1") != std::string::npos);
    CHECK(std::filesystem::exists(run.out() / "evidence"));
    CHECK_FALSE(std::filesystem::exists(run.out() / "metrics.prom.tmp"));
}

TEST_CASE("replay: counts over all workers") {
    const Replay run{{"--no-rules", "--threads", "2"}};
    CHECK(run.code == exit_code::done);
    CHECK(run.metrics().find("weir_packets_received_total 1058\n") != std::string::npos);
}

TEST_CASE("replay: event types that are not wanted are not written, alerts among them") {
    const Replay run{{"--no-rules", "--policy", policy, "--set", "outputs.eve.types=flow", "--fail-on", "medium"}};
    CHECK(run.code == exit_code::alerts);
    const std::string eve = read_file(run.out() / "eve.json");
    CHECK(eve.find("\"event_type\":\"flow\"") != std::string::npos);
    CHECK(eve.find("\"event_type\":\"alert\"") == std::string::npos);
    CHECK(eve.find("\"event_type\":\"dns\"") == std::string::npos);
}

TEST_CASE("replay: an output that is in the way is no result") {
    const TemporaryFolder folder;
    std::ofstream{folder / "taken"} << "a file";
    CHECK(Replay{{"--no-rules", "--set", "outputs.eve.dns.version=2"}}.code == exit_code::done);
    CLI::App app;
    int code = -1;
    cli::add_replay(app, code);
    std::vector<std::string> words{WEIR_SOURCE_DIR "/pcaps/demo/demo.pcap", (folder / "taken").string(), "--output", "--no-rules",
                                   "replay"};
    app.parse(words);
    CHECK(code == exit_code::failed);
    CHECK(read_file(folder / "taken") == "a file");
}
