// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/vocabulary.hpp"

#include <algorithm>
#include <numeric>

#include "sensor/decode/layers.hpp"

namespace weir {
namespace {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

constexpr std::string_view peer_forms =
    "a network's name, an address, a prefix, a range `a-b`, `any`, `{dns: name}`, equipment such as `{role: router}`, or a list of these";
constexpr std::string_view service_forms =
    "a service's name, `any`, an inline service such as `{proto: tcp, ports: [8443], app: tls}`, or a list of these";

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Whether somebody who wrote this meant an address: no letter beyond `f`, and a dot, colon or slash.
bool looks_like_address(std::string_view text) noexcept {
    return text.find_first_not_of("0123456789abcdefABCDEF.:/-") == std::string_view::npos &&
           text.find_first_of(".:/") != std::string_view::npos;
}

std::string with_commas(std::span<const std::string_view> words) {
    std::string list;
    for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string{word};
    return list;
}

/// The field by which a protocol says what is done: its keyword is `PROTOCOL.operation`. Null: the protocol has none.
const Field* operation_field(const ParserInfo& parser) noexcept {
    for (const Field& field : parser.fields)
        if (field.keyword.starts_with(parser.name) && field.keyword.substr(parser.name.size()) == ".operation") return &field;
    return nullptr;
}

/// How many addresses a network has, near enough to say which of two is the narrower.
double width_of(const NamedNetwork& network) noexcept {
    constexpr double per_high = 18'446'744'073'709'551'616.0;  // 2^64
    double width = 0;
    for (const AddressRange& range : network.ranges)
        width += static_cast<double>(range.last.high - range.first.high) * per_high + static_cast<double>(range.last.low) -
                 static_cast<double>(range.first.low) + 1;
    return width;
}

/// Lower case without the dot at the end; empty when it is no DNS name, nor one behind `*.`.
std::string dns_name(std::string_view text) {
    std::string name;
    if (text.ends_with('.')) text.remove_suffix(1);
    constexpr std::size_t longest = 253;
    const std::string_view plain = text.starts_with("*.") ? text.substr(2) : text;
    if (plain.empty() || text.size() > longest || plain.front() == '.' || plain.find("..") != std::string_view::npos) return {};
    for (const char c : plain)
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return {};
    name.reserve(text.size());
    for (const char c : text) name += static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
    return name;
}

}  // namespace

std::string flow_text(const Node& node) {
    switch (node.type) {
        case Type::null: return "~";
        case Type::scalar: return std::string{node.text};
        case Type::list: {
            std::string out = "[";
            for (const Node& item : node.children) out += (out.size() > 1 ? ", " : "") + flow_text(item);
            return out + ']';
        }
        case Type::map: {
            std::string out = "{";
            for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
                out += (i > 0 ? ", " : "") + std::string{node.children[i].text} + ": " + flow_text(node.children[i + 1]);
            return out + '}';
        }
    }
    return {};
}

bool Vocabulary::is_name(const Node& node, std::string_view what) {
    constexpr std::size_t longest = 64;
    std::string reason;
    std::vector<AddressRange> ranges;
    const std::string_view name = node.text;
    const bool good = node.type == Type::scalar && !name.empty() && name.size() <= longest && name != "any" &&
                      std::ranges::any_of(name, is_letter) &&
                      std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; }) &&
                      !AddressRange::parse(name, ranges, reason);
    if (!good) {
        errors_.add(node, quoted(name) + " cannot be the name of " + std::string{what} +
                              "; expected letters, digits, `-`, `_`, `.` (at most " + std::to_string(longest) +
                              ", at least one letter, not `any`)");
    }
    return good;
}

bool Vocabulary::too_large(const Node& node, std::size_t rows) {
    if (exhausted_) return true;
    rows_ += rows;
    exhausted_ = rows_ > max_vocabulary_rows;
    if (exhausted_)
        errors_.add(node, "the networks and services of this policy come to more than " + std::to_string(max_vocabulary_rows) +
                              " addresses and ports");
    return exhausted_;
}

