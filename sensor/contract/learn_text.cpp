// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_text.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace weir::learn {
namespace {

constexpr std::size_t width = 110;  ///< lists of addresses are broken behind this

/// `2026-11-23 10:00:05`, UTC.
std::string moment(Time time) {
    using namespace std::chrono;
    const sys_seconds at{seconds{time / second}};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{at - day};
    const auto two = [](auto number) {
        const auto text = std::to_string(number);
        return text.size() < 2 ? '0' + text : text;
    };
    return std::to_string(static_cast<int>(date.year())) + '-' + two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day())) +
           ' ' + two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' + two(clock.seconds().count());
}

/// From and to; a second date only where it is another.
std::string period(Time first, Time last) {
    constexpr std::size_t date = 11;
    const std::string from = moment(first), to = moment(last);
    if (from == to) return from;
    return from + " to " + (from.compare(0, date, to, 0, date) == 0 ? to.substr(date) : to);
}

std::string amount(std::uint64_t number, std::string_view thing) {
    return std::to_string(number) + ' ' + std::string{thing} + (number == 1 ? "" : "s");
}

/// A word of a flow map; in quotes where YAML would read something else.
std::string word(const std::string& text) {
    if (is_plain_word(text)) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

class Writer {
public:
    Writer(const Proposal& proposal, const Survey& survey, const TextInput& input) : proposal_(proposal), survey_(survey), input_(input) {
        for (const ProposedNetwork& network : proposal.networks)
            for (const IpAddress& address : network.addresses) network_of_[address] = &network;
    }

    std::string run() {
        head();
        networks();
        services();
        contracts();
        equipment();
        return std::move(out_);
    }

private:
    void head() {
        out_ += "# Proposed by `weir learn`";
        if (!input_.policy.empty()) out_ += " as additions to " + input_.policy + ": copy what you accept into it";
        out_ += ". Seen: " + amount(input_.packets, "packet") + " in " + amount(survey_.sessions(), "session");
        if (survey_.sessions() != 0) out_ += ", " + period(survey_.first(), survey_.last()) + " UTC";
        out_ += ".\n# From:";
        for (const std::string& capture : input_.captures) out_ += ' ' + capture;
        out_ += "\n#\n# Read it line by line; delete what should not be. A line behind `" + std::string{review_mark} +
                "` was seen, too, but is foreign, rare or odd: it is NOT\n# allowed until you delete the `" + std::string{review_mark} +
                "`. Then check the file: weir policy check FILE\n";
        if (survey_.unlisted() != 0)
            out_ += "# " + amount(survey_.unlisted(), "session") + " found no room in the tables and are not in here.\n";
        if (proposal_.devices.list.empty())
            out_ += "# No host looked like equipment: say which addresses are, with --equipment.\n";
        out_ += '\n';
    }

    void networks() {
        if (proposal_.networks.empty()) return;
        out_ += "networks:\n";
        for (const ProposedNetwork& network : proposal_.networks) {
            out_ += "  " + network.name + ": ";
            list("", addresses(network.addresses), 4);
            out_ += '\n';
        }
        out_ += '\n';
    }

    void services() {
        if (proposal_.services.empty()) return;
        out_ += "services:\n";
        for (const ProposedService& service : proposal_.services) {
            out_ += "  " + service.name + ": {proto: " + service.proto;
            if (!service.ports.empty()) out_ += (service.proto.starts_with("icmp") ? ", type: " : ", ports: ") + service.ports;
            if (!service.app.empty()) out_ += ", app: " + service.app;
            out_ += "}\n";
        }
        out_ += '\n';
    }

    void contracts() {
        if (proposal_.contracts.empty()) return;
        out_ += "contracts:\n";
        for (const ProposedContract& contract : proposal_.contracts) {
            out_ += "  " + contract.name + ":  # " + amount(contract.devices.size(), "device") + (contract.known ? "; lines to add" : "") + '\n';
            const ProposedLine* before = nullptr;
            for (const ProposedLine& line : contract.lines) {
                if (before == nullptr || before->heading != line.heading) out_ += "    " + std::string{name_of(line.heading)} + ":\n";
                write(line, contract.devices.size());
                before = &line;
            }
            out_ += '\n';
        }
    }

    void write(const ProposedLine& line, std::size_t devices) {
        const std::string_view mark = line.review.empty() ? std::string_view{} : review_mark;
        out_ += mark;
        out_ += "      - {" + std::string{line.heading == Heading::egress ? "to" : line.heading == Heading::ingress ? "from" : "with"} + ": ";
        list(mark, line.review.empty() ? names(line.peers) : addresses(line.peers), 10);
        out_ += ", service: " + line.service + line.conditions + "}  # ";
        if (!line.review.empty()) out_ += line.review + "; ";
        out_ += amount(line.sessions, "session");
        if (devices > 1) {
            out_ += " by " + std::to_string(line.devices.size()) + " of " + std::to_string(devices);
            if (line.devices.size() == 1) out_ += " (" + proposal_.devices.list[*line.devices.begin()].name + ')';
        }
        out_ += ", " + period(line.first, line.last) + '\n';
    }

    void equipment() {
        std::vector<const Device*> listed;
        for (const Device& device : proposal_.devices.list)
            if (device.known == no_equipment) listed.push_back(&device);
        if (listed.empty() && !proposal_.contracts.empty()) return;
        out_ += listed.empty() ? "equipment: []\n" : "equipment:\n";
        for (const Device* const device : listed) {
            std::string contract;
            const auto row = static_cast<std::size_t>(device - proposal_.devices.list.data());
            for (const ProposedContract& each : proposal_.contracts)
                if (std::ranges::binary_search(each.devices, row)) contract = each.name;
            out_ += "  - {name: " + word(device->name);
            if (!device->vendor.empty()) out_ += ", vendor: " + device->vendor;
            if (device->role != "device") out_ += ", role: " + device->role;
            out_ += ", address: ";
            list("", addresses({device->addresses.begin(), device->addresses.end()}), 6);
            if (!contract.empty()) out_ += ", contract: " + contract;
            out_ += '}';
            for (const std::string& sign : device->signs) out_ += (&sign == &device->signs.front() ? "  # " : "; ") + sign;
            out_ += '\n';
        }
    }

    /// Addresses one by one.
    static std::vector<std::string> addresses(const std::set<IpAddress>& set) {
        std::vector<std::string> out;
        for (const IpAddress& address : set) out.push_back(word(address.text()));
        return out;
    }

    /// The networks that hold them; these are made so that each lies in the set as a whole.
    std::vector<std::string> names(const std::set<IpAddress>& set) const {
        std::set<std::string> named;
        std::set<IpAddress> rest;
        for (const IpAddress& address : set) {
            const auto at = network_of_.find(address);
            at == network_of_.end() ? (void)rest.insert(address) : (void)named.insert(at->second->name);
        }
        std::vector<std::string> out{named.begin(), named.end()};
        for (const std::string& text : addresses(rest)) out.push_back(text);
        return out;
    }

    /// `one`, or `[one, two]`, on more lines where it is long; each begins with `mark`.
    void list(std::string_view mark, const std::vector<std::string>& words, std::size_t indent) {
        if (words.size() == 1) {
            out_ += words.front();
            return;
        }
        out_ += '[';
        for (const std::string& each : words) {
            if (&each != &words.front()) out_ += ", ";
            const std::size_t line = out_.size() - (out_.rfind('\n') + 1);
            if (line + each.size() > width) {
                out_.pop_back();
                out_ += '\n' + std::string{mark} + std::string(indent, ' ');
            }
            out_ += each;
        }
        out_ += ']';
    }

    static std::string_view name_of(Heading heading) noexcept {
        return heading == Heading::egress ? "egress" : heading == Heading::ingress ? "ingress" : "both";
    }

    const Proposal& proposal_;
    const Survey& survey_;
    const TextInput& input_;
    std::map<IpAddress, const ProposedNetwork*> network_of_;
    std::string out_;
};

}  // namespace

std::string policy_text(const Proposal& proposal, const Survey& survey, const TextInput& input) { return Writer{proposal, survey, input}.run(); }

}  // namespace weir::learn
