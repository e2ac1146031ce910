// SPDX-License-Identifier: Apache-2.0
// A policy: who is watched and what they may do, checked and compiled. Immutable; all workers share one, a reload brings
// another whole.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parsers/base/result.hpp"
#include "sensor/contract/address_set.hpp"
#include "sensor/contract/equipment_index.hpp"
#include "sensor/contract/schedule.hpp"
#include "sensor/contract/services.hpp"
#include "sensor/judge/finding.hpp"

namespace weir {

/// Row number of a contract line: 0 .. `Policy::line_count() - 1`, in file order of their contracts.
using LineId = std::uint32_t;
inline constexpr LineId no_line = 0xffff'ffff;
using ContractId = std::uint32_t;
inline constexpr ContractId no_contract = 0xffff'ffff;
using IgnoreId = std::uint32_t;
inline constexpr Time forever = std::numeric_limits<Time>::max();

struct Equipment {
    std::string name, vendor, model, role, site;  ///< all but the name may be empty
    IpAddress address;                            ///< the first one that it names, for tools; `::`: none
    ContractId contract = no_contract;            ///< none: it may do nothing
    bool many = false;                            ///< names a range, in which each address is a device of its own
    unsigned file_line = 0;
};

/// What a selection may ask of equipment, by the key that says it.
struct Trait {
    std::string_view key;
    std::string Equipment::*member;
};
inline constexpr std::array equipment_traits{Trait{"name", &Equipment::name}, Trait{"vendor", &Equipment::vendor},
                                             Trait{"model", &Equipment::model}, Trait{"role", &Equipment::role},
                                             Trait{"site", &Equipment::site}};

/// Equipment by what it is: `{role: router, site: same}`.
struct Selection {
    struct Wanted {
        std::vector<std::string> values;  ///< one of these; empty: anything
        bool same = false;                ///< what the equipment itself has, whose contract it is
    };
    std::array<Wanted, equipment_traits.size()> wanted;  ///< by trait
    /// `self` is asked for where `same` is wanted; without a value of its own nothing is the same.
    [[nodiscard]] bool fits(const Equipment& candidate, const Equipment* self) const noexcept;
    /// How many traits it asks for: the more, the closer it describes.
    [[nodiscard]] std::size_t asked() const noexcept;
};

/// What may be used of a protocol: `app: {snmp: [get, bulk]}`.
struct AllowedOperations {
    ProtocolId app = no_protocol;
    std::vector<std::string> names;
};

/// 0: not limited.
struct Limit {
    std::uint64_t bytes_per_hour = 0, sessions_per_hour = 0;
    Time duration = 0;
    [[nodiscard]] bool any() const noexcept { return bytes_per_hour != 0 || sessions_per_hour != 0 || duration != 0; }
};

enum class Role : std::uint8_t { usual, peer_is_client, peer_is_server };  ///< usual: who opens the session is its client
enum class Interactive : std::uint8_t { unsaid, never, allowed };

/// What a line says beyond peer and service. Most lines say nothing and share one.
struct Conditions {
    Time until = forever;  ///< the first moment at which the line no longer holds
    std::string until_text, when_text, ticket;
    std::optional<Schedule> when;
    Limit limit;
    Role role = Role::usual;
    Interactive interactive = Interactive::unsaid;
    std::vector<AllowedOperations> operations;
    std::string deny_reason;  ///< of a `deny` line
    Severity severity = 2;    ///< of a `deny` line
    Time every = 0;           ///< `expect`: the equipment does this at least so often; 0: nothing is expected
    std::string every_text;
    ContractId inside = no_contract;  ///< for the sessions in the tunnel that the line allows
};

enum class Heading : std::uint8_t { egress, ingress, both, deny };

struct Line {
    std::string peer_text, service_text;  ///< as written
    ContractId contract = no_contract;
    std::uint32_t peers = 0;       ///< row of `PolicyTables::peer_sets`
    std::uint32_t services = 0;    ///< row of `PolicyTables::service_lists`
    std::uint32_t conditions = 0;  ///< row of `PolicyTables::conditions`
    unsigned file_line = 0;
    Heading heading = Heading::egress;
    bool faces_egress = false, faces_ingress = false;  ///< for which sessions of the equipment it stands
};

/// A line with `expect`, for one of the contracts that have it. Time is counted in grains: eighths of `every`.
struct Duty {
    LineId line = no_line;
    Time every = 0;
    static constexpr Time grains = 8;
    [[nodiscard]] Time grain() const noexcept { return every / grains; }
    [[nodiscard]] std::int64_t grain_of(Time clock) const noexcept { return clock / grain(); }
};
/// How finely the life of equipment with these duties is watched; `duties` is not empty.
[[nodiscard]] Time life_grain(std::span<const Duty> duties) noexcept;

/// A DNS name in a network; `*.example.com` stands for every name below example.com, not for itself.
struct DnsPattern {
    std::string name;  ///< lower case, as written else
    std::uint64_t hash = 0;
    std::vector<AddressRange> within;  ///< where its addresses must lie, sorted and disjoint; empty: near those that it had before
};
[[nodiscard]] std::uint64_t dns_hash(std::string_view lower_case_name) noexcept;

/// What stands behind `to:`, `from:`, `with:`.
struct PeerSet {
    std::vector<AddressRange> ranges;  ///< sorted, disjoint
    std::vector<std::uint32_t> dns;    ///< rows of `PolicyTables::dns`, sorted
    std::vector<std::uint32_t> selections;  ///< rows of `PolicyTables::selections`, sorted
    [[nodiscard]] bool contains(const AddressKey& address) const noexcept;
};

/// A network as the policy names it.
struct NamedNetwork {
    std::string name;
    std::vector<AddressRange> ranges;  ///< sorted, disjoint, not empty
};

struct Ignore {
    std::vector<EquipmentId> equipment;  ///< sorted; empty: every
    std::optional<std::uint32_t> peers;  ///< none: every
    std::optional<std::uint32_t> services;
    bool egress = true, ingress = true;
    Time until = 0;
    std::string reason;
    unsigned file_line = 0;
};

/// One contract seen from one side, laid out for evaluation: slices of the flat tables below.
struct Side {
    std::uint32_t first_range = 0, range_count = 0;  ///< of `ranges`
    std::uint32_t first_set = 0;                     ///< of `side_sets`; rows of `ranges` count from here
    std::uint32_t first_dns = 0, dns_count = 0;      ///< of `side_dns`
    std::uint32_t first_selection = 0, selection_count = 0;  ///< of `side_selections`
    std::uint32_t first_line = 0, line_count = 0;    ///< of `side_lines`
};
/// The lines of a side that name the same peers.
struct SideSet {
    std::uint32_t first_entry = 0, entry_count = 0;        ///< of `entries`, sorted by key
    Time latest_until = std::numeric_limits<Time>::min();  ///< until when any line allows these peers anything
};
/// One way in which one line fits a session. See `entry_key`.
struct Entry {
    std::uint32_t key = 0;
    std::uint32_t item = 0;  ///< of `items`
    LineId line = no_line;
};
struct SideDns {
    std::uint32_t pattern = 0, set = 0;  ///< rows of `dns`, and of the side's sets
};
struct SideSelection {
    std::uint32_t selection = 0, set = 0;  ///< rows of `selections`, and of the side's sets
};
struct ServiceList {
    std::uint32_t first_item = 0, count = 0;  ///< of `items`
};

/// Where an entry is filed: by protocol and port where the service names few ports, by protocol, or under "any protocol".
[[nodiscard]] constexpr std::uint32_t entry_key(std::uint16_t protocol, std::uint16_t port) noexcept {
    return (std::uint32_t{protocol} + 1) << 17 | 1u << 16 | port;
}
[[nodiscard]] constexpr std::uint32_t entry_key(std::uint16_t protocol) noexcept {
    return protocol == any_ip_protocol ? 0 : (std::uint32_t{protocol} + 1) << 17;
}

/// All that a policy is made of. Filled by the loader, constant from then on.
struct PolicyTables {
    std::string file;
    std::vector<Equipment> equipment;
    EquipmentIndex index;
    std::vector<AddressRange> equipment_ranges;  ///< every address that equipment claims, sorted and joined: rules' $EQUIPMENT
    std::vector<std::string> contracts;          ///< names
    std::vector<std::vector<ContractId>> lineage;  ///< per contract: itself, then those that it extends, each once
    std::vector<std::array<Side, 2>> sides;      ///< per contract, by Facing
    std::vector<Line> lines;
    std::vector<Conditions> conditions{Conditions{}};
    std::vector<PeerSet> peer_sets;
    std::vector<ServiceItem> items;
    std::vector<ServiceList> service_lists;
    std::vector<DnsPattern> dns;  ///< sorted by hash
    std::vector<Selection> selections;
    std::vector<NamedNetwork> networks;  ///< those with addresses, the narrowest first
    std::vector<Ignore> ignores;
    std::vector<IgnoreId> ignores_of_all;                                ///< rows of `ignores` that name no equipment
    std::vector<std::pair<EquipmentId, IgnoreId>> ignores_by_equipment;  ///< sorted
    // --- compiled
    std::vector<SetIndex::Row> ranges;
    std::vector<SideSet> side_sets;
    std::vector<SideDns> side_dns;
    std::vector<SideSelection> side_selections;
    std::vector<std::vector<Duty>> duties;  ///< per contract
    bool any_duty = false;
    std::vector<Entry> entries;
    std::vector<LineId> side_lines;
};

class Policy {
public:
    /// `tables` as `load_policy` fills them.
    explicit Policy(PolicyTables tables) : tables_(std::move(tables)) {}

