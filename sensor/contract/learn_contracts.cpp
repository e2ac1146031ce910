// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/learn_contracts.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "sensor/contract/evaluate.hpp"

namespace weir::learn {
namespace {

constexpr std::size_t ports_chosen_anew = 6;       ///< so many unnamed ports of one peer are no services, but chosen each time
constexpr Time one_off_share = 10;                 ///< a single session is one-off unless it lasted a tenth of what was seen
constexpr unsigned alike_numerator = 1, alike_denominator = 2;  ///< devices are alike that share half of what they do

/// One device with one port of one peer, in one direction; ports first to last where they are chosen anew.
struct Deed {
    struct Key {
        std::size_t device = 0;
        Facing facing = Facing::egress;
        IpAddress peer;
        std::uint8_t protocol = 0;
        PortRange port;
        bool reversed = false;
        friend auto operator<=>(const Key&, const Key&) noexcept = default;
    };
    std::set<ProtocolId> apps;
    bool unknown = false;
    Use sum;  ///< of all its uses
    std::size_t ports = 1;
};

void add(Use& sum, const Use& use) {
    sum.first = sum.sessions == 0 ? use.first : std::min(sum.first, use.first);
    sum.last = std::max(sum.last, use.last);
    sum.longest = std::max(sum.longest, use.longest);
    sum.sessions += use.sessions;
    sum.packets += use.packets;
    sum.answered += use.answered;
    sum.guessed += use.guessed;
    sum.alerted += use.alerted;
    sum.operations.insert(use.operations.begin(), use.operations.end());
    sum.operations_open = sum.operations_open || use.operations_open;
}

bool has_ports(std::uint8_t protocol) noexcept {
    return protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
}

Use::Key as_use(const Deed::Key& key, ProtocolId app, bool unknown) noexcept {
    Use::Key use;
    use.protocol = key.protocol;
    use.port = key.port.first;
    use.app = app;
    use.unknown = unknown;
    return use;
}

/// The built-in service that covers all that was spoken there.
const BuiltinService* service_of(const Deed::Key& key, const Deed& deed) noexcept {
    if (key.port.first != key.port.last) return nullptr;
    const BuiltinService* found = nullptr;
    if (deed.apps.empty()) return service_of(as_use(key, no_protocol, deed.unknown));
    for (const ProtocolId app : deed.apps) {
        const BuiltinService* const one = service_of(as_use(key, app, false));
        if (one == nullptr || (found != nullptr && one != found)) return nullptr;
        found = one;
    }
    return deed.unknown ? nullptr : found;
}

bool is_call_home(std::string_view service) noexcept { return service.find("call-home") != std::string_view::npos; }

/// What is a person's by nature: a shell, a screen.
bool is_interactive(const Deed::Key& key, const Deed& deed) noexcept {
    static constexpr std::array<std::string_view, 2> apps{"ssh", "telnet"};
    static constexpr std::array<std::string_view, 7> services{"ssh", "telnet", "telnets", "rdp", "vnc", "winrm", "netconf"};
    const auto is_shell = [](ProtocolId app) { return std::ranges::find(apps, protocols()[app].name) != apps.end(); };
    if (std::ranges::any_of(deed.apps, is_shell)) return true;
    const BuiltinService* const service = service_of(as_use(key, no_protocol, false));
    return service != nullptr && std::ranges::find(services, service->name) != services.end();
}

std::string spoken(const Deed& deed) {
    std::string text;
    for (const ProtocolId app : deed.apps) text += (text.empty() ? "" : ", ") + std::string{protocols()[app].name};
    return text;
}

class Proposer {
public:
    Proposer(const Survey& survey, const DeviceOptions& options) : survey_(survey), options_(options) {
        out_.devices = find_devices(survey, options);
    }

    Proposal run() {
        for (const auto& [key, use] : survey_.uses()) {
            note(key, use, Facing::egress);
            note(key, use, Facing::ingress);
        }
        join_chosen_ports();
        group();
        for (ProposedContract& contract : out_.contracts) write_lines(contract);
        name_networks();
        for (const auto& [name, service] : services_) out_.services.push_back(service);
        return std::move(out_);
    }

private:
    // ------------------------------------------------------------ uses to deeds