// ---------------------------------------------------------------- networks

void Vocabulary::read_networks(const Node* node) {
    if (node == nullptr) return;
    if (node->type != Type::map) return errors_.add(*node, "expected `name: addresses` pairs under `networks`");
    for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
        const Node& name = node->children[i];
        if (!is_name(name, "a network")) continue;
        networks_[name.text].value = &node->children[i + 1];
        network_names_.push_back(name.text);
    }
    PeerSet unused;
    for (std::size_t i = 0; i + 1 < node->children.size(); i += 2)
        if (networks_.contains(node->children[i].text)) (void)add_network(node->children[i], unused, 0), unused = {};
    for (const std::string_view name : network_names_)
        if (const Network& network = networks_[name]; !network.set.ranges.empty()) tables_.networks.push_back({std::string{name}, network.set.ranges});
}

bool Vocabulary::add_network(const Node& node, PeerSet& set, unsigned depth) {
    const auto found = networks_.find(node.text);
    if (found == networks_.end()) {
        errors_.add(node, "unknown network " + quoted(node.text) + errors_.suggestion(node.text, network_names_) + "; expected " +
                              std::string{peer_forms});
        return false;
    }
    Network& network = found->second;
    if (network.state == State::reading) {
        errors_.add(node, "network " + quoted(node.text) + " contains itself");
        return false;
    }
    if (network.state == State::unread) {
        network.state = State::reading;
        const bool empty = network.value->items().empty();
        if (empty) errors_.add(*network.value, "network " + quoted(node.text) + " is empty; expected " + std::string{peer_forms});
        network.good = !empty && add_peers(*network.value, network.set, depth + 1) && seal(network.set, *network.value);
        network.state = State::read;
    }
    set.ranges.insert(set.ranges.end(), network.set.ranges.begin(), network.set.ranges.end());
    set.dns.insert(set.dns.end(), network.set.dns.begin(), network.set.dns.end());
    set.selections.insert(set.selections.end(), network.set.selections.begin(), network.set.selections.end());
    return network.good;  // a bad network has been reported where it stands
}

bool Vocabulary::add_dns(const Node& node, PeerSet& set) {
    yaml::MapReader map{node, errors_, "a network member"};
    const Node* const value = map.require("dns");
    const Node* const within = map.find("within");
    map.finish();
    if (value == nullptr) return false;
    bool good = !value->items().empty();
    std::vector<AddressRange> ranges;
    std::string written;
    if (within != nullptr) {
        PeerSet bounds;
        good = add_peers(*within, bounds, 0) && seal(bounds, *within) && good;
        if (good && (bounds.ranges.empty() || !bounds.dns.empty() || !bounds.selections.empty()))
            errors_.add(*within, "expected networks of addresses, in which those of the name must lie, or `any`"), good = false;
        ranges = std::move(bounds.ranges);
        written = '|' + flow_text(*within);
    }
    for (const Node& item : value->items()) {
        const std::string name = item.type == Type::scalar ? dns_name(item.text) : std::string{};
        if (name.empty()) {
            errors_.add(item, quoted(item.text) +
                                  " is no DNS name; expected one such as `updates.example.com`, or `*.example.com` for all names below it");
            good = false;
            continue;
        }
        const auto [at, is_new] = dns_rows_.try_emplace(name + written, static_cast<std::uint32_t>(tables_.dns.size()));
        if (is_new) tables_.dns.push_back({name, dns_hash(name), ranges});
        set.dns.push_back(at->second);
    }
    return good;
}

