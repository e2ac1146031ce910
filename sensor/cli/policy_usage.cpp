// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_usage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sensor/cli/exit_code.hpp"
#include "sensor/cli/quiet_run.hpp"

namespace weir::cli {
namespace {

std::string_view name_of(Heading heading) noexcept {
    switch (heading) {
        case Heading::egress: return "egress";
        case Heading::ingress: return "ingress";
        case Heading::both: return "both";
        case Heading::deny: break;
    }
    return "deny";
}

}  // namespace

void write_usage(const Policy& policy, const std::vector<LineUse>& lines, bool json, std::ostream& out) {
    if (json) {
        auto all = nlohmann::ordered_json::array();
        for (const LineUse& use : lines) {
            const Line& line = policy.line(use.line);
            nlohmann::ordered_json one{{"line", line.file_line},       {"contract", policy.contract_name(line.contract)},
                                       {"heading", name_of(line.heading)}, {"peer", line.peer_text},
                                       {"service", line.service_text}, {"sessions", use.sessions},
                                       {"state", weir::name_of(use.state)}};
            if (const std::string& until = policy.conditions(line).until_text; !until.empty()) one["until"] = until;
            all.push_back(std::move(one));
        }
        out << all.dump(2) << '\n';
        return;
    }
    const auto column = [&out](const std::string& text, std::size_t width) { out << text << std::string(text.size() < width ? width - text.size() : 1, ' '); };
    for (const LineUse& use : lines) {
        const Line& line = policy.line(use.line);
        column(policy.file() + ':' + std::to_string(line.file_line), policy.file().size() + 8);
        column(std::string{weir::name_of(use.state)}, 9);
        const std::string sessions = std::to_string(use.sessions);
        out << std::string(sessions.size() < 10 ? 10 - sessions.size() : 0, ' ') << sessions << "  " << policy.contract_name(line.contract) << ' '
            << name_of(line.heading) << ": " << line.peer_text << ", " << line.service_text << '\n';
    }
    const auto number = [&](LineState state) { return std::ranges::count(lines, state, &LineUse::state); };
    out << lines.size() << (lines.size() == 1 ? " line: " : " lines: ") << number(LineState::unused) << " never used, " << number(LineState::expired)
        << " expired, " << number(LineState::ending) << " ending within 30 days\n";
}

int policy_usage(const std::string& file, const std::vector<std::string>& captures, bool json, std::ostream& out, std::ostream& err) {
    QuietRun run{captures};
    const auto worker = run.add(file);
    const auto failed = worker ? run.run([](std::size_t, const RecordHead&) {}) : worker.error();
    if (failed) {
        err << *failed << '\n';
        return exit_code::usage;
    }
    for (const std::string& warning : run.warnings()) err << warning << " (warning)\n";
    const Policy& policy = *run.policy(0);
    write_usage(policy, use_of_lines(policy, (*worker)->contract().line_uses(), run.last()), json, out);
    return exit_code::done;
}

}  // namespace weir::cli
