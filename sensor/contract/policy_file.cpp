// SPDX-License-Identifier: Apache-2.0
// policy.yaml -> Policy. All mistakes of a file are told at once, each with its line; docs/policy.md is the reference.
#include <algorithm>
#include <new>
#include <tuple>

#include "sensor/config/yaml.hpp"
#include "sensor/contract/condition_reader.hpp"
#include "sensor/contract/contract_family.hpp"
#include "sensor/contract/policy.hpp"
#include "sensor/contract/vocabulary.hpp"

namespace weir {
namespace {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

class Loader {
public:
    explicit Loader(const std::string& file)
        : errors_(file), vocabulary_(tables_, errors_), condition_reader_(errors_, vocabulary_) {
        tables_.file = file;
    }

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
        // All names first: a contract may speak of one that stands below it.
        std::vector<const Node*> bodies;
        for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
            const Node& name = node->children[i];
            if (!vocabulary_.is_name(name, "a contract")) continue;
            contracts_.emplace(name.text, static_cast<ContractId>(tables_.contracts.size()));
            contract_names_.push_back(name.text);
            tables_.contracts.emplace_back(name.text);
            bodies.push_back(&node->children[i + 1]);
        }
        ContractFamily family{errors_, contract_names_};
        for (ContractId id = 0; id < bodies.size(); ++id)
            if (bodies[id]->type != Type::null) read_contract(*bodies[id], id, family);
        tables_.lineage = family.lineage();
    }

    /// The contract that `node` names; none after an error, which is reported.
    std::optional<ContractId> contract_of(const Node& node) {
        const auto at = node.type == Type::scalar ? contracts_.find(node.text) : contracts_.end();
        if (at != contracts_.end()) return at->second;
        errors_.add(node, "unknown contract " + quoted(flow_text(node)) + errors_.suggestion(node.text, contract_names_) +
                              "; expected the name of one under `contracts`");
        return std::nullopt;
    }

    void read_contract(const Node& node, ContractId id, ContractFamily& family) {
        yaml::MapReader map{node, errors_, "a contract"};
        if (const Node* const parents = map.find("extends"))
            for (const Node& parent : parents->items())
                if (const auto other = contract_of(parent)) family.extend(id, *other, parent);
        if (const Node* const chosen = map.find("for")) {
            Selection selection;
            if (selectors_.size() == max_selectors)
                errors_.add(*chosen, "more than " + std::to_string(max_selectors) + " contracts with `for`; expected `contract` in the equipment's entries");
            else if (vocabulary_.selection(*chosen, selection, false))
                selectors_.push_back({id, std::move(selection)});
        }
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
        const auto conditions = read_conditions(map, heading);
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

    std::optional<std::uint32_t> read_conditions(yaml::MapReader& map, Heading heading) {
        Conditions conditions;
        bool said = heading == Heading::deny;
        if (heading == Heading::deny) return condition_reader_.read_denial(map, conditions) ? keep(std::move(conditions), said) : std::nullopt;
        bool good = condition_reader_.read(map, conditions, said);
        if (const Node* const inside = map.find("inside")) {
            const auto contract = contract_of(*inside);
            conditions.inside = contract.value_or(no_contract);
            good = good && contract;
            said = true;
        }
        return good ? keep(std::move(conditions), said) : std::nullopt;
    }

    // ------------------------------------------------------------ equipment

    void read_equipment(const Node* node) {
        if (node == nullptr) return;
        if (node->type != Type::list)
            return errors_.add(
                *node, "expected a list of equipment entries, such as `- {name: gnb-1, address: 10.20.1.11, contract: radio-node}`");
        for (const Node& entry : node->children) read_equipment_entry(entry);
        for (Equipment& equipment : tables_.equipment)
            if (equipment.contract == no_contract) select_contract(equipment);
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
            equipment.name = condition_reader_.text(*name, "the equipment's name", unused);
            const auto [at, is_new] = equipment_.try_emplace(name->text, id);
            if (!is_new)
                errors_.add(*name, "equipment " + quoted(name->text) + " stands twice (first on line " +
                                       std::to_string(tables_.equipment[at->second].file_line) + ")");
            if (is_new) equipment_names_.push_back(name->text);
        }
        for (const Trait& trait : std::span{equipment_traits}.subspan(1))
            if (const Node* const value = map.find(trait.key)) equipment.*trait.member = condition_reader_.text(*value, "text", unused);
        if (const Node* const contract = map.find("contract")) equipment.contract = contract_of(*contract).value_or(no_contract);
        const Node *const address = map.find("address"), *const network = map.find("network"), *const mac = map.find("mac");
        map.finish();
        if (address != nullptr) read_claims(*address, id, true, equipment.many);
        if (network != nullptr) read_claims(*network, id, false, equipment.many);
        if (mac != nullptr) read_macs(*mac, id);
        if (address == nullptr && network == nullptr && mac == nullptr && node.type == Type::map)
            errors_.add(node, "an equipment entry needs `address`, `network` or `mac`");
        if (claims_.size() > first_claim) equipment.address = claims_[first_claim].range.first.address();
        addressed_.push_back(address != nullptr || network != nullptr);
        tables_.equipment.push_back(std::move(equipment));
    }

    /// The contract whose `for` describes the equipment closest.
    void select_contract(Equipment& equipment) {
        std::size_t closest = 0;
        std::optional<ContractId> rival;
        for (const Selector& selector : selectors_) {
            const std::size_t asked = selector.selection.asked();
            if (asked < closest || !selector.selection.fits(equipment, nullptr)) continue;
            rival = asked == closest ? std::optional{equipment.contract} : std::nullopt;
            closest = asked;
            equipment.contract = selector.contract;
        }
        if (rival)
            errors_.add(equipment.file_line, 0,
                        "contracts " + quoted(tables_.contracts[*rival]) + " and " + quoted(tables_.contracts[equipment.contract]) +
                            " are both for this equipment; expected `contract` in its entry, or a `for` that says more");
    }

    void read_claims(const Node& node, EquipmentId id, bool single, bool& many) {
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
                many = many || !single;
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
        if (const Node* const until = map.require("until")) good = condition_reader_.read_until(*until, ignore.until, written) && good;
        if (const Node* const reason = map.require("reason")) ignore.reason = condition_reader_.text(*reason, "a reason in a few words", good);
        map.finish();
        if (!says && node.type == Type::map)
            errors_.add(
                node, "an ignore entry needs `equipment`, a peer (`to`, `from` or `with`) or `service`: else it would silence everything");
        if (good) tables_.ignores.push_back(std::move(ignore));
    }

    bool read_ignored_equipment(const Node& names, Ignore& ignore, bool& says) {
        bool good = true;
        if (names.type == Type::scalar && names.text == "any") return true;
        if (names.type == Type::map) {
            Selection selection;
            if (!vocabulary_.selection(names, selection, false)) return false;
            for (EquipmentId id = 0; id < tables_.equipment.size(); ++id)
                if (selection.fits(tables_.equipment[id], nullptr)) ignore.equipment.push_back(id);
            if (!ignore.equipment.empty()) return says = true;
            errors_.add(names, "no equipment is such; expected what some entry under `equipment` says of itself");
            return false;
        }
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
    ConditionReader condition_reader_;
    struct Selector {
        ContractId contract;
        Selection selection;
    };
    static constexpr std::size_t max_selectors = 1024;
    std::vector<Selector> selectors_;  ///< contracts with `for`
    std::unordered_map<std::string_view, ContractId> contracts_;
    std::unordered_map<std::string_view, EquipmentId> equipment_;
    std::vector<std::string_view> contract_names_, equipment_names_;
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
