// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// What a stream gets while this lives.
class Captured {
public:
    explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
    ~Captured() { stream_.rdbuf(before_); }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::ostream& stream_;
    std::streambuf* before_;
};

struct Said {
    int code;
    std::string out, err;
};
Said run(std::vector<std::string> words) {
    CLI::App app;
    Said said{-1, {}, {}};
    cli::add_policy(app, said.code);
    const Captured out{std::cout}, err{std::cerr};
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
    said.out = out.text();
    said.err = err.text();
    return said;
}

}  // namespace

TEST_CASE("policy command: each sub-command gets what was written, and gives its exit code") {
    const TemporaryFolder folder;
    const std::string file = (folder / "policy.yaml").string();
    std::ofstream{file} << "networks: {nms: 10.9.9.9}\ncontracts: {c: {egress: [{to: nms, service: ssh}]}}\n"
                           "equipment: [{name: e, address: 10.1.0.1, contract: c}]\nignore: [{to: any, until: 2020-01-31, reason: old}]\n";
    const Said checked = run({"policy", "check", file});
    CHECK(checked.code == 0);
    CHECK(checked.out.find("1 piece of equipment") != std::string::npos);
    CHECK(checked.err.find("has ended: \"old\"") != std::string::npos);  // by the person's own clock
    CHECK(run({"policy", "check", file + ".missing"}).code == 2);

    CHECK(run({"policy", "services"}).out.find("snmp-trap") != std::string::npos);
    CHECK(run({"policy", "services", "--json"}).out.starts_with("[\n  {\"name\": "));
    CHECK(run({"policy", "services", "--markdown"}).out.starts_with("| service |"));

    const Said allowed = run({"policy", "explain", "--policy", file, "--from", "e", "--to", "10.9.9.9", "--service", "tcp/22/ssh"});
    CHECK(allowed.code == 0);
    CHECK(allowed.out.find("allowed by " + file + ":2") != std::string::npos);
    const Said refused = run({"policy", "explain", "--policy", file, "--from", "e", "--to", "nobody", "--service", "tcp/22"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("--to: `nobody`") != std::string::npos);
}
