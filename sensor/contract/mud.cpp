// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/mud.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "parsers/base/ip_address.hpp"
#include "sensor/contract/services.hpp"
#include "sensor/decode/layers.hpp"

namespace weir::import {
namespace {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

constexpr std::size_t max_entries = 10'000;  ///< of all access lists of a file

/// A key without its module: `ietf-acldns:src-dnsname` is `src-dnsname`, as older files write it.
std::string_view plain(std::string_view key) noexcept {
    const std::size_t colon = key.rfind(':');
    return colon == std::string_view::npos ? key : key.substr(colon + 1);
}

/// An access list entry, as far as it is understood.
struct Entry {
    std::string_view name;
    std::string_view transport;  ///< `tcp`, `udp` or `icmp` where the entry matches in it
    std::string protocol = "any";
    std::string source_ports, destination_ports;  ///< as a service writes them; empty: any
    std::string types;                            ///< of ICMP
    std::string peer;                             ///< as a line writes it; empty: any
    std::string_view initiated;                   ///< `from-device`, `to-device`, or empty
    std::string doubt;                            ///< why a person must look at it; empty: nothing
    bool accept = true;
};

class Importer {
public:
    Importer(std::string_view file, const PeerNames& peers) : file_(file), errors_(std::string{file}), peers_(peers) {}

    Outcome run(const Node& root) {
        const Node* const mud = root.type == Type::map ? member(root, "ietf-mud:mud") : nullptr;
        if (mud == nullptr || mud->type != Type::map) {
            errors_.add(root, "no MUD file; expected an object with `ietf-mud:mud` (RFC 8520)");
            return Unexpected{errors_.take()};
        }
        warn_of_unknown(*mud);
        // The name of RFC 8519's container, and that of the drafts before it: both are found.
        const Node* lists = member(root, "ietf-access-control-list:acls");
        if (lists == nullptr) lists = member(root, "ietf-access-control-list:access-lists");
        const Node* const acls = lists == nullptr ? nullptr : member(*lists, "acl");
        if (acls == nullptr || acls->type != Type::list)
            errors_.add(root, "no access lists; expected `ietf-access-control-list:acls` with a list `acl`");
        else
            for (const bool from_device : {true, false}) read_policy(*mud, *acls, from_device);
        if (!errors_.empty()) return Unexpected{errors_.take()};
        const std::string_view url = text_of(member(*mud, "mud-url")), info = text_of(member(*mud, "systeminfo"));
        const std::string_view model = text_of(member(*mud, "model-name")), last = url.substr(std::min(url.size(), url.rfind('/') + 1));
        Imported out;
        out.name = name_from(!model.empty() ? model : !last.empty() ? last : info, "mud");
        out.text = contract_.text(out.name, std::string{info} + (info.empty() || url.empty() ? "" : ", ") + std::string{url});
        out.warnings = warnings_.take();
        return out;
    }

private:
    void warn(const Node& where, std::string what) { warnings_.add(where, std::move(what)); }

    void warn_of_unknown(const Node& mud) {
        static constexpr std::array<std::string_view, 16> known{
            "mud-version",      "mud-url",    "mud-signature", "last-update",  "cache-validity", "is-supported", "systeminfo",
            "mfg-name",         "model-name", "firmware-rev",  "software-rev", "documentation",  "extensions",   "from-device-policy",
            "to-device-policy", "fw-rev"};
        if (const Node* const extensions = member(mud, "extensions"))
            for (const Node& extension : extensions->items())
                warn(extension, "extension " + quoted(extension.text) + " is not known: what it says is left out");
        for (std::size_t i = 0; i + 1 < mud.children.size(); i += 2)
            if (std::ranges::find(known, plain(mud.children[i].text)) == known.end())
                warn(mud.children[i], quoted(mud.children[i].text) + " is not known, and left out");
        if (text_of(member(mud, "is-supported")) == "false") warn(mud, "the manufacturer does not support this device any more");
    }

