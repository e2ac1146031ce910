// SPDX-License-Identifier: Apache-2.0
// Any bytes as a policy. Either every error has a reason and a sensible line, or the policy judges sessions and explains
// what it holds against them without harm, and the line that it offers loads.
#include <cstdio>
#include <cstdlib>

#include "sensor/contract/explain.hpp"
#include "sensor/contract/limits.hpp"

namespace {

using namespace weir;

void demand(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

SessionFacts session(const Policy& policy, const char* client, const char* server, std::uint8_t protocol, std::uint16_t port) {
    SessionFacts facts;
    facts.client = IpAddress::parse(client).value();
    facts.server = IpAddress::parse(server).value();
    facts.client_port = 40000;
    facts.server_port = port;
    facts.protocol = protocol;
    facts.icmp_type = 8;
    facts.client_equipment = policy.find(facts.client);
    facts.server_equipment = policy.find(facts.server);
    facts.clock = 1'785'326'400 * second;
    facts.app = find_protocol("ntp");
    facts.app_status = port == 123 ? AppStatus::known : AppStatus::unknown;
    facts.payload_both_ways = true;
    return facts;
}

void judge_and_explain(const Policy& policy, Facing facing, EquipmentId equipment, const SessionFacts& facts, const NameTable& names) {
    Judgement judgement = judge(policy, facing, equipment, facts, &names);
    (void)find_ignore(policy, facing, equipment, facts, &names);
    if (judgement.allowed) {
        if (judgement.line == no_line) return;
        demand(judgement.line < policy.line_count(), "an allowed session names its line");
        judgement = over_limit(judgement, Difference::bytes);
    }
    const Explanation said = explain(policy, judgement, facts, &names);
    demand(!said.why.empty() && said.why.size() <= max_why, "a `why` is bounded and never empty");
    if (said.allow.empty()) return;
    const std::string heading{said.heading};
    const std::string text = "contracts: {c: {" + heading + ": [" + said.allow.substr(2) +
                             "]}}\nequipment: [{name: e, address: " + "192.0.2.77, contract: c}]\n";
    const auto permitted = load_policy("allow", text);
    demand(permitted.has_value(), "an `allow` line loads");
    demand(judge(**permitted, judgement.facing, 0, facts).allowed, "an `allow` line allows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = load_policy("policy.yaml", as_text({data, size}));
    if (!loaded) {
        demand(!loaded.error().empty(), "a refused policy has errors");
        for (const FileError& error : loaded.error())
            demand(!error.reason.empty() && error.line <= size + 2, "an error has a reason and a line of the file");
        return 0;
    }
    const Policy& policy = **loaded;
    (void)policy.expired(0);
    NameTable names{2};
    LimitTracker limits{16};
    for (const auto& [client, server] : {std::pair{"10.20.1.11", "10.30.0.10"},
                                         {"203.0.113.50", "10.20.1.11"},
                                         {"2001:db8::1", "::1"},
                                         {"10.20.1.11", "255.255.255.255"}}) {
        for (const auto& [protocol, port] : {std::pair<std::uint8_t, std::uint16_t>{6, 22}, {17, 123}, {17, 162}, {1, 0}, {89, 0}}) {
            const SessionFacts facts = session(policy, client, server, protocol, port);
            for (const Facing facing : {Facing::egress, Facing::ingress}) {
                const EquipmentId found = facts.equipment(facing);
                const EquipmentId equipment = found != no_equipment ? found : 0;
                if (equipment >= policy.equipment().size()) continue;
                names.learn_dns(policy, equipment, "a.updates.vendor.example", facts.peer(facing), 60, facts.clock);
                judge_and_explain(policy, facing, equipment, facts, names);
                for (LineId line = 0; line < policy.line_count() && line < 4; ++line)
                    (void)limits.count_bytes(policy, equipment, line, 1'000'000, facts.clock);
            }
        }
    }
    return 0;
}
