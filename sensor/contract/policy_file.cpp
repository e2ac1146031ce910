// SPDX-License-Identifier: Apache-2.0
// policy.yaml -> Policy. All mistakes of a file are told at once, each with its line; docs/policy.md is the reference.
#include <algorithm>
#include <new>
#include <tuple>

#include "sensor/config/yaml.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/contract/vocabulary.hpp"

namespace weir {
namespace {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

class Loader {
public:
    explicit Loader(const std::string& file) : errors_(file), vocabulary_(tables_, errors_) { tables_.file = file; }

    Result<std::shared_ptr<const Policy>, std::vector<FileError>> load(const Node& root) {
        yaml::MapReader map{root, errors_, "a policy"};
        vocabulary_.read_networks(map.find("networks"));
        vocabulary_.read_services(map.find("services"));
        read_contracts(map.find("contracts"));
        read_equipment(map.find("equipment"));
        read_ignores(map.find("ignore"));
        map.finish();
        vocabulary_.finish();
        if (errors_.empty() && !compile(tables_))
            errors_.add(root, "the contracts name more than " + std::to_string(max_compiled_rows) + " addresses or services altogether");
        if (!errors_.empty()) return Unexpected{errors_.take()};
        return std::shared_ptr<const Policy>{std::make_shared<Policy>(std::move(tables_))};
    }

private:
    // ------------------------------------------------------------ contracts

    void read_contracts(const Node* node) {
        if (node == nullptr) return;
        if (node->type != Type::map) return errors_.add(*node, "expected `name: contract` pairs under `contracts`");
        for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
            const Node& name = node->children[i];
            if (!vocabulary_.is_name(name, "a contract")) continue;
            const auto id = static_cast<ContractId>(tables_.contracts.size());
            contracts_.emplace(name.text, id);
            contract_names_.push_back(name.text);
            tables_.contracts.emplace_back(name.text);
            if (node->children[i + 1].type != Type::null) read_contract(node->children[i + 1], id);
        }
    }

    void read_contract(const Node& node, ContractId id) {
        yaml::MapReader map{node, errors_, "a contract"};
        for (const auto& [key, heading] :
             {std::pair{"egress", Heading::egress}, {"ingress", Heading::ingress}, {"both", Heading::both}, {"deny", Heading::deny}}) {
            const Node* const lines = map.find(key);
            if (lines == nullptr) continue;
            if (lines->type != Type::list) {
                errors_.add(*lines, "expected a list of lines under " + quoted(key) + ", such as `- {to: nms, service: snmp-trap}`");
                continue;
            }
            for (const Node& line : lines->children) read_line(line, id, heading);
        }
        map.finish();
    }

    void read_line(const Node& node, ContractId contract, Heading heading) {
        yaml::MapReader map{node, errors_, heading == Heading::deny ? "a deny line" : "a contract line"};
        Line line;
        line.contract = contract;
        line.heading = heading;
        line.file_line = node.line;
        const Node* const peer = read_peer_key(map, heading, line);
        const Node* const service = map.require("service");
        const auto peers = peer == nullptr ? std::nullopt : vocabulary_.peers(*peer);
        const auto services = service == nullptr ? std::nullopt : vocabulary_.services(*service);
        const auto conditions = heading == Heading::deny ? read_denial(map) : read_conditions(map);
        map.finish();
        if (!peers || !services || !conditions) return;
        line.peer_text = flow_text(*peer);
        line.service_text = flow_text(*service);
        line.peers = *peers;
        line.services = *services;
        line.conditions = *conditions;
        tables_.lines.push_back(std::move(line));
    }

    /// `to:`, `from:` or `with:` - whichever the heading asks for; a deny line takes any one of them.
    const Node* read_peer_key(yaml::MapReader& map, Heading heading, Line& line) {
        struct Key {
            std::string_view name;
            Heading heading;
            bool egress, ingress;
        };
        static constexpr std::array keys{Key{"to", Heading::egress, true, false}, Key{"from", Heading::ingress, false, true},
                                         Key{"with", Heading::both, true, true}};
        const Node* found = nullptr;
        for (const Key& key : keys) {
            if (heading != Heading::deny && heading != key.heading) continue;
            const Node* const value = map.find(key.name);
            if (value == nullptr) continue;
            if (found != nullptr) {
                errors_.add(*value, "expected only one of `to`, `from` and `with` in a line");
                continue;
            }
            found = value;
            line.faces_egress = key.egress;
            line.faces_ingress = key.ingress;
        }
        if (found == nullptr && map.node().type == Type::map) {
            static constexpr std::array<std::string_view, 4> expected{"`to` under `egress`", "`from` under `ingress`",
                                                                      "`with` under `both`", "`to`, `from` or `with` under `deny`"};
            errors_.add(map.node(), "a line needs " + std::string{expected[static_cast<std::size_t>(heading)]});
        }
        return found;
    }