    /// Every access list that the policy of one direction names.
    void read_policy(const Node& mud, const Node& acls, bool from_device) {
        const Node* node = member(mud, from_device ? "from-device-policy" : "to-device-policy");
        for (const std::string_view step : {"access-lists", "access-list"}) node = node == nullptr ? nullptr : member(*node, step);
        if (node == nullptr) return;
        for (const Node& reference : node->items()) {
            const Node* const said = member(reference, "name");
            const std::string_view name = text_of(said);
            const auto acl = std::ranges::find_if(acls.children, [&](const Node& one) { return text_of(member(one, "name")) == name; });
            if (name.empty() || acl == acls.children.end()) {
                errors_.add(said == nullptr ? reference : *said,
                            "no access list " + quoted(name) + "; expected the `name` of one under `acl`");
                continue;
            }
            const Node* const aces = member(*acl, "aces");
            const Node* const entries = aces == nullptr ? nullptr : member(*aces, "ace");
            if (entries == nullptr) continue;
            for (const Node& entry : entries->items()) {
                if (++entries_ > max_entries)
                    return errors_.add(entry, "more than " + std::to_string(max_entries) + " access list entries");
                read_entry(entry, from_device);
            }
        }
    }

    void read_entry(const Node& node, bool from_device) {
        Entry entry;
        entry.name = text_of(member(node, "name"));
        const Node* const actions = member(node, "actions");
        const std::string_view forwarding = actions == nullptr ? std::string_view{} : plain(text_of(member(*actions, "forwarding")));
        if (forwarding != "accept" && forwarding != "drop" && forwarding != "reject")
            return errors_.add(node, "an access list entry needs `actions` with `forwarding`: accept, drop or reject");
        entry.accept = forwarding == "accept";
        const Node* const matches = member(node, "matches");
        if (matches == nullptr || matches->type != Type::map || matches->children.empty()) {
            if (entry.accept) errors_.add(node, "an access list entry that accepts needs `matches`");
            return;  // the end of the list, which drops the rest: a contract does so by itself
        }
        for (std::size_t i = 0; i + 1 < matches->children.size(); i += 2)
            read_match(matches->children[i], matches->children[i + 1], from_device, entry);
        write(entry, from_device);
    }

    void read_match(const Node& key, const Node& value, bool from_device, Entry& entry) {
        std::string_view name = plain(key.text);
        if (name.ends_with("-acl")) name.remove_suffix(4);  // as the drafts call them
        if (name == "l3" || name == "l4") {                 // the YANG model's choices, where a file shows them
            for (std::size_t i = 0; i + 1 < value.children.size(); i += 2)
                read_match(value.children[i], value.children[i + 1], from_device, entry);
        } else if (name == "ipv4" || name == "ipv6") {
            read_network(value, from_device, name == "ipv6", entry);
        } else if (name == "tcp" || name == "udp" || name == "icmp") {
            if (!std::exchange(entry.transport, name).empty()) errors_.add(key, "one entry for two transports; expected an entry for each");
            if (name != "icmp") {
                entry.protocol = name;
                return read_ports(value, entry);
            }
            if (entry.protocol != "icmpv6") entry.protocol = "icmp";
            if (const Node* const type = member(value, "type")) entry.types = number(*type, 255);
            if (const Node* const code = member(value, "code")) doubt(*code, "icmp `code`", entry);
        } else if (name == "mud") {
            read_classes(value, entry);
        } else {
            doubt(key, quoted(key.text), entry);
        }
    }