bool Vocabulary::selection(const Node& node, Selection& selection, bool with_same) {
    yaml::MapReader map{node, errors_, "a selection of equipment"};
    bool good = node.type == Type::map;
    for (std::size_t trait = 0; trait < equipment_traits.size(); ++trait) {
        const Node* const value = map.find(equipment_traits[trait].key);
        if (value == nullptr) continue;
        Selection::Wanted& wanted = selection.wanted[trait];
        for (const Node& item : value->items()) {
            const auto text = yaml::text_of(item, errors_, with_same ? "text, or `same`" : "text");
            good = good && text;
            if (!text) continue;
            wanted.same = wanted.same || (*text == "same" && !item.quoted);
            if (*text != "same" || item.quoted) wanted.values.emplace_back(*text);
        }
        if (wanted.same && (!with_same || trait == 0 || !wanted.values.empty()))
            errors_.add(*value, with_same && trait != 0 ? "`same` stands alone; expected it, or names" : "there is nothing here to be the same as; expected names"),
                good = false;
    }
    map.finish();
    if (good && selection.asked() == 0) errors_.add(node, "expected what equipment must be: `name`, `vendor`, `model`, `role` or `site`"), good = false;
    return good;
}

bool Vocabulary::add_selection(const Node& node, PeerSet& set) {
    Selection chosen;
    if (!selection(node, chosen, true) || too_large(node, 1)) return false;
    set.selections.push_back(static_cast<std::uint32_t>(tables_.selections.size()));
    tables_.selections.push_back(std::move(chosen));
    return true;
}

/// `{dns: name}`, or equipment by what it is.
bool Vocabulary::add_map(const Node& node, PeerSet& set) {
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
        if (std::ranges::find(equipment_traits, node.children[i].text, &Trait::key) != equipment_traits.end()) return add_selection(node, set);
    return add_dns(node, set);
}

bool Vocabulary::add_peers(const Node& node, PeerSet& set, unsigned depth) {
    if (depth > max_name_nesting) {
        errors_.add(node, "networks nested more than " + std::to_string(max_name_nesting) + " deep");
        return false;
    }
    bool good = !exhausted_;
    for (const Node& item : exhausted_ ? std::span<const Node>{} : node.items()) {
        if (item.type == Type::map) {
            good = add_map(item, set) && good;
        } else if (item.type == Type::list) {
            good = add_peers(item, set, depth + 1) && good;
        } else if (item.type == Type::null || item.text.empty()) {
            errors_.add(item, "expected " + std::string{peer_forms});
            good = false;
        } else if (item.text == "any") {
            set.ranges.push_back(AddressRange::any());
        } else if (networks_.contains(item.text)) {
            good = add_network(item, set, depth) && good;
        } else if (std::string reason; !AddressRange::parse(item.text, set.ranges, reason)) {
            if (!looks_like_address(item.text)) {
                (void)add_network(item, set, depth);  // says that it is unknown
            } else {
                errors_.add(item, reason);
            }
            good = false;
        }
        if (set.ranges.size() > max_vocabulary_rows) return !too_large(item, set.ranges.size());
    }
    return good;
}

/// Brings a complete set into its final form.
bool Vocabulary::seal(PeerSet& set, const Node& node) {
    normalise(set.ranges);
    std::ranges::sort(set.dns);
    set.dns.erase(std::unique(set.dns.begin(), set.dns.end()), set.dns.end());
    return !too_large(node, set.ranges.size());
}

std::optional<std::uint32_t> Vocabulary::peers(const Node& node) {
    const auto [at, is_new] = peer_rows_.try_emplace(flow_text(node), static_cast<std::uint32_t>(tables_.peer_sets.size()));
    if (!is_new) return at->second;
    PeerSet set;
    const bool empty = node.items().empty();
    if (empty) errors_.add(node, "expected " + std::string{peer_forms});
    if (empty || !add_peers(node, set, 0) || !seal(set, node)) {
        peer_rows_.erase(at);
        return std::nullopt;
    }
    tables_.peer_sets.push_back(std::move(set));
    return at->second;
}

