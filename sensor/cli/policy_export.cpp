// SPDX-License-Identifier: Apache-2.0
#include "sensor/cli/policy_export.hpp"

#include <algorithm>
#include <ostream>

#include "sensor/cli/exit_code.hpp"
#include "sensor/config/yaml.hpp"
#include "sensor/contract/services.hpp"
#include "sensor/decode/layers.hpp"
#include "sensor/output/eve_text.hpp"
#include "sensor/output/json_writer.hpp"

namespace weir::cli {
namespace {

constexpr std::size_t max_document = 16u << 20;  ///< bytes of a MUD file
constexpr std::size_t max_entries = 10'000;      ///< of its access lists

/// Who the other end is, in one of the ways that an access list can say it; all empty: anybody.
struct Peer {
    std::string network;  ///< a prefix
    bool v6 = false;      ///< of which family it is
    std::string dns;
    std::string manufacturer;  ///< of the class
    bool same_manufacturer = false;
    [[nodiscard]] bool in_family(bool of_v6) const noexcept { return network.empty() || v6 == of_v6; }
};

/// One line's session with one peer by one service: two entries, one for each direction of its packets.
struct Rule {
    Peer peer;
    std::uint16_t protocol = any_ip_protocol;
    PortRange listens{0, 0xffff}, opens{0, 0xffff};  ///< of the end that accepts, and of the one that opens
    bool egress = true;
    unsigned line = 0;
};

/// A range of addresses as the fewest prefixes.
void add_prefixes(const AddressRange& range, std::vector<Peer>& out) {
    const bool v4 = range.first.address().is_v4() && range.last.address().is_v4();
    AddressKey at = range.first;
    for (;;) {
        // The largest prefix that begins here and does not reach beyond the end.
        unsigned host_bits = 0;
        AddressKey end = at;
        for (unsigned bits = 1; bits <= (v4 ? 32u : 128u); ++bits) {
            const AddressKey mask{bits > 64 ? (bits == 128 ? ~0ull : (1ull << (bits - 64)) - 1) : 0,
                                  bits >= 64 ? ~0ull : (1ull << bits) - 1};
            if ((at.high & mask.high) != 0 || (at.low & mask.low) != 0) break;
            const AddressKey last{at.high | mask.high, at.low | mask.low};
            if (range.last < last) break;
            host_bits = bits;
            end = last;
        }
        Peer peer;
        peer.v6 = !v4;
        peer.network = at.address().text() + '/' + std::to_string((v4 ? 32u : 128u) - host_bits);
        out.push_back(std::move(peer));
        if (end == range.last || out.size() > max_entries) return;
        at = end.next();
    }
}

class Exporter {
public:
    Exporter(const Policy& policy, std::ostream& err) : policy_(policy), tables_(policy.tables()), err_(err) {}

    void read(ContractId contract) {
        for (LineId id = 0; id < policy_.line_count() && rules_.size() <= max_entries; ++id)
            if (policy_.has_line(contract, policy_.line(id))) read_line(policy_.line(id));
    }
    [[nodiscard]] const std::vector<Rule>& rules() const noexcept { return rules_; }

private:
    void note(const Line& line, std::string_view what) {
        err_ << policy_.file() << ':' << line.file_line << ": " << what << " (warning)\n";
    }

    void read_line(const Line& line) {
        if (line.heading == Heading::deny) return note(line, "MUD forbids by leaving out: a `deny` line is left out");
        const Conditions& conditions = policy_.conditions(line);
        for (const auto& [said, key] : {std::pair{conditions.until != forever, "until"},
                                        {conditions.when.has_value(), "when"},
                                        {conditions.limit.any(), "limit"},
                                        {conditions.role != Role::usual, "role"},
                                        {conditions.interactive != Interactive::unsaid, "interactive"},
                                        {!conditions.operations.empty(), "app"},
                                        {conditions.every != 0, "expect"},
                                        {conditions.inside != no_contract, "inside"}})
            if (said) note(line, "MUD cannot say `" + std::string{key} + "`: the line is exported without it");
        const ServiceList& list = tables_.service_lists[line.services];
        for (const Peer& peer : peers_of(line))
            for (const ServiceItem& item : std::span{tables_.items}.subspan(list.first_item, list.count)) add(line, peer, item);
    }