    void read_network(const Node& node, bool from_device, bool v6, Entry& entry) {
        const std::string_view peer_name = from_device ? "dst-dnsname" : "src-dnsname";
        const std::string peer_network = std::string{from_device ? "destination-" : "source-"} + (v6 ? "ipv6-network" : "ipv4-network");
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const Node &key = node.children[i], &value = node.children[i + 1];
            const std::string_view name = plain(key.text);
            if (name == peer_name) {
                if (value.type == Type::scalar && is_dns_name(value.text))
                    set_peer(value, "{dns: " + word(value.text) + '}', entry);
                else
                    errors_.add(value, quoted(value.text) + " is no DNS name; expected one such as updates.example.com");
            } else if (name == peer_network) {
                if (IpPrefix::parse(value.text))
                    set_peer(value, word(value.text), entry);
                else
                    errors_.add(value, quoted(value.text) + " is no network; expected one such as 192.0.2.0/24");
            } else if (name == "protocol") {
                const auto known = ip_protocols_of(value.text);
                if (value.type != Type::scalar || known.empty() || known[0] == any_ip_protocol)
                    errors_.add(value, quoted(value.text) + " is no IP protocol; expected a number up to 255");
                else if (entry.transport.empty() || (entry.transport == "icmp" && known[0] == ip_protocol::icmpv6))
                    entry.protocol = ip_protocol_name(static_cast<std::uint8_t>(known[0]));
            } else {
                doubt(key, quoted(key.text), entry);
            }
        }
    }

    void read_ports(const Node& node, Entry& entry) {
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const Node &key = node.children[i], &value = node.children[i + 1];
            const std::string_view name = plain(key.text);
            if (name == "source-port") {
                entry.source_ports = ports(value);
            } else if (name == "destination-port") {
                entry.destination_ports = ports(value);
            } else if (name == "direction-initiated") {
                entry.initiated = value.text;
                if (entry.initiated != "from-device" && entry.initiated != "to-device")
                    errors_.add(value, "expected from-device or to-device");
            } else {
                doubt(key, quoted(key.text), entry);
            }
        }
    }

