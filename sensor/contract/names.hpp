// SPDX-License-Identifier: Apache-2.0
// Which addresses a piece of equipment was told for the DNS names that the policy allows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sensor/contract/policy.hpp"
#include "sensor/metrics/counter.hpp"

namespace weir {

struct NameMetrics {
    Counter learned, moved, evicted;
};

/// A name that moves to another network is not followed there: its old network may have been taken from it (an answer may be
/// forged). "Near" is the same /16 in IPv4, the same /32 in IPv6; the first answer that gives addresses of a family is believed
/// as a whole, and what is learned stays a measure after its life. Where a policy says in which networks a name must lie
/// (`within`), that alone counts.
///
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
    enum class Told : std::uint8_t {
        nothing,
        holds,  ///< the answer is not too old
        moved,  ///< as well, but in another network than before, or than it must lie in
    };
    /// Whether `equipment` was told `address` for the name or for one below the wildcard.
    [[nodiscard]] Told told(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern, Time clock) const noexcept;
    /// Whether any answer gave it `address`: without one `told` says nothing of every pattern.
    [[nodiscard]] bool mentions(EquipmentId equipment, const IpAddress& address) const noexcept;
    /// Where the name was that has moved to `address`; nothing when that is forgotten.
    [[nodiscard]] std::optional<IpAddress> before(EquipmentId equipment, const IpAddress& address, const DnsPattern& pattern) const noexcept;

    [[nodiscard]] const NameMetrics& metrics() const noexcept { return metrics_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return blocks_.size() * addresses_each; }

private:
    struct Entry {
        IpAddress address;
        std::uint64_t pattern = 0;
        std::uint64_t name = 0;  ///< hash of the name itself: below a wildcard each name has networks of its own
        Time learned = 0, expires = 0;
        bool moved = false;      ///< in another network than the name's addresses before
    };
    struct Answer {
        std::uint64_t pattern, name;
        const IpAddress& address;
        Time expires, clock;
    };
    using Block = std::array<Entry, addresses_each>;
    void remember(EquipmentId equipment, const Answer& answer) noexcept;
    [[nodiscard]] static bool has_moved(const Block& block, const Answer& answer) noexcept;
    [[nodiscard]] const Entry* find(EquipmentId equipment, const IpAddress& address, std::uint64_t pattern) const noexcept;
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
    counter<&NameMetrics::moved>("weir_contract_names_moved_total", "Of those, in another network than the name's addresses before"),
    counter<&NameMetrics::evicted>("weir_contract_names_evicted_total",
                                   "Learned addresses forgotten before their time: the table was full")};

}  // namespace weir