    void note(const Use::Key& key, const Use& use, Facing facing) {
        const IpAddress &own = facing == Facing::egress ? key.client : key.server, &peer = facing == Facing::egress ? key.server : key.client;
        const auto at = out_.devices.index.find(own);
        if (at == out_.devices.index.end() || use.sessions == 0 || is_allowed(key, use, facing)) return;
        Deed& deed = deeds_[{at->second, facing, peer, key.protocol, {key.port, key.port}, key.reversed}];
        if (key.app != no_protocol) deed.apps.insert(key.app);
        deed.unknown = deed.unknown || key.unknown;
        add(deed.sum, use);
    }

    /// Whether the policy that was given allows it already.
    bool is_allowed(const Use::Key& key, const Use& use, Facing facing) const {
        if (options_.policy == nullptr) return false;
        const Policy& policy = *options_.policy;
        SessionFacts facts;
        facts.client = key.client;
        facts.server = key.server;
        facts.protocol = key.protocol;
        (facts.is_icmp() ? facts.icmp_type = static_cast<std::uint8_t>(key.port) : facts.server_port = key.port);
        facts.client_equipment = policy.find(key.client);
        facts.server_equipment = policy.find(key.server);
        facts.app_status = key.app != no_protocol ? AppStatus::known : key.unknown ? AppStatus::unknown : AppStatus::unseen;
        facts.app = key.app;
        facts.app_reversed = key.reversed;
        facts.payload_both_ways = use.answered != 0;
        facts.direction_guessed = use.guessed == use.sessions;
        facts.start = facts.clock = use.last;
        const EquipmentId equipment = facts.equipment(facing);
        if (equipment == no_equipment) return false;
        const auto allowed = [&](std::string_view operation) {
            facts.operation = operation;
            return judge(policy, facing, equipment, facts).allowed;
        };
        return allowed({}) && std::ranges::all_of(use.operations, allowed);
    }

    /// Many ports of one peer without a name are one deed with a range.
    void join_chosen_ports() {
        std::map<std::tuple<std::size_t, Facing, IpAddress, std::uint8_t, bool>, std::vector<Deed::Key>> unnamed;
        constexpr std::uint16_t first_unprivileged = 1024;
        for (const auto& [key, deed] : deeds_)
            if ((key.protocol == ip_protocol::tcp || key.protocol == ip_protocol::udp) && key.port.first >= first_unprivileged &&
                service_of(key, deed) == nullptr)
                unnamed[{key.device, key.facing, key.peer, key.protocol, key.reversed}].push_back(key);
        for (const auto& [group, keys] : unnamed) {
            if (keys.size() < ports_chosen_anew) continue;
            // Dynamic ports of IANA (RFC 6335 section 6), of Linux, and all that need no privilege.
            const std::uint16_t lowest = keys.front().port.first;
            Deed::Key whole = keys.front();
            whole.port = {lowest >= 49152 ? std::uint16_t{49152} : lowest >= 32768 ? std::uint16_t{32768} : first_unprivileged, 65535};
            Deed joined;
            joined.ports = keys.size();
            for (const Deed::Key& key : keys) {
                const Deed& deed = deeds_[key];
                joined.apps.insert(deed.apps.begin(), deed.apps.end());
                joined.unknown = joined.unknown || deed.unknown;
                add(joined.sum, deed.sum);
                deeds_.erase(key);
            }
            deeds_[whole] = std::move(joined);
        }
    }

    // ------------------------------------------------------------ devices to contracts

    using Trait = std::pair<Facing, std::string>;

