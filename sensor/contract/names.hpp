// SPDX-License-Identifier: Apache-2.0
// Which addresses a piece of equipment was told for the DNS names that the policy allows.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sensor/contract/policy.hpp"
#include "sensor/metrics/counter.hpp"

namespace weir {

struct NameMetrics {
    Counter learned, evicted;
};

/// One per worker. Bounded: `blocks` pieces of equipment, `addresses_each` addresses for each; the least recently told goes
/// first. Names that no contract mentions are not kept, so that a device's other look-ups displace nothing. Kept by
/// name, so it survives a reload of the policy.
class NameTable {
public:
    static constexpr std::size_t addresses_each = 64;
    static constexpr Time shortest_life = 600 * second;  ///< applications use an address for longer than its TTL
    static constexpr Time longest_life = 86'400 * second;

    explicit NameTable(std::size_t blocks = 1024);

    /// An answer that `equipment` received: `name` is what was asked for (not where CNAMEs led), `ttl` in seconds.
    /// Feed only answers of sessions that the contract allows: else a foreign resolver could let anything in.
    void learn_dns(const Policy& policy, EquipmentId equipment, std::string_view name, const IpAddress& address, std::uint32_t ttl,
                   Time clock) noexcept;
    /// Whether `equipment` was told `address` for the name or below the wildcard, and the answer still holds.
    [[nodiscard]] bool knows(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern, Time clock) const noexcept;

    [[nodiscard]] const NameMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return blocks_.size() * addresses_each; }

private:
    struct Entry {
        IpAddress address;
        std::uint64_t pattern = 0;
        Time expires = 0;
    };
    using Block = std::array<Entry, addresses_each>;
    void remember(EquipmentId equipment, std::uint64_t pattern, const IpAddress& address, Time expires, Time clock) noexcept;
    [[nodiscard]] std::size_t block_of(EquipmentId equipment) const noexcept;
    [[nodiscard]] std::size_t claim(EquipmentId equipment) noexcept;

    // By block; the owners apart from the rest, because every look-up scans them.
    std::vector<EquipmentId> owners_;
    std::vector<Time> used_;
    std::vector<Block> blocks_;
    NameMetrics metrics_;
};

inline constexpr std::array name_metrics{
    counter<&NameMetrics::learned>("weir_contract_names_learned_total", "Addresses learned from DNS answers for names in contracts"),
    counter<&NameMetrics::evicted>("weir_contract_names_evicted_total",
                                   "Learned addresses forgotten before their time: the table was full")};

}  // namespace weir