void Vocabulary::finish() {
    std::vector<std::uint32_t> order(tables_.dns.size()), row_of(tables_.dns.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, [&](std::uint32_t left, std::uint32_t right) { return tables_.dns[left].hash < tables_.dns[right].hash; });
    std::vector<DnsPattern> sorted;
    for (const std::uint32_t old : order) {
        row_of[old] = static_cast<std::uint32_t>(sorted.size());
        sorted.push_back(std::move(tables_.dns[old]));
    }
    tables_.dns = std::move(sorted);
    for (PeerSet& set : tables_.peer_sets)
        for (std::uint32_t& row : set.dns) row = row_of[row];
    std::ranges::stable_sort(tables_.networks, {}, width_of);
}

// ---------------------------------------------------------------- services

void Vocabulary::read_services(const Node* node) {
    for (const BuiltinService& row : builtin_services()) {
        services_[row.name] = NamedService{nullptr, State::read, true, items_of(row)};
        service_names_.push_back(row.name);
    }
    if (node == nullptr) return;
    if (node->type != Type::map) return errors_.add(*node, "expected `name: service` pairs under `services`");
    for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
        const Node& name = node->children[i];
        if (!is_name(name, "a service")) continue;
        if (services_.contains(name.text)) {
            errors_.add(name, "service " + quoted(name.text) + " is built in (`weir policy services` lists them); expected another name");
            continue;
        }
        services_[name.text].value = &node->children[i + 1];
        service_names_.push_back(name.text);
    }
    std::vector<ServiceItem> unused;
    for (std::size_t i = 0; i + 1 < node->children.size(); i += 2)
        if (services_.contains(node->children[i].text)) (void)add_named_service(node->children[i], unused, 0), unused.clear();
}

bool Vocabulary::add_named_service(const Node& node, std::vector<ServiceItem>& items, unsigned depth) {
    const auto found = services_.find(node.text);
    if (found == services_.end()) {
        errors_.add(node, "unknown service " + quoted(node.text) + errors_.suggestion(node.text, service_names_) + "; expected " +
                              std::string{service_forms});
        return false;
    }
    NamedService& service = found->second;
    if (service.state == State::reading) {
        errors_.add(node, "service " + quoted(node.text) + " contains itself");
        return false;
    }
    if (service.state == State::unread) {
        service.state = State::reading;
        const bool empty = service.value->items().empty();
        if (empty) errors_.add(*service.value, "service " + quoted(node.text) + " is empty; expected " + std::string{service_forms});
        service.good = !empty && add_services(*service.value, service.items, depth + 1);
        service.state = State::read;
    }
    items.insert(items.end(), service.items.begin(), service.items.end());
    return service.good;
}

bool Vocabulary::add_services(const Node& node, std::vector<ServiceItem>& items, unsigned depth) {
    if (depth > max_name_nesting) {
        errors_.add(node, "services nested more than " + std::to_string(max_name_nesting) + " deep");
        return false;
    }
    bool good = !exhausted_;
    for (const Node& item : exhausted_ ? std::span<const Node>{} : node.items()) {
        if (item.type == Type::map) {
            good = add_inline_service(item, items) && good;
        } else if (item.type == Type::list) {
            good = add_services(item, items, depth + 1) && good;
        } else if (item.type == Type::null || item.text.empty()) {
            errors_.add(item, "expected " + std::string{service_forms});
            good = false;
        } else if (item.text == "any") {
            items.emplace_back();
        } else {
            good = add_named_service(item, items, depth) && good;
        }
        if (items.size() > max_vocabulary_rows) return !too_large(item, items.size());
    }
    return good;
}

bool Vocabulary::add_ports(const Node& node, std::vector<PortRange>& ports) {
    bool good = true;
    for (const Node& item : node.items()) {
        if (item.type == Type::scalar && item.text == "any") continue;
        const auto range = item.type == Type::scalar ? port_range_of(item.text) : std::nullopt;
        if (!range) {
            errors_.add(item, quoted(flow_text(item)) +
                                  " is no port; expected a number up to 65535, a range such as `6000-6007`, or a list of these");
            good = false;
            continue;
        }
        ports.push_back(*range);
    }
    return good && !too_large(node, ports.size());
}