    void group() {
        std::vector<std::set<Trait>> traits(out_.devices.list.size());
        for (const auto& [key, deed] : deeds_) traits[key.device].insert({key.facing, service_name(key, deed)});
        std::vector<std::pair<ProposedContract, const Device*>> groups;  // with the device that all others are compared with
        std::vector<std::size_t> models;
        for (std::size_t row = 0; row < out_.devices.list.size(); ++row) {
            const Device& device = out_.devices.list[row];
            if (traits[row].empty()) continue;  // nothing seen, or nothing new
            std::size_t at = 0;
            while (at < groups.size() && !belongs(device, traits[row], *groups[at].second, traits[models[at]])) ++at;
            if (at == groups.size()) {
                groups.push_back({ProposedContract{}, &device});
                models.push_back(row);
                if (const ContractId known = contract_of(device); known != no_contract) {
                    groups[at].first.name = options_.policy->contract_name(known);
                    groups[at].first.known = true;
                }
            }
            groups[at].first.devices.push_back(row);
        }
        std::set<std::string> taken;
        if (options_.policy != nullptr)
            for (const std::string& name : options_.policy->tables().contracts) taken.insert(name);
        for (auto& [contract, model] : groups) {
            if (!contract.known) contract.name = unique(taken, (model->vendor.empty() ? "" : model->vendor + '-') + model->role);
            out_.contracts.push_back(std::move(contract));
        }
        std::ranges::sort(out_.contracts, {}, &ProposedContract::name);
    }

    ContractId contract_of(const Device& device) const {
        return device.known == no_equipment ? no_contract : options_.policy->equipment(device.known).contract;
    }

    bool belongs(const Device& device, const std::set<Trait>& traits, const Device& model, const std::set<Trait>& of_model) const {
        const ContractId one = contract_of(device), other = contract_of(model);
        if (one != no_contract || other != no_contract) return one == other;
        if (device.role != model.role || device.vendor != model.vendor) return false;
        const auto common = std::ranges::count_if(traits, [&](const Trait& trait) { return of_model.contains(trait); });
        const std::size_t all = traits.size() + of_model.size() - static_cast<std::size_t>(common);
        return static_cast<std::size_t>(common) * alike_denominator >= all * alike_numerator;
    }

    static std::string unique(std::set<std::string>& taken, std::string name) {
        if (!is_plain_word(name)) name = "device";
        std::string candidate = name;
        for (unsigned number = 2; !taken.insert(candidate).second; ++number) candidate = name + '-' + std::to_string(number);
        return candidate;
    }

    // ------------------------------------------------------------ deeds to lines

    /// The name of the service, which is made where none is built in.
    std::string service_name(const Deed::Key& key, const Deed& deed) {
        if (const BuiltinService* const service = service_of(key, deed)) return std::string{service->name};
        ProposedService made;
        made.proto = ip_protocol_name(key.protocol);
        if (made.proto.find(' ') != std::string::npos) made.proto = std::to_string(key.protocol);
        made.name = (made.proto.front() >= '0' && made.proto.front() <= '9' ? "protocol-" : "") + made.proto;
        const bool icmp = key.protocol == ip_protocol::icmp || key.protocol == ip_protocol::icmpv6;
        if (icmp) {
            made.ports = std::to_string(key.port.first);
            const std::string type = icmp_type_name(key.port.first, key.protocol);
            made.name += '-' + (is_plain_word(type) ? type : made.ports);
        } else if (has_ports(key.protocol)) {
            made.ports = key.port.text();
            made.name += '-' + made.ports;
            // Where something unknown was spoken, too, the service can demand nothing.
            if (!deed.unknown && !deed.apps.empty()) {
                made.app = spoken(deed);
                for (const ProtocolId app : deed.apps) made.name += '-' + std::string{protocols()[app].name};
                if (deed.apps.size() > 1) made.app = '[' + made.app + ']';
            }
        }
        services_.emplace(made.name, made);
        return made.name;
    }

    std::string conditions_of(const Deed::Key& key, const Deed& deed) const {
        std::string text;
        if (key.reversed) text = key.facing == Facing::egress ? ", role: peer-is-client" : ", role: peer-is-server";
        if (deed.sum.operations.empty() || deed.sum.operations_open || deed.apps.size() != 1 || deed.unknown) return text;
        text += ", app: {" + std::string{protocols()[*deed.apps.begin()].name} + ": [";
        bool first = true;
        for (const std::string& operation : deed.sum.operations) {
            text += (first ? "" : ", ") + operation;
            first = false;
        }
        return text + "]}";
    }