    std::vector<Peer> peers_of(const Line& line) {
        const PeerSet& set = tables_.peer_sets[line.peers];
        std::vector<Peer> out;
        for (const AddressRange& range : set.ranges) {
            if (range == AddressRange::any())
                out.emplace_back();
            else
                add_prefixes(range, out);
        }
        for (const std::uint32_t row : set.dns) {
            if (tables_.dns[row].name.starts_with('*')) {
                note(line, "MUD knows no wildcards: " + tables_.dns[row].name + " is left out");
                continue;
            }
            Peer peer;
            peer.dns = tables_.dns[row].name;
            out.push_back(std::move(peer));
        }
        for (const std::uint32_t row : set.selections) {
            const Selection& selection = tables_.selections[row];
            constexpr std::size_t vendor = 1;
            static_assert(equipment_traits[vendor].key == "vendor");
            const Selection::Wanted& wanted = selection.wanted[vendor];
            if (selection.asked() != 1 || (!wanted.same && wanted.values.empty())) {
                note(line, "MUD chooses peers by manufacturer alone: another selection of equipment is left out");
                continue;
            }
            Peer peer;
            peer.same_manufacturer = wanted.same;
            if (wanted.same) out.push_back(peer);
            for (const std::string& value : wanted.values) {
                peer.manufacturer = value;
                out.push_back(peer);
            }
        }
        return out;
    }

    void add(const Line& line, const Peer& peer, const ServiceItem& item) {
        const bool icmp = item.protocol == ip_protocol::icmp || item.protocol == ip_protocol::icmpv6;
        static const std::vector<PortRange> any{{0, 0xffff}};
        const auto& listens = item.ports.empty() ? any : item.ports;
        const auto& opens = item.peer_ports.empty() ? any : item.peer_ports;
        for (const PortRange& port : listens)
            for (const PortRange& peer_port : opens)
                for (const bool egress : {true, false})
                    if ((egress ? line.faces_egress : line.faces_ingress) &&
                        (!icmp || (item.protocol == ip_protocol::icmpv6) == peer.v6 || peer.network.empty()))
                        rules_.push_back({peer, item.protocol, port, peer_port, egress, line.file_line});
    }

    const Policy& policy_;
    const PolicyTables& tables_;
    std::ostream& err_;
    std::vector<Rule> rules_;
};

/// The document (RFC 8520 section 3, RFC 8519, and the DNS names of RFC 8520 section 10).
class Document {
public:
    explicit Document(std::span<char> room) : json_(room) {}

    /// Its bytes; 0: it does not fit.
    [[nodiscard]] std::size_t write(const MudExport& what, std::span<const Rule> rules) {
        json_.begin_object("ietf-mud:mud");
        json_.member("mud-version", 1);
        json_.member("mud-url", what.url);
        json_.member("last-update", std::string{eve_time(what.now).text().substr(0, 19)} + "Z");
        json_.member("cache-validity", 48);
        json_.member("is-supported", true);
        json_.member("systeminfo", what.contract);
        for (const bool from_device : {true, false}) {
            json_.begin_object(from_device ? "from-device-policy" : "to-device-policy");
            json_.begin_object("access-lists");
            json_.begin_array("access-list");
            for (const bool v6 : {false, true}) {
                json_.begin_object();
                json_.member("name", list_name(from_device, v6));
                json_.end_object();
            }
            json_.end_array();
            json_.end_object();
            json_.end_object();
        }
        json_.end_object();
        json_.begin_object("ietf-access-control-list:acls");
        json_.begin_array("acl");
        for (const bool from_device : {true, false})
            for (const bool v6 : {false, true}) write_list(rules, from_device, v6);
        json_.end_array();
        json_.end_object();
        const std::size_t size = json_.finish();
        return json_.truncated() ? 0 : size;
    }

private:
    static std::string list_name(bool from_device, bool v6) {
        return std::string{"weir-"} + (v6 ? "v6" : "v4") + (from_device ? "fr" : "to");
    }