void Vocabulary::report_unknown_app(const Node& node) {
    const std::vector<std::string_view> names = app_names();
    errors_.add(node, "unknown application protocol " + quoted(node.text) + errors_.suggestion(node.text, names) +
                          "; expected `any` or one of: " + with_commas(names));
}

bool Vocabulary::operations(const Node& node, std::vector<AllowedOperations>& operations) {
    if (node.type != Type::map) {
        errors_.add(node,
                    "expected what may be used of a protocol, such as `app: {snmp: [get, bulk]}`; which protocol may be spoken belongs "
                    "into the service");
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        const Node &name = node.children[i], &list = node.children[i + 1];
        const ProtocolId app = find_protocol(name.text);
        const Field* const field = app == no_protocol ? nullptr : operation_field(protocols()[app]);
        if (field != nullptr) {
            AllowedOperations allowed{app, {}};
            good = add_operations(list, *field, allowed.names) && good;
            operations.push_back(std::move(allowed));
            continue;
        }
        good = false;
        if (!app_of(name.text)) {
            report_unknown_app(name);
            continue;
        }
        // A line that demanded what nobody can see would be a line that demands nothing.
        std::vector<std::string_view> able;
        for (const ParserInfo& parser : protocols())
            if (operation_field(parser) != nullptr) able.push_back(parser.name);
        errors_.add(name, "weir does not tell the operations of " + quoted(name.text) + " apart; expected one of: " + with_commas(able));
    }
    return good;
}

bool Vocabulary::add_operations(const Node& list, const Field& field, std::vector<std::string>& names) {
    bool good = !list.items().empty();
    if (!good) errors_.add(list, "expected a list of operations, such as `[get, bulk]`");
    for (const Node& item : list.items()) {
        const auto name = yaml::text_of(item, errors_, "the name of an operation, such as `get`");
        good = good && name;
        if (!name) continue;
        names.emplace_back(*name);
        if (field.values.empty() || std::ranges::find(field.values, *name) != field.values.end()) continue;
        errors_.add(item, "unknown operation " + quoted(*name) + errors_.suggestion(*name, field.values) +
                              "; expected one of: " + with_commas(field.values));
        good = false;
    }
    return good;
}

bool Vocabulary::apps(const Node& node, ProtocolSet& apps, std::string& text) {
    bool good = !node.items().empty(), any = false;
    if (!good) errors_.add(node, "expected an application protocol's name, or `any`");
    for (const Node& item : node.items()) {
        if (item.type == Type::scalar && item.text == "any") {
            any = true;
            continue;
        }
        const auto app = item.type == Type::scalar ? app_of(item.text) : std::nullopt;
        if (!app) {
            report_unknown_app(item);
            good = false;
            continue;
        }
        any = any || app->empty();  // no parser for it yet: nothing can be demanded
        apps = apps | *app;
        text += (text.empty() ? "" : " or ") + std::string{item.text};
    }
    if (any) apps.clear();
    return good;
}