    /// What speaks against it, as far as one device and one peer show it.
    std::string doubts(const Deed::Key& key, const Deed& deed) const {
        std::string text;
        const auto doubt = [&text](const std::string& why) { text += (text.empty() ? "" : "; ") + why; };
        const BuiltinService* const service = service_of(key, deed);
        const std::string_view name = service == nullptr ? std::string_view{} : service->name;
        if (deed.sum.alerted != 0) doubt("alerts");
        if (!is_home(key.peer, options_.home) && out_.devices.find(key.peer) == nullptr) {
            const std::string& dns = survey_.name_of(key.peer);
            doubt("foreign address" + (dns.empty() ? "" : " (" + dns + ")"));
        }
        if (key.facing == Facing::egress && is_interactive(key, deed) && !is_call_home(name)) doubt("a shell out of the equipment");
        if (key.reversed && !is_call_home(name)) doubt("the end that opened it is the server in it");
        if (deed.unknown && service == nullptr) doubt("unknown protocol");
        if (service == nullptr && !deed.apps.empty() && key.port.first == key.port.last) {
            const BuiltinService* const usual = service_of(as_use(key, no_protocol, false));
            if (usual != nullptr) doubt(spoken(deed) + " on the port of " + std::string{usual->name});
        }
        if (key.protocol == ip_protocol::tcp && deed.sum.answered == 0) doubt("refused, or never answered");
        if (deed.ports > 1) doubt(std::to_string(deed.ports) + " different ports");
        return text;
    }

    struct LineKey {
        Heading heading;
        std::string service, conditions;
        auto operator<=>(const LineKey&) const = default;
    };
    /// All of a contract's devices with one peer by one line.
    struct Cell {
        Use sum;
        std::set<std::size_t> devices;
        std::string doubts;
    };

    void write_lines(ProposedContract& contract) {
        const std::set<std::size_t> members(contract.devices.begin(), contract.devices.end());
        std::map<std::pair<LineKey, IpAddress>, Cell> cells;
        for (const auto& [key, deed] : deeds_) {
            if (!members.contains(key.device)) continue;
            LineKey line{key.facing == Facing::egress ? Heading::egress : Heading::ingress, service_name(key, deed), conditions_of(key, deed)};
            if (is_mutual(key)) line = {Heading::both, line.service, ""};
            Cell& cell = cells[{line, key.peer}];
            add(cell.sum, deed.sum);
            cell.devices.insert(key.device);
            if (const std::string why = doubts(key, deed); cell.doubts.find(why) == std::string::npos) cell.doubts += (cell.doubts.empty() ? "" : "; ") + why;
        }
        const Time span = survey_.last() - survey_.first();
        std::map<std::tuple<Heading, std::string, std::string, std::string>, ProposedLine> lines;
        for (auto& [where, cell] : cells) {
            const auto& [line, peer] = where;
            if (cell.sum.sessions == 1 && cell.sum.longest * one_off_share < span) cell.doubts += cell.doubts.empty() ? "seen once" : "; seen once";
            ProposedLine& out = lines[{line.heading, cell.doubts, line.service, line.conditions}];
            out.heading = line.heading;
            out.service = line.service;
            out.conditions = line.conditions;
            out.review = cell.doubts;
            out.peers.insert(peer);
            out.first = out.sessions == 0 ? cell.sum.first : std::min(out.first, cell.sum.first);
            out.last = std::max(out.last, cell.sum.last);
            out.sessions += cell.sum.sessions;
            out.devices.insert(cell.devices.begin(), cell.devices.end());
        }
        for (auto& [key, line] : lines) contract.lines.push_back(std::move(line));
    }

    /// Whether either end opens such sessions.
    bool is_mutual(const Deed::Key& key) const {
        Deed::Key other = key;
        other.facing = key.facing == Facing::egress ? Facing::ingress : Facing::egress;
        return !key.reversed && key.port.first == key.port.last && deeds_.contains(other);
    }

    // ------------------------------------------------------------ peers to networks

