// SPDX-License-Identifier: Apache-2.0
#include "sensor/contract/matrix.hpp"

#include <algorithm>
#include <optional>

#include "parsers/base/bytes.hpp"
#include "sensor/contract/address_set.hpp"
#include "sensor/contract/csv.hpp"
#include "sensor/contract/services.hpp"
#include "sensor/decode/layers.hpp"

namespace weir::import {
namespace {

using yaml::quoted;

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<char>(to_lower(static_cast<std::uint8_t>(c)));
    return out;
}

/// The words of a cell, between any of `separators`.
std::vector<std::string> words(std::string_view cell, std::string_view separators) {
    std::vector<std::string> out;
    while (!cell.empty()) {
        const std::size_t end = std::min(cell.size(), cell.find_first_of(separators));
        if (end > 0) out.push_back(lower(cell.substr(0, end)));
        cell.remove_prefix(std::min(cell.size(), end + 1));
    }
    return out;
}

std::string list_of(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
    return items.size() == 1 ? out : '[' + out + ']';
}

bool says_any(std::string_view text) noexcept {
    return text.empty() || text == "any" || text == "*" || text == "all" || text == "-" || text == "n/a";
}

class Importer {
public:
    Importer(std::string_view file, std::string_view self, const PeerNames& peers)
        : errors_(std::string{file}), warnings_(std::string{file}), self_(self), peers_(peers) {}

    Outcome run(const CsvTable& table) {
        const auto source = table.column({"source", "src", "from", "source ne", "source device"});
        const auto destination = table.column({"destination", "dst", "dest", "to", "destination ne", "destination device"});
        const auto port = table.column({"port", "ports", "destination port", "dest port", "dst port", "port number"});
        const auto protocol = table.column({"protocol", "proto", "transport", "transport protocol"});
        const auto purpose = table.column({"purpose", "description", "service", "usage", "comment", "remarks"});
        if (!source || !destination || !port || !protocol) {
            errors_.add(1, 0,
                        "no communication matrix; expected a header with the columns source, destination, port, protocol (and purpose)");
            return Unexpected{errors_.take()};
        }
        bool met = false;
        for (const CsvTable::Row& row : table.rows) {
            const bool egress = lower(row.cells[*source]) == lower(self_), ingress = lower(row.cells[*destination]) == lower(self_);
            if (!egress && !ingress) continue;
            met = true;
            const auto service = service_of(row, row.cells[*protocol], row.cells[*port]);
            if (!service) continue;
            const std::string_view remark = purpose ? std::string_view{row.cells[*purpose]} : std::string_view{};
            if (egress) add(row, "egress", "to: ", row.cells[*destination], *service, remark);
            if (ingress) add(row, "ingress", "from: ", row.cells[*source], *service, remark);
        }
        if (!met)
            errors_.add(1, 0, "no row has " + quoted(self_) + " as its source or destination; expected its name as it stands in the table");
        if (!errors_.empty()) return Unexpected{errors_.take()};
        const std::string name = name_from(self_, "equipment");
        return Imported{name, contract_.text(name, "from a communication matrix"), warnings_.take()};
    }

private:
    std::optional<std::string> service_of(const CsvTable::Row& row, std::string_view protocol, std::string_view port) {
        std::vector<std::string> protocols;
        bool with_ports = true;
        for (const std::string& word : words(protocol, "/,;+& ")) {
            const auto numbers = ip_protocols_of(word);
            if (word != "and" && word != "or" && numbers.empty()) {
                errors_.add(row.line, 0,
                            quoted(word) + " is no IP protocol; expected tcp, udp, sctp, icmp, another name such as ospf, or a number");
                return std::nullopt;
            }
            if (numbers.empty()) continue;
            with_ports = with_ports && (word == "tcp" || word == "udp" || word == "sctp");
            protocols.push_back(word);
        }
        if (protocols.empty()) {
            errors_.add(row.line, 0, "a row without a protocol; expected tcp, udp or another one");
            return std::nullopt;
        }
        std::vector<std::string> ports;
        for (std::string word : words(port, "/,; ")) {
            if (says_any(word)) continue;
            if (!port_range_of(word)) {
                errors_.add(
                    row.line, 0,
                    quoted(word) + " is no port; expected a number up to 65535, a range such as 6000-6007, several of these, or any");
                return std::nullopt;
            }
            ports.push_back(std::move(word));
        }
        if (!with_ports && !ports.empty()) {
            errors_.add(row.line, 0, "only tcp, udp and sctp have ports; expected none, or `any`");
            return std::nullopt;
        }
        return "{proto: " + list_of(protocols) + (ports.empty() ? "" : ", ports: " + list_of(ports)) + '}';
    }

    void add(const CsvTable::Row& row, std::string_view heading, std::string_view key, std::string_view end, const std::string& service,
             std::string_view remark) {
        std::vector<AddressRange> unused;
        std::string reason, peer;
        bool review = false;
        if (const std::string_view mapped = peers_.find(end); !mapped.empty()) {
            peer = mapped;
        } else if (says_any(lower(end))) {
            peer = "any";
        } else if (AddressRange::parse(end, unused, reason)) {
            peer = word(end);
        } else {
            peer = name_from(end, "peer");
            review = true;
            warnings_.add(row.line, 0,
                          quoted(end) + " is neither an address nor mapped: its line is for review; expected it in the file of `--peers`");
        }
        contract_.add(heading, '{' + std::string{key} + peer + ", service: " + service + '}', remark, review);
    }

    yaml::Errors errors_, warnings_;
    std::string_view self_;
    const PeerNames& peers_;
    ContractText contract_;
};

}  // namespace

Outcome import_matrix(std::string_view file, std::string_view text, std::string_view self, const PeerNames& peers) {
    const auto table = parse_csv(file, text);
    if (!table) return Unexpected{std::vector{table.error()}};
    return Importer{file, self, peers}.run(*table);
}

}  // namespace weir::import