bool Vocabulary::add_inline_service(const Node& node, std::vector<ServiceItem>& items) {
    yaml::MapReader map{node, errors_, "a service"};
    const Node* const proto = map.require("proto");
    const Node* const port = map.find("port");
    const Node* const ports = map.find("ports");
    const Node* const type = map.find("type");
    const Node* const peer_port = map.find("peer-port");
    const Node* const peer_ports = map.find("peer-ports");
    const Node* const app = map.find("app");
    map.finish();
    if (proto == nullptr) return false;

    ServiceItem common;
    bool good = true;
    const auto either = [&](const Node* one, const Node* many, std::vector<PortRange>& out) {
        if (one != nullptr && many != nullptr)
            errors_.add(*many, "`port` and `ports` (or `peer-port` and `peer-ports`) are the same key: expected one of them"), good = false;
        if (const Node* const value = one != nullptr ? one : many) good = add_ports(*value, out) && good;
    };
    either(port, ports, common.ports);
    either(peer_port, peer_ports, common.peer_ports);
    if (app != nullptr) good = apps(*app, common.apps, common.app_text) && good;

    const bool has_ports = port != nullptr || ports != nullptr || peer_port != nullptr || peer_ports != nullptr;
    for (const Node& name : proto->items()) {
        const std::vector<std::uint16_t> numbers = name.type == Type::scalar ? ip_protocols_of(name.text) : std::vector<std::uint16_t>{};
        if (numbers.empty()) {
            errors_.add(name, quoted(name.text) + " is no IP protocol" + errors_.suggestion(name.text, ip_protocol_names()) +
                                  "; expected tcp, udp, sctp, icmp, another name such as ospf, or a number up to 255");
            good = false;
        }
        // `icmp` is ICMP and ICMPv6: a type's name means what each calls so, a number is ICMP's.
        const auto type_of = [&](const Node& written, std::uint16_t protocol) -> std::optional<std::uint16_t> {
            if (written.type != Type::scalar || written.text.empty()) return std::nullopt;
            if (numbers.size() > 1 && protocol == ip_protocol::icmpv6 && is_digit(written.text[0])) return std::nullopt;
            return icmp_type_of(written.text, protocol);
        };
        if (type != nullptr)
            for (const Node& written : type->items())
                if (std::ranges::none_of(numbers, [&](std::uint16_t protocol) { return type_of(written, protocol).has_value(); }))
                    errors_.add(written, quoted(flow_text(written)) +
                                             " is no ICMP type; expected a name such as `echo` or `unreachable`, or a number up to 255"),
                        good = false;
        for (const std::uint16_t protocol : numbers) {
            const bool icmp = protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6;
            const bool with_ports = protocol == ip_protocol::tcp || protocol == ip_protocol::udp || protocol == ip_protocol::sctp;
            if (has_ports && !with_ports) errors_.add(name, "only tcp, udp and sctp have ports"), good = false;
            if (!common.apps.empty() && protocol != ip_protocol::tcp && protocol != ip_protocol::udp)
                errors_.add(name, "application protocols are read inside tcp and udp only; expected no `app`, or `app: any`"), good = false;
            if (type != nullptr && !icmp) errors_.add(*type, "only icmp and icmpv6 have a `type`"), good = false;
            ServiceItem item = common;
            item.protocol = protocol;
            if (type != nullptr) {
                for (const Node& written : type->items())
                    if (const auto value = type_of(written, protocol)) item.ports.push_back({*value, *value});
                if (item.ports.empty()) continue;  // types that only the other of the two has
            }
            items.push_back(std::move(item));
        }
    }
    if (proto->items().empty()) errors_.add(*proto, "expected an IP protocol"), good = false;
    return good && !too_large(node, 1);
}

std::optional<std::uint32_t> Vocabulary::services(const Node& node) {
    const auto [at, is_new] = service_rows_.try_emplace(flow_text(node), static_cast<std::uint32_t>(tables_.service_lists.size()));
    if (!is_new) return at->second;
    std::vector<ServiceItem> items;
    const bool empty = node.items().empty();
    if (empty) errors_.add(node, "expected " + std::string{service_forms});
    if (empty || !add_services(node, items, 0) || too_large(node, items.size())) {
        service_rows_.erase(at);
        return std::nullopt;
    }
    tables_.service_lists.push_back({static_cast<std::uint32_t>(tables_.items.size()), static_cast<std::uint32_t>(items.size())});
    std::ranges::move(items, std::back_inserter(tables_.items));
    return at->second;
}

}  // namespace weir