    void write_list(std::span<const Rule> rules, bool from_device, bool v6) {
        json_.begin_object();
        json_.member("name", list_name(from_device, v6));
        json_.member("type", v6 ? "ipv6-acl-type" : "ipv4-acl-type");
        json_.begin_object("aces");
        json_.begin_array("ace");
        std::size_t number = 0;
        for (const Rule& rule : rules) {
            const bool other_icmp = rule.protocol == (v6 ? ip_protocol::icmp : ip_protocol::icmpv6);
            if (!rule.peer.in_family(v6) || other_icmp) continue;
            json_.begin_object();
            json_.member("name", list_name(from_device, v6) + '-' + std::to_string(number++) + "-line" + std::to_string(rule.line));
            write_matches(rule, from_device, v6);
            json_.begin_object("actions");
            json_.member("forwarding", "accept");
            json_.end_object();
            json_.end_object();
        }
        json_.end_array();
        json_.end_object();
        json_.end_object();
    }

    void write_matches(const Rule& rule, bool from_device, bool v6) {
        json_.begin_object("matches");
        json_.begin_object(v6 ? "ipv6" : "ipv4");
        if (rule.protocol != any_ip_protocol) json_.member("protocol", rule.protocol);
        if (!rule.peer.dns.empty()) json_.member(from_device ? "ietf-acldns:dst-dnsname" : "ietf-acldns:src-dnsname", rule.peer.dns);
        if (!rule.peer.network.empty())
            json_.member(std::string{from_device ? "destination-" : "source-"} + (v6 ? "ipv6-network" : "ipv4-network"), rule.peer.network);
        json_.end_object();
        if (rule.protocol == ip_protocol::tcp || rule.protocol == ip_protocol::udp) {
            json_.begin_object(rule.protocol == ip_protocol::tcp ? "tcp" : "udp");
            if (rule.protocol == ip_protocol::tcp) json_.member("ietf-mud:direction-initiated", rule.egress ? "from-device" : "to-device");
            // Towards the end that listens its port is the destination.
            const bool towards_listener = rule.egress == from_device;
            write_port(towards_listener ? "source-port" : "destination-port", rule.opens);
            write_port(towards_listener ? "destination-port" : "source-port", rule.listens);
            json_.end_object();
        } else if ((rule.protocol == ip_protocol::icmp || rule.protocol == ip_protocol::icmpv6) &&
                   rule.listens.first == rule.listens.last && rule.egress == from_device) {
            json_.begin_object("icmp");
            json_.member("type", rule.listens.first);
            json_.end_object();
        }
        if (!rule.peer.manufacturer.empty() || rule.peer.same_manufacturer) {
            json_.begin_object("ietf-mud:mud");
            if (rule.peer.same_manufacturer)
                json_.raw_member("same-manufacturer", "[null]");
            else
                json_.member("manufacturer", rule.peer.manufacturer);
            json_.end_object();
        }
        json_.end_object();
    }

    void write_port(std::string_view key, const PortRange& port) {
        if (port.first == 0 && port.last == 0xffff) return;
        json_.begin_object(key);
        if (port.first == port.last) {
            json_.member("operator", "eq");
            json_.member("port", port.first);
        } else {
            json_.member("lower-port", port.first);
            json_.member("upper-port", port.last);
        }
        json_.end_object();
    }

    JsonWriter json_;
};

}  // namespace

int export_mud(const MudExport& what, std::ostream& out, std::ostream& err) {
    const auto loaded = load_policy_file(what.policy);
    if (!loaded) {
        for (const FileError& error : loaded.error()) err << error.text() << '\n';
        return exit_code::usage;
    }
    const auto& names = (*loaded)->tables().contracts;
    const auto at = std::ranges::find(names, what.contract);
    if (at == names.end()) {
        err << what.policy << ": no contract " << yaml::quoted(what.contract) << "; expected the name of one under `contracts`\n";
        return exit_code::usage;
    }
    Exporter exporter{**loaded, err};
    exporter.read(static_cast<ContractId>(at - names.begin()));
    std::vector<char> room(max_document);
    Document document{room};
    const bool too_many = exporter.rules().size() > max_entries;
    const std::size_t size = too_many ? 0 : document.write(what, exporter.rules());
    if (size == 0) {
        err << what.policy << ": contract " << yaml::quoted(what.contract) << " makes more than " << max_entries
            << " access list entries; expected a smaller one\n";
        return exit_code::usage;
    }
    out.write(room.data(), static_cast<std::streamsize>(size));
    return exit_code::done;
}

}  // namespace weir::cli