    /// The equipment at an address; `mac` (6 bytes, may be null) counts for entries that have no address of their own.
    [[nodiscard]] EquipmentId find(const IpAddress& address, const std::uint8_t* mac = nullptr) const noexcept {
        return tables_.index.find(address, mac);
    }
    [[nodiscard]] const Equipment& equipment(EquipmentId id) const noexcept { return tables_.equipment[id]; }
    [[nodiscard]] std::span<const Equipment> equipment() const noexcept { return tables_.equipment; }
    [[nodiscard]] EquipmentId find_equipment(std::string_view name) const noexcept;

    /// What people call an address: the equipment at it, or else the narrowest network that it is in; empty: nothing.
    [[nodiscard]] std::string_view name_of(const IpAddress& address) const noexcept;

    [[nodiscard]] std::size_t line_count() const noexcept { return tables_.lines.size(); }
    [[nodiscard]] const Line& line(LineId id) const noexcept { return tables_.lines[id]; }
    [[nodiscard]] const Conditions& conditions(const Line& line) const noexcept { return tables_.conditions[line.conditions]; }
    [[nodiscard]] std::string_view contract_name(ContractId id) const noexcept { return tables_.contracts[id]; }
    /// Whether `contract` has the lines of `line`'s contract: its own, or those of one that it extends.
    [[nodiscard]] bool has_line(ContractId contract, const Line& line) const noexcept;
    [[nodiscard]] bool any_duty() const noexcept { return tables_.any_duty; }
    /// What equipment with this contract is expected to do; empty without one.
    [[nodiscard]] std::span<const Duty> duties(ContractId contract) const noexcept {
        return contract == no_contract ? std::span<const Duty>{} : std::span{tables_.duties[contract]};
    }
    [[nodiscard]] std::span<const Ignore> ignores() const noexcept { return tables_.ignores; }
    [[nodiscard]] const std::string& file() const noexcept { return tables_.file; }
    [[nodiscard]] const PolicyTables& tables() const noexcept { return tables_; }

    /// Lines and ignore entries that have ended before `now`: worth a warning, no error.
    [[nodiscard]] std::vector<FileError> expired(Time now) const;

private:
    PolicyTables tables_;
};

/// Reads, checks and compiles a policy. Nothing is half applied: any error, and there is no policy. `name` stands in errors.
[[nodiscard]] Result<std::shared_ptr<const Policy>, std::vector<FileError>> load_policy(std::string_view name, std::string_view text);
/// The same from a file.
[[nodiscard]] Result<std::shared_ptr<const Policy>, std::vector<FileError>> load_policy_file(const std::string& path);

/// Fills the compiled part of `tables` from the rest. False when it would outgrow `max_compiled_rows`.
[[nodiscard]] bool compile(PolicyTables& tables);
inline constexpr std::size_t max_compiled_rows = 4'000'000;  ///< ranges, and entries

}  // namespace weir