    std::optional<std::uint32_t> keep(Conditions&& conditions, bool said) {
        if (!said) return 0;
        tables_.conditions.push_back(std::move(conditions));
        return static_cast<std::uint32_t>(tables_.conditions.size() - 1);
    }

    std::optional<std::uint32_t> read_conditions(yaml::MapReader& map) {
        Conditions conditions;
        bool good = true, said = false;
        const auto value = [&](std::string_view key) {
            const Node* const node = map.find(key);
            said = said || node != nullptr;
            return node;
        };
        if (const Node* const node = value("until")) good = read_until(*node, conditions.until, conditions.until_text) && good;
        if (const Node* const node = value("when")) good = read_when(*node, conditions) && good;
        if (const Node* const node = value("limit")) good = read_limit(*node, conditions.limit) && good;
        if (const Node* const node = value("role")) {
            conditions.role = node->text == "peer-is-client"   ? Role::peer_is_client
                              : node->text == "peer-is-server" ? Role::peer_is_server
                                                               : Role::usual;
            if (conditions.role == Role::usual)
                errors_.add(*node, "expected `role: peer-is-client` or `role: peer-is-server`"), good = false;
        }
        if (const Node* const node = value("interactive")) {
            conditions.interactive = node->text == "never"     ? Interactive::never
                                     : node->text == "allowed" ? Interactive::allowed
                                                               : Interactive::unsaid;
            if (conditions.interactive == Interactive::unsaid)
                errors_.add(*node, "expected `interactive: never` or `interactive: allowed`"), good = false;
        }
        if (const Node* const node = value("app")) good = vocabulary_.operations(*node, conditions.operations) && good;
        if (const Node* const node = value("ticket")) conditions.ticket = text(*node, "a ticket's number or a few words", good);
        return good ? keep(std::move(conditions), said) : std::nullopt;
    }

    std::optional<std::uint32_t> read_denial(yaml::MapReader& map) {
        static constexpr std::array<std::string_view, 4> severities{"high", "medium", "low", "info"};
        Conditions conditions;
        bool good = true;
        if (const Node* const node = map.require("reason"))
            conditions.deny_reason = text(*node, "a reason in a few words", good);
        else
            good = false;
        if (const Node* const node = map.find("until")) good = read_until(*node, conditions.until, conditions.until_text) && good;
        if (const Node* const node = map.find("severity")) {
            const auto at = std::ranges::find(severities, node->text);
            if (at == severities.end()) errors_.add(*node, "expected a severity: high, medium, low or info"), good = false;
            conditions.severity = static_cast<Severity>(at - severities.begin() + 1);
        }
        return good ? keep(std::move(conditions), true) : std::nullopt;
    }

    std::string text(const Node& node, std::string_view expected, bool& good) {
        const auto value = yaml::text_of(node, errors_, expected);
        good = good && value;
        return std::string{value.value_or("")};
    }

    bool read_until(const Node& node, Time& until, std::string& written) {
        const auto end = node.type == Type::scalar ? end_of_day(node.text) : std::nullopt;
        if (!end)
            errors_.add(node,
                        quoted(flow_text(node)) + " is no date; expected one such as `2027-01-31` (the last day on which it holds, UTC)");
        until = end.value_or(0);
        written = node.text;
        return end.has_value();
    }

    bool read_when(const Node& node, Conditions& conditions) {
        std::string reason = "expected days, hours and a time zone, such as `Mon-Fri 08:00-18:00 Europe/Prague`";
        if (node.type == Type::scalar) {
            // A policy repeats few schedules, and a zone costs a file to read.
            const auto [at, is_new] = schedules_.try_emplace(std::string{node.text});
            if (is_new) at->second = Schedule::parse(node.text, schedule_reasons_[at->first]);
            conditions.when = at->second;
            if (!conditions.when) reason = schedule_reasons_[at->first];
        }
        conditions.when_text = node.text;
        if (!conditions.when) errors_.add(node, reason);
        return conditions.when.has_value();
    }

