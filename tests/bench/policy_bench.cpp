// SPDX-License-Identifier: Apache-2.0
// What a large policy costs: loading 10,000 pieces of equipment and 100,000 allow lines, and judging a new session by it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "sensor/contract/evaluate.hpp"

namespace {

using namespace weir;

constexpr unsigned equipment_count = 10'000, contract_count = 1'000, lines_each = 100;
constexpr std::size_t questions = 1 << 16, rounds = 32;

/// Processor time, in seconds: what else runs on the machine does not count.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

long resident_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

std::string address(std::uint32_t value) { return IpAddress::v4(value).text(); }

std::uint32_t device(unsigned number) { return 0x0a00'0000u + number; }
std::uint32_t peer(unsigned contract, unsigned line) { return 0x0b00'0000u + contract * 256 + line; }

std::string make_policy() {
    constexpr const char* services[]{"ssh",   "snmp-trap", "syslog", "ntp", "{proto: tcp, ports: [6000-6007, 31114]}",
                                     "https", "netconf",   "tacacs"};
    std::string text = "contracts:\n";
    for (unsigned contract = 0; contract < contract_count; ++contract) {
        text += fmt::format("  c{}:\n    egress:\n", contract);
        for (unsigned line = 0; line < lines_each; ++line)
            text += fmt::format("      - {{to: {}, service: {}{}}}\n",
                                line % 10 == 0 ? address(peer(contract, line) & 0xffff'fff0u) + "/28" : address(peer(contract, line)),
                                services[line % std::size(services)], line % 16 == 0 ? ", expect: {every: 5m}" : "");
    }
    text += "equipment:\n";
    for (unsigned number = 0; number < equipment_count; ++number)
        text += fmt::format("  - {{name: e{}, role: r{}, site: s{}, address: {}, contract: c{}}}\n", number, number % 7, number % 100,
                            address(device(number)), number % contract_count);
    return text;
}

/// Sessions as a worker asks about them, ends looked up each time; two in three are allowed.
std::vector<SessionFacts> make_questions() {
    std::mt19937 random{7};
    constexpr std::uint16_t ports[]{22, 162, 514, 123, 6001, 443, 830, 49};
    std::vector<SessionFacts> out(questions);
    for (SessionFacts& facts : out) {
        const unsigned number = random() % equipment_count, line = random() % lines_each;
        facts.client = IpAddress::v4(device(number));
        facts.server = IpAddress::v4(peer(number % contract_count, line));
        facts.client_port = 40'000;
        facts.server_port = ports[(random() & 1) != 0 ? line % std::size(ports) : random() % std::size(ports)];
        facts.protocol = facts.server_port == 162 || facts.server_port == 514 || facts.server_port == 123 ? 17 : 6;
        facts.clock = facts.start = 1'785'326'400 * second;
    }
    return out;
}

}  // namespace

int main() {
    const std::string text = make_policy();
    const long before = resident_kib();
    const double start = now();
    const auto loaded = load_policy("bench", text);
    const double loading = now() - start;
    if (!loaded) {
        fmt::print(stderr, "{}\n", loaded.error()[0].text());
        return EXIT_FAILURE;
    }
    const Policy& policy = **loaded;
    fmt::print("policy of {} pieces of equipment and {} lines ({:.1f} MB): loaded in {:.2f} s, {} MiB more at the peak\n",
               policy.equipment().size(), policy.line_count(), static_cast<double>(text.size()) / 1e6, loading,
               (resident_kib() - before) / 1024);

    std::vector<SessionFacts> sessions = make_questions();
    std::size_t allowed = 0;
    const double begin = now();
    for (std::size_t round = 0; round < rounds; ++round)
        for (SessionFacts& facts : sessions) {
            facts.client_equipment = policy.find(facts.client);
            facts.server_equipment = policy.find(facts.server);
            allowed += judge(policy, Facing::egress, facts.client_equipment, facts).allowed;
        }
    fmt::print("a new session judged in {:.0f} ns, ends looked up; {:.0f} % allowed\n",
               (now() - begin) / static_cast<double>(questions * rounds) * 1e9,
               100.0 * static_cast<double>(allowed) / static_cast<double>(questions * rounds));
    return EXIT_SUCCESS;
}
