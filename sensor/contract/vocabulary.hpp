// SPDX-License-Identifier: Apache-2.0
// The words of a policy: its networks and services, and what a `to:` or a `service:` made of them means. Used while loading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/config/yaml.hpp"
#include "sensor/contract/policy.hpp"

namespace weir {

inline constexpr unsigned max_name_nesting = 16;               ///< networks inside networks, services inside services
inline constexpr std::size_t max_vocabulary_rows = 4'000'000;  ///< address ranges in all sets, and items in all services

class Vocabulary {
public:
    Vocabulary(PolicyTables& tables, yaml::Errors& errors) : tables_(tables), errors_(errors) {}

    /// `networks:` and `services:`; null where the policy has none.
    void read_networks(const yaml::Node* node);
    void read_services(const yaml::Node* node);
    /// Sorts the DNS names and the networks. After it no more peers may be read.
    void finish();

    /// The row of `peer_sets` for a `to:`; the same text gives the same row. Nothing after an error, which is reported.
    [[nodiscard]] std::optional<std::uint32_t> peers(const yaml::Node& node);
    /// The row of `service_lists` for a `service:`.
    [[nodiscard]] std::optional<std::uint32_t> services(const yaml::Node& node);
    /// `app: ssh`, `app: [ssh, tls]`, `app: any`.
    [[nodiscard]] bool apps(const yaml::Node& node, ProtocolSet& apps, std::string& text);
    /// What may be used of protocols: `app: {snmp: [get, bulk]}`.
    [[nodiscard]] bool operations(const yaml::Node& node, std::vector<AllowedOperations>& operations);
    /// Equipment by what it is, as `{role: router, site: same}`; `same` only where `with_same`.
    [[nodiscard]] bool selection(const yaml::Node& node, Selection& selection, bool with_same);
    /// Whether `node` may stand as the name of a network, service, contract: letters, digits, `-`, `_`, `.`.
    [[nodiscard]] bool is_name(const yaml::Node& node, std::string_view what);

private:
    enum class State : std::uint8_t { unread, reading, read };
    struct Network {
        const yaml::Node* value = nullptr;
        State state = State::unread;
        bool good = false;
        PeerSet set;
    };
    struct NamedService {
        const yaml::Node* value = nullptr;  ///< null: built in
        State state = State::unread;
        bool good = false;
        std::vector<ServiceItem> items;
    };

    [[nodiscard]] bool add_peers(const yaml::Node& node, PeerSet& set, unsigned depth);
    [[nodiscard]] bool add_network(const yaml::Node& node, PeerSet& set, unsigned depth);
    [[nodiscard]] bool add_dns(const yaml::Node& node, PeerSet& set);
    [[nodiscard]] bool add_selection(const yaml::Node& node, PeerSet& set);
    [[nodiscard]] bool add_map(const yaml::Node& node, PeerSet& set);
    [[nodiscard]] bool seal(PeerSet& set, const yaml::Node& node);
    [[nodiscard]] bool add_services(const yaml::Node& node, std::vector<ServiceItem>& items, unsigned depth);
    [[nodiscard]] bool add_named_service(const yaml::Node& node, std::vector<ServiceItem>& items, unsigned depth);
    [[nodiscard]] bool add_inline_service(const yaml::Node& node, std::vector<ServiceItem>& items);
    [[nodiscard]] bool add_ports(const yaml::Node& node, std::vector<PortRange>& ports);
    [[nodiscard]] bool add_operations(const yaml::Node& list, const Field& field, std::vector<std::string>& names);
    void report_unknown_app(const yaml::Node& node);
    /// Counts `rows` more; says once where it is too much.
    [[nodiscard]] bool too_large(const yaml::Node& node, std::size_t rows);

    PolicyTables& tables_;
    yaml::Errors& errors_;
    std::unordered_map<std::string_view, Network> networks_;  // views into the document; looked up by name, never walked in order
    std::unordered_map<std::string_view, NamedService> services_;
    std::vector<std::string_view> network_names_, service_names_;  ///< in file order, for suggestions
    std::unordered_map<std::string, std::uint32_t> peer_rows_, service_rows_, dns_rows_;
    std::size_t rows_ = 0;
    bool exhausted_ = false;  ///< too large: what follows is not worked out
};

/// A value as one would write it on one line: `nms`, `[nms, 10.0.0.1]`, `{dns: updates.example.com}`.
[[nodiscard]] std::string flow_text(const yaml::Node& node);

}  // namespace weir