    bool read_limit(const Node& node, Limit& limit) {
        yaml::MapReader map{node, errors_, "a limit"};
        bool good = node.type == Type::map;
        const auto positive = [&](const Node& value, auto read) {
            const bool zero = read && *read == 0;
            if (zero) errors_.add(value, "a limit of nothing forbids the line: leave the line out instead");
            good = good && read && !zero;
            return read.value_or(0);
        };
        if (const Node* const value = map.find("bytes-per-hour")) limit.bytes_per_hour = positive(*value, yaml::size_of(*value, errors_));
        if (const Node* const value = map.find("sessions-per-hour"))
            limit.sessions_per_hour = positive(*value, yaml::number_of(*value, errors_, 0, 0xffff'ffff));
        if (const Node* const value = map.find("duration")) limit.duration = positive(*value, yaml::duration_of(*value, errors_));
        map.finish();
        if (good && !limit.any())
            errors_.add(node, "expected `bytes-per-hour`, `sessions-per-hour` or `duration` in a limit"), good = false;
        return good;
    }

    // ------------------------------------------------------------ equipment

    void read_equipment(const Node* node) {
        if (node == nullptr) return;
        if (node->type != Type::list)
            return errors_.add(
                *node, "expected a list of equipment entries, such as `- {name: gnb-1, address: 10.20.1.11, contract: radio-node}`");
        for (const Node& entry : node->children) read_equipment_entry(entry);
        for (const EquipmentIndex::Conflict& conflict : EquipmentIndex::conflicts(claims_, mac_claims_))
            errors_.add(conflict.line, conflict.column, conflict.reason);
        std::erase_if(mac_claims_, [&](const EquipmentIndex::MacClaim& claim) { return addressed_.at(claim.equipment); });
        if (!errors_.empty()) return;
        for (const EquipmentIndex::Claim& claim : claims_) tables_.equipment_ranges.push_back(claim.range);
        normalise(tables_.equipment_ranges);
        tables_.index = EquipmentIndex{std::move(claims_), mac_claims_};
    }

    void read_equipment_entry(const Node& node) {
        yaml::MapReader map{node, errors_, "an equipment entry"};
        const auto id = static_cast<EquipmentId>(tables_.equipment.size());
        Equipment equipment;
        equipment.file_line = node.line;
        const std::size_t first_claim = claims_.size();
        bool unused = true;
        if (const Node* const name = map.require("name")) {
            equipment.name = text(*name, "the equipment's name", unused);
            const auto [at, is_new] = equipment_.try_emplace(name->text, id);
            if (!is_new)
                errors_.add(*name, "equipment " + quoted(name->text) + " stands twice (first on line " +
                                       std::to_string(tables_.equipment[at->second].file_line) + ")");
            if (is_new) equipment_names_.push_back(name->text);
        }
        for (const auto& [key, member] : {std::pair{"vendor", &Equipment::vendor},
                                          {"model", &Equipment::model},
                                          {"role", &Equipment::role},
                                          {"site", &Equipment::site}})
            if (const Node* const value = map.find(key)) equipment.*member = text(*value, "text", unused);
        if (const Node* const contract = map.find("contract")) {
            const auto at = contracts_.find(contract->text);
            if (at == contracts_.end())
                errors_.add(*contract, "unknown contract " + quoted(flow_text(*contract)) +
                                           errors_.suggestion(contract->text, contract_names_) +
                                           "; expected the name of one under `contracts`");
            else
                equipment.contract = at->second;
        }
        const Node *const address = map.find("address"), *const network = map.find("network"), *const mac = map.find("mac");
        map.finish();
        if (address != nullptr) read_claims(*address, id, true);
        if (network != nullptr) read_claims(*network, id, false);
        if (mac != nullptr) read_macs(*mac, id);
        if (address == nullptr && network == nullptr && mac == nullptr && node.type == Type::map)
            errors_.add(node, "an equipment entry needs `address`, `network` or `mac`");
        if (claims_.size() > first_claim) equipment.address = claims_[first_claim].range.first.address();
        addressed_.push_back(address != nullptr || network != nullptr);
        tables_.equipment.push_back(std::move(equipment));
    }

    void read_claims(const Node& node, EquipmentId id, bool single) {
        if (node.items().empty()) errors_.add(node, "expected an address");
        for (const Node& item : node.items()) {
            std::vector<AddressRange> ranges;
            std::string reason = "expected an address";
            if (item.type != Type::scalar || !AddressRange::parse(item.text, ranges, reason)) {
                errors_.add(item, reason);
            } else if (single && !ranges.front().single()) {
                errors_.add(item, quoted(item.text) + " is more than one address; expected `network: " + std::string{item.text} +
                                      "` for a whole range");
            } else {
                for (const AddressRange& range : ranges) claims_.push_back({range, id, item.line, item.column});
            }
        }
    }

    void read_macs(const Node& node, EquipmentId id) {
        for (const Node& item : node.items()) {
            if (const auto mac = item.type == Type::scalar ? parse_mac(item.text) : std::nullopt)
                mac_claims_.push_back({*mac, id, item.line, item.column});
            else
                errors_.add(item, quoted(flow_text(item)) +
                                      " is no MAC address; expected six pairs of hexadecimal digits such as `00:1b:2c:3d:4e:5f`");
        }
    }

    // ------------------------------------------------------------ ignore

    void read_ignores(const Node* node) {
        if (node == nullptr) return;
        if (node->type != Type::list) return errors_.add(*node, "expected a list of entries under `ignore`");
        for (const Node& entry : node->children) read_ignore(entry);
    }

    void read_ignore(const Node& node) {
        yaml::MapReader map{node, errors_, "an ignore entry"};
        Ignore ignore;
        ignore.file_line = node.line;
        bool good = true, says = false;
        if (const Node* const names = map.find("equipment")) good = read_ignored_equipment(*names, ignore, says);
        for (const auto& [key, egress, ingress] : {std::tuple{"to", true, false}, {"from", false, true}, {"with", true, true}}) {
            const Node* const value = map.find(key);
            if (value == nullptr) continue;
            if (ignore.peers) errors_.add(*value, "expected only one of `to`, `from` and `with` in an entry");
            ignore.peers = vocabulary_.peers(*value);
            ignore.egress = egress;
            ignore.ingress = ingress;
            good = good && ignore.peers;
            says = true;
        }
        if (const Node* const service = map.find("service")) {
            ignore.services = vocabulary_.services(*service);
            good = good && ignore.services;
            says = true;
        }
        std::string written;
        if (const Node* const until = map.require("until")) good = read_until(*until, ignore.until, written) && good;
        if (const Node* const reason = map.require("reason")) ignore.reason = text(*reason, "a reason in a few words", good);
        map.finish();
        if (!says && node.type == Type::map)
            errors_.add(
                node, "an ignore entry needs `equipment`, a peer (`to`, `from` or `with`) or `service`: else it would silence everything");
        if (good) tables_.ignores.push_back(std::move(ignore));
    }

    bool read_ignored_equipment(const Node& names, Ignore& ignore, bool& says) {
        bool good = true;
        if (names.type == Type::scalar && names.text == "any") return true;
        for (const Node& name : names.items()) {
            const auto at = equipment_.find(name.text);
            if (at != equipment_.end()) {
                ignore.equipment.push_back(at->second);
                says = true;
            } else {
                errors_.add(name, "unknown equipment " + quoted(flow_text(name)) + errors_.suggestion(name.text, equipment_names_) +
                                      "; expected the name of an entry under `equipment`, or `any`");
                good = false;
            }
        }
        if (names.items().empty()) errors_.add(names, "expected the name of an equipment entry"), good = false;
        std::ranges::sort(ignore.equipment);
        return good;
    }

    yaml::Errors errors_;
    PolicyTables tables_;
    Vocabulary vocabulary_;
    std::unordered_map<std::string_view, ContractId> contracts_;
    std::unordered_map<std::string_view, EquipmentId> equipment_;
    std::vector<std::string_view> contract_names_, equipment_names_;
    std::unordered_map<std::string, std::optional<Schedule>> schedules_;
    std::unordered_map<std::string, std::string> schedule_reasons_;
    std::vector<EquipmentIndex::Claim> claims_;
    std::vector<EquipmentIndex::MacClaim> mac_claims_;
    std::vector<bool> addressed_;  ///< by EquipmentId: has an address, so its MAC does not identify it
};

}  // namespace

Result<std::shared_ptr<const Policy>, std::vector<FileError>> load_policy(std::string_view name, std::string_view text) {
    auto document = yaml::parse(name, text);
    if (!document) return Unexpected{std::vector{document.error()}};
    if (document->root().type == Type::null)
        return Unexpected{
            std::vector{FileError{std::string{name}, 0, 0, "an empty policy; expected `networks`, `contracts` and `equipment`"}}};
    return Loader{document->file()}.load(document->root());
}

Result<std::shared_ptr<const Policy>, std::vector<FileError>> load_policy_file(const std::string& path) {
    const auto text = yaml::read_text(path);
    if (!text) return Unexpected{std::vector{text.error()}};
    return load_policy(path, *text);
}

}  // namespace weir
