// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/inventory.hpp"

#include <array>
#include <map>
#include <optional>

#include "parsers/base/ip_address.hpp"
#include "sensor/contract/csv.hpp"
#include "sensor/contract/equipment_index.hpp"

namespace weir::import {
namespace {

using yaml::Node;
using yaml::quoted;
using yaml::Type;

struct Device {
    std::string name, vendor, model, role, site, contract, mac;
    std::vector<std::string> addresses;  ///< as written, a prefix length behind them
    unsigned line = 0;
};

class Importer {
public:
    explicit Importer(std::string_view file) : errors_(std::string{file}), warnings_(std::string{file}) {}

    void read(const CsvTable& table) {
        const auto name = table.column({"name", "device", "hostname", "ne name"});
        const auto address = table.column({"address", "ip", "ip address", "primary_ip4", "primary_ip", "management ip", "oam ip"});
        if (!name || !address)
            return errors_.add(
                1, 0, "no inventory; expected a header with the columns name and address (and vendor, model, role, site, mac, contract)");
        const std::array<std::pair<std::optional<std::size_t>, std::string Device::*>, 6> columns{
            {{table.column({"vendor", "manufacturer"}), &Device::vendor},
             {table.column({"model", "type", "device_type"}), &Device::model},
             {table.column({"role", "device_role"}), &Device::role},
             {table.column({"site", "location"}), &Device::site},
             {table.column({"mac", "mac address"}), &Device::mac},
             {table.column({"contract"}), &Device::contract}}};
        for (const CsvTable::Row& row : table.rows) {
            Device device;
            device.line = row.line;
            device.name = row.cells[*name];
            if (!row.cells[*address].empty()) device.addresses.push_back(row.cells[*address]);
            for (const auto& [column, member] : columns)
                if (column) device.*member = row.cells[*column];
            write(device);
        }
    }

    void read(const Node& root) {
        const Node* const results = member(root, "results");
        const Node& list = results != nullptr ? *results : root;
        if (list.type != Type::list)
            return errors_.add(root, "no inventory; expected a list of devices, or an object with one under `results`");
        for (const Node& node : list.children) {
            if (node.type != Type::map) {
                errors_.add(node, "expected a device: an object with `name` and `primary_ip4`");
                continue;
            }
            Device device;
            device.line = node.line;
            device.name = text_of(member(node, "name"));
            for (const std::string_view key : {"primary_ip4", "primary_ip6", "primary_ip", "address"}) {
                const Node* const value = member(node, key);
                if (value == nullptr || value->type == Type::null || (key == "primary_ip" && !device.addresses.empty())) continue;
                device.addresses.emplace_back(text_of(value->type == Type::map ? member(*value, "address") : value));
            }
            const Node* const type = member(node, "device_type");
            device.model = type != nullptr && type->type == Type::map ? text_of(member(*type, "model")) : text_of(type);
            device.vendor =
                label(type != nullptr && member(*type, "manufacturer") != nullptr ? member(*type, "manufacturer") : member(node, "vendor"));
            device.role = label(member(node, "role") != nullptr ? member(node, "role") : member(node, "device_role"));
            device.site = label(member(node, "site"));
            write(device);
        }
    }

    Outcome finish() {
        if (count_ == 0 && errors_.empty()) errors_.add(1, 0, "no device with an address; expected at least one");
        if (!errors_.empty()) return Unexpected{errors_.take()};
        return Imported{{}, "equipment:\n" + out_, warnings_.take()};
    }

private:
    /// What NetBox calls a thing for machines: its slug; else its name, or the text itself.
    static std::string label(const Node* node) {
        if (node == nullptr) return {};
        if (node->type != Type::map) return std::string{text_of(node)};
        const std::string_view slug = text_of(member(*node, "slug"));
        return std::string{slug.empty() ? text_of(member(*node, "name")) : slug};
    }

    void write(const Device& device) {
        if (device.name.empty()) return errors_.add(device.line, 0, "a device without a name");
        if (++count_ > max_inventory)
            return errors_.full() ? void() : errors_.add(device.line, 0, "more than " + std::to_string(max_inventory) + " devices");
        if (const auto [at, is_new] = names_.try_emplace(device.name, device.line); !is_new)
            return errors_.add(device.line, 0, quoted(device.name) + " stands twice (first on line " + std::to_string(at->second) + ")");
        std::string addresses;
        std::size_t number = 0;
        for (const std::string& written : device.addresses) {
            const auto address = IpAddress::parse(std::string_view{written}.substr(0, written.find('/')));
            if (!address)
                return errors_.add(device.line, 0, quoted(written) + " is no address; expected one such as 10.20.1.11 or 2001:db8::1");
            if (const auto [at, is_new] = addresses_.try_emplace(*address, device.line); !is_new)
                return errors_.add(device.line, 0, quoted(written) + " stands twice (first on line " + std::to_string(at->second) + ")");
            addresses += (number++ == 0 ? "" : ", ") + word(address->text());
        }
        if (!device.mac.empty()) {
            const auto mac = parse_mac(device.mac);
            if (!mac) return errors_.add(device.line, 0, quoted(device.mac) + " is no MAC address");
            if (const auto [at, is_new] = macs_.try_emplace(*mac, device.line); !is_new)
                return errors_.add(device.line, 0, quoted(device.mac) + " stands twice (first on line " + std::to_string(at->second) + ")");
        }
        if (addresses.empty() && device.mac.empty()) {
            --count_;
            return warnings_.add(device.line, 0, quoted(device.name) + " has no address, and is left out");
        }
        out_ += "  - {name: " + word(device.name);
        const auto add = [this](std::string_view key, const std::string& value) {
            if (!value.empty()) out_ += ", " + std::string{key} + ": " + word(value);
        };
        add("vendor", device.vendor);
        add("model", device.model);
        add("role", device.role);
        add("site", device.site);
        if (!addresses.empty()) out_ += ", address: " + (number == 1 ? addresses : '[' + addresses + ']');
        add("mac", device.mac);
        add("contract", device.contract);
        out_ += "}\n";
    }

    yaml::Errors errors_, warnings_;
    std::map<std::string, unsigned> names_;
    std::map<IpAddress, unsigned> addresses_;
    std::map<Mac, unsigned> macs_;
    std::string out_;
    std::size_t count_ = 0;
};

}  // namespace

Outcome import_inventory(std::string_view file, std::string_view text) {
    Importer importer{file};
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && (text[first] == '{' || text[first] == '[')) {
        const auto document = parse_json(file, text);
        if (!document) return Unexpected{std::vector{document.error()}};
        importer.read(document->root());
    } else {
        const auto table = parse_csv(file, text);
        if (!table) return Unexpected{std::vector{table.error()}};
        importer.read(*table);
    }
    return importer.finish();
}

}  // namespace weir::import