    /// What a peer is to the equipment, the most telling first.
    static std::string_view network_name(Heading heading, std::string_view service) noexcept {
        struct Row {
            std::string_view service, name;
        };
        static constexpr std::array egress{
            Row{"snmp-trap", "nms"},     Row{"netconf-call-home", "nms"}, Row{"netconf-call-home-tls", "nms"}, Row{"tacacs", "aaa"},
            Row{"tacacs-tls", "aaa"},    Row{"radius", "aaa"},            Row{"radius-accounting", "aaa"},     Row{"ldap", "aaa"},
            Row{"ldaps", "aaa"},         Row{"kerberos", "aaa"},          Row{"syslog", "logs"},               Row{"syslog-tls", "logs"},
            Row{"ipfix", "flow-collectors"}, Row{"netflow", "flow-collectors"}, Row{"sflow", "flow-collectors"}, Row{"ntp", "time"},
            Row{"ptp", "time"},          Row{"dns", "resolvers"},         Row{"dns-tls", "resolvers"},         Row{"ftp", "files"},
            Row{"tftp", "files"},        Row{"nfs", "files"},             Row{"dhcp", "address-servers"},
        };
        static constexpr std::array ingress{Row{"snmp", "nms"},         Row{"netconf", "nms"},       Row{"netconf-tls", "nms"}, Row{"gnmi", "nms"},
                                            Row{"tl1", "nms"},          Row{"ssh", "jump-hosts"},    Row{"telnet", "jump-hosts"},
                                            Row{"https", "managers"},   Row{"http", "managers"},     Row{"ipmi", "managers"}};
        const auto find = [&](const auto& rows) {
            const auto at = std::ranges::find(rows, service, &Row::service);
            return at == rows.end() ? std::string_view{} : at->name;
        };
        return heading == Heading::egress ? find(egress) : heading == Heading::ingress ? find(ingress) : std::string_view{};
    }

    /// Peers that stand in the same lines are one network: so a name never allows more than what was seen.
    void name_networks() {
        if (options_.policy != nullptr) return;  // lines to add to a policy name addresses: its networks are its own
        std::map<IpAddress, std::vector<std::pair<std::size_t, std::size_t>>> places;
        for (std::size_t contract = 0; contract < out_.contracts.size(); ++contract)
            for (std::size_t line = 0; line < out_.contracts[contract].lines.size(); ++line)
                if (out_.contracts[contract].lines[line].review.empty())
                    for (const IpAddress& peer : out_.contracts[contract].lines[line].peers) places[peer].emplace_back(contract, line);
        std::map<std::vector<std::pair<std::size_t, std::size_t>>, std::set<IpAddress>> alike;
        for (const auto& [peer, where] : places) alike[where].insert(peer);
        static constexpr std::array<std::string_view, 10> order{"nms",   "aaa",   "logs",  "flow-collectors", "time", "resolvers",
                                                                "files", "address-servers", "managers", "jump-hosts"};
        std::map<IpAddress, ProposedNetwork> networks;  // by first address, so that numbers in names follow addresses
        for (auto& [where, addresses] : alike) {
            std::set<std::string_view> names;
            for (const auto& [contract, line] : where) {
                const ProposedLine& proposed = out_.contracts[contract].lines[line];
                names.insert(network_name(proposed.heading, proposed.service));
            }
            const auto first = std::ranges::find_if(order, [&](std::string_view name) { return names.contains(name); });
            const bool all_equipment = std::ranges::all_of(addresses, [&](const IpAddress& each) { return out_.devices.find(each) != nullptr; });
            const std::string_view name = all_equipment ? "neighbours" : first != order.end() ? *first : "peers";
            const IpAddress key = *addresses.begin();
            networks[key] = {std::string{name}, std::move(addresses)};
        }
        std::set<std::string> taken{"any"};
        for (auto& [address, network] : networks) {
            network.name = unique(taken, network.name);
            out_.networks.push_back(std::move(network));
        }
        std::ranges::sort(out_.networks, {}, &ProposedNetwork::name);
    }

    const Survey& survey_;
    const DeviceOptions& options_;
    Proposal out_;
    std::map<Deed::Key, Deed> deeds_;
    std::map<std::string, ProposedService> services_;
};

}  // namespace

Proposal propose(const Survey& survey, const DeviceOptions& options) { return Proposer{survey, options}.run(); }

}  // namespace weir::learn