    /// Classes of peers, which only the operator knows (RFC 8520 section 5).
    void read_classes(const Node& node, Entry& entry) {
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const Node &key = node.children[i], &value = node.children[i + 1];
            const std::string_view name = plain(key.text);
            if (name == "direction-initiated") {
                entry.initiated = value.text;
            } else if (name == "same-manufacturer") {
                set_peer(key, "{vendor: same}", entry);
            } else if (name == "manufacturer" || name == "model") {
                const std::string_view mapped = peers_.find(value.text);
                set_peer(value,
                         mapped.empty() ? '{' + std::string{name == "model" ? "model" : "vendor"} + ": " + word(value.text) + '}'
                                        : std::string{mapped},
                         entry);
            } else if (name == "controller" || name == "my-controller" || name == "local-networks") {
                const std::string_view known_as = name == "controller" ? std::string_view{value.text} : name;
                if (const std::string_view mapped = peers_.find(known_as); !mapped.empty()) {
                    set_peer(value, std::string{mapped}, entry);
                } else {
                    entry.doubt = "who is " + comment(known_as) + "?";
                    warn(key, std::string{name} + ' ' + (name == "controller" ? quoted(value.text) + ' ' : "") +
                                  "is not mapped: its line is for review; expected it in the file of `--peers`");
                }
            } else {
                doubt(key, quoted(key.text), entry);
            }
        }
    }

    /// Something that the line cannot say: without it more would be allowed.
    void doubt(const Node& where, const std::string& what, Entry& entry) {
        entry.doubt = "without " + comment(what);
        warn(where, what + " is not known: its line is for review");
    }

    void set_peer(const Node& where, std::string peer, Entry& entry) {
        if (!entry.peer.empty() && entry.peer != peer) doubt(where, "a second peer of one entry", entry);
        entry.peer = std::move(peer);
    }

    std::string number(const Node& node, unsigned most) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), value);
        if (node.type == Type::scalar && error == std::errc{} && end == node.text.data() + node.text.size() && value <= most)
            return std::to_string(value);
        errors_.add(node, quoted(node.text) + " is no number; expected one up to " + std::to_string(most));
        return "0";
    }

    /// `{operator: eq, port: 443}` or `{lower-port: 1, upper-port: 9}` (RFC 8519).
    std::string ports(const Node& node) {
        constexpr unsigned last = 65'535;
        if (const Node* const lower = member(node, "lower-port")) {
            const Node* const upper = member(node, "upper-port");
            const std::string first = number(*lower, last), end = upper == nullptr ? first : number(*upper, last);
            if (std::stoul(first) > std::stoul(end)) errors_.add(*lower, "a range of ports that ends before it begins");
            return first == end ? first : first + '-' + end;
        }
        const Node* const port = member(node, "port");
        if (port == nullptr) {
            errors_.add(node, "expected `port`, or `lower-port` and `upper-port`");
            return {};
        }
        const std::string value = number(*port, last);
        const unsigned long at = std::stoul(value);
        const std::string_view said = text_of(member(node, "operator"));
        if (said.empty() || said == "eq") return value;
        if (said == "lte") return "0-" + value;
        if (said == "gte") return value + "-65535";
        if (said == "neq" && at == 0) return "1-65535";
        if (said == "neq" && at == last) return "0-65534";
        if (said == "neq") return "[0-" + std::to_string(at - 1) + ", " + std::to_string(at + 1) + "-65535]";
        errors_.add(node, quoted(said) + " is no operator; expected eq, neq, lte or gte");
        return value;
    }

    static std::string service(const Entry& entry, const std::string& ports, const std::string& peer_ports) {
        std::string out = "{proto: " + entry.protocol;
        if (!entry.types.empty()) out += ", type: " + entry.types;
        if (!ports.empty()) out += ", ports: " + ports;
        if (!peer_ports.empty()) out += ", peer-ports: " + peer_ports;
        return entry.protocol == "any" && ports.empty() && peer_ports.empty() ? "any" : out + '}';
    }

    /// The line for the session that the entry's packets belong to.
    void write(const Entry& entry, bool from_device) {
        const bool answers_only = entry.source_ports.empty() == entry.destination_ports.empty() ? false : !entry.source_ports.empty();
        bool egress = from_device != answers_only;
        if (!entry.initiated.empty()) egress = entry.initiated == "from-device";
        const auto line = [&](bool opened_by_device) {
            // The listener's port is the destination of what its client sends.
            const bool towards_listener = opened_by_device == from_device;
            const std::string& listens = towards_listener ? entry.destination_ports : entry.source_ports;
            const std::string& opens = towards_listener ? entry.source_ports : entry.destination_ports;
            return std::string{"{"} + (opened_by_device ? "to: " : "from: ") + (entry.peer.empty() ? "any" : entry.peer) +
                   ", service: " + service(entry, listens, opens);
        };
        // The other half of a pair of entries that name both ports: the same session, seen in its answers.
        if (!from_device && entry.initiated.empty() && !answers_only && contract_.has("egress", line(true) + '}')) return;
        const std::string remark = std::string{entry.name} + (entry.doubt.empty() ? "" : ": " + entry.doubt);
        if (entry.accept)
            contract_.add(egress ? "egress" : "ingress", line(egress) + '}', remark, !entry.doubt.empty());
        else
            contract_.add("deny", line(egress) + ", reason: " + word("the MUD file drops it: " + comment(entry.name)) + '}', remark,
                          !entry.doubt.empty());
    }

    std::string_view file_;
    yaml::Errors errors_;
    yaml::Errors warnings_{std::string{file_}};
    const PeerNames& peers_;
    ContractText contract_;
    std::size_t entries_ = 0;
};

}  // namespace

Outcome import_mud(std::string_view file, std::string_view text, const PeerNames& peers) {
    const auto document = parse_json(file, text);
    if (!document) return Unexpected{std::vector{document.error()}};
    return Importer{file, peers}.run(document->root());
}

}  // namespace weir::import
